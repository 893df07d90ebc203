"""Recomputes the ledger, and names every fault."""

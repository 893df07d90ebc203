"""Recompute the ledger, and name what does not add up."""

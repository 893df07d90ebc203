"""Compares a provider's report with the ledger."""

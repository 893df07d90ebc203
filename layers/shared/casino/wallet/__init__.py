"""Money: decided by pure functions, moved exactly once, proven by the ledger."""

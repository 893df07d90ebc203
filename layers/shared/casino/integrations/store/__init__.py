"""The registry, its audit records, and the secrets."""

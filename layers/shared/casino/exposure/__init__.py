"""What integrations pay out beyond what they take, measured from the ledger's stream."""

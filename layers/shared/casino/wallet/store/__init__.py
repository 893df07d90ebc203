"""The ledger, the wallets and the rounds on DynamoDB."""

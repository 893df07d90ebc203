"""Identities on DynamoDB, and the key of their hashes in Secrets Manager."""

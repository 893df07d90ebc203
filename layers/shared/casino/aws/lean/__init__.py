"""The hot path's own client of DynamoDB and Secrets Manager (ADR 0040)."""

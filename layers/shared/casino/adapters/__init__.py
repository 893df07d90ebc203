"""The outside world behind the ports: DynamoDB, Secrets Manager, the system clock."""

"""Sessions on DynamoDB."""

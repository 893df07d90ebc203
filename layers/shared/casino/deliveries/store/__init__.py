"""The ports of the deliveries on DynamoDB."""

"""The port of the sold orders on DynamoDB."""

"""The counts of the exposure on DynamoDB."""

"""The catalogue on DynamoDB and S3."""

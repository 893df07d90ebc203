"""The same bet on the standard library alone: what no SDK could beat, and nobody should run."""

from aws import Service
from bet import bets

handler, _ = bets(
    Service("dynamodb", "DynamoDB_20120810", "application/x-amz-json-1.0"),
    Service("secretsmanager", "secretsmanager", "application/x-amz-json-1.1"),
)

"""A bet in plain boto3: one batch read, one transaction, clients made at import."""

import boto3
from bet import bets

handler, _ = bets(boto3.client("dynamodb"), boto3.client("secretsmanager"))

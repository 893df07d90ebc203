"""One session, and one client for each service, for all utilities."""

import os

import boto3
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer
from aws_lambda_powertools.utilities.parameters import SecretsProvider

session = boto3.Session()
dynamodb = session.client("dynamodb")
persistence = DynamoDBPersistenceLayer(
    table_name=os.environ["IDEMPOTENCY_TABLE"], boto3_client=dynamodb
)
secrets = SecretsProvider(boto3_client=session.client("secretsmanager"))

"""A bet as Powertools documents it: resolver, parser, idempotency, tracer, logger, metrics.

Copies are the idempotency utility's business, so the ledger need not be asked for them first.
"""

import os
from decimal import Decimal
from typing import Literal

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.idempotency import IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.parser import BaseModel, ValidationError, parse
from aws_lambda_powertools.utilities.typing import LambdaContext
from clients import dynamodb, persistence, secrets
from igsp import RefusedError, authenticate, refusal
from ledger import SESSIONS, WALLETS, decide, keys
from pydantic import Field

SECRET_TTL_S = 60

app = APIGatewayRestResolver()
logger = Logger()
metrics = Metrics()
tracer = Tracer()
config = IdempotencyConfig(event_key_jmespath="transaction_id", expires_after_seconds=24 * 3600)


class Bet(BaseModel):
    """The body of a bet."""

    action: Literal["bet"]
    player_id: str = Field(min_length=1, max_length=256)
    currency: str = Field(pattern="^[A-Z]{3}$")
    amount: Decimal = Field(gt=0, decimal_places=2)
    game_id: str = Field(min_length=1, max_length=256)
    transaction_id: str = Field(min_length=1, max_length=256)
    session_id: str = Field(min_length=1, max_length=256)
    round_id: str = Field(min_length=1, max_length=256)
    type: Literal["bet", "tip", "freespin"]


@app.post("/webhooks/igsp/v1/bet")
@tracer.capture_method
def bet() -> Response[str]:
    """Authenticate, parse, place."""
    request = app.current_event
    secret = secrets.get(os.environ["SECRET_NAME"], transform="json", max_age=SECRET_TTL_S)
    authenticate(request.headers, request.body, secret)
    body = place(bet=parse(event=request.body, model=Bet))
    metrics.add_metric(name="BetsPlaced", unit=MetricUnit.Count, value=1)
    return Response(200, content_types.APPLICATION_JSON, body)


@idempotent_function(data_keyword_argument="bet", config=config, persistence_store=persistence)
def place(bet: Bet) -> str:
    """Apply a bet to the ledger."""
    fields = bet.model_dump()
    key = keys(fields)
    wallet = dynamodb.get_item(TableName=WALLETS, Key=key[WALLETS], ConsistentRead=True)
    session = dynamodb.get_item(TableName=SESSIONS, Key=key[SESSIONS], ConsistentRead=True)
    body, writes = decide(fields, wallet.get("Item"), session.get("Item"))
    try:
        dynamodb.transact_write_items(TransactItems=writes)
    except dynamodb.exceptions.TransactionCanceledException:
        raise RefusedError(503, "busy") from None
    logger.info("bet placed", transaction_id=bet.transaction_id)
    return body


@app.exception_handler(RefusedError)
def refused(error: RefusedError) -> Response[str]:
    """Answer a bet that is not taken."""
    answer = refusal(error)
    return Response(answer["statusCode"], content_types.APPLICATION_JSON, answer["body"])


@app.exception_handler(ValidationError)
def invalid(_error: ValidationError) -> Response[str]:
    """Answer what is no bet."""
    return refused(RefusedError(400, "invalid_request"))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@tracer.capture_lambda_handler
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answer one proxy event."""
    config.register_lambda_context(context)
    return app.resolve(event, context)

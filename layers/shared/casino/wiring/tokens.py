"""Wires the hooks of a dialect whose sessions open with a one-time token."""

from collections.abc import Callable

from casino.base.proxy import Event, Response
from casino.wallet.dialect import Dialect
from casino.wallet.store.tokens import DynamoDbTokens
from casino.wiring.hooks import hook_handler


def token_hook_handler(dialect: Dialect) -> Callable[[Event, object], Response]:
    """Return the Lambda handler of a dialect's hooks that also exchanges tokens."""
    return hook_handler(dialect, tokens=DynamoDbTokens)

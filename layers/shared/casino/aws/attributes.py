"""DynamoDB's own attribute form (`{"S": …}`), so that the hot path needs no resource layer."""

from typing import Any

type Value = dict[str, Any]


type Item = dict[str, Value]


def text(value: str) -> Value:
    """Return a string attribute."""
    return {"S": value}


def number(value: int) -> Value:
    """Return a number attribute; DynamoDB holds 38 digits."""
    return {"N": str(value)}


def flag(value: bool) -> Value:
    """Return a boolean attribute."""
    return {"BOOL": value}


def binary(hex_digest: str) -> Value:
    """Return a digest as bytes: half of its hex form."""
    return {"B": bytes.fromhex(hex_digest)}

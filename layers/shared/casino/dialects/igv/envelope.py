"""The envelope of iGV's answers: `{"code": "0000", "msg", "time", "data"}`, with a code as text."""

from typing import Any

from casino.base.exact_json import MalformedJsonError, parse_object
from casino.dialects.igv.seller_token import SUCCESS
from casino.providers.ports import ProviderCall
from casino.providers.sender import Reply
from casino.providers.transport import Transport


def code_of(reply: Reply) -> tuple[str, str]:
    """Return code and message of an answer; empty for an answer that is no envelope."""
    fields = reply.fields()
    code, message = fields.get("code"), fields.get("msg")
    return (code if isinstance(code, str) else "", message if isinstance(message, str) else "")


def data_of(transport: Transport, call: ProviderCall, reply: Reply) -> Any:
    """Return what a successful answer holds; raises (and reports) `ProviderError`.

    An answer with status 200 and another code than success is a failure.
    """
    try:
        fields = parse_object(reply.body)
    except MalformedJsonError as error:
        raise transport.unexpected(call, reply, str(error)) from None
    code = fields.get("code")
    if not isinstance(code, str) or "data" not in fields:
        raise transport.unexpected(call, reply, "an answer has code and data")
    if reply.status != 200 or code != SUCCESS:
        shown = code if code.isascii() and code.isalnum() and len(code) <= 16 else "?"
        raise transport.unexpected(call, reply, f"code {shown}", "provider_refused")
    return fields["data"]

"""The receivers as built, with the deployed stack's settings, counted at the wire to its AWS.

MiniStack points the functions that it runs at itself, so the built function runs beside it, with
what ships on its path and nothing else, and a proxy that counts in between.
"""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.aws import wire
from casino.dialects.registry import family
from casino.signing.pair import Pair
from casino.signing.scheme import Particulars
from sandbox.invo.caller import Caller
from sandbox.ministack import REGION
from sandbox.up import Casino
from testing.hooks import proxy_event
from tests.integration.aws.test_package import run
from tests.integration.deliveries.test_deployed import connect, name_of

type Sign = Callable[[Caller, str, str], tuple[dict[str, str], bytes]]


def invo(caller: Caller, key: str, word: str) -> tuple[dict[str, str], bytes]:
    told = caller.event("webhook.test", {"word": word}, key)
    return caller.packed(told, time.time(), secrets=(caller.signing_secret,), zipped=True)


def igv(caller: Caller, key: str, word: str) -> tuple[dict[str, str], bytes]:
    body = json.dumps({"orderId": 1, "orderNum": word, "sellerOrderStatus": 1}).encode()
    pair = Pair("k", caller.signing_secret)
    headers = family("igv-seller").sign(body, pair, time.time(), Particulars(request_id=key))
    return headers, body


@pytest.mark.parametrize(
    ("function", "kind", "sign", "second"),
    [("invo", "invo", invo, 1), ("igv", "igv-seller", igv, 2)],
    ids=["invo", "igv"],
)
def test_a_built_receiver_answers_within_two_round_trips(
    casino: Casino, built: Path, function: str, kind: str, sign: Sign, second: int
) -> None:
    """A delivery and its repetition cost one, another body under its key at most two.

    The first request of an environment reads who may call, and the secret, besides.
    """
    caller, operations = connect(casino, kind), casino.operations
    deployed = operations.functions.get_function_configuration(
        FunctionName=f"{operations.stack.name}-{function}"
    )
    path = caller.url.removeprefix(casino.stack.base_url)

    def event(key: str, word: str = "") -> dict[str, Any]:
        headers, body = sign(caller, key, word)
        return proxy_event(b"", headers, path) | {
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
            "pathParameters": {"integration": name_of(caller)},
        }

    first, other = event("k0"), event("k1")
    told = [first, other, other, event("k1", "another")]
    with wire.counting(casino.endpoint) as counted:
        environment = {
            **deployed["Environment"]["Variables"],
            "AWS_ENDPOINT_URL": counted.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
        }
        ran = run(f"{function.capitalize()}Function", built, environment, *told)
        made = [call.operation for call in counted.take()]

    assert ran.statuses == [200] * 4
    cold, warm = made[: made.index("PutItem") + 1], made[made.index("PutItem") + 1 :]
    assert cold == ["Query", "BatchGetItem", "GetSecretValue", "PutItem"]
    assert warm == ["PutItem", "PutItem", *["PutItem"] * second]

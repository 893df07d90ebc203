"""The sample events, and a local stack for which they are signed."""

import json
from pathlib import Path
from typing import Any, Final

from casino.signing.pair import CURRENT, Pair
from sandbox import events

NOW: Final = 1_760_702_625.5
STACK: Final[dict[str, Any]] = {
    "endpoint": "http://127.0.0.1:4566",
    "api_key": "key-of-the-stack",
    "secret_key": "secret-of-the-stack",
    "players": [
        {"player_id": "p_demo_2", "currency": "USD", "session_id": "sess-other"},
        {"player_id": "p_demo_1", "currency": "EUR", "session_id": "sess-of-the-stack"},
    ],
    "dialects": {
        "flexsoft": {
            "url": "http://127.0.0.1/flexsoft/v1",
            "public_key": "public-key-of-the-stack",
            "secret_key": "flexsoft-secret-of-the-stack",
            "players": [
                {
                    "user_id": "p_demo_1",
                    "currency": "EUR",
                    "user_token": "token-of-the-stack",
                    "session_token": "sess-of-the-stack",
                }
            ],
        },
        "winupgo": {
            "url": "http://127.0.0.1/winupgo/v1",
            "path_base": "/winupgo/v1",
            "key_id": "key-id-of-the-stack",
            "secret_key": "winupgo-secret-of-the-stack",
            "brand_id": "brand-9",
            "region": "LATAM",
            "provider_id": "other",
            "player_id": "p_demo_1",
            "game_id": "studio:slot",
            "currency": "EUR",
            "token_url": "http://127.0.0.1/oauth2/token",
            "client_id": "client-of-the-stack",
            "client_secret": "client-secret",
            "scope": "winupgo/bets:write",
        },
        "igv": {
            "url": "http://127.0.0.1/igv/v1/callbacks/igv",
            "secret_key": "igv-secret-of-the-stack",
            "order_id": 1_735_689_600_000_123,
            "order_num": "SO1735689600000123",
            "buyer_id": "4711",
        },
        "invo": {
            "url": "http://127.0.0.1/invo/v1/webhooks/invo",
            "game_id": "game-of-the-stack",
            "signing_secret": "invo-secret-of-the-stack",
            "player_id": "p_demo_1",
            "player_email": "player@example.org",
            "identity_id": "identity-of-the-stack",
            "currency": "EUR",
        },
    },
    "tables": {"ledger": "stack-ledger", "wallets": "stack-wallets"},
}
SAMPLES: Final = {
    str(path.relative_to(events.SAMPLES).with_suffix("")): json.loads(path.read_text("utf-8"))
    for path in sorted(events.SAMPLES.rglob("*.json"))
}
#: Family → the pair that signs.
LIVE: Final = {
    "igsp": Pair("key-of-the-stack", "secret-of-the-stack", CURRENT),
    "flexsoft": Pair("public-key-of-the-stack", "flexsoft-secret-of-the-stack", CURRENT),
    "igv-seller": Pair("igv", "igv-secret-of-the-stack", CURRENT),
    "invo": Pair("invo", "invo-secret-of-the-stack", CURRENT),
    "winupgo": Pair("key-id-of-the-stack", "winupgo-secret-of-the-stack", CURRENT),
}
#: API Gateway judges who calls the casino's own API: what reaches its function has no signature.
SIGNED_SAMPLES: Final = [
    name
    for name, event in SAMPLES.items()
    if event["body"] is not None and not name.startswith(("accounts/", "invo-calls/"))
]
IGSP_SAMPLES: Final = [name for name in SIGNED_SAMPLES if "/" not in name]


def family_of(name: str) -> str:
    """The family of a sample: that of its folder, or iGSP."""
    folder = name.rpartition("/")[0] or "igsp"
    return {"igv": "igv-seller"}.get(folder, folder)


def write(target: Path, stack: dict[str, Any] = STACK) -> dict[str, Path]:
    files = events.write_signed(events.SAMPLES, target, stack, NOW, "sess-of-the-stack")
    return {str(file.relative_to(target).with_suffix("")): file for file in files}


def of(dialect: str) -> list[str]:
    return [name for name in SAMPLES if family_of(name) == dialect]

"""What is deployed: built for both processors, and each function run as it ships."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from builder import package
from builder.build import build
from builder.precompile import stale_or_missing
from casino.aws import clients as aws
from casino.aws.clients import secrets_client
from testing.hooks import encode, load_function, proxy_event, signed_headers
from testing.template import load_template
from testing.world import GAME, World, build_world
from tests.functional.flexsoft import partner as flexsoft
from tests.functional.winupgo import partner as winupgo

_SCRIPT = Path(__file__).with_name("packaged.py")

#: What would cost every start of a hook function more than it is worth to it.
UNWANTED = (
    "aws_lambda_powertools.event_handler",
    "aws_lambda_powertools.utilities.batch",
    "aws_lambda_powertools.utilities.data_classes",
    "aws_lambda_powertools.utilities.idempotency",
    "aws_lambda_powertools.utilities.parameters",
    "aws_lambda_powertools.utilities.parser",
    "aws_lambda_powertools.utilities.validation",
    "aws_xray_sdk",  # what makes the tracer heavy; its shell comes with the package
    "boto3",
    "botocore.client",
    "botocore.config",
    "botocore.docs",
    "botocore.endpoint",
    "botocore.loaders",
    "botocore.model",
    "botocore.parsers",
    "botocore.session",
    "cryptography",
    "jsonschema",
    "pydantic",
    "requests",
    "casino.aws.clients",
    "casino.catalogue",
    "casino.dialects.flexsoft.client",
    "casino.dialects.igsp.client",
    "casino.dialects.igsp.pairs",
    "casino.dialects.igsp.records",
    "casino.events",
    "casino.integrations.admin",
    "casino.integrations.rotation",
    "casino.bonus",
    "casino.limits",
    "casino.providers",
    "casino.sessions",
    "casino.wiring.catalogue",
    "casino.wiring.providers",
    "casino.wiring.rotation",
    "casino.wiring.sessions",
)
#: … and what even the functions that ask providers do without.
UNWANTED_ANYWHERE = ("aws_lambda_powertools.utilities.idempotency", "boto3", "requests")
#: Functions beside the hooks → the counterparts of which they load something; none for the others.
CALLED = {
    "ExpireSessionsFunction": {"igsp", "flexsoft"},
    "LaunchSessionFunction": {"igsp", "flexsoft"},
    "ReadCatalogueFunction": {"igsp", "flexsoft"},
    "SyncCatalogueFunction": {"igsp", "flexsoft"},
    "RotateSecretFunction": {"flexsoft", "igsp", "igv", "invo"},
    "IgvFunction": {"igv"},
    "IgvMerchantFunction": {"igv"},
    "IgvOrdersFunction": {"igv"},
    "InvoFunction": {"invo"},
    "InvoCallsFunction": {"invo"},
    "WorkDeliveriesFunction": {"igsp", "igv", "invo"},
    "VerifyWalletsFunction": {"igsp", "flexsoft", "winupgo"},  # whose answers it proves
}


@dataclass(frozen=True)
class Ran:
    """What a function answered, and what it had loaded by then."""

    statuses: list[int]
    modules: list[str]

    def loaded(self, names: tuple[str, ...]) -> list[str]:
        """Return the loaded modules whose name begins with one of `names`."""
        return [module for module in self.modules if module.startswith(names)]

    @property
    def dialects(self) -> set[str]:
        """Return the counterparts of which anything is loaded."""
        inside = [module.split(".")[2:] for module in self.loaded(("casino.dialects.",))]
        return {path[0] for path in inside} - {"registry"}


@pytest.fixture(scope="module")
def account(aws_environment: dict[str, str]) -> dict[str, str]:
    """An account of its own: MiniStack takes twelve digits for one."""
    return aws_environment | {"AWS_ACCESS_KEY_ID": str(uuid4().int)[:12]}


@pytest.fixture(scope="module")
def world(account: dict[str, str]) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in account.items():
            patch.setenv(name, value)
        aws._session.cache_clear()
        yield build_world("package")
    aws._session.cache_clear()


def layers_of(function: str, built: Path) -> list[Path]:
    """Return the layers that the template gives a function, that of all last."""
    own = load_template()["Resources"][function]["Properties"].get("Layers", [])
    names = [*(layer["Ref"] for layer in own), package.CASINO]
    return [package.layer_folder(built, name) for name in names]


@pytest.fixture
def desk(account: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Secrets Manager in this account."""
    for name, value in account.items():
        monkeypatch.setenv(name, value)
    return secrets_client()


def run(function: str, built: Path, environment: dict[str, str], *events: dict[str, Any]) -> Ran:
    folders = [str(built / function), *(str(folder) for folder in layers_of(function, built))]
    done = subprocess.run(
        # -I -S: no package but the layer's. -B: the build is to stay as it is.
        [sys.executable, "-I", "-S", "-B", _SCRIPT],
        input=json.dumps({"folders": folders, "events": events}),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    return Ran([one["statusCode"] for one in answer["responses"]], answer["modules"])


def hook(action: str, session_id: str, **more: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {"action": action, "player_id": "player-912", "currency": "EUR"}
    if action != "balance":
        fields |= {"amount": 10, "type": action, "game_id": GAME, "session_id": session_id}
        fields |= {"transaction_id": str(uuid4())}
    body = encode(fields | more)
    return proxy_event(body, signed_headers(body))


def test_a_hook_function_answers_with_what_ships_and_loads_nothing_that_it_does_not_need(
    built: Path, world: World, account: dict[str, str]
) -> None:
    session = world.player("player-912")
    environment = account | world.environment | {"PRIMED_INTEGRATIONS": "sandbox"}
    bet = hook("bet", session, transaction_id="bet-1")
    win = hook("win", session, transaction_id="win-1")
    refund = hook("refund", session, type="bet", bet_transaction_id="bet-1")
    played = {
        "BalanceFunction": [hook("balance", session)],
        "BetFunction": [bet, bet],
        "WinFunction": [win],
        "RefundFunction": [refund],
        "HooksFunction": [hook("balance", session), bet, win],
    }
    for function, events in played.items():
        ran = run(function, built, environment, *events)
        assert ran.statuses == [200] * len(events), function
        assert ran.loaded(UNWANTED) == [], function
        assert ran.dialects == {"igsp"}, function
        assert "casino.wallet.endpoint" in ran.modules


def test_flexsofts_function_loads_nothing_of_another_counterpart(
    built: Path, world: World, account: dict[str, str], desk: Any
) -> None:
    pair = {"api_key": flexsoft.PUBLIC_KEY, "secret_key": flexsoft.SECRET_KEY}
    desk.create_secret(Name=flexsoft.SETTINGS.secret_name, SecretString=json.dumps(pair))
    world.registry.put(flexsoft.SETTINGS, (flexsoft.PUBLIC_KEY,))
    body = encode({"action": "CLOSE_ROUND", "provider_tx_id": "c1", "round_id": "r1", "game": "g"})
    event = proxy_event(body, flexsoft.seal(body), "/flexsoft/v1/deposit")
    ran = run("FlexsoftFunction", built, account | world.environment, event, event)
    assert (ran.statuses, ran.dialects) == ([200, 200], {"flexsoft"})
    assert ran.loaded(UNWANTED) == []


def test_winupgos_function_loads_cryptography_for_an_ed25519_key_alone(
    built: Path, world: World, account: dict[str, str], desk: Any
) -> None:
    sender = winupgo.arrange(world, load_function("health"))
    desk.create_secret(Name=winupgo.SETTINGS.secret_name, SecretString="{}")
    bet = {"bet_id": "b1", "round_id": "r1", "session_id": sender.session_id}
    hold = bet | {"amount": winupgo.money("2.50")}
    for key, loaded in ((winupgo.SECRET_KEY, False), (Ed25519PrivateKey.generate(), True)):
        text, sender.secret_key = winupgo.pair_text(key), key
        desk.put_secret_value(SecretId=winupgo.SETTINGS.secret_name, SecretString=text)
        event = sender.event("/bets/authorize", "k1", hold)
        ran = run("WinupgoFunction", built, account | world.environment, event, event)
        assert (ran.statuses, ran.dialects) == ([200, 200], {"winupgo"})
        assert ("cryptography" in ran.modules) == loaded
        assert ran.loaded(tuple(set(UNWANTED) - {"cryptography", "casino.sessions"})) == []


def test_health_loads_nothing_of_the_wallet(built: Path, aws_environment: dict[str, str]) -> None:
    ran = run("HealthFunction", built, aws_environment, {})
    assert ran.statuses == [200]
    assert ran.loaded(("casino", "botocore", *UNWANTED)) == []


def test_every_other_function_finds_all_that_it_imports_in_the_layer(
    built: Path, world: World, account: dict[str, str]
) -> None:
    names = {folder.name for folder in package.function_folders(built)}
    hooks = ("Balance", "Bet", "Win", "Refund", "Hooks", "Flexsoft", "Winupgo")
    others = names - {f"{name}Function" for name in hooks}
    assert len(others) >= 6
    own = {"SYNC_TABLE": "sync", "PAGES_BUCKET": "pages", "CATALOGUE_TABLE": "catalogue"}
    own |= {"LAKE_BUCKET": "lake", "ARCHIVE_BUCKET": "archive", "EVENT_BUS": "bus"}
    own |= {"BRAND_ID": "casino", "BRAND_REGION": "eu"}
    environment = account | world.environment | own
    for function in sorted(others):
        ran = run(function, built, environment)
        assert ran.loaded(UNWANTED_ANYWHERE) == [], function
        assert ran.dialects == CALLED.get(function, set()), function


def test_everything_that_ships_is_compiled_ahead(built: Path) -> None:
    assert stale_or_missing(built) == []
    assert len(list(built.rglob("*.pyc"))) > 300


def test_every_function_weighs_less_than_the_budget(built: Path) -> None:
    layers = package.layers_size(built)
    for folder in package.function_folders(built):
        assert 0 < layers + package.zipped_size(folder) <= package.MOST_BYTES, folder.name


def test_another_processor_is_built_for_on_this_machine(built: Path, tmp_path: Path) -> None:
    # After the other: both use one cache of SAM.
    arm = build("arm64", tmp_path / "arm64")
    names = {file.name for layer in package.layer_folders(arm) for file in layer.rglob("*.so")}
    assert "_rust.abi3.so" in names
    own = {name for name in names if "linux-gnu" in name}
    assert own
    assert all("aarch64-linux-gnu" in name for name in own)
    with pytest.raises(package.PackageError, match=r"_rust\.abi3\.so is not for x86_64"):
        package.check(arm, "x86_64")

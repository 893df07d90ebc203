"""The dry run of the design: one more counterpart is a folder, a row, a function and a snippet."""

import runpy
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

import casino.dialects
from casino.dialects import registry
from casino.signing.pair import Pair
from casino.wallet.dialect import Dialect, Outcome
from casino.wallet.model import Entry
from casino.wallet.refusals import REFUSALS
from testing.clock import FakeClock
from testing.hooks import API_KEY, SECRET_KEY, Handler, Reply, load_function, proxy_event
from testing.house import broken_contracts, changed_files
from testing.play import Play
from testing.template import expanded, written_template
from testing.world import World
from tests.functional.dialects.toy.dialect import Toy
from tests.functional.dialects.toy_house import (
    DIALECTS,
    FUNCTION,
    PATH,
    REGISTRY,
    TOY,
    build_house,
)
from tests.functional.ops.console import Console
from tests.unit.template import expected_grants
from tests.unit.template import template_rules as rules
from tests.unit.template.test_rules import RULES

WORDS: Dialect = Toy()


@dataclass
class Toymaker:
    """The counterpart at its URL."""

    handler: Handler
    api_key: str
    secret_key: str
    visit: str = ""

    def __call__(self, do: str, **form: str | int) -> Reply:
        """Sign and send a request of player-912 in EUR."""
        fields = {"do": do, "who": "player-912", "money": "EUR", "visit": self.visit, **form}
        return self.send(urlencode(fields).encode())

    def send(self, body: bytes) -> Reply:
        response = self.handler(proxy_event(body, self.headers(body), PATH), None)
        return Reply(response["statusCode"], response["body"], response["headers"])

    def headers(self, body: bytes) -> dict[str, str]:
        return registry.family("toy").sign(body, Pair(self.api_key, self.secret_key), time.time())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_house(tmp_path_factory.mktemp("toy") / "house")


@pytest.fixture
def known(house: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The casino of this process has the folder and the row of the house."""
    folders = [*casino.dialects.__path__, str(house / DIALECTS)]
    monkeypatch.setattr(casino.dialects, "__path__", folders)
    row = runpy.run_path(str(house / REGISTRY))["FAMILIES"]["toy"]
    monkeypatch.setitem(registry.FAMILIES, "toy", row)
    yield
    registry.family.cache_clear()
    for name in [name for name in sys.modules if name.startswith("casino.dialects.toy")]:
        del sys.modules[name]


@pytest.fixture
def toy(world: World, play: Play, house: Path, known: None) -> Toymaker:
    """The toymaker, whom an operator has connected, with a session of player-912."""
    added = Console(world).json("integration", "add", "toymaker", "--family", "toy")
    visit = world.session(play.player_id, integration="toymaker")
    handler = load_function("toy", house)
    return Toymaker(handler, added["api_key"], added["secret_key"], visit)


def entry_of(world: World, integration: str, transaction_id: str) -> Entry:
    entry = world.history.find(integration, transaction_id)
    assert isinstance(entry, Entry)
    return entry


def test_a_counterpart_touches_its_folder_a_row_its_function_and_the_template(house: Path) -> None:
    folder = {f"{DIALECTS}/toy/{file.name}" for file in TOY.glob("*.py")}

    assert changed_files(house) == folder | {REGISTRY, FUNCTION, "template.yaml"}


def test_the_import_contract_holds_with_it(house: Path) -> None:
    assert broken_contracts(house) == {}


def test_the_template_keeps_every_rule_with_it(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rules.ROUTES, ("POST", PATH), "ToyFunction")
    common = {"ToyLogs": expected_grants.LOGS, "*": expected_grants.TRACE}
    granted = expected_grants.REFUND_GRANTS | common
    monkeypatch.setitem(expected_grants.EXPECTED_GRANTS, "ToyFunction", granted)
    template = expanded(written_template(house))

    assert {rule.__name__: rule(template) for rule in RULES} == {r.__name__: [] for r in RULES}


def test_its_bets_move_money_on_the_ledger_of_all(world: World, play: Play, toy: Toymaker) -> None:
    theirs = toy("stake", cents=250, ref="a1", spin="r1")
    ours = play.bet("1.00", transaction_id="a1")

    first, second = entry_of(world, "toymaker", "a1"), entry_of(world, "sandbox", "a1")
    assert (theirs.status, ours.status) == (200, 200)
    assert first.postings == (("integration", 250), ("player", -250))
    assert (first.status, first.body) == (200, theirs.text)
    assert (second.seq, second.previous_hash) == (first.seq + 1, first.hash)
    assert toy("look").text == "DONE 99650"


def test_a_win_and_a_refund_are_credited(toy: Toymaker) -> None:
    answers = [
        toy("stake", cents=250, ref="a1", spin="r1"),
        toy("prize", cents=100, ref="a2", spin="r1"),
        toy("undo", cents=250, ref="a3", of="a1"),
    ]

    assert [answer.text.split()[:2] for answer in answers] == [
        ["DONE", "99750"],
        ["DONE", "99850"],
        ["DONE", "100100"],
    ]


@pytest.mark.parametrize(("cents", "status"), [(250, 200), (100_001, 422)])
def test_a_copy_gets_the_bytes_of_the_first_answer(toy: Toymaker, cents: int, status: int) -> None:
    first = toy("stake", cents=cents, ref="a1")
    toy("prize", cents=5, ref="a2")

    copy = toy("stake", cents=cents, ref="a1")

    assert (copy.status, copy.text) == (first.status, first.text)
    assert copy.status == status
    assert (first.replayed, copy.replayed) == (False, True)
    assert copy.headers["Content-Type"] == first.headers["Content-Type"] == "text/plain"


def test_it_says_in_its_own_words_what_the_wallet_refuses(play: Play, toy: Toymaker) -> None:
    theirs = toy("stake", cents=100_001, ref="a1")
    ours = play.bet("1000.01")

    assert (theirs.status, theirs.text) == (422, "NO insufficient_funds 100000")
    assert (ours.status, ours.error) == (402, "insufficient_funds")
    assert toy("undo", cents=1, ref="a2", of="a0").text == "NO bet_not_found"
    assert toy("dance").text == "NO unsupported_action"
    assert toy.send(b'{"action":"bet"}').text == "NO invalid_request"


def test_every_code_of_the_wallet_has_an_answer() -> None:
    statuses = {WORDS.answer(Outcome(code)).status for code in REFUSALS}

    assert statuses == {418, 422, 529}


def test_neither_counterpart_passes_for_the_other(play: Play, toy: Toymaker) -> None:
    impostor = Toymaker(toy.handler, API_KEY, SECRET_KEY)
    forger = Toymaker(toy.handler, toy.api_key, "guessed")
    body = b'{"action":"balance","player_id":"player-912","currency":"EUR"}'

    assert (impostor("look").status, impostor("look").text) == (418, "NO unauthorized")
    assert (forger("look").status, forger("look").text) == (418, "NO invalid_signature")
    assert play.hook.send(proxy_event(body, toy.headers(body))).error == "unauthorized"


def test_an_operator_can_check_its_signatures(world: World, toy: Toymaker, tmp_path: Path) -> None:
    body = b"do=look&who=player-912&money=EUR"
    file = tmp_path / "body"
    file.write_bytes(body)
    given = [item for pair in toy.headers(body).items() for item in ("-H", ": ".join(pair))]

    said = Console(world, clock=FakeClock(time.time()))(
        "verify-signature", str(file), "--integration", "toymaker", *given, "--json"
    )

    assert said.json["verdict"] == "accepted"

"""The provider client over real connections: time-outs, torn answers, a slow provider."""

from collections.abc import Iterator

import pytest

from casino.base.clock import SystemClock
from casino.dialects.igsp.client import HttpProviderClient
from casino.dialects.registry import family
from casino.integrations.model import Integration
from casino.providers.circuit import Circuits
from casino.providers.ports import LaunchRequest, ProviderError
from casino.providers.transport import Limits, Transport
from sandbox.ministack import free_port
from sandbox.provider.process import ProviderProcess, start
from testing.integrations import an_integration, with_terms
from testing.provider import KEY, Notes, provider_keyring

HASTY = Limits(connect_s=1, read_s=0.3, deadline_s=5, attempts=2, backoff_s=0.01)


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProviderProcess]:
    folder = tmp_path_factory.mktemp("provider")
    started = start(
        free_port(), KEY.hooks_url, KEY.api_key, KEY.secret_key, folder=folder, games=100
    )
    yield started
    started.stop()


@pytest.fixture
def integration(process: ProviderProcess) -> Iterator[Integration]:
    yield an_integration(url=process.provider_url, close_sessions=True)
    process.control.clear_faults()


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def client(notes: Notes) -> HttpProviderClient:
    clock = SystemClock()
    transport = Transport(provider_keyring(), family, clock, notes, Circuits(clock, notes), HASTY)
    return HttpProviderClient(transport, 40)


def a_launch(process: ProviderProcess) -> LaunchRequest:
    studios = {p["id"]: p["currencies"] for p in process.control.records("providers")}
    game = next(
        g
        for g in process.control.records("games")
        if g["status"] == "active" and not g["deleted_at"]
    )
    currency = studios[game["provider_id"]][0]
    return LaunchRequest("sess-1", game["id"], "p_1", "Lücky 狐", currency, 12_345)


def test_pages_are_read_to_the_end_with_signatures_that_the_provider_verifies(
    client: HttpProviderClient, integration: Integration
) -> None:
    counts, cursor, more = [], None, True
    while more:
        page = client.games(integration, cursor, None)
        counts.append(len(page.records))
        cursor, more = page.next_cursor, page.has_more
    assert counts == [40, 40, 20]
    assert page.correlation["x-request-id"].startswith("sim-")


@pytest.mark.parametrize("kind", ["timeout", "slow", "truncated"])
def test_what_goes_wrong_once_is_tried_again(
    client: HttpProviderClient, integration: Integration, process: ProviderProcess, kind: str
) -> None:
    process.control.add_fault(kind, "games")

    assert len(client.games(integration, None, None).records) == 40


@pytest.mark.parametrize(
    ("kind", "code"), [("timeout", "provider_timeout"), ("truncated", "provider_unavailable")]
)
def test_what_goes_wrong_again_and_again_is_given_up(
    client: HttpProviderClient,
    integration: Integration,
    process: ProviderProcess,
    notes: Notes,
    kind: str,
    code: str,
) -> None:
    process.control.add_fault(kind, "games", times=0)

    with pytest.raises(ProviderError) as refused:
        client.games(integration, None, None)

    assert refused.value.code == code
    assert len(notes.named("attempt failed")) == 1
    assert len(notes.named("call failed")) == 1


def test_a_provider_that_is_not_there_is_unavailable(
    client: HttpProviderClient, integration: Integration
) -> None:
    nobody = with_terms(integration, url=f"http://127.0.0.1:{free_port()}/igsp/v1")

    with pytest.raises(ProviderError) as refused:
        client.games(nobody, None, None)

    assert refused.value.code == "provider_unavailable"


def test_a_session_is_created_once_and_closed(
    client: HttpProviderClient, integration: Integration, process: ProviderProcess
) -> None:
    request = a_launch(process)
    # The provider makes the session and then fails: the same id gets the same session.
    process.control.add_fault("status", "sessions", status=502, carried_out=True)

    launched = client.create_session(integration, request)
    client.close_session(integration, request.session_id)
    client.close_session(integration, request.session_id)
    client.close_session(integration, "sess-unknown")

    kept = process.control.session("sess-1")
    assert launched.url == kept["url"]
    assert kept["status"] == "closed"
    assert kept["request"]["player_name"] == "Lücky 狐"
    assert len(process.control.sessions()) == 1


def test_a_conflict_is_said_and_not_repeated(
    client: HttpProviderClient, integration: Integration, process: ProviderProcess, notes: Notes
) -> None:
    process.control.add_fault("status", "sessions", status=409, times=0)

    with pytest.raises(ProviderError) as refused:
        client.create_session(integration, a_launch(process))

    assert (refused.value.code, refused.value.status) == ("provider_conflict", 409)
    assert refused.value.correlation
    assert notes.named("attempt failed") == []

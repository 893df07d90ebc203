"""What operators may do with a connection, which words refuse it, and what the audit keeps."""

import math
from collections.abc import Callable, Mapping

import pytest

from casino.audit.model import Who
from casino.base.errors import AdminError, FunctionFailedError
from casino.integrations.admin import IntegrationAdmin
from casino.integrations.admin_ports import AdminRegistry
from casino.integrations.credentials import read_pair
from casino.integrations.deployed import STEPS, DeployedRotation
from casino.integrations.model import ProviderTerms, RotationTerms, WalletTerms
from casino.integrations.store.secrets import SecretsManagerStore
from testing.clock import FakeClock
from testing.credentials import FakeSecrets, pair_of
from testing.integrations import FakeRegistry, an_integration

WHO = Who("arn:aws:iam::1:user/op", "a test")
OLD, NEW = pair_of("old"), pair_of("new")


class Scene:
    """One integration, `acme`, which may call from one range."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        acme = an_integration("acme", allowed_cidrs=("192.0.2.0/24",))
        self.registry = FakeRegistry(acme, OLD.api_key)
        register: AdminRegistry = self.registry
        self.client = FakeSecrets(self.clock, OLD)
        self.admin = IntegrationAdmin(
            registry=register,
            secrets=SecretsManagerStore(self.client),
            last_used=lambda versions: {},
            clock=self.clock,
            families=("igsp", "invo"),
            reserved="platform",
            secret_prefix="test/integration/",
            cache_s=30.0,
        )

    def audited(self) -> list[tuple[str, str, str, str, Who]]:
        audit = self.registry.audit
        return [
            (each.subject, each.what, each.old, each.new, Who(each.who, each.reason))
            for each in audit
        ]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_an_integration_is_kept_in_the_usual_form_of_its_parts(scene: Scene) -> None:
    added, pair = scene.admin.add(
        "bravo",
        "invo",
        who=WHO,
        allowed_cidrs=["198.51.100.7"],
        wallet=WalletTerms(currencies=("EUR",)),
        provider=ProviderTerms("https://api.example/v1/", ("Games.Example",)),
        rotation=RotationTerms("https://issue.example/", 60),
    )
    assert scene.registry.by_api_key(pair.api_key) == added
    assert added.secret_name == "test/integration/bravo"
    assert added.allowed_cidrs == ("198.51.100.7/32",)
    assert (added.provider.url, added.provider.launch_hosts) == (
        *("https://api.example/v1", ("games.example",)),
    )
    assert added.rotation == RotationTerms("https://issue.example", 60, current_version="put")
    assert scene.client.values["put"][0] == pair.text
    assert scene.audited() == [("bravo", "add", "", pair.fingerprint, WHO)]


def test_two_new_integrations_get_different_pairs(scene: Scene) -> None:
    _, one = scene.admin.add("bravo", "igsp", who=WHO)
    _, other = scene.admin.add("charlie", "igsp", who=WHO)
    assert one != other
    assert one.api_key.startswith("gp_live_")
    assert len(one.secret_key) == 64


def test_every_change_names_who_made_it_and_what_it_replaced(scene: Scene) -> None:
    admin = scene.admin
    admin.set_enabled("acme", enabled=False, who=WHO)
    assert admin.allow("acme", ["198.51.100.7"], who=WHO) == ("192.0.2.0/24", "198.51.100.7/32")
    assert admin.allow("acme", ["192.0.2.0/24"], who=WHO, remove=True) == ("198.51.100.7/32",)
    assert scene.audited() == [
        ("acme", "disable", "enabled", "disabled", WHO),
        ("acme", "allow-ip", "192.0.2.0/24", "192.0.2.0/24 198.51.100.7/32", WHO),
        ("acme", "allow-ip", "192.0.2.0/24 198.51.100.7/32", "198.51.100.7/32", WHO),
    ]


REFUSED: list[tuple[str, Callable[[IntegrationAdmin], object]]] = [
    ("integration_exists", lambda a: a.add("acme", "igsp", who=WHO)),
    ("invalid_request", lambda a: a.add("platform", "igsp", who=WHO)),
    ("invalid_request", lambda a: a.add("bravo", "none", who=WHO)),
    ("invalid_request", lambda a: a.add("bravo", "igsp", who=WHO, allowed_cidrs=["x"])),
    ("api_key_taken", lambda a: a.add("bravo", "igsp", who=WHO, pair=OLD)),
    (
        "unsupported_currency",
        lambda a: a.add("bravo", "igsp", who=WHO, wallet=WalletTerms(currencies=("XXX",))),
    ),
    (
        "invalid_request",
        lambda a: a.add("bravo", "igsp", who=WHO, provider=ProviderTerms("http://a.example")),
    ),
    ("integration_not_found", lambda a: a.set_enabled("bravo", enabled=True, who=WHO)),
    ("integration_not_found", lambda a: a.in_force("bravo")),
    ("invalid_request", lambda a: a.allow("acme", ["192.0.2.0/24"], who=WHO, remove=True)),
]


@pytest.mark.parametrize(("code", "ask"), REFUSED)
def test_what_cannot_be_done_is_named_and_changes_nothing(
    scene: Scene, code: str, ask: Callable[[IntegrationAdmin], object]
) -> None:
    before = dict(scene.registry.integrations)
    with pytest.raises(AdminError) as refused:
        ask(scene.admin)
    assert refused.value.code == code
    assert scene.registry.integrations == before
    assert not scene.audited()


def test_versions_tell_when_the_previous_one_dies(scene: Scene) -> None:
    made_at = scene.clock.now() + 100
    scene.clock.advance(100)
    scene.client.put_secret_value("", "v1", NEW.text)
    current, previous = scene.admin.versions(scene.admin.named("acme"))
    assert (current, current.label, current.until) == (NEW, "current", math.inf)
    assert (previous, previous.label, previous.version_id) == (OLD, "previous", "v0")
    assert previous.until == made_at + 7 * 24 * 3600, "a week after it was replaced"


# The deployed rotation


def test_the_deployed_rotation_takes_the_staged_version_through_its_steps(scene: Scene) -> None:
    scene.client.put_secret_value("", "v1", NEW.text, ["AWSPENDING"])
    asked: list[tuple[str, str]] = []
    deployed = DeployedRotation(
        SecretsManagerStore(scene.client),
        lambda event: asked.append((event["Step"], event["ClientRequestToken"])),
    )
    done = deployed.rotate("acme", "test/integration/acme", who=WHO)
    assert asked == [(step, "v1") for step in STEPS]
    assert (done.version, done.fingerprint) == ("v1", NEW.fingerprint)


def test_without_a_staged_version_the_function_is_asked_for_a_new_one(scene: Scene) -> None:
    store = SecretsManagerStore(scene.client)

    def issue(event: Mapping[str, str]) -> None:
        if event["Step"] == "createSecret":
            scene.client.put_secret_value("", event["ClientRequestToken"], NEW.text)

    assert (
        DeployedRotation(store, issue).rotate("acme", "s", who=WHO).fingerprint == NEW.fingerprint
    )
    with pytest.raises(AdminError, match="no new pair is staged for acme"):
        DeployedRotation(store, lambda event: None).rotate("acme", "s", who=WHO)


@pytest.mark.parametrize(
    ("said", "told"), [("it is refused", "it is refused"), ("", "the function failed")]
)
def test_a_step_that_fails_is_told_in_the_functions_own_words(
    scene: Scene, said: str, told: str
) -> None:
    def fail(event: object) -> None:
        raise FunctionFailedError(said)

    with pytest.raises(AdminError, match=f"createSecret: {told}") as failed:
        DeployedRotation(SecretsManagerStore(scene.client), fail).rotate("acme", "s", who=WHO)
    assert failed.value.code == "rotation_failed"


def test_a10_the_pair_a_b_is_refused_when_an_integration_is_added(scene: Scene) -> None:
    weak = read_pair('{"api_key": "a", "secret_key": "b"}')
    with pytest.raises(AdminError, match="128 bits"):
        scene.admin.add("bravo", "igsp", who=WHO, pair=weak)
    assert (scene.registry.get("bravo"), list(scene.client.values)) == (None, ["v0"])

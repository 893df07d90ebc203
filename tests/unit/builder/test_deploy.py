"""An environment goes to its own account and region, and `ops` looks for it there."""

from pathlib import Path
from typing import Any

import pytest

from builder import BuildError, deploy, sam
from ops.context import connect, connect_environment
from ops.errors import OpsError

PLACE = """[dev.deploy.target]
account = "111122223333"
[dev.deploy.parameters]
stack_name = "seamless-wallet-dev"
region = "eu-west-1"
"""


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """What SAM is told, with credentials of account 111122223333."""
    told: list[list[str]] = []
    (tmp_path / "template.yaml").write_text("")
    monkeypatch.setattr(deploy, "CONFIG", tmp_path / "samconfig.toml")
    monkeypatch.setattr(deploy, "build", lambda _: tmp_path)
    monkeypatch.setattr(deploy, "deployment_id", lambda *_: "id")
    monkeypatch.setattr(sam, "parameter_defaults", dict)
    monkeypatch.setattr(sam, "account", lambda *_: "111122223333")
    monkeypatch.setattr(sam, "run", lambda arguments, *_, **__: told.append(list(arguments)))
    deploy.CONFIG.write_text(PLACE)
    return told


def test_o1_an_environment_is_deployed_to_its_own_region_and_stack(sent: list[list[str]]) -> None:
    deploy.deploy("dev", {"AWS_REGION": "us-east-1"})
    (told,) = sent
    assert told[told.index("--region") + 1] == "eu-west-1"
    assert told[told.index("--stack-name") + 1] == "seamless-wallet-dev"


@pytest.mark.parametrize(
    ("written", "meant", "said"),
    [
        ('region = "eu-west-1"', "", "has no region"),
        ("111122223333", "", "has no account"),
        ("111122223333", "444455556666", "are of account 111122223333, and 'dev' belongs to 4444"),
    ],
)
def test_o2_an_unknown_region_or_another_account_stops_before_anything_is_sent(
    sent: list[list[str]], written: str, meant: str, said: str
) -> None:
    deploy.CONFIG.write_text(PLACE.replace(written, meant))
    with pytest.raises(BuildError, match=said):
        deploy.deploy("dev", {})
    assert sent == []


def test_o2_the_profile_of_all_commands_is_the_one_that_is_asked(
    sent: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SAM takes it from `global`, too: its account is the one that counts."""
    of_profile = {None: "111122223333", "prod": "444455556666"}
    monkeypatch.setattr(sam, "account", lambda _, profile, __: of_profile[profile])
    deploy.CONFIG.write_text(f'{PLACE}[dev.global.parameters]\nprofile = "prod"\n')
    with pytest.raises(BuildError, match="are of account 444455556666"):
        deploy.deploy("dev", {})
    assert sent == []


def test_o2_the_local_environment_goes_to_an_emulator_only(sent: list[list[str]]) -> None:
    with pytest.raises(BuildError, match="nothing was sent"):
        deploy.deploy("local", {})
    assert sent == []


class FakeSts:
    """A session of botocore whose credentials are of account 111122223333."""

    def create_client(self, service: str, **options: Any) -> "FakeSts":
        assert (service, options["region_name"]) == ("sts", "eu-west-1")
        return self

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "111122223333"}


def test_o1_ops_takes_a_region_from_the_environment_or_asks_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(OpsError, match="in which region"):
        connect("seamless-wallet-prod", None)
    with pytest.raises(OpsError, match="--env says stack and region"):
        connect(None, "eu-west-1", env="dev")


@pytest.mark.parametrize(
    ("env", "account", "code"),
    [("dev", "444455556666", "wrong_account"), ("other", "", "no_environment")],
)
def test_o2_ops_refuses_the_credentials_of_another_account(
    tmp_path: Path, env: str, account: str, code: str
) -> None:
    file = tmp_path / "samconfig.toml"
    file.write_text(PLACE.replace("111122223333", account))
    with pytest.raises(OpsError) as refused:
        connect_environment(env, file, FakeSts())
    assert refused.value.code == code

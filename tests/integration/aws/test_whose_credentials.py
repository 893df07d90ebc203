"""A deployment asks STS itself, by the SDK that SAM has, whose credentials it would use."""

from pathlib import Path

import pytest

from builder import BuildError, deploy, sam

PLACE = """[dev.deploy.target]
account = "111122223333"
[dev.deploy.parameters]
stack_name = "seamless-wallet-dev"
region = "eu-west-1"
"""


def test_o2_aws_itself_is_asked_whose_credentials_these_are(
    aws_environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(deploy, "CONFIG", tmp_path / "samconfig.toml")
    monkeypatch.setattr(deploy, "build", lambda _: done.append("build"))
    monkeypatch.setattr(sam, "run", lambda *_, **__: done.append("run"))
    deploy.CONFIG.write_text(PLACE)
    with pytest.raises(BuildError, match="are of account 000000000000, and 'dev' belongs to 1111"):
        deploy.deploy("dev", aws_environment)
    keyless = {n: v for n, v in aws_environment.items() if n != "AWS_SECRET_ACCESS_KEY"}
    with pytest.raises(BuildError, match="AWS does not say whose credentials these are"):
        deploy.deploy("dev", keyless | {"AWS_EC2_METADATA_DISABLED": "true"})
    assert done == []

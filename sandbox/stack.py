"""Builds the same functions as for AWS, and deploys them to the local AWS with `sam deploy`."""

import os
from dataclasses import dataclass

import boto3

from builder.deploy import deploy
from sandbox.ministack import REGION, MiniStack

STACK_NAME = "seamless-wallet-local"


@dataclass(frozen=True)
class DeployedStack:
    """The outputs of the deployed stack, and where its API answers."""

    outputs: dict[str, str]
    base_url: str

    @property
    def hooks_url(self) -> str:
        return f"{self.base_url}/webhooks/igsp/v1/platforms/game-provider/hooks"

    @property
    def tables(self) -> dict[str, str]:
        """Table names by what they hold: `ledger`, `wallets`, …"""
        names = ("ledger", "wallets", "players", "sessions", "rounds", "registry")
        return {name: self.outputs[f"{name.capitalize()}TableName"] for name in names}


def build_and_deploy(local: MiniStack) -> DeployedStack:
    """Build, deploy, and return the stack; the build goes to .aws-sam. Raises `BuildError`."""
    deploy("local", _environment(local))
    return deployed(local)


def deployed(local: MiniStack) -> DeployedStack:
    """Return the stack that is deployed on `local`."""
    client = boto3.client(
        "cloudformation",
        endpoint_url=local.endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - an emulator's
    )
    stack = client.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    api = f"_aws/execute-api/{outputs['ApiId']}/{outputs['ApiStage']}"
    return DeployedStack(outputs, f"{local.endpoint}/{api}")


def local_aws(local: MiniStack) -> dict[str, str]:
    """Return the variables that point an AWS client at the local AWS and nowhere else."""
    return {
        "AWS_ENDPOINT_URL": local.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def _environment(local: MiniStack) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | local_aws(local)

"""The stack that a verb works on.

Without options this is the local stack that `.local/stack.json` describes; with an environment of
samconfig.toml, or with a stack's name and a region, it is that stack on AWS, reached with the
caller's own credentials. In all cases CloudFormation names the tables.
"""

import json
import os
from dataclasses import dataclass, replace
from functools import cached_property
from getpass import getuser
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final

import botocore.session
import typer
from botocore.config import Config
from botocore.credentials import Credentials as AwsCredentials

from casino.audit.model import Who
from casino.signing.pair import Pair
from casino.wallet.rebuild.service import Rebuild
from casino.wiring.admin import Admin
from casino.wiring.rebuild import rebuild_of
from casino.wiring.stack import Stack, read_stack
from ops.errors import OpsError
from ops.platform_api import PlatformApi
from ops.restore import Restore, restored_tables

_PROJECT: Final = Path(__file__).resolve().parents[1]
STACK_FILE: Final = _PROJECT / ".local" / "stack.json"
SAMCONFIG: Final = _PROJECT / "samconfig.toml"
LOCAL_REGION: Final = "eu-central-1"
#: The environment of the local stack, which no options name.
LOCAL: Final = "local"

#: A function may run for a quarter of an hour, and a second call would be a second run.
_PATIENT: Final = Config(connect_timeout=2, read_timeout=910, retries={"total_max_attempts": 1})
_CONFIG: Final = Config(
    connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3}
)
#: One attempt, as on the money path: the wallet tries again, and must know what a try did.
_LEDGER: Final = _CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))


#: A verb that changes something takes its caller as `who: Asked`, or as `who: Explained` where it
#: touches money or stops somebody. `ops.cli` makes `--reason` of it, which `Explained` requires,
#: and hands in who runs the verb and why; the use case makes the audit record of it.
Asked = Annotated[Who, "a reason may be given"]
Explained = Annotated[Who, "a reason must be given"]
#: A verb that takes it is run on this environment; `local` is the local stack.
InEnvironment = Annotated[
    str, typer.Argument(metavar="ENV", help="An environment of samconfig.toml.")
]


@dataclass(frozen=True)
class Operations(Admin):
    """The use cases of a stack, with who asks for them."""

    sandbox: Pair | None = None
    """What signs for the local stack's own integration; no stack on AWS has any here."""
    api: PlatformApi | None = None
    """The routes that need IAM; `None` when the stack does not say where they are."""
    identity: Any = None
    """STS: it says who is asking, for the audit; `None` for a local stack."""

    @cached_property
    def rebuild(self) -> Rebuild:
        """What mends tables after a restore."""
        stack = self.stack
        return rebuild_of(self.dynamodb, stack.tables, self.clock, stack.limit_terms[1])

    @property
    def restore(self) -> Restore:
        """What restores the tables of the money."""
        return Restore(self.dynamodb, self.stack.tables)

    def over(self, prefix: str | None) -> "Operations":
        """Return the same over restored tables; over the stack's where no prefix names any."""
        if prefix is None:
            return self
        tables = restored_tables(self.stack.tables, prefix)
        return replace(self, stack=replace(self.stack, tables=tables))

    @cached_property
    def caller(self) -> str:
        """The ARN of whoever runs this; on a local stack, whose one identity tells nothing, the
        name of the user."""
        if self.identity is None:
            return f"local:{getuser()}"
        return str(self.identity.get_caller_identity()["Arn"])

    def who(self, reason: str = "") -> Who:
        """Return whoever runs this, and why, for the audit of a change."""
        return Who(self.caller, reason)


def connect(
    stack_name: str | None,
    region: str | None,
    stack_file: Path = STACK_FILE,
    *,
    env: str | None = None,
) -> Operations:
    """Return the verbs' view of a stack on AWS, or of the local one when none is named.

    `env` names an environment of samconfig.toml, which says stack, region and account; a stack's
    name asks for a region. Raises `OpsError` when there is no such stack, or the credentials
    are of another account.
    """
    if env is not None:
        if stack_name or region:
            raise OpsError(
                "usage", "--env says stack and region: leave out --stack-name and --region"
            )
        return connect_environment(env)
    if stack_name is not None:
        region = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        if not region:
            message = "in which region? say --region or set AWS_REGION; a profile's may be any"
            raise OpsError("no_region", message)
        session = botocore.session.get_session()
        return _operations(session, stack_name, {"region_name": region})
    local = _local_stack(stack_file)
    sandbox = Pair(local["api_key"], local["secret_key"])
    return connect_local(local["endpoint"], local["stack_name"], region, sandbox)


def connect_environment(env: str, samconfig: Path = SAMCONFIG, session: Any = None) -> Operations:
    """Return the verbs' view of an environment's stack, with credentials of its own account only.

    `session` stands for botocore's own. Raises `OpsError`.
    """
    target = _written("target", env, samconfig)
    session = session or botocore.session.Session(profile=target.profile)
    options = {"region_name": target.region}
    account = session.create_client("sts", config=_CONFIG, **options).get_caller_identity()[
        "Account"
    ]
    if account != target.account:
        message = f"the credentials are of account {account}, and {env} belongs to {target.account}"
        raise OpsError("wrong_account", message)
    return _operations(session, target.stack, options)


def parameters_of(env: str) -> dict[str, str]:
    """Return the parameters that samconfig.toml has for an environment; raises `OpsError`."""
    found: dict[str, str] = _written("parameters", env, SAMCONFIG)
    return found


def _written(what: str, env: str, samconfig: Path) -> Any:
    try:
        reader = import_module("builder.samconfig")
    except ModuleNotFoundError:
        message = "--env needs the project's samconfig.toml: say --stack-name and --region"
        raise OpsError("no_project", message) from None
    try:
        return getattr(reader, what)(env, samconfig)
    except import_module("builder").BuildError as error:
        raise OpsError("no_environment", str(error)) from None


def connect_local(
    endpoint: str,
    stack_name: str,
    region: str | None = None,
    sandbox: Pair | None = None,
) -> Operations:
    """Return the verbs' view of a stack on the local AWS at `endpoint`."""
    options = {
        "endpoint_url": endpoint,
        "region_name": region or LOCAL_REGION,
        # The emulator's, so that no developer's own can go there.
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
    }
    session = botocore.session.get_session()
    return _operations(session, stack_name, options, sandbox)


def _operations(
    session: botocore.session.Session,
    stack_name: str,
    options: dict[str, Any],
    sandbox: Pair | None = None,
) -> Operations:
    def client(service: str, config: Config = _CONFIG) -> Any:
        return session.create_client(service, config=config, **options)

    cloudformation = client("cloudformation")
    stack = read_stack(cloudformation, stack_name)
    return Operations(
        stack=stack,
        dynamodb=client("dynamodb", _LEDGER),
        secrets=client("secretsmanager"),
        logs=client("logs"),
        cloudformation=cloudformation,
        sandbox=sandbox,
        functions=client("lambda", _PATIENT),
        queues=client("sqs"),
        objects=client("s3"),
        aws=client,
        identity=None if "endpoint_url" in options else client("sts"),
        api=_api(session, stack, options, cloudformation.meta.region_name),
    )


def _api(
    session: botocore.session.Session, stack: Stack, options: dict[str, Any], region: str
) -> PlatformApi | None:
    """Return the API's IAM routes, called with the same credentials as everything else."""
    if "endpoint_url" in options:
        local = AwsCredentials(options["aws_access_key_id"], options["aws_secret_access_key"])
        url = f"{options['endpoint_url']}{stack.api_path}" if stack.api_path else None
        return PlatformApi(url, local, region) if url else None
    credentials = session.get_credentials()
    if stack.api_url is None or credentials is None:
        return None
    return PlatformApi(stack.api_url, credentials, region)


def _local_stack(stack_file: Path) -> dict[str, str]:
    try:
        local: dict[str, str] = json.loads(stack_file.read_text())
    except FileNotFoundError:
        message = "the local stack is not up: make run, or name a stack with --stack-name"
        raise OpsError("no_stack", message) from None
    missing = {"endpoint", "stack_name", "api_key", "secret_key"} - local.keys()
    if missing:
        raise OpsError("no_stack", f"{stack_file.name} lacks {', '.join(sorted(missing))}")
    return local

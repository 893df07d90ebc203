"""A deployed stack, as the outputs of its template describe it."""

from dataclasses import dataclass, fields
from typing import Any

from casino.aws.tables import Tables
from casino.base.errors import AdminError


@dataclass(frozen=True)
class EventsOutputs:
    """Where events go, and the place of those whose integration belongs to no other brand."""

    bus: str = ""
    archive: str = ""
    unpublished_queue: str = ""
    tenant_id: str = ""
    region: str = ""
    checkpoint_key: str = ""
    """The key of KMS that signs the checkpoints."""


@dataclass(frozen=True)
class Stack:
    """A stack's name, its tables and functions, and where its API answers."""

    name: str
    tables: Tables
    secret_prefix: str
    key_arn: str | None = None
    api_url: str | None = None
    """Where its API answers on AWS."""
    api_path: str | None = None
    """Where it answers on the local AWS, behind the endpoint."""
    catalogue_table: str = ""
    sync_table: str = ""
    sync_function: str = ""
    unworked_queue: str = ""
    """Where batches are named that the stream of the deliveries gave up."""
    lake_bucket: str = ""
    """Where the events for analysis are."""
    events: EventsOutputs = EventsOutputs()
    cache_s: float = 60.0
    """How long a function may go on with what the registry and Secrets Manager said before."""
    local: bool = False
    """Whether this is the local stack, where counterparts live on this machine."""
    layered: bool = False
    """Whether it has the layer of cryptography."""

    limit_terms: tuple[int, str] = (86_400, "UTC")
    """How long a looser limit of a player waits, in seconds, and in which time zone days begin."""

    @property
    def identity_key(self) -> str:
        """The name of the secret that e-mails are hashed with."""
        return f"{self.name}/identity-key"


def read_stack(cloudformation: Any, stack_name: str) -> Stack:
    """Read a stack's outputs; raises `AdminError` when they are not those of a wallet."""
    described = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
    outputs = {
        output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", ())
    }
    try:
        names = [field.name for field in fields(Tables)]
        tables = Tables(**{name: outputs[f"{name.capitalize()}TableName"] for name in names})
        prefix = outputs["SecretPrefix"]
    except KeyError as error:
        message = f"stack {stack_name} has no output {error.args[0]}"
        raise AdminError("no_stack", message) from None
    path = None
    if outputs.keys() >= {"ApiId", "ApiStage"}:
        path = f"/_aws/execute-api/{outputs['ApiId']}/{outputs['ApiStage']}"
    return Stack(
        stack_name,
        tables,
        prefix,
        outputs.get("CustomerKeyArn"),
        outputs.get("ApiUrl"),
        path,
        outputs.get("CatalogueTableName", ""),
        outputs.get("SyncTableName", ""),
        outputs.get("SyncFunctionName", ""),
        outputs.get("UnworkedQueueUrl", ""),
        outputs.get("LakeBucketName", ""),
        _events(outputs),
        float(outputs.get("CacheSeconds", Stack.cache_s)),
        outputs.get("ApiStage") == "local",
        "CryptographyLayerArn" in outputs,
        (3600 * int(outputs.get("LimitWaitHours", 24)), outputs.get("TimeZone", "UTC")),
    )


def _events(outputs: dict[str, str]) -> EventsOutputs:
    tenant_id, _, region = outputs.get("EventsPlace", "").partition(" ")
    return EventsOutputs(
        outputs.get("EventBusName", ""),
        outputs.get("ArchiveBucketName", ""),
        outputs.get("UnpublishedQueueUrl", ""),
        tenant_id,
        region,
        outputs.get("CheckpointKeyArn", ""),
    )

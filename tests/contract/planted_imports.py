"""What the import contract must not let pass, one row each."""

from typing import Final, NamedTuple


class Plant(NamedTuple):
    """An import (or, without `imported`, an empty module) that the contract must not let pass."""

    kind: str
    contract: str
    importer: str
    imported: str = ""
    shown: str = ""
    """What the linter says; by default the import, or the module that no layer lists."""

    @property
    def finding(self) -> str:
        if self.shown:
            return self.shown
        return f"{self.importer} -> {self.imported} (l." if self.imported else f"- {self.importer}"


LAYERS: Final = "contexts"
NO_AWS: Final = "use cases know no AWS"
PURE: Final = "models and decisions import the standard library and base"
NO_TOOL: Final = "what ships imports no tool"
MONEY: Final = "the money path loads neither catalogue nor launches nor pydantic"
BUILD: Final = "a build needs nothing of the project's environment"

PLANTS: Final = [
    Plant("a lower context imports a higher one", LAYERS, "casino.base.times", "casino.aws.tables"),
    Plant("a context imports wiring", LAYERS, "casino.sessions.launch", "casino.wiring.settings"),
    Plant(
        "the wallet imports a dialect",
        LAYERS,
        "casino.wallet.service",
        "casino.dialects.igsp.answers",
    ),
    Plant("a context that no layer lists", LAYERS, "casino.lobby"),
    Plant(
        "two siblings import each other",
        "siblings never import each other in a circle",
        "ops.errors",
        "ops.context",
        shown="No cycles are allowed in ops.",
    ),
    Plant(
        "a dialect imports another",
        "dialects know nothing of each other",
        "casino.dialects.flexsoft.signature",
        "casino.dialects.igsp.signature",
    ),
    Plant(
        "a signature imports what is built on it",
        "inside iGSP",
        "casino.dialects.igsp.signature",
        "casino.dialects.igsp.requests",
    ),
    Plant("a file of iGSP that no layer lists", "inside iGSP", "casino.dialects.igsp.gifts"),
    Plant(
        "Flexsoft's fields import its requests",
        "inside Flexsoft",
        "casino.dialects.flexsoft.fields",
        "casino.dialects.flexsoft.requests",
    ),
    Plant("a file of Flexsoft without a layer", "inside Flexsoft", "casino.dialects.flexsoft.x"),
    Plant(
        "WinUpGo's access imports its requests",
        "inside WinUpGo",
        "casino.dialects.winupgo.access",
        "casino.dialects.winupgo.requests",
    ),
    Plant("a file of WinUpGo without a layer", "inside WinUpGo", "casino.dialects.winupgo.x"),
    Plant("a file of Invo without a layer", "inside Invo", "casino.dialects.invo.x"),
    Plant(
        "a decision imports a use case",
        "inside the wallet",
        "casino.wallet.decide",
        "casino.wallet.record",
    ),
    Plant("a file of the wallet that no layer lists", "inside the wallet", "casino.wallet.bonus"),
    Plant(
        "a model of the accounts imports a use case",
        "inside the accounts",
        "casino.accounts.model",
        "casino.accounts.admin",
    ),
    Plant(
        "a word of bonus money imports a decision",
        "inside the bonuses",
        "casino.bonus.model",
        "casino.bonus.decide",
    ),
    Plant(
        "a word of the limits imports a decision",
        "inside the limits",
        "casino.limits.model",
        "casino.limits.decide",
    ),
    Plant(
        "a model of the exposure imports a use case",
        "inside the exposure",
        "casino.exposure.model",
        "casino.exposure.service",
    ),
    Plant(
        "the words of a delivery import a port",
        "inside the deliveries",
        "casino.deliveries.model",
        "casino.deliveries.ports",
    ),
    Plant(
        "the words of events import what makes them",
        "inside the events",
        "casino.events.model",
        "casino.events.of_entry",
    ),
    Plant(
        "the words of an order import a port",
        "inside the orders",
        "casino.orders.model",
        "casino.orders.ports",
    ),
    Plant(
        "iGV's words import its clients",
        "inside iGV",
        "casino.dialects.igv.words",
        "casino.dialects.igv.seller_api",
    ),
    Plant(
        "a store of the sessions imports a use case",
        "inside the sessions",
        "casino.sessions.store.items",
        "casino.sessions.launch",
    ),
    Plant(
        "the round of a rehearsal imports its edge",
        "inside the rehearsal",
        "casino.rehearsal.play",
        "casino.rehearsal.endpoint",
    ),
    Plant("a file of the sessions that no layer lists", "inside the sessions", "casino.sessions.x"),
    Plant(
        "the words of a run import a port",
        "inside the catalogue",
        "casino.catalogue.run",
        "casino.catalogue.ports",
    ),
    Plant(
        "the registry's store imports a use case",
        "inside the integrations",
        "casino.integrations.store.registry",
        "casino.integrations.rotation",
    ),
    Plant(
        "a record imports its store", "inside the audit", "casino.audit.model", "casino.audit.store"
    ),
    Plant(
        "the sender imports the transport",
        "inside the providers",
        "casino.providers.sender",
        "casino.providers.transport",
    ),
    Plant(
        "one telemetry imports another",
        "inside observability",
        "casino.observability.hooks",
        "casino.observability.provider_calls",
    ),
    Plant(
        "DynamoDB's calls import the hot path's client",
        "inside aws",
        "casino.aws.dynamodb",
        "casino.aws.lean.http",
    ),
    Plant(
        "a pair imports the families",
        "inside signing",
        "casino.signing.pair",
        "casino.signing.scheme",
    ),
    Plant("money imports a check", "inside base", "casino.base.money", "casino.base.checks"),
    Plant(
        "a launch imports a store of its own",
        NO_AWS,
        "casino.sessions.closing",
        "casino.sessions.store.launches",
    ),
    Plant(
        "a call to a provider imports a store",
        "calls to providers know no AWS",
        "casino.providers.token_request",
        "casino.integrations.store.keyring",
    ),
    Plant(
        "a check of the sessions imports a port",
        "models and decisions know no port and no package",
        "casino.sessions.checks",
        "casino.integrations.ports",
    ),
    Plant(
        "a use case imports a store", NO_AWS, "casino.wallet.service", "casino.wallet.store.ledger"
    ),
    Plant("a use case imports AWS", NO_AWS, "casino.wallet.proof.verify", "casino.aws.dynamodb"),
    Plant("a use case imports an SDK", NO_AWS, "casino.wallet.endpoint", "boto3"),
    Plant(
        "a decision imports another context",
        PURE,
        "casino.wallet.decide",
        "casino.integrations.model",
    ),
    Plant("a model imports a package", PURE, "casino.wallet.model", "msgspec"),
    Plant("what ships imports ops", NO_TOOL, "casino.aws.clients", "ops.errors"),
    Plant("what ships imports the builder", NO_TOOL, "casino.aws.tables", "builder.sam"),
    Plant("what ships imports the sandbox", NO_TOOL, "functions.health.app", "sandbox.processes"),
    Plant("what ships imports the kit", NO_TOOL, "casino.wiring.hooks", "testing.fakes"),
    Plant("what ships imports the benchmark", NO_TOOL, "casino.aws.start", "benchmarks.aws.wire"),
    Plant(
        "what ships imports a test",
        NO_TOOL,
        "casino.signing.scheme",
        "tests.unit.wallet.situations",
    ),
    Plant(
        "a simulated counterpart imports the wallet's signature",
        "a simulated counterpart shares no code with the wallet",
        "sandbox.winupgo.signatures",
        "casino.dialects.winupgo.signature",
    ),
    Plant(
        "the certification kit imports the wallet's signature",
        "the certification kit is a far end of its own",
        "certify.judge",
        "casino.dialects.igsp.signature",
    ),
    Plant("what ships imports a package for development", NO_TOOL, "functions.bet.app", "httpx"),
    Plant("what ships imports the reports' engine", NO_TOOL, "casino.events.lake", "duckdb"),
    Plant(
        "a report reads a table",
        "reports know the lake and no table",
        "ops.report.figures",
        "casino.wallet.store.history",
    ),
    Plant(
        "the kit imports a test",
        "nothing imports a test",
        "testing.hooks",
        "tests.unit.wallet.situations",
    ),
    Plant(
        "the shared package imports a function",
        "the shared package knows no function",
        "casino.wiring.settings",
        "functions.bet.app",
    ),
    Plant(
        "the money path imports the catalogue",
        MONEY,
        "casino.wiring.hooks",
        "casino.catalogue.model",
    ),
    Plant(
        "the money path imports events",
        MONEY,
        "casino.wiring.hooks",
        "casino.events.model",
    ),
    Plant(
        "the money path imports launches", MONEY, "casino.wallet.endpoint", "casino.sessions.launch"
    ),
    Plant(
        "a dialect of the money path imports pydantic",
        MONEY,
        "casino.dialects.igsp.requests",
        "pydantic",
    ),
    Plant("the builder imports the package", BUILD, "builder.package", "casino.base.money"),
    Plant("the builder imports the environment", BUILD, "builder.sam", "botocore"),
]

"""What the services of AWS say of a stack."""

from collections.abc import Iterator
from typing import Any, Final

from ops.preflight.site import Row, Site, complete, judged

#: What Lambda keeps back from reservations.
_UNRESERVED: Final = 100
#: What an account usually has; a new one has 10.
_CONCURRENCY: Final = 1000
_ALARMS: Final = ("Alarm", "CompositeAlarm")
_QUOTA: Final = "ask for more in Service Quotas"
_OTHER_NAMES: Final = {
    "Launch": "LaunchSession",
    "Expiry": "ExpireSessions",
    "Publish": "PublishEvents",
}


def tables(site: Site) -> Iterator[Row]:
    """Look whether tables can be deleted, and whether they can be restored."""
    client, money = site.client("dynamodb"), site.operations.stack.tables
    names = {*site.named("AWS::DynamoDB::Table"), money.ledger, money.wallets, money.rounds}
    deletable, unsaved = [], []
    for name in names:
        table = client.describe_table(TableName=name)["Table"]
        deletable += [] if table.get("DeletionProtectionEnabled") else [name]
        told = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        recovery = told.get("PointInTimeRecoveryDescription", {})
        unsaved += [] if recovery.get("PointInTimeRecoveryStatus") == "ENABLED" else [name]
    todo = (
        "DeletionProtection=true in samconfig.toml; of restored tables: aws dynamodb update-table"
    )
    yield complete("deletion protection", deletable, "without it", todo)
    todo = "aws dynamodb update-continuous-backups: without it nothing can be restored"
    yield complete("backups", unsaved, "no point-in-time recovery", todo)


def alarms(site: Site) -> Iterator[Row]:
    """Look whether alarms are there, would tell somebody, and whether any rings."""
    found = {each["AlarmName"]: each for each in _alarms(site)}
    wanted = {name for kind in _ALARMS for name in site.named(f"AWS::CloudWatch::{kind}")}
    rules = " ".join(each.get("AlarmRule", "") for each in found.values())
    telling = {
        name
        for name, each in found.items()
        if each["ActionsEnabled"] and (each["AlarmActions"] or f'"{name}"' in rules)
    }
    lacking = wanted - telling
    todo = "make deploy; aws cloudwatch enable-alarm-actions"
    yield complete("alarms", lacking, "gone, or tell nobody", todo)
    loud = [name for name in wanted & telling if found[name]["AlarmActions"]]
    ringing = [name for name in loud if found[name]["StateValue"] == "ALARM"]
    todo = "docs/runbooks says what to do about each"
    yield complete("alarms that ring", ringing, "in alarm", todo)


def targets(site: Site) -> Iterator[Row]:
    """Look whether somebody has confirmed to hear of alarms."""
    topics = {topic for alarm in _alarms(site) for topic in alarm["AlarmActions"]}
    client, deaf = site.client("sns"), list[str]()
    for topic in topics:
        pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        arns = [each["SubscriptionArn"] for page in pages for each in page["Subscriptions"]]
        deaf += [] if any(arn.startswith("arn:") for arn in arns) else [topic]
    todo = "set AlarmEmail, and confirm the mail that AWS sends"
    if not topics:
        yield Row("target of the alarms", "falls short", "no alarm has one", todo)
    else:
        yield complete("target of the alarms", deaf, "nobody has confirmed", todo)


def _alarms(site: Site) -> Iterator[Any]:
    pages = site.client("cloudwatch").get_paginator("describe_alarms")
    asked = {"AlarmNamePrefix": f"{site.operations.stack.name}-"}
    types = ["MetricAlarm", "CompositeAlarm"]
    for page in pages.paginate(**asked, AlarmTypes=types):
        yield from page.get("MetricAlarms", ())
        yield from page.get("CompositeAlarms", ())


def quotas(site: Site) -> Iterator[Row]:
    """Look whether the account may do as much as the stack is to."""
    limit = site.client("lambda").get_account_settings()["AccountLimit"]
    most = limit["ConcurrentExecutions"]
    enough = most >= _CONCURRENCY and limit["UnreservedConcurrentExecutions"] >= _UNRESERVED
    found = f"{most:,} runs at once, {limit['UnreservedConcurrentExecutions']:,} not reserved"
    yield judged("quota of Lambda", enough, found, f"{_QUOTA}: {_CONCURRENCY:,} at least")
    account = site.client("apigateway").get_account()
    rate, wanted = account["throttleSettings"]["rateLimit"], site.parameters["ThrottlingRateLimit"]
    found = f"{rate:,.0f} requests a second, and each method {wanted}"
    yield judged("quota of API Gateway", rate >= float(wanted), found, _QUOTA)
    role = account.get("cloudwatchRoleArn", "")
    todo = "docs/deployment.md, once per account and region: aws apigateway update-account"
    yield judged("access log of API Gateway", bool(role), f"its role: {role or 'none'}", todo)


def concurrency(site: Site) -> Iterator[Row]:
    """Compare what functions have reserved with the parameters; the hooks have to have some."""
    client, faults = site.client("lambda"), list[str]()
    for name, value in site.parameters.items():
        own = name.removesuffix("Concurrency")
        if own in (name, "Provisioned") or not int(value):
            continue
        function = site.resources[f"{_OTHER_NAMES.get(own, own)}Function"].name
        told = client.get_function_concurrency(FunctionName=function)
        reserved = told.get("ReservedConcurrentExecutions", 0)
        faults += [] if reserved == int(value) else [f"{function} has {reserved} of {value}"]
    if not int(site.parameters["HooksConcurrency"]):
        faults.append("HooksConcurrency=0")
    todo = "samconfig.toml and make deploy; aws lambda put-function-concurrency changes it by hand"
    yield complete("concurrency", faults, "not reserved", todo)


def dashboards(site: Site) -> Iterator[Row]:
    """Look whether the dashboards are there."""
    stack = site.operations.stack.name
    told = site.client("cloudwatch").list_dashboards(DashboardNamePrefix=f"{stack}-")
    there = {each["DashboardName"] for each in told["DashboardEntries"]}
    lacking = {f"{stack}-wallet", f"{stack}-providers"} - there
    yield complete("dashboards", lacking, "gone", "make deploy")


def schedules(site: Site) -> Iterator[Row]:
    """Look whether schedules and the rules of the bus are on."""
    client, still = site.client("events"), list[str]()
    for name in site.named("AWS::Events::Rule"):
        bus, _, rule = name.rpartition("|")
        told = client.describe_rule(Name=rule, EventBusName=bus or "default")
        still += [] if told["State"] == "ENABLED" else [rule]
    yield complete("schedules", still, "switched off", "aws events enable-rule")


def signing_key(site: Site) -> Iterator[Row]:
    """Look whether the days of the archive can be signed."""
    key = site.operations.stack.events.checkpoint_key
    state = site.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    todo = "aws kms enable-key, or cancel-key-deletion: without it no day is signed"
    yield judged("key of the checkpoints", state == "Enabled", state, todo)


def customer_key(site: Site) -> Iterator[Row]:
    """Look whether a customer key is renewed."""
    key = site.operations.stack.key_arn
    if not key:
        yield Row("customer key", "fine", "AWS's own keys encrypt")
        return
    rotates = site.client("kms").get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    found = f"{key}: {'renewed yearly' if rotates else 'never renewed'}"
    yield judged("customer key", rotates, found, "aws kms enable-key-rotation")

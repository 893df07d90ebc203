"""What must hold of the API's edge, as functions from a template to the list of its faults."""

from collections.abc import Mapping
from typing import Any

from testing.template import Template, functions, resources

NOT_LOCAL = {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "local"]}]}
NO_VALUE = {"Ref": "AWS::NoValue"}


def altered_bodies(template: Template) -> list[str]:
    """APIs that hand on other bytes than were sent: those alone carry the signature.

    A body that is no binary is decoded as UTF-8, with replacement characters; an API that
    compresses its answers inflates what comes in.
    """
    return [
        name
        for name, api in resources(template, "AWS::Serverless::Api").items()
        if api.get("BinaryMediaTypes") != ["*/*"] or "MinimumCompressionSize" in api
    ]


#: Function → the parameter that reserves its concurrency. Launches and the schedule wait for
#: providers, so without a limit they use up what bets need; wins and refunds are owed.
RESERVED = {
    "HooksFunction": "HooksConcurrency",
    "WinFunction": "WinConcurrency",
    "RefundFunction": "RefundConcurrency",
    "FlexsoftFunction": "FlexsoftConcurrency",
    "WinupgoFunction": "WinupgoConcurrency",
    "InvoFunction": "InvoConcurrency",
    "InvoCallsFunction": "InvoCallsConcurrency",
    "IgvFunction": "IgvConcurrency",
    "LaunchSessionFunction": "LaunchConcurrency",
    "AccountsFunction": "AccountsConcurrency",
    "ExpireSessionsFunction": "ExpiryConcurrency",
}
#: What one method of the casino's own API may take of the API's throttle, in requests per second.
MOST_OF_ACCOUNTS = 100


def greedy_routes(template: Template) -> list[str]:
    """Routes of the casino's own API without a throttle of their own, or with a large one."""
    (api,) = resources(template, "AWS::Serverless::Api").values()
    own = {
        (each["ResourcePath"], each["HttpMethod"]): each["ThrottlingRateLimit"]
        for each in api["MethodSettings"]
    }
    found = []
    named = ("AccountsFunction", "InvoCallsFunction")
    for event in (e for n in named for e in functions(template)[n]["Events"].values()):
        path, method = event["Properties"]["Path"], event["Properties"]["Method"]
        limit = own.get((f"/{path.replace('/', '~1')}", method))
        if not isinstance(limit, int) or limit > MOST_OF_ACCOUNTS:
            found.append(f"{method} {path}")
    return found


#: What an account has by default, less what Lambda keeps unreserved, and one for the rehearsal.
RESERVABLE = 899


def unreserved_functions(template: Template) -> list[str]:
    """Functions whose concurrency no parameter reserves."""
    return [
        name
        for name, parameter in RESERVED.items()
        if functions(template)[name].get("ReservedConcurrentExecutions")
        != {"Fn::If": [_condition(template, parameter), {"Ref": parameter}, NO_VALUE]}
    ]


def _condition(template: Template, parameter: str) -> str | None:
    """Return the condition under which a number is given."""
    given = {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, 0]}]}
    return next((name for name, it in template["Conditions"].items() if it == given), None)


def careless_reservations(values: Mapping[str, str]) -> list[str]:
    """What is wrong with an environment's reservations."""
    reserved = {name: int(n) for name, n in values.items() if name.endswith("Concurrency")}
    faults = [name for name in RESERVED.values() if not reserved.get(name)]
    return faults + (["more than an account has"] if sum(reserved.values()) > RESERVABLE else [])


def open_functions(template: Template) -> list[str]:
    """Permissions to invoke a function that are not those of one AWS service for this account.

    Whoever may invoke a function writes its event, and could name any caller in it.
    """
    return [
        name
        for name, permission in resources(template, "AWS::Lambda::Permission").items()
        if not str(permission["Principal"]).endswith(".amazonaws.com")
        or permission.get("SourceAccount") != {"Ref": "AWS::AccountId"}
    ]


def broken_rules(template: Template, values: dict[str, str]) -> list[str]:
    """Return the rules of the template that refuse these parameters, as CloudFormation would."""
    given = {n: str(p.get("Default", "")) for n, p in template["Parameters"].items()} | values
    return [
        name
        for name, rule in template["Rules"].items()
        if _holds(rule["RuleCondition"], given)
        and not all(_holds(each["Assert"], given) for each in rule["Assertions"])
    ]


def _holds(condition: dict[str, Any], given: Mapping[str, str]) -> bool:
    ((function, parts),) = condition.items()
    match function:
        case "Fn::Equals":
            left, right = (given[p["Ref"]] if isinstance(p, dict) else p for p in parts)
            return left == right
        case "Fn::Not":
            return not _holds(parts[0], given)
        case "Fn::Or":
            return any(_holds(part, given) for part in parts)
    raise AssertionError(function)


def careless_buckets(template: Template) -> list[str]:
    """Buckets that answer without TLS, forget what was overwritten, or cannot be locked."""
    policies = resources(template, "AWS::S3::BucketPolicy").values()
    faults = []
    for name, bucket in resources(template, "AWS::S3::Bucket").items():
        arn, lock = f"${{{name}.Arn}}", bucket.get("ObjectLockConfiguration", {}).get("Fn::If", [])
        tls_only = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [{"Fn::GetAtt": [name, "Arn"]}, {"Fn::Sub": f"{arn}/*"}],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        denied = [
            {key: value for key, value in statement.items() if key != "Sid"}
            for policy in policies
            if policy["Bucket"] == {"Ref": name}
            and template["Conditions"].get(str(policy["@"].get("Condition"))) in (None, NOT_LOCAL)
            for statement in policy["PolicyDocument"]["Statement"]
        ]
        checks = {
            "TLS": tls_only in denied,
            "nothing but denials": all(each["Effect"] == "Deny" for each in denied),
            "versions": bucket.get("VersioningConfiguration") == {"Status": "Enabled"},
            # The lake is a copy: what keeps events for good is their archive.
            "lock": name == "LakeBucket"
            or (lock[:1] in (["LockPages"], ["LockArchive"]) and "ObjectLockEnabled" in bucket),
            # In an archive a version that somebody overwrote is the one that counts.
            "old versions": ("NoncurrentVersionExpiration" in str(bucket))
            != (name == "ArchiveBucket"),
        }
        faults += [f"{name}: {check}" for check, holds in checks.items() if not holds]
    return faults


def lossy_queues(template: Template) -> list[str]:
    """Queues of functions that lose a message, tell a whole batch again, or tell it too early."""
    queues, policies = (
        resources(template, f"AWS::SQS::{kind}") for kind in ("Queue", "QueuePolicy")
    )
    faults = []
    for name, function in functions(template).items():
        for event in function.get("Events", {}).values():
            if event["Type"] != "SQS":
                continue
            source = event["Properties"]
            queue = source["Queue"]["Fn::GetAtt"][0]
            window = template["Parameters"][source["MaximumBatchingWindowInSeconds"]["Ref"]]
            dead = queues[queue].get("RedrivePolicy", {}).get("deadLetterTargetArn", {})
            dead_name = dead.get("Fn::GetAtt", [""])[0]
            senders = [
                statement
                for policy in policies.values()
                if {"Ref": queue} in policy["Queues"]
                for statement in policy["PolicyDocument"]["Statement"]
            ]
            checks = {
                "dead letters": queues.get(dead_name, {}).get("MessageRetentionPeriod") == 1209600,
                "parts": source.get("FunctionResponseTypes") == ["ReportBatchItemFailures"],
                # As AWS says: six times the function's time, and the window.
                "patience": queues[queue].get("VisibilityTimeout", 30)
                >= 6 * function["Timeout"] + window["MaxValue"],
                "one sender": [s.get("Condition", {}).keys() for s in senders] == [{"ArnEquals"}],
            }
            faults += [f"{name}: {check}" for check, holds in checks.items() if not holds]
    return faults

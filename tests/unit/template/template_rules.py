"""What must hold of the template, as functions from a template to the list of its faults.

They stand apart from their tests so that each can be tried on a deliberately broken copy, too:
a rule that cannot fail protects nothing. Those about policies are in `template_grants`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from casino.dialects.igsp.answers import STATUSES
from casino.dialects.winupgo.answers import answer
from casino.wallet.dialect import Outcome
from casino.wallet.refusals import REFUSALS
from testing.template import PROJECT, Template, as_list, functions, resources

#: What an alarm watches for the whole service, with the one dimension `service`. The catalogue's
#: are in tests/contract/test_catalogue_alarms.py.
SERVICE_METRICS = {
    "SignatureFailures",
    "UnknownKeys",
    "WinsWithoutBet",
    "WinsHeld",
    "ExposureExceeded",
    "RefundsAfterWin",
    "RollbacksAfterWin",
    "OwedMoneyRefused",
    "OldestHoldSeconds",
    "PreviousSecretNearEnd",
    "OldVersionNearEnd",
    "RotationFailures",
    "TokenRefreshFailures",
    "LaunchFailures",
    "SessionsNotTold",
    "CallbackAnomalies",
    "DeliveriesUnmatched",
    "DeliveriesFailed",
    "OpenDeliveryAgeSeconds",
    "LakeLagSeconds",
    "ProviderFailures",
    "PurchasesOwed",
    "UnreadableEventItems",
    "EventsRefused",
    "EventsNotTaken",
    "ArchivedEventAgeSeconds",
    "EventsMissing",
}

ROUTES = {
    ("POST", "/webhooks/igsp/v1/platforms/game-provider/hooks"): "HooksFunction",
    ("POST", "/webhooks/igsp/v1/balance"): "BalanceFunction",
    ("POST", "/webhooks/igsp/v1/bet"): "BetFunction",
    ("POST", "/webhooks/igsp/v1/win"): "WinFunction",
    ("POST", "/webhooks/igsp/v1/refund"): "RefundFunction",
    ("POST", "/flexsoft/v1/auth"): "FlexsoftFunction",
    ("POST", "/flexsoft/v1/withdraw"): "FlexsoftFunction",
    ("POST", "/flexsoft/v1/deposit"): "FlexsoftFunction",
    ("POST", "/flexsoft/v1/balance"): "FlexsoftFunction",
    ("POST", "/winupgo/v1/sessions"): "WinupgoFunction",
    ("POST", "/winupgo/v1/bets/authorize"): "WinupgoFunction",
    ("POST", "/winupgo/v1/bets/settle"): "WinupgoFunction",
    ("POST", "/winupgo/v1/bets/rollback"): "WinupgoFunction",
    ("POST", "/winupgo/v1/events"): "WinupgoFunction",
    ("POST", "/invo/v1/webhooks/{integration}"): "InvoFunction",
    ("POST", "/player-tokens"): "InvoCallsFunction",
    ("POST", "/item-purchases"): "InvoCallsFunction",
    ("POST", "/igv/v1/callbacks/{integration}"): "IgvFunction",
    ("GET", "/health"): "HealthFunction",
    ("GET", "/catalogue/games"): "ReadCatalogueFunction",
    ("GET", "/catalogue/providers"): "ReadCatalogueFunction",
    ("POST", "/sessions"): "LaunchSessionFunction",
    ("GET", "/sessions/{session_id}"): "LaunchSessionFunction",
    ("DELETE", "/sessions/{session_id}"): "LaunchSessionFunction",
    ("POST", "/players"): "AccountsFunction",
    ("GET", "/players/{player_id}"): "AccountsFunction",
    ("GET", "/players/{player_id}/wallets"): "AccountsFunction",
    ("GET", "/players/{player_id}/wallets/{currency}/history"): "AccountsFunction",
    ("GET", "/transactions/{reference}"): "AccountsFunction",
    ("PATCH", "/players/{player_id}"): "AccountsFunction",
    ("POST", "/players/{player_id}/block"): "AccountsFunction",
    ("GET", "/players/{player_id}/wallets/{currency}/bonuses"): "AccountsFunction",
    ("POST", "/players/{player_id}/wallets/{currency}/bonuses"): "AccountsFunction",
    (
        "POST",
        "/players/{player_id}/wallets/{currency}/bonuses/{grant_id}/forfeit",
    ): "AccountsFunction",
    ("GET", "/players/{player_id}/limits"): "AccountsFunction",
    ("PUT", "/players/{player_id}/limits"): "AccountsFunction",
    ("POST", "/players/{player_id}/limits/confirmations"): "AccountsFunction",
    ("POST", "/players/{player_id}/exclusions"): "AccountsFunction",
    ("POST", "/rg/check"): "AccountsFunction",
    ("POST", "/players/{player_id}/unblock"): "AccountsFunction",
    ("POST", "/players/{player_id}/wallets/{currency}/deposits"): "AccountsFunction",
    ("POST", "/players/{player_id}/wallets/{currency}/withdrawals"): "AccountsFunction",
    ("POST", "/players/{player_id}/wallets/{currency}/reservations"): "AccountsFunction",
    (
        "POST",
        "/players/{player_id}/wallets/{currency}/reservations/{reservation_id}/release",
    ): "AccountsFunction",
}

#: What API Gateway's authorizer of tokens answers → its code of the wallet.
AUTHORIZERS = {
    "UNAUTHORIZED": "unauthorized",
    "AUTHORIZER_FAILURE": "unavailable",
    "AUTHORIZER_CONFIGURATION_ERROR": "unavailable",
}

#: Routes that everyone may call; any other needs the caller's IAM permission.
PUBLIC = re.compile(r"/webhooks/.*|/flexsoft/.*|/winupgo/.*|/invo/.*|/igv/.*|/health")


def careless_tables(template: Template) -> list[str]:
    """Tables that could be lost: unprotected, not restorable, gone with the stack, or unkeyed."""
    protected = {"Fn::If": ["ProtectTables", True, False]}
    faults = []
    for name, table in resources(template, "AWS::DynamoDB::Table").items():
        restorable = table.get("PointInTimeRecoverySpecification", {})
        key = table.get("SSESpecification", {}).get("Fn::If", [None, {}])
        checks = {
            "DeletionPolicy": table["@"].get("DeletionPolicy") == "RetainExceptOnCreate",
            "UpdateReplacePolicy": table["@"].get("UpdateReplacePolicy") == "Retain",
            "recovery": restorable.get("PointInTimeRecoveryEnabled") is True,
            "deletion protection": table.get("DeletionProtectionEnabled") == protected,
            "key": key[0] == "HasKey" and key[1].get("KMSMasterKeyId") == {"Ref": "KmsKeyArn"},
            "on demand": table.get("BillingMode") == "PAY_PER_REQUEST",
            "no fixed name": "TableName" not in table,
        }
        faults += [f"{name}: {check}" for check, holds in checks.items() if not holds]
    return faults


def careless_logs(template: Template) -> list[str]:
    """Functions without a log group of their own, and log groups that keep everything for ever."""
    groups = resources(template, "AWS::Logs::LogGroup")
    faults = [n for n, g in groups.items() if not g.get("RetentionInDays") or "KmsKeyId" not in g]
    used = [
        f.get("LoggingConfig", {}).get("LogGroup", {}).get("Ref")
        for f in functions(template).values()
    ]
    return faults + [str(name) for name in used if name not in groups or used.count(name) > 1]


def missing_timeouts(template: Template) -> list[str]:
    """Functions that may run longer than API Gateway waits, or for a time that nobody chose."""
    shared = template["Globals"]["Function"].get("Timeout", 0)
    faults = []
    for name, function in functions(template).items():
        longest = 29 if any(_routes(function)) else 900
        if not 0 < function.get("Timeout", shared) <= longest:
            faults.append(name)
    return faults


def unwatched_functions(template: Template) -> list[str]:
    """Functions that a loop of the template forgot: no log group that forgets, or no alarm.

    Their names count, too: a gradual deployment goes back by the alarms of that name. A function
    that runs once at a time is throttled whenever it has to wait: an alarm would ring for nothing.
    """
    groups = resources(template, "AWS::Logs::LogGroup")
    alarms = resources(template, "AWS::CloudWatch::Alarm")
    faults = []
    for function, properties in functions(template).items():
        name = function.removesuffix("Function")
        logs, used = f"{name}Logs", properties.get("LoggingConfig")
        if used != {"LogGroup": {"Ref": logs}} or "RetentionInDays" not in groups.get(logs, {}):
            faults.append(logs)
        one = properties.get("ReservedConcurrentExecutions", {}).get("Fn::If", [None, 0])[1] == 1
        for metric in ("Errors", "Throttles", "Duration"):
            alarm = alarms.get(f"{name}{metric}Alarm", {})
            if one and metric == "Throttles":
                faults += [f"{name}ThrottlesAlarm"] if alarm else []
                continue
            watched = [alarm.get(each) for each in ("Namespace", "MetricName", "Dimensions")]
            own = [{"Name": "FunctionName", "Value": {"Ref": function}}]
            if watched != ["AWS/Lambda", metric, own]:
                faults.append(f"{name}{metric}Alarm")
    return faults


def missing_alarms(template: Template) -> list[str]:
    """Metrics of the whole service that no alarm watches."""
    own = [{"Name": "service", "Value": "seamless-wallet"}]
    watched = {
        alarm["MetricName"]
        for alarm in resources(template, "AWS::CloudWatch::Alarm").values()
        if alarm.get("Dimensions") == own
    }
    return sorted(SERVICE_METRICS - watched)


def missing_runbooks(template: Template) -> list[str]:
    """Alarms that name no page of docs/runbooks."""
    faults = []
    for name, alarm in resources(template, "AWS::CloudWatch::Alarm").items():
        page = re.search(r"docs/runbooks/[a-z-]+\.md", alarm["AlarmDescription"])
        if page is None or not (PROJECT / page[0]).exists():
            faults.append(name)
    return faults


def wrong_routes(template: Template) -> list[str]:
    found = {
        (route["Method"], route["Path"]): name
        for name, function in functions(template).items()
        for route in _routes(function)
    }
    return [str(route) for route in found.keys() | ROUTES if found.get(route) != ROUTES.get(route)]


def _routes(function: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for event in function.get("Events", {}).values():
        if event["Type"] == "Api":
            yield event["Properties"]


def _authorization(path: str) -> dict[str, str] | None:
    """Return what a route must ask for: a token, nothing, or the caller's IAM permission."""
    if path.startswith("/winupgo/"):
        return {"Authorizer": "WinupgoTokens"}
    if PUBLIC.fullmatch(path):
        return None
    return {"Authorizer": "AWS_IAM", "InvokeRole": "NONE"}


def open_routes(template: Template) -> list[str]:
    """Routes that anyone could call although they are not public, or that nobody could.

    A resource policy that allows a route to everybody opens it to every AWS account, although the
    route has IAM authorisation: so the policy must name the public routes and no other.
    """
    faults = [
        route["Path"]
        for function in functions(template).values()
        for route in _routes(function)
        if route.get("Auth") != _authorization(route["Path"])
    ]
    for name, api in resources(template, "AWS::Serverless::Api").items():
        for statement in api["Policy"]["Statement"]:
            for path in as_list(statement["Resource"]):
                allowed = path.removeprefix("execute-api:/*/").partition("/")[2]
                if statement["Effect"] == "Allow" and not PUBLIC.fullmatch(f"/{allowed}"):
                    faults.append(f"{name} allows {path}")
    return faults


def exposed_secrets(template: Template) -> list[str]:
    """Names that look like a secret's, and references that would copy one into the stack."""
    looks_secret = re.compile(r"secret|passw|token|credential|api_?key|signature", re.IGNORECASE)
    names = [*template["Parameters"], *template["Outputs"]]
    for function in [template["Globals"]["Function"], *functions(template).values()]:
        names += function.get("Environment", {}).get("Variables", {})
    faults = [n for n in names if looks_secret.search(n) and n != "SecretPrefix"]
    faults += [n for n, p in template["Parameters"].items() if "NoEcho" in p]
    return faults + re.findall(r"\{\{resolve:[^}]*\}\}", json.dumps(template))


def wrong_gateway_errors(template: Template) -> list[str]:
    """API Gateway's own errors that differ from the words of who meets them, or from their status.

    Those of the authorizer are WinUpGo's: its routes alone have one. All others are iGSP's.
    """
    (api,) = resources(template, "AWS::Serverless::Api").values()
    wanted_names = ("DEFAULT_4XX", "DEFAULT_5XX", *AUTHORIZERS)
    faults = [n for n in wanted_names if n not in api["GatewayResponses"]]
    for name, response in api["GatewayResponses"].items():
        if name in AUTHORIZERS:
            said = answer(Outcome(AUTHORIZERS[name], "$context.requestId"))
            given = response["ResponseTemplates"]["application/json"]
            if (response["StatusCode"], given) != (str(said.status), said.body):
                faults.append(name)
            continue
        body = json.loads(response["ResponseTemplates"]["application/json"])
        spec = REFUSALS.get(body.get("error"))
        wanted = spec and {
            "error": spec.code,
            "message": spec.message,
            "status": STATUSES[spec.code],
            "retryable": spec.retryable,
            "trace_id": "$context.requestId",
        }
        if spec is None or body != wanted or response["StatusCode"] != str(STATUSES[spec.code]):
            faults.append(name)
    return faults

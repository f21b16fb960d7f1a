"""What AWS refuses in calls to the services around a cluster, and moto lets through.

Sources: the API reference of each action, and the words of AWS in public reports of these errors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import available_timezones

from botocore.loaders import create_loader
from moto.core.utils import get_service_model

from aurora_cli.sandbox.emulator.calls import identify, scope
from aurora_cli.sandbox.emulator.protocol import documents, requests
from aurora_cli.sandbox.emulator.protocol.constraints import Refusal, broken
from aurora_cli.sandbox.emulator.server import Environ
from aurora_cli.sandbox.emulator.wire_errors import Answer
from aurora_cli.sandbox.emulator.wire_errors import refusal as wire_refusal
from aurora_cli.spec.facts.tables import table

Params = Mapping[str, Any]
"""A JSON document, or the flat form of a query: `IpPermissions.1.IpRanges.1.Description`."""
Check = Callable[[Params, str], Refusal | None]
"""What is wrong with a call, by its parameters and its Region."""

BY_MODEL = frozenset({"application-autoscaling", "secretsmanager", "sts"})
"""Services whose requests are held against botocore's model: short enough to be read for one call."""

_RULE_TEXT = re.compile(r"[A-Za-z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_SCHEDULE = re.compile(
    r"(rate\(\d+ \w+\)|cron\(([^\s()]+ ){5}[^\s()]+\)|at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\))", re.ASCII
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PRINCIPAL = re.compile(r"\*|\d{12}|arn:aws[a-z-]*:(iam|sts)::\d{12}:(root|(role|user|assumed-role)/.+)")
_PATH = re.compile(r"/|/[!-~]+/")
_POLICY_ARN = re.compile(r"arn:aws[a-z-]*:iam::(aws|\d{12}):policy/.+")
_LONGEST_POLICY = 6144
_MOST_READERS = 15


def refusal(environ: Environ) -> Answer | None:
    """The answer to a call that is refused; None for one that may pass."""
    service, region = scope(environ)
    if service not in BY_MODEL and not any(of == service for of, _ in CHECKS):
        return None
    body = environ["wsgi.input"].read()
    environ["wsgi.input"].seek(0)
    protocol, action, _ = identify(environ, body, service)
    params = _params(protocol, body)
    found = _of_model(service, protocol, action, params) if service in BY_MODEL else None
    check = CHECKS.get((service, action))
    found = found or (check(params, region) if check else None)
    return wire_refusal(*found, protocol) if found else None


def _params(protocol: str, body: bytes) -> dict[str, Any]:
    if protocol in ("query", "ec2"):
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _of_model(service: str, protocol: str, action: str, params: Any) -> Refusal | None:
    model = get_service_model(service)
    if action not in model.operation_names:
        return None
    hold = requests.problem if protocol == "query" else documents.problem
    return hold(model.operation_model(action), params)


def _rules(params: Params, region: str) -> Refusal | None:
    for key, value in params.items():
        if key.endswith(".Description") and not _RULE_TEXT.fullmatch(value):
            return Refusal(
                "InvalidParameterValue",
                "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  "
                "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
            )
    return None


def _endpoint(params: Params, region: str) -> Refusal | None:
    """An endpoint is for a service of the Region; `com.amazonaws.eu-west-1.sagemaker.runtime` has two words for its service."""
    name = params.get("ServiceName", "")
    own = name.partition(f".{region}.")[2] if name.startswith("com.amazonaws.") or ".amazonaws." in name else name
    known = {*table("limits")["vpc_endpoint_services"], *_endpoint_services()}
    if name.startswith("com.amazonaws.vpce.") or {own, *own.split(".")} & known:
        return None
    return Refusal("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist")


@cache
def _endpoint_services() -> frozenset[str]:
    partitions = create_loader().load_data("endpoints")["partitions"]
    return frozenset(word for one in partitions for name in one["services"] for word in (name, *name.split(".")))


def _retention(params: Params, region: str) -> Refusal | None:
    days = table("limits")["retention_days"]
    if params.get("retentionInDays") in days:
        return None
    found = broken("retentionInDays", params.get("retentionInDays"), f"Member must satisfy enum value set: {days}")
    return found._replace(code="InvalidParameterException")


def _target(params: Params, region: str) -> Refusal | None:
    low, high = params.get("MinCapacity"), params.get("MaxCapacity")
    if low is not None and high is not None and high < low:
        return Refusal("ValidationException", "Maximum capacity cannot be less than minimum capacity")
    if high is not None and high > _MOST_READERS:
        return Refusal(
            "ValidationException", f"Maximum capacity must be at most {_MOST_READERS} for an Aurora DB cluster"
        )
    return None


def _policy(params: Params, region: str) -> Refusal | None:
    kind, member = params.get("PolicyType"), "TargetTrackingScalingPolicyConfiguration"
    if kind == "TargetTrackingScaling" and not params.get(member):
        return Refusal("ValidationException", f"{member} must be specified for the policy type {kind}")
    return None


def _schedule(params: Params, region: str) -> Refusal | None:
    schedule, zone, limits = (params.get(name) for name in ("Schedule", "Timezone", "ScalableTargetAction"))
    if schedule is not None and not _SCHEDULE.fullmatch(schedule):
        return Refusal(
            "ValidationException",
            "Schedule must be a valid rate(value unit), cron(fields) or at(yyyy-mm-ddThh:mm:ss) expression",
        )
    if zone is not None and zone not in available_timezones():
        return Refusal("ValidationException", f"Invalid timezone: {zone}")
    if limits is not None and not {"MinCapacity", "MaxCapacity"} & set(limits):
        return Refusal("ValidationException", "ScalableTargetAction must have a minimum or a maximum capacity")
    return None


def _subscription(params: Params, region: str) -> Refusal | None:
    if params.get("Protocol") in ("email", "email-json") and not _EMAIL.fullmatch(params.get("Endpoint", "")):
        return Refusal("InvalidParameter", "Invalid parameter: Email address")
    return None


def _alarm(params: Params, region: str) -> Refusal | None:
    period = int(params.get("Period") or 60)
    if period not in (10, 20, 30) and period % 60:
        return Refusal("ValidationError", "The parameter Period must be 10, 20, 30 or a multiple of 60")
    actions = params.get("AlarmActions") or [
        value for key, value in params.items() if key.startswith("AlarmActions.member.")
    ]
    for arn in actions:
        own = arn.split(":")[3] if arn.startswith("arn:") else region
        if own not in ("", region):
            return Refusal("ValidationError", f"Invalid region {own} specified. Only {region} is supported.")
    return None


def _key_policy(params: Params, region: str) -> Refusal | None:
    try:
        statements = json.loads(params.get("Policy") or "{}").get("Statement", [])
    except ValueError:
        return Refusal("MalformedPolicyDocumentException", "Policy is not valid JSON.")
    for one in statements if isinstance(statements, list) else [statements]:
        named = one.get("Principal", {}) if isinstance(one, dict) else {}
        found = named.get("AWS", []) if isinstance(named, dict) else []
        for principal in [found] if isinstance(found, str) else found:
            if not _PRINCIPAL.fullmatch(principal):
                text = "Policy contains a statement with one or more invalid principals."
                return Refusal("MalformedPolicyDocumentException", text)
    return None


def _rotation(params: Params, region: str) -> Refusal | None:
    rules = params.get("RotationRules") or {}
    if rules.get("AutomaticallyAfterDays") and rules.get("ScheduleExpression"):
        text = "You can't specify both AutomaticallyAfterDays and ScheduleExpression."
        return Refusal("InvalidParameterException", text)
    expression = rules.get("ScheduleExpression")
    if expression is not None and not _SCHEDULE.fullmatch(expression):
        return Refusal("InvalidParameterException", f"Invalid schedule expression: {expression}")
    hours = str(rules.get("Duration") or "1h")
    if not re.fullmatch(r"([1-9]|1\d|2[0-4])h", hours, re.ASCII):
        return Refusal("InvalidParameterException", f"Invalid duration: {hours}. It is 1h to 24h.")
    return None


def _managed_policy(params: Params, region: str) -> Refusal | None:
    length = len(re.sub(r"\s", "", params.get("PolicyDocument", "")))
    if length > _LONGEST_POLICY:
        return Refusal("LimitExceeded", f"Cannot exceed quota for PolicySize: {_LONGEST_POLICY}")
    return None


def _role(params: Params, region: str) -> Refusal | None:
    if not _PATH.fullmatch(params.get("Path", "/")):
        text = "It must begin and end with / and contain only alphanumeric characters and/or / characters."
        return Refusal("ValidationError", f"The specified value for path is invalid. {text}")
    boundary = params.get("PermissionsBoundary")
    if boundary is not None and not _POLICY_ARN.fullmatch(boundary):
        return Refusal("InvalidInput", f"ARN {boundary} is not valid.")
    return None


CHECKS: Mapping[tuple[str, str], Check] = {
    ("ec2", "AuthorizeSecurityGroupIngress"): _rules,
    ("ec2", "AuthorizeSecurityGroupEgress"): _rules,
    ("ec2", "CreateVpcEndpoint"): _endpoint,
    ("logs", "PutRetentionPolicy"): _retention,
    ("application-autoscaling", "RegisterScalableTarget"): _target,
    ("application-autoscaling", "PutScalingPolicy"): _policy,
    ("application-autoscaling", "PutScheduledAction"): _schedule,
    ("sns", "Subscribe"): _subscription,
    ("monitoring", "PutMetricAlarm"): _alarm,
    ("kms", "CreateKey"): _key_policy,
    ("kms", "PutKeyPolicy"): _key_policy,
    ("secretsmanager", "RotateSecret"): _rotation,
    ("iam", "CreateRole"): _role,
    ("iam", "CreatePolicy"): _managed_policy,
    ("iam", "CreatePolicyVersion"): _managed_policy,
}
"""(Signing name, action) -> what is looked at."""

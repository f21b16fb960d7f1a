"""Application Auto Scaling: scalable targets, policies and scheduled actions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Item, Read, Resource, Task
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.resources.parts import again
from aurora_cli.sandbox.provider.resources.tagging import tagging

_TARGET = {
    "ServiceNamespace": "service_namespace",
    "ResourceId": "resource_id",
    "ScalableDimension": "scalable_dimension",
}
_GONE = ("ObjectNotFoundException",)


def _import_target(task: Task, more: int = 0) -> list[str]:
    """Namespace, resource id (which may contain slashes), dimension, and `more` parts after them."""
    parts = (task.id or "").split("/")
    if len(parts) < 3 + more:
        names = "service-namespace/resource-id/scalable-dimension" + "/name" * more
        raise ProviderError(f"unexpected format for ID ({task.id}), expected {names}")
    split = len(parts) - 1 - more
    return [parts[0], "/".join(parts[1:split]), *parts[split:]]


def _named_import(task: Task) -> Mapping[str, Any]:
    namespace, resource, dimension, name = _import_target(task, 1)
    identity = {"service_namespace": namespace, "resource_id": resource, "scalable_dimension": dimension}
    return {**identity, "name": name}


def _target_import(task: Task) -> Mapping[str, Any]:
    namespace, resource, dimension = _import_target(task)
    identity = {"service_namespace": namespace, "resource_id": resource, "scalable_dimension": dimension}
    return {**identity, "id": resource}


def _target_arn(task: Task) -> str:
    """The ARN ends with a generated id, which only a describe call returns."""
    if not task.get("arn"):
        identity = {"ServiceNamespace": task.get("service_namespace"), "ResourceIds": [task.get("resource_id")]}
        found = task.call("DescribeScalableTargets", **identity, ScalableDimension=task.get("scalable_dimension"))
        return str(found["ScalableTargets"][0]["ScalableTargetARN"])
    return str(task.get("arn"))


_REGISTER = Call("RegisterScalableTarget", zero=frozenset({"MinCapacity", "MaxCapacity"}))

TARGET = Resource(
    type="aws_appautoscaling_target",
    service="application-autoscaling",
    label="Application AutoScaling Target",
    create=_REGISTER,
    id=lambda task: str(task.get("resource_id")),
    aliases={"ScalableTargetARN": "arn"},
    read=Read(
        Call("DescribeScalableTargets", send={**_TARGET, "ResourceIds": "resource_id"}, match=False),
        item="ScalableTargets[0]",
        gone=_GONE,
    ),
    updates=(again(_REGISTER),),
    delete=Call("DeregisterScalableTarget", send=_TARGET, match=False),
    tagging=tagging({"ResourceARN": _target_arn}),
    import_attributes=_target_import,
)


def _step_scaling(task: Task) -> Item | None:
    """Step bounds are strings in the configuration, to distinguish 0 and null; the API has another name for steps."""
    block = task.get("step_scaling_policy_configuration")
    if not block:
        return None
    values = {key: value for key, value in block[0].items() if value is not None and key != "step_adjustment"}
    steps = [
        {key: value for key, value in step.items() if value not in (None, "")}
        for step in block[0].get("step_adjustment") or ()
    ]
    return {**values, "step_adjustments": steps}


def _read_steps(task: Task, item: Item) -> Any:
    found = item.get("StepScalingPolicyConfiguration")
    if not found:
        return None
    return {**found, "StepAdjustment": [_bounds(step) for step in found.get("StepAdjustments", ())]}


def _bounds(step: Item) -> Item:
    return {key: f"{value:g}" if key.startswith("Metric") else value for key, value in step.items()}


def _predictive(task: Task) -> Item | None:
    block = task.get("predictive_scaling_policy_configuration")
    if not block:
        return None
    values = {key: value for key, value in block[0].items() if key != "metric_specification"}
    return {**values, "metric_specifications": block[0].get("metric_specification")}


def _read_predictive(task: Task, item: Item) -> Any:
    found = item.get("PredictiveScalingPolicyConfiguration")
    return {**found, "MetricSpecification": found.get("MetricSpecifications")} if found else None


_PUT_POLICY = Call(
    "PutScalingPolicy",
    send={
        "PolicyName": "name",
        "StepScalingPolicyConfiguration": _step_scaling,
        "PredictiveScalingPolicyConfiguration": _predictive,
    },
)

POLICY = Resource(
    type="aws_appautoscaling_policy",
    service="application-autoscaling",
    label="Application Auto Scaling Scaling Policy",
    create=_PUT_POLICY,
    id=lambda task: str(task.get("name")),
    aliases={"PolicyARN": "arn", "PolicyName": "name"},
    read=Read(
        Call("DescribeScalingPolicies", send={**_TARGET, "PolicyNames": "name"}, match=False),
        item="ScalingPolicies[0]",
        gone=_GONE,
        fields={
            "alarm_arns": "Alarms[].AlarmARN",
            "step_scaling_policy_configuration": _read_steps,
            "predictive_scaling_policy_configuration": _read_predictive,
        },
    ),
    updates=(again(_PUT_POLICY),),
    delete=Call("DeleteScalingPolicy", send={**_TARGET, "PolicyName": "name"}, match=False),
    import_attributes=lambda task: {**_named_import(task), "id": _named_import(task)["name"]},
)


def _scheduled_target(task: Task) -> Item:
    block = (task.get("scalable_target_action") or [{}])[0]
    return {name: value for name, value in block.items() if value not in (None, "")}


def _moments(task: Task, item: Item) -> Mapping[str, Any]:
    """Null, and not an empty text, for an action without a start or an end."""
    names = {"start_time": "StartTime", "end_time": "EndTime"}
    return {attribute: item[name] for attribute, name in names.items() if item.get(name)}


def _same_moment(before: Any, after: Any) -> bool:
    try:
        return _parsed(before) == _parsed(after)
    except ValueError:
        return False


def _parsed(text: Any) -> dt.datetime:
    return dt.datetime.fromisoformat(str(text).replace("Z", "+00:00"))


_PUT_ACTION = Call(
    "PutScheduledAction", send={"ScheduledActionName": "name", "ScalableTargetAction": _scheduled_target}
)


def _action_id(task: Task) -> str:
    return f"{task.get('name')}-{task.get('service_namespace')}-{task.get('resource_id')}"


def _import_action(task: Task) -> Mapping[str, Any]:
    found = _named_import(task)
    return {**found, "id": f"{found['name']}-{found['service_namespace']}-{found['resource_id']}"}


ACTION = Resource(
    type="aws_appautoscaling_scheduled_action",
    service="application-autoscaling",
    label="Application Auto Scaling Scheduled Action",
    create=_PUT_ACTION,
    id=_action_id,
    aliases={"ScheduledActionARN": "arn", "ScheduledActionName": "name"},
    read=Read(
        Call("DescribeScheduledActions", send={**_TARGET, "ScheduledActionNames": "name"}, match=False),
        item="ScheduledActions[0]",
        gone=_GONE,
        more=(_moments,),
        skip=frozenset({"start_time", "end_time"}),
    ),
    updates=(again(_PUT_ACTION),),
    delete=Call("DeleteScheduledAction", send={**_TARGET, "ScheduledActionName": "name"}, match=False),
    import_attributes=_import_action,
    same={"start_time": _same_moment, "end_time": _same_moment},
)

ENTRIES = (TARGET, POLICY, ACTION)

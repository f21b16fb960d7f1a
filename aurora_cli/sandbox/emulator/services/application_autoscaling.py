"""Application Auto Scaling: moto's actions, extended by tags, the alarms of policies, and activities."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import FakeApplicationAutoscalingPolicy
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.exceptions import JsonRESTError

from aurora_cli.sandbox.emulator.alarms import readers, target_tracking

_TARGET = ("ServiceNamespace", "ResourceId", "ScalableDimension")
_PAGE = 50


class ScalingResponse(ApplicationAutoScalingResponse):
    """An Application Auto Scaling request."""

    def register_scalable_target(self) -> str:
        """RegisterScalableTarget returns the target's ARN and accepts tags."""
        super().register_scalable_target()
        target = self._target()
        if self._get_param("Tags"):
            _tags(target).update(self._get_param("Tags"))
        return json.dumps({"ScalableTargetARN": target.arn})

    def deregister_scalable_target(self) -> str:
        """DeregisterScalableTarget also deletes the target's policies and scheduled actions."""
        answer = self._found(super().deregister_scalable_target)
        backend = self.applicationautoscaling_backend
        mine = self._mine()
        for policy in (one for one in backend.policies.values() if _owner(one) == mine):
            policy.delete_alarms(backend.account_id, backend.region_name)
        backend.policies = {key: one for key, one in backend.policies.items() if _owner(one) != mine}
        backend.scheduled_actions = [one for one in backend.scheduled_actions if _owner(one) != mine]
        return answer

    def put_scaling_policy(self) -> str:
        """PutScalingPolicy requires the target. A policy that is changed keeps its ARN, and gets new alarms."""
        self._target()
        backend, name = self.applicationautoscaling_backend, self._get_param("PolicyName")
        key = FakeApplicationAutoscalingPolicy.formulate_key(*self._mine(), name)
        old = backend.policies.get(key)
        super().put_scaling_policy()
        policy = backend.policies[key]
        if old is not None:
            old.delete_alarms(backend.account_id, backend.region_name)
            policy.policy_arn, policy.creation_time = old.policy_arn, old.creation_time
        policy.alarms += target_tracking.put_alarms(
            cloudwatch_backends[backend.account_id][backend.region_name], policy
        )
        alarms = [{"AlarmARN": one.alarm_arn, "AlarmName": one.name} for one in policy.alarms]
        return json.dumps({"PolicyARN": policy.policy_arn, "Alarms": alarms})

    def describe_scaling_activities(self) -> str:
        """DescribeScalingActivities, the latest first."""
        wanted = self._mine()
        shown = [one.shown() for one in reversed(readers.activities(self.applicationautoscaling_backend))]
        found = [
            one for one in shown if all(value in (None, one[name]) for name, value in zip(_TARGET, wanted, strict=True))
        ]
        begin = int(self._get_param("NextToken") or 0)
        end = begin + (self._get_int_param("MaxResults") or _PAGE)
        more = {"NextToken": str(end)} if end < len(found) else {}
        return json.dumps({"ScalingActivities": found[begin:end], **more})

    def put_scheduled_action(self) -> str:
        """PutScheduledAction requires the target, and replaces the whole action."""
        self._target()
        self._forget_action()
        return super().put_scheduled_action()

    def _forget_action(self) -> None:
        backend = self.applicationautoscaling_backend
        mine = self._mine()
        name = self._get_param("ScheduledActionName")
        backend.scheduled_actions = [
            one for one in backend.scheduled_actions if (_owner(one), one.scheduled_action_name) != (mine, name)
        ]

    def describe_scaling_policies(self) -> str:
        """DescribeScalingPolicies, also by name."""
        found = json.loads(super().describe_scaling_policies())
        names = self._get_param("PolicyNames")
        found["ScalingPolicies"] = [one for one in found["ScalingPolicies"] if not names or one["PolicyName"] in names]
        return json.dumps(found)

    def delete_scaling_policy(self) -> str:
        """DeleteScalingPolicy."""
        return self._found(super().delete_scaling_policy)

    def delete_scheduled_action(self) -> str:
        """DeleteScheduledAction."""
        return self._found(super().delete_scheduled_action)

    def _found(self, action: Callable[[], str]) -> str:
        """Map moto's error for a missing resource to ObjectNotFoundException."""
        try:
            return action()
        except AWSValidationException as error:
            if "No scal" in str(error) or "No sched" in str(error):
                raise missing("ObjectNotFoundException", str(error.message)) from error
            raise

    def _mine(self) -> tuple[str, str, str]:
        """The result of `_owner` for the target of this request."""
        return tuple(self._get_param(name) for name in _TARGET)

    def _target(self) -> Any:
        namespace, resource, dimension = self._mine()
        targets = self.applicationautoscaling_backend.describe_scalable_targets(namespace, [resource], dimension)
        if not targets:
            raise missing(
                "ObjectNotFoundException",
                f"No scalable target registered for service namespace: {namespace}, resource ID: {resource}, scalable "
                f"dimension: {dimension}",
            )
        return targets[0]

    def _tagged(self) -> Any:
        arn = self._get_param("ResourceARN")
        for by_resource in self.applicationautoscaling_backend.targets.values():
            for target in by_resource.values():
                if target.arn == arn:
                    return target
        raise missing("ResourceNotFoundException", f"The specified resource {arn} does not exist.")

    def list_tags_for_resource(self) -> str:
        """ListTagsForResource."""
        return json.dumps({"Tags": _tags(self._tagged())})

    def tag_resource(self) -> str:
        """TagResource."""
        _tags(self._tagged()).update(self._get_param("Tags"))
        return "{}"

    def untag_resource(self) -> str:
        """UntagResource."""
        for key in self._get_param("TagKeys"):
            _tags(self._tagged()).pop(key, None)
        return "{}"


def _owner(item: Any) -> tuple[str, str, str]:
    return item.service_namespace, item.resource_id, item.scalable_dimension


def _tags(target: Any) -> dict[str, str]:
    tags: dict[str, str] = target.__dict__.setdefault("tags", {})
    return tags


def missing(code: str, message: str) -> JsonRESTError:
    """The error for a resource that does not exist."""
    return JsonRESTError(code, message)

"""Installs the extensions of services other than RDS and EC2 on the first request to a service.

moto takes up to a second to load a service, and most runs use none of these.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any


def _install_scaling() -> None:
    """Tags of scalable targets, and their default service-linked role."""
    from moto.applicationautoscaling import responses, urls

    from aurora_cli.sandbox.emulator.services.application_autoscaling import ScalingResponse

    urls.url_paths = {"{0}/$": ScalingResponse.dispatch}
    build = responses._build_target

    def build_target(target: Any) -> dict[str, Any]:
        account, partition = target.arn.split(":")[4], target.arn.split(":")[1]
        linked = f"arn:{partition}:iam::{account}:role/aws-service-role/rds.application-autoscaling.amazonaws.com/"
        shown = build(target)
        shown["RoleARN"] = shown["RoleARN"] or f"{linked}AWSServiceRoleForApplicationAutoScaling_RDSCluster"
        shown["SuspendedState"] = _suspended(shown["SuspendedState"])
        return shown

    vars(responses)["_build_target"] = build_target


def _suspended(given: Any) -> dict[str, bool]:
    names = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
    return {name: bool((given or {}).get(name)) for name in names}


def _install_iam() -> None:
    """AWS managed policies, each when a role uses it: moto would create all 1,400 at its start."""
    from moto.iam.models import IAMBackend

    attach = IAMBackend.attach_role_policy

    def attach_role_policy(self: IAMBackend, policy_arn: str, role_name: str) -> None:
        if policy_arn not in self.managed_policies and ":iam::aws:policy/" in policy_arn:
            _add_aws_policy(self, policy_arn)
        attach(self, policy_arn, role_name)

    IAMBackend.attach_role_policy = attach_role_policy  # type: ignore[method-assign]


def _add_aws_policy(backend: Any, arn: str) -> None:
    from moto.iam.aws_managed_policies import aws_managed_policies_data
    from moto.iam.models import AWSManagedPolicy

    name = arn.rpartition("/")[2]
    data = json.loads(aws_managed_policies_data).get(name)
    if data is None:
        return
    policy = AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, data)
    if policy.arn == arn:
        backend.managed_policies[arn] = policy


def _install_sns() -> None:
    """All attributes of a topic; an email subscription is pending confirmation."""
    from moto.sns import urls
    from moto.sns.models import SNSBackend

    from aurora_cli.sandbox.emulator.services.sns import TopicResponse

    urls.url_paths = {**urls.url_paths, "{0}/$": TopicResponse.dispatch}

    subscribe = SNSBackend.subscribe

    def subscribe_once(self: SNSBackend, topic_arn: str, endpoint: str, protocol: str) -> Any:
        subscription = subscribe(self, topic_arn, endpoint, protocol)
        if protocol in ("email", "email-json"):
            subscription.attributes |= {"PendingConfirmation": True, "ConfirmationWasAuthenticated": False}
        return subscription

    SNSBackend.subscribe = subscribe_once  # type: ignore[method-assign]


def _install_secrets() -> None:
    """Rotation without a Lambda function."""
    from moto.secretsmanager import urls

    from aurora_cli.sandbox.emulator.services.secretsmanager import RotationResponse

    urls.url_paths = {"{0}/$": RotationResponse.dispatch}


def _install_route53() -> None:
    """IDs of hosted zones with the prefix Z, as in AWS; records that were deleted do not exist."""
    from moto.route53 import models

    from aurora_cli.sandbox.emulator.services.route53 import only_existing_records_exist

    only_existing_records_exist()
    make = models.HostedZoneIdentifier.generate

    def generate(self: Any, *args: Any, **kwargs: Any) -> str:
        return f"Z{make(self, *args, **kwargs)[1:]}"

    models.HostedZoneIdentifier.generate = generate  # type: ignore[method-assign]


def _install_kms() -> None:
    """The rotation period of key material; and no RSA key for a symmetric one, which signs nothing: it takes 60 ms."""
    from moto.kms import models, urls

    from aurora_cli.sandbox.emulator.services.kms import KeyResponse

    make = vars(models)["generate_private_key"]
    vars(models)["generate_private_key"] = lambda spec: None if spec == "SYMMETRIC_DEFAULT" else make(spec)
    urls.url_paths = {"{0}/$": KeyResponse.dispatch}


def _install_logs() -> None:
    """The KMS key of an existing log group."""
    from moto.logs import urls

    from aurora_cli.sandbox.emulator.services.logs import GroupResponse

    urls.url_paths = {"{0}/$": GroupResponse.dispatch}


def _install_cloudwatch() -> None:
    """The lag of replicas."""
    from aurora_cli.sandbox.emulator.services import cloudwatch

    cloudwatch.install()


# signing name of a service -> the installer of its extension
_INSTALL: dict[str, Callable[[], None]] = {
    "application-autoscaling": _install_scaling,
    "iam": _install_iam,
    "monitoring": _install_cloudwatch,
    "route53": _install_route53,
    "kms": _install_kms,
    "logs": _install_logs,
    "secretsmanager": _install_secrets,
    "sns": _install_sns,
}


def install_for(service: str) -> None:
    """Extend moto's service before its first request; further calls do nothing."""
    install = _INSTALL.pop(service, None)
    if install is not None:
        install()

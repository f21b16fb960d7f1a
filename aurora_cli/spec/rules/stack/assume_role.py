"""The role as which a cluster is worked on, and those that the stack creates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from aurora_cli.spec.facts.partitions import partition_of
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.network.proxy import ROLE_ARN
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import shown

_PATH = re.compile(r"/|/[!-.0-~][!-~]{0,509}/", re.ASCII)
_POLICY = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\w+=,.@/-]{1,576}", re.ASCII)
_FORMS = {
    "role_arn": (ROLE_ARN, "role ARN", "it looks like `arn:aws:iam::123456789012:role/NAME`"),
    "external_id": (
        re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII),
        "external ID",
        "2 to 1224 letters, digits and +=,.@:/-",
    ),
    "session_name": (re.compile(r"[\w+=,.@-]{2,64}", re.ASCII), "session name", "2 to 64 letters, digits and +=,.@-"),
}


@rule(
    "assume-role",
    hard=True,
    text="A role to assume is the ARN of an IAM role; its external ID and session name have the characters that STS accepts.",
    source="STS API AssumeRole",
    fields="assume_role",
)
def assume_role(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.assume_role is not None:
        for name, message, hint in wrong_arguments(spec.assume_role.model_dump(exclude_none=True)):
            yield Finding(f"assume_role.{name}", message, hint)


def wrong_arguments(arguments: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What STS would refuse of the arguments of `assume_role`: the argument, what is wrong with it, and its form."""
    for name, value in arguments.items():
        form, what, hint = _FORMS[name]
        if not form.fullmatch(value):
            yield name, f'"{shown(value)}" is not a valid {what}', hint


@rule(
    "profile-name",
    hard=True,
    text="The name of an AWS profile is one line.",
    source="AWS SDKs and Tools Reference Guide: shared config and credentials files",
    fields="profile",
)
def profile_name(spec: ClusterSpec) -> Iterator[Finding]:
    name = spec.profile
    if name is not None and (not name.strip() or not name.isprintable() or "]" in name):
        message = f'"{shown(name)}" is not a valid name of a profile'
        yield Finding("profile", message, "`aws configure list-profiles` lists those that exist")


@rule(
    "role-path",
    hard=True,
    text="The path of IAM roles starts and ends with a slash.",
    source="IAM API CreateRole.Path",
    fields="roles",
)
def role_path(spec: ClusterSpec) -> Iterator[Finding]:
    path = spec.roles.path
    if path is not None and not _PATH.fullmatch(path):
        yield Finding("roles.path", f'"{shown(path)}" is not a valid path of IAM roles', "for example `/databases/`")


@rule(
    "role-boundary",
    hard=True,
    text="A permissions boundary is the ARN of an IAM policy.",
    source="IAM API CreateRole.PermissionsBoundary",
    fields="region roles",
)
def role_boundary(spec: ClusterSpec) -> Iterator[Finding]:
    arn = spec.roles.permissions_boundary
    if arn is not None and not _POLICY.fullmatch(arn):
        hint = f"it looks like `arn:{partition_of(spec.region).name}:iam::123456789012:policy/NAME`"
        yield Finding("roles.permissions_boundary", f'"{shown(arn)}" is not a valid policy ARN', hint)

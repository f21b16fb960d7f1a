"""The table behind `explain`: which words of Terraform, a provider or AWS mean what, and the way out.

Codes are those of the AWS APIs (RDS, EC2, STS, IAM "Common errors"), texts those of Terraform 1.11 to 1.15 and
hashicorp/aws 6.
A pattern is searched in headline and detail with all white space made single blanks. Named groups, `{address}` and the `facts`
may be used in message and hint.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from aurora_cli.errors import (
    AccessDenied,
    AuroraError,
    CredentialsError,
    GuardRefused,
    InvalidInput,
    PlanStale,
    StateAtRisk,
    StateLocked,
    TerraformFailed,
)


@dataclass(frozen=True)
class Explanation:
    """One row.

    Attributes:
        kind: class of the error.
        pattern: what to search for.
        message: the sentence, with `{names}` of groups and facts.
        hint: the way out, likewise; None for none.
        facts: name -> pattern with one group, searched in the original text (line breaks kept).
    """

    kind: type[AuroraError]
    pattern: re.Pattern[str]
    message: str
    hint: str | None = None
    facts: tuple[tuple[str, re.Pattern[str]], ...] = ()


def _row(
    kind: type[AuroraError],
    pattern: str,
    message: str,
    hint: str | None = None,
    **facts: str,
) -> Explanation:
    compiled = tuple((name, re.compile(text, re.MULTILINE)) for name, text in facts.items())
    return Explanation(kind, re.compile(pattern), message, hint, compiled)


_STATE = (
    _row(
        StateAtRisk,
        r"Failed to (?:persist|save|write) state|errored\.tfstate",
        "Terraform made changes and could not save its state; the state is in errored.tfstate in the stack's terraform folder.",
        "Do not apply again: that would make everything a second time. Free the disk or repair the backend, then, in the "
        "stack's terraform folder: terraform state push errored.tfstate",
    ),
    _row(
        StateAtRisk,
        r"Unsupported state file format|state snapshot was created by Terraform v(?P<newer>[\d.]+)",
        "Terraform cannot read its state.",
        "Nothing was changed. Terraform's last copy is terraform.tfstate.backup in the stack's terraform folder; a state of a "
        "newer Terraform needs that Terraform (--terraform-bin).",
    ),
    _row(
        StateLocked,
        r"Error acquiring the state lock.*\bID: ",
        "Terraform's state is locked: {operation} by {who}, since {created} (lock ID {id}).",
        "Wait for it to end and run this command again. Only if nobody works on it any more, take the lock away in the stack's "
        "terraform folder: terraform force-unlock {id}",
        id=r"^\s*ID:\s*(\S+)",
        who=r"^\s*Who:\s*(.+)$",
        created=r"^\s*Created:\s*(.+)$",
        operation=r"^\s*Operation:\s*(?:OperationType)?(\S+)",
        path=r"^\s*Path:\s*(\S+)",
    ),
    _row(
        StateLocked,
        r"Error acquiring the state lock.*(?:temporarily unavailable|already locked|[Cc]onflict|locked)",
        "Terraform's state is locked: another Terraform works on it.",
        "Wait for it to end and run this command again.",
    ),
    _row(
        PlanStale,
        r"Saved plan is stale|plan file can no longer be applied|created with a different set of external",
        "The plan is out of date: the state was changed after it was made.",
        "Run the same command again to see a new plan.",
    ),
    _row(
        GuardRefused,
        r"Instance cannot be destroyed Resource (?P<protected>.+?) has lifecycle\.prevent_destroy",
        "The plan would delete or replace {protected}, which is protected; nothing was changed.",
        "If you mean it, name it: --allow '{protected}'. To remove the whole cluster: aurora-cli destroy NAME",
    ),
)

_CREDENTIALS = (
    _row(
        CredentialsError,
        r"ExpiredToken(?:Exception)?|security token included in the request is expired|"
        r"(?:SSO|sso).{0,40}(?:expired|invalid)|RequestExpired|InvalidGrantException",
        "The AWS credentials have expired.",
        "Sign in again (aws sso login, or new temporary credentials), then run the same command.",
    ),
    _row(
        CredentialsError,
        r"InvalidClientTokenId|UnrecognizedClientException|AuthFailure|SignatureDoesNotMatch|InvalidAccessKeyId|"
        r"security token included in the request is invalid",
        "AWS does not accept these credentials.",
        "Check which ones are used: aws sts get-caller-identity. A wrong clock on this machine has the same effect.",
    ),
    _row(
        CredentialsError,
        r"No valid credential sources found|failed to refresh cached credentials|no EC2 IMDS role found|"
        r"failed to get shared config profile|NoCredentialProviders",
        "No AWS credentials were found.",
        "Set AWS_PROFILE or --profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; to try without an account, use --sandbox.",
    ),
    _row(
        AccessDenied,
        r"(?:is not authorized to perform|not authorized to perform this operation.*?):? (?P<action>[a-z0-9-]+:[A-Za-z]+)",
        "AWS refuses {action}: the permission is missing.",
        "Ask for a policy that allows {action}, or use another --profile.",
    ),
    _row(
        AccessDenied,
        r"(?:operation error )?(?P<service>[A-Za-z0-9 ]+): (?P<call>[A-Z][A-Za-z]+), .*?"
        r"(?:AccessDenied(?:Exception)?|UnauthorizedOperation|AuthorizationError|NotAuthorized)\b",
        "AWS refuses {service}:{call}: the permission is missing.",
        "Ask for a policy that allows it, or use another --profile.",
    ),
    _row(
        AccessDenied,
        r"AccessDenied(?:Exception)?|UnauthorizedOperation|AuthorizationError",
        "AWS refuses a call for {address}: a permission is missing.",
        "Ask for the permission, or use another --profile; --debug shows the whole answer.",
    ),
    _row(
        InvalidInput,
        r"[Ii]nvalid AWS Region: ?(?P<region>[\w-]+)?|invalid region|InvalidRegion",
        "The region {region} does not exist, or is not enabled in this account.",
        "Correct 'region' in the spec or --region; aws account list-regions shows which are enabled.",
    ),
)

_NAMES = {
    "DBCluster": "A DB cluster",
    "DBInstance": "A DB instance",
    "DBSubnetGroup": "A DB subnet group",
    "DBParameterGroup": "A parameter group",
    "DBClusterSnapshot": "A cluster snapshot",
    "GlobalCluster": "A global cluster",
    "DBClusterEndpoint": "A custom endpoint",
}

_TAKEN = (
    *(
        _row(
            TerraformFailed,
            rf"\b{code}AlreadyExists(?:Fault)?\b",
            f"{name} of this name exists already in this account and Region, and is not managed by this stack.",
            "Choose another name, or remove the existing one. If an earlier run of yours made it and was killed, import it: "
            "terraform import '{address}' ID in the stack's terraform folder.",
        )
        for code, name in _NAMES.items()
    ),
    _row(
        TerraformFailed,
        r"\b(?P<code>InvalidGroup\.Duplicate|ResourceAlreadyExistsException|EntityAlreadyExists(?:Exception)?|"
        r"AlreadyExistsException|BucketAlreadyExists)\b",
        "Something of this name exists already in this account and Region, and is not managed by this stack ({code}).",
        "Choose another name, or remove or import the existing one.",
    ),
)

_QUOTAS = (
    _row(
        TerraformFailed,
        r"\b(?P<code>VpcLimitExceeded|SubnetLimitExceeded|InternetGatewayLimitExceeded|SecurityGroupLimitExceeded|"
        r"RulesPerSecurityGroupLimitExceeded|RouteTableLimitExceeded|AddressLimitExceeded|"
        r"[A-Za-z]*Quota(?:Exceeded|Reached)\w*|InstanceQuotaExceeded(?:Fault)?|DB\w+QuotaExceeded(?:Fault)?|"
        r"StorageQuotaExceeded(?:Fault)?|LimitExceeded(?:Exception|Fault)?)\b",
        "A quota of this AWS account is used up ({code}).",
        "Remove what is not needed, or ask for more in the Service Quotas console of this Region, then run it again.",
    ),
    _row(
        TerraformFailed,
        r"\b(?:InsufficientDBInstanceCapacity|InsufficientDBClusterCapacity|InsufficientStorageClusterCapacity)(?:Fault)?\b",
        "AWS has no capacity of that kind left right now in these zones.",
        "Choose another instance class or other zones, or run the same command again later.",
    ),
    _row(
        TerraformFailed,
        r"\bThrottl(?:ing|ed)\w*|TooManyRequests\w*|RequestLimitExceeded|Rate exceeded",
        "AWS limits the rate of API calls right now.",
        "Wait a minute and run the same command again: it goes on from here.",
    ),
)

_VALUES = (
    _row(
        TerraformFailed,
        r"DBSubnetGroupDoesNotCoverEnoughAZs",
        "The subnet group covers too few Availability Zones; Aurora needs subnets in at least two.",
        "Name subnets in two or three zones: network.subnet_ids, or network.zones for a VPC of our own.",
    ),
    _row(
        TerraformFailed,
        r"SecondsUntilAutoPause can only be specified when minimum capacity is 0",
        "A pause delay can be set only if the smallest capacity is 0 ACUs.",
        "Set the capacity to start at 0, e.g. --acu 0-16, or leave the pause delay out.",
    ),
    _row(
        TerraformFailed,
        r"DBClusterInstanceClass isn.t supported",
        "AWS says that DBClusterInstanceClass isn't supported. On an Aurora cluster this means that allocated storage, IOPS or a "
        "storage type that is not Aurora's was set.",
        "Remove allocated_storage, iops and db_cluster_instance_class; storage types of Aurora are aurora and aurora-iopt1.",
    ),
    _row(
        TerraformFailed,
        r"InvalidParameterCombination: (?:Cannot find (?:version|upgrade)|.*?(?:engine version|EngineVersion))(?P<rest>.{0,160})",
        "This engine version is not offered here{rest}",
        "See which versions there are: aws rds describe-db-engine-versions --engine ENGINE",
    ),
    _row(
        TerraformFailed,
        r"RDS does not support creating a DB instance with the following combination|OrderableDBInstance|"
        r"InvalidDBInstanceClass|is not supported for (?:the )?(?:engine|Aurora)",
        "This instance class is not offered for this engine version in this Region.",
        "Choose another class or engine version: aws rds describe-orderable-db-instance-options --engine ENGINE",
    ),
    _row(
        TerraformFailed,
        r"DependencyViolation|InvalidDBSubnetGroupStateFault|is currently in use|has a dependent object",
        "AWS cannot delete {address}: something outside this stack still uses it.",
        "Find what uses it (network interfaces, security group rules, other instances), remove that, and run it again.",
    ),
    _row(
        TerraformFailed,
        r"Cannot delete protected (?:Cluster|cluster|DB)|deletion protection enabled|DeletionProtection",
        "Deletion protection is on, so AWS refuses to delete {address}.",
        "Use aurora-cli destroy NAME, which lifts it after you have confirmed.",
    ),
    _row(
        TerraformFailed,
        r"KMSKeyNotAccessibleFault|KMS key .{0,120}(?:disabled|not (?:exist|found)|inaccessible)",
        "AWS cannot use the KMS key.",
        "Check that the key exists in this Region, is enabled, and that its policy lets you use it.",
    ),
    _row(
        TerraformFailed,
        r"(?P<code>InvalidParameter(?:Combination|Value)): (?P<text>.{1,300}?)(?:$| with aws_)",
        "AWS refuses a value: {text}",
        "Correct it in the spec and run the same command again.",
    ),
)

_TOOLS = (
    _row(
        TerraformFailed,
        r"does not match any of the checksums|checksums? (?:previously )?recorded in the dependency lock file",
        "A Terraform provider is not the one that was installed before: its checksum differs.",
        "If you replaced it yourself, delete .terraform.lock.hcl in the stack's terraform folder and run the same command again.",
    ),
    _row(
        TerraformFailed,
        r"Failed to query available provider packages|Failed to install provider|could not connect to registry|"
        r"registry service is unreachable|no available releases match",
        "The Terraform provider {provider} could not be fetched: {cause}.",
        "Check the network, a proxy (HTTPS_PROXY), or your provider mirror (TF_CLI_CONFIG_FILE), then run it again.",
        provider=r"provider\s+(?:registry\.terraform\.io/)?([a-z0-9-]+/[a-z0-9-]+)",
        cause=r"(no such host|connection refused|timeout|timed out|i/o timeout|certificate[^\n]*|no available releases[^\n]*|"
        r"could not connect to [^\s:]+|locked provider [^\n]*)",
    ),
    _row(
        TerraformFailed,
        r"Failed to (?:load plugin schemas|instantiate provider)|Plugin did not respond|Unrecognized remote plugin message|"
        r"plugin process exited|timeout while waiting for plugin",
        "The Terraform provider did not start or stopped while it worked.",
        "Run the same command again; if it fails again, look at what it says with --debug.",
    ),
    _row(
        TerraformFailed,
        r"Backend initialization required|Backend configuration (?:changed|block has changed)|Backend type changed",
        "The place of Terraform's state has changed in the spec.",
        "Move the state yourself, in the stack's terraform folder: terraform init -migrate-state",
    ),
    _row(
        TerraformFailed,
        r"dial tcp|no such host|connection refused|connection reset|TLS handshake timeout|i/o timeout|request send failed",
        "A server could not be reached.",
        "Check the network and a proxy, then run the same command again: it goes on from here.",
    ),
)

EXPLANATIONS: tuple[Explanation, ...] = (*_STATE, *_CREDENTIALS, *_TAKEN, *_QUOTAS, *_VALUES, *_TOOLS)
"""All rows; the first that fits is used."""

"""What AWS and its provider say, what it means, and the way out.

Codes are those of the AWS APIs (RDS, EC2, STS, IAM "Common errors"), texts those of hashicorp/aws 6.
"""

from __future__ import annotations

from aurora_cli.errors import AccessDenied, CredentialsError, InvalidInput, TerraformFailed
from aurora_cli.terraform.diagnostics.explanation import Explanation, row

_CREDENTIALS = (
    row(
        CredentialsError,
        r"ExpiredToken(?:Exception)?|security token included in the request is expired|"
        r"(?:SSO|sso).{0,40}(?:expired|invalid)|RequestExpired|InvalidGrantException",
        "The AWS credentials have expired.",
        "Sign in again (aws sso login, or new temporary credentials), then run the same command.",
    ),
    row(
        CredentialsError,
        r"InvalidClientTokenId|UnrecognizedClientException|AuthFailure|SignatureDoesNotMatch|InvalidAccessKeyId|"
        r"security token included in the request is invalid",
        "AWS does not accept these credentials.",
        "Check which ones are used: aws sts get-caller-identity. A wrong clock on this machine has the same effect.",
    ),
    row(
        CredentialsError,
        r"failed to refresh cached credentials, (?!no EC2 IMDS)(?P<why>.{1,200})",
        "The AWS credentials cannot be refreshed: {why}",
        "Sign in again, or run the credential_process of the profile by hand to see more; then run the same command.",
    ),
    row(
        CredentialsError,
        r"AWS account ID not allowed: (?P<account>\d+)",
        "The credentials are those of account {account}, which is not the cluster's.",
        "Choose a profile of its account with --profile, or a role in it with --role-arn.",
    ),
    row(
        CredentialsError,
        r"No valid credential sources found|failed to refresh cached credentials|no EC2 IMDS role found|"
        r"failed to get shared config profile|NoCredentialProviders",
        "No AWS credentials were found.",
        "Set AWS_PROFILE or --profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; to try without an account, use --sandbox.",
    ),
    row(
        AccessDenied,
        r"(?:is not authorized to perform|not authorized to perform this operation.*?):? (?P<action>[a-z0-9-]+:[A-Za-z]+)",
        "AWS refuses {action}: the permission is missing.",
        "Ask for a policy that allows {action}, or use another --profile.",
    ),
    row(
        AccessDenied,
        r"(?:operation error )?(?P<service>[A-Za-z0-9 ]+): (?P<call>[A-Z][A-Za-z]+), .*?"
        r"(?:AccessDenied(?:Exception)?|UnauthorizedOperation|AuthorizationError|NotAuthorized)\b",
        "AWS refuses {service}:{call}: the permission is missing.",
        "Ask for a policy that allows it, or use another --profile.",
    ),
    row(
        AccessDenied,
        r"AccessDenied(?:Exception)?|UnauthorizedOperation|AuthorizationError",
        "AWS refuses a call for {address}: a permission is missing.",
        "Ask for the permission, or use another --profile; --debug shows the whole answer.",
    ),
    row(
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
        row(
            TerraformFailed,
            rf"\b{code}AlreadyExists(?:Fault)?\b",
            f"{name} of this name already exists in this account and Region, and is not managed by this stack.",
            "Choose another name, or remove the existing one. If an interrupted run created it, import it: "
            "terraform import '{address}' ID in the stack's terraform folder.",
        )
        for code, name in _NAMES.items()
    ),
    row(
        TerraformFailed,
        r"\b(?P<code>InvalidGroup\.Duplicate|ResourceAlreadyExistsException|EntityAlreadyExists(?:Exception)?|"
        r"AlreadyExistsException|BucketAlreadyExists)\b",
        "A resource of this name already exists in this account and Region, and is not managed by this stack ({code}).",
        "Choose another name, or remove or import the existing one.",
    ),
)

_QUOTAS = (
    row(
        TerraformFailed,
        r"\b(?P<code>VpcLimitExceeded|SubnetLimitExceeded|InternetGatewayLimitExceeded|SecurityGroupLimitExceeded|"
        r"RulesPerSecurityGroupLimitExceeded|RouteTableLimitExceeded|AddressLimitExceeded|"
        r"[A-Za-z]*Quota(?:Exceeded|Reached)\w*|InstanceQuotaExceeded(?:Fault)?|DB\w+QuotaExceeded(?:Fault)?|"
        r"StorageQuotaExceeded(?:Fault)?|LimitExceeded(?:Exception|Fault)?)\b",
        "A quota of this AWS account is exceeded ({code}).",
        "Delete unused resources, or request an increase in the Service Quotas console of this Region, then run it again.",
    ),
    row(
        TerraformFailed,
        r"\b(?:InsufficientDBInstanceCapacity|InsufficientDBClusterCapacity|InsufficientStorageClusterCapacity)(?:Fault)?\b",
        "AWS has insufficient capacity for this instance class in these zones.",
        "Choose another instance class or other zones, or run the same command again later.",
    ),
    row(
        TerraformFailed,
        r"\bThrottl(?:ing|ed)\w*|TooManyRequests\w*|RequestLimitExceeded|Rate exceeded",
        "AWS is throttling API calls.",
        "Wait a minute and run the same command again to resume.",
    ),
)

_VALUES = (
    row(
        TerraformFailed,
        r"StorageTypeNotAvailable(?:Fault)?: .*?Try again after (?P<when>[0-9T:.Z-]+)",
        "AWS switches this cluster to I/O-Optimized storage again from {when} on.",
        "A cluster can switch once in 30 days. Keep `storage: aurora` until then.",
    ),
    row(
        TerraformFailed,
        r"DBSubnetGroupDoesNotCoverEnoughAZs",
        "The subnet group covers too few Availability Zones; Aurora needs subnets in at least two.",
        "Name subnets in two or three zones: network.subnet_ids, or network.zones for a new VPC.",
    ),
    row(
        TerraformFailed,
        r"SecondsUntilAutoPause can only be specified when minimum capacity is 0",
        "A pause delay can be set only if the smallest capacity is 0 ACUs.",
        "Set the capacity to start at 0, e.g. --acu 0-16, or leave the pause delay out.",
    ),
    row(
        TerraformFailed,
        r"DBClusterInstanceClass isn.t supported",
        "AWS reports that DBClusterInstanceClass isn't supported. On an Aurora cluster this means that allocated "
        "storage, IOPS or a "
        "storage type that is not Aurora's was set.",
        "Remove allocated_storage, iops and db_cluster_instance_class; storage types of Aurora are aurora and aurora-iopt1.",
    ),
    row(
        TerraformFailed,
        r"InvalidParameterCombination: (?:Cannot find (?:version|upgrade)|.*?(?:engine version|EngineVersion))(?P<rest>.{0,160})",
        "This engine version is not available here{rest}",
        "List the versions: aws rds describe-db-engine-versions --engine ENGINE",
    ),
    row(
        TerraformFailed,
        r"RDS does not support creating a DB instance with the following combination|OrderableDBInstance|"
        r"InvalidDBInstanceClass|is not supported for (?:the )?(?:engine|Aurora)",
        "This instance class is not available for this engine version in this Region.",
        "Choose another class or engine version: aws rds describe-orderable-db-instance-options --engine ENGINE",
    ),
    row(
        TerraformFailed,
        r"DependencyViolation|InvalidDBSubnetGroupStateFault|is currently in use|has a dependent object",
        "AWS cannot delete {address}: something outside this stack still uses it.",
        "Find what uses it (network interfaces, security group rules, other instances), remove that, and run it again.",
    ),
    row(
        TerraformFailed,
        r"Cannot delete protected (?:Cluster|cluster|DB)|deletion protection enabled|DeletionProtection",
        "Deletion protection is on, so AWS refuses to delete {address}.",
        "Use aurora-cli destroy NAME, which disables it after confirmation.",
    ),
    row(
        TerraformFailed,
        r"KMSKeyNotAccessibleFault|KMS key .{0,120}(?:disabled|not (?:exist|found)|inaccessible)",
        "AWS cannot use the KMS key.",
        "Check that the key exists in this Region, is enabled, and that its policy lets you use it.",
    ),
    row(
        TerraformFailed,
        r"(?P<code>InvalidParameter(?:Combination|Value)): (?P<text>.{1,300}?)(?:$| with aws_)",
        "AWS refuses a value: {text}",
        "Correct it in the spec and run the same command again.",
    ),
)

AWS_EXPLANATIONS: tuple[Explanation, ...] = (*_CREDENTIALS, *_TAKEN, *_QUOTAS, *_VALUES)
"""All rows; the first that fits is used."""

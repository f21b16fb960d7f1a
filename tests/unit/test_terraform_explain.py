"""Terraform's and AWS's own words, and what we make of them."""

from __future__ import annotations

from pathlib import Path

import pytest

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
from aurora_cli.terraform.binary import Binary
from aurora_cli.terraform.diagnostics.explain import explain
from aurora_cli.terraform.output.events import Diagnostic
from aurora_cli.terraform.output.outcome import Outcome
from aurora_cli.terraform.runner import Terraform

API = "operation error {0}: {1}, https response error StatusCode: {2}, RequestID: 5b3c, api error {3}: {4}"


def rds(call: str, code: str, text: str) -> str:
    return API.format("RDS", call, 400, code, text)


LOCK = """Error message: resource temporarily unavailable
Lock Info:
  ID:        b1dd3893-1173-7cd2-47a0-7089aa199a62
  Path:      terraform.tfstate
  Operation: OperationTypeApply
  Who:       ana@laptop
  Version:   1.11.4
  Created:   2026-11-22 11:27:50.093996596 +0000 UTC
  Info:

Terraform acquires a state lock to protect the state from being written
by multiple users at the same time."""

NO_REGISTRY = (
    "Could not retrieve the list of available versions for provider hashicorp/aws: could not connect to "
    'registry.terraform.io: failed to request discovery document: Get "https://registry.terraform.io/": dial tcp: '
    "lookup registry.terraform.io: no such host"
)

CASES: list[tuple[str, str, type[AuroraError], str]] = [
    (
        "Failed to get existing workspaces",
        'S3 bucket "states" does not exist. The referenced S3 bucket must have been previously created.',
        TerraformFailed,
        "The S3 bucket states, in which the spec keeps Terraform's state, does not exist.",
    ),
    (
        "Configuring the provider",
        "failed to refresh cached credentials, process provider error: error in credential_process: the vault is sealed",
        CredentialsError,
        "cannot be refreshed: process provider error: error in credential_process: the vault is sealed",
    ),
    (
        "Configuring the provider",
        "AWS account ID not allowed: 222222222222",
        CredentialsError,
        "those of account 222222222222",
    ),
    (
        "reading RDS Cluster",
        API.format("STS", "GetCallerIdentity", 403, "ExpiredToken", "expired"),
        CredentialsError,
        "have expired",
    ),
    (
        "Retrieving AWS account details: validating provider credentials",
        API.format(
            "STS",
            "GetCallerIdentity",
            403,
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
        ),
        CredentialsError,
        "does not accept these credentials",
    ),
    (
        "No valid credential sources found",
        "Please see https://registry.terraform.io/...",
        CredentialsError,
        "No AWS credentials",
    ),
    ("No valid credential sources found", "SSO session has expired or is invalid", CredentialsError, "have expired"),
    (
        "creating RDS Cluster (demo)",
        rds(
            "CreateDBCluster",
            "AccessDenied",
            "User: arn:aws:iam::1:user/ana is not authorized to perform: rds:CreateDBCluster on resource: arn:aws:rds:...",
        ),
        AccessDenied,
        "rds:CreateDBCluster",
    ),
    (
        "creating EC2 VPC",
        API.format(
            "EC2", "CreateVpc", 403, "UnauthorizedOperation", "You are not authorized. Encoded authorization failure"
        ),
        AccessDenied,
        "EC2:CreateVpc",
    ),
    ("Invalid provider configuration", "Invalid AWS Region: eu-wst-1", InvalidInput, "eu-wst-1"),
    (
        "creating RDS Cluster (demo)",
        rds("CreateDBCluster", "DBClusterAlreadyExistsFault", "DB Cluster already exists"),
        TerraformFailed,
        "A DB cluster of this name already exists",
    ),
    (
        "creating RDS Cluster Instance (demo-1)",
        rds("CreateDBInstance", "DBInstanceAlreadyExists", "DB instance already exists"),
        TerraformFailed,
        "A DB instance of this name already exists",
    ),
    (
        "creating CloudWatch Logs Log Group",
        API.format("CloudWatch Logs", "CreateLogGroup", 400, "ResourceAlreadyExistsException", "exists"),
        TerraformFailed,
        "ResourceAlreadyExistsException",
    ),
    (
        "creating RDS Cluster Instance",
        rds("CreateDBInstance", "InstanceQuotaExceeded", "DB instance quota exceeded"),
        TerraformFailed,
        "quota of this AWS account is exceeded (InstanceQuotaExceeded)",
    ),
    (
        "creating RDS Cluster",
        rds("CreateDBCluster", "DBClusterQuotaExceededFault", "..."),
        TerraformFailed,
        "DBClusterQuotaExceededFault",
    ),
    (
        "creating EC2 VPC",
        API.format("EC2", "CreateVpc", 400, "VpcLimitExceeded", "The maximum number of VPCs has been reached."),
        TerraformFailed,
        "VpcLimitExceeded",
    ),
    (
        "creating RDS DB Subnet Group",
        rds("CreateDBSubnetGroup", "DBSubnetGroupDoesNotCoverEnoughAZs", "... cover at least 2 availability zones"),
        TerraformFailed,
        "at least two",
    ),
    (
        "creating RDS Cluster",
        rds(
            "CreateDBCluster",
            "InvalidParameterCombination",
            "DBClusterInstanceClass isn't supported for DB engine aurora",
        ),
        TerraformFailed,
        "allocated storage, IOPS",
    ),
    (
        "updating RDS Cluster",
        rds(
            "ModifyDBCluster",
            "InvalidParameterValue",
            "SecondsUntilAutoPause can only be specified when minimum capacity is 0",
        ),
        TerraformFailed,
        "smallest capacity is 0",
    ),
    (
        "creating RDS Cluster",
        rds("CreateDBCluster", "InvalidParameterCombination", "Cannot find version 99.1 for aurora-postgresql"),
        TerraformFailed,
        "99.1 for aurora-postgresql",
    ),
    (
        "creating RDS Cluster Instance",
        rds("CreateDBInstance", "InvalidParameterValue", "Invalid DB Instance class: db.foo"),
        TerraformFailed,
        "Invalid DB Instance class: db.foo",
    ),
    (
        "deleting EC2 Subnet",
        API.format("EC2", "DeleteSubnet", 400, "DependencyViolation", "has dependencies"),
        TerraformFailed,
        "still uses it",
    ),
    (
        "creating RDS Cluster",
        rds("CreateDBCluster", "Throttling", "Rate exceeded"),
        TerraformFailed,
        "is throttling API calls",
    ),
    (
        "deleting RDS Cluster",
        rds(
            "DeleteDBCluster",
            "InvalidParameterCombination",
            "Cannot delete protected Cluster, please disable deletion protection",
        ),
        TerraformFailed,
        "Deletion protection is on",
    ),
    ("Error acquiring the state lock", LOCK, StateLocked, "Apply by ana@laptop"),
    (
        "Error acquiring the state lock",
        "Error message: resource temporarily unavailable\nopen .terraform.tfstate.lock.info: no such file or directory",
        StateLocked,
        "another Terraform run holds the lock",
    ),
    (
        "Error acquiring the state lock",
        "Error message: " + API.format("S3", "PutObject", 403, "AccessDenied", "no"),
        AccessDenied,
        "S3:PutObject",
    ),
    (
        "Error acquiring the state lock",
        "Error message: 2 problems:\n\n- Unsupported state file format: x",
        StateAtRisk,
        "cannot read its state",
    ),
    (
        "Failed to persist state to backend",
        "Error saving state: no space left on device",
        StateAtRisk,
        "errored.tfstate",
    ),
    (
        "Saved plan is stale",
        "The given plan file can no longer be applied because the state was changed",
        PlanStale,
        "out of date",
    ),
    (
        "Instance cannot be destroyed",
        "Resource aws_rds_cluster.this has lifecycle.prevent_destroy\nset, but the plan calls for this resource to be destroyed.",
        GuardRefused,
        "aws_rds_cluster.this",
    ),
    (
        "Failed to query available provider packages",
        NO_REGISTRY,
        TerraformFailed,
        "provider hashicorp/aws could not be downloaded: could not connect to registry.terraform.io",
    ),
    (
        "Failed to install provider",
        "the current package for registry.terraform.io/hashicorp/aws 6.62.0 does not match any of the checksums previously",
        TerraformFailed,
        "checksum does not match",
    ),
    (
        'Backend initialization required, please run "terraform init"',
        "Reason: Backend type changed",
        TerraformFailed,
        "has changed in the spec",
    ),
]


@pytest.mark.parametrize(("summary", "detail", "kind", "part"), CASES, ids=[c[3][:40] for c in CASES])
def test_known_words_become_a_sentence_and_a_hint(
    summary: str, detail: str, kind: type[AuroraError], part: str
) -> None:
    error = explain([Diagnostic("error", summary, detail, "aws_rds_cluster.this")])
    assert type(error) is kind
    assert part in error.message
    assert error.hint
    assert "{" not in error.message + error.hint
    assert "unknown" not in error.message
    assert error.details["diagnostics"][0]["detail"] == detail


def test_a_held_lock_gives_all_facts() -> None:
    error = explain([Diagnostic("error", "Error acquiring the state lock", LOCK)])
    assert error.details["facts"]["id"] == "b1dd3893-1173-7cd2-47a0-7089aa199a62"
    assert "2026-11-22 11:27:50" in error.message
    assert error.hint is not None
    assert error.hint.endswith("release the lock: aurora-cli unlock NAME")


def test_a_lock_of_the_http_backend_names_the_holder_and_not_the_own_attempt() -> None:
    text = f"HTTP remote state already locked: ID=4a1f-held\n{LOCK}"
    error = explain([Diagnostic("error", "Error acquiring the state lock", text)])
    assert error.message == (
        "Terraform's state is locked by another run (lock ID 4a1f-held); the HTTP backend does not report whose."
    )
    assert error.details["facts"]["held"] == "4a1f-held"


def test_unknown_words_are_quoted_with_their_place_and_the_number_of_others() -> None:
    error = explain(
        [
            Diagnostic("warning", "Deprecated"),
            Diagnostic(
                "error", "creating RDS Cluster (demo)", "something new\nhappened\n\nlong text", "aws_rds_cluster.this"
            ),
            Diagnostic("error", "second"),
            Diagnostic("error", "third"),
        ]
    )
    assert type(error) is TerraformFailed
    assert error.message == (
        "Terraform failed at aws_rds_cluster.this: creating RDS Cluster (demo) (something new happened) (2 more errors)"
    )
    assert len(error.details["diagnostics"]) == 3


def test_an_error_in_a_file_names_the_line() -> None:
    error = explain([Diagnostic("error", "Unsupported argument", "", None, "extra.tf:3")])
    assert error.message == "Terraform failed at extra.tf:3: Unsupported argument"


def test_a_known_error_outranks_unknown_ones_before_it() -> None:
    known = Diagnostic("error", "x", rds("CreateDBCluster", "Throttling", "Rate exceeded"), "aws_rds_cluster.this")
    error = explain([Diagnostic("error", "something"), known])
    assert "is throttling API calls" in error.message
    assert "(1 more error)" in error.message


def test_a_state_that_was_not_saved_outranks_everything() -> None:
    expired = Diagnostic("error", "x", "api error ExpiredToken: expired")
    lost = Diagnostic("error", "Failed to persist state to backend", "The error shown above")
    assert type(explain([expired, lost])) is StateAtRisk


def test_text_for_a_terminal_is_read_too() -> None:
    text = (
        "\x1b[31m╷\x1b[0m\n\x1b[31m│\x1b[0m \x1b[1m\x1b[31mError: \x1b[0mError acquiring the state lock\n│ \n"
        "│ Error message: resource temporarily unavailable\n╵\n"
    )
    assert type(explain([], exit_status=1, stderr=text)) is StateLocked


def test_no_word_at_all_gives_the_exit_status() -> None:
    error = explain([], exit_status=127, stderr="sh: terraform: not found\x1b[0m\x1b[0m\n")
    assert error.message == "Terraform ended with exit status 127 and gave no reason: sh: terraform: not found."


def test_an_error_without_its_word_is_known_by_its_text() -> None:
    text = "\x1b[31mFailed to refresh state: 2 problems:\n\n- Unsupported state file format: no JSON.\x1b[0m\n"
    error = explain([], exit_status=1, stderr=text)
    assert (type(error), error.message) == (StateAtRisk, "Terraform cannot read its state.")
    assert "the same command then looks its resources up in AWS" in str(error.hint)
    assert "without an exit status" in explain([]).message


def test_braces_in_what_aws_says_do_no_harm() -> None:
    error = explain([Diagnostic("error", "x", rds("CreateDBCluster", "InvalidParameterValue", "bad {value} {0}"))])
    assert "bad {value} {0}" in error.message


def test_a_hint_names_the_cluster_whose_terraform_failed(tmp_path: Path) -> None:
    folder = tmp_path / "orders" / "terraform"
    terraform = Terraform(
        Binary("terraform", "Terraform", "1.15.0", False, ("terraform",)), folder, {}, tmp_path, lambda event: None
    )
    outcome = Outcome(exit_status=1, diagnostics=[Diagnostic("error", "Error acquiring the state lock", LOCK)])
    with pytest.raises(StateLocked) as locked:
        terraform._check("plan", outcome, "")
    assert str(locked.value.hint).endswith("aurora-cli unlock orders")

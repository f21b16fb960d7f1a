"""The table behind `explain`: which words of Terraform, a provider or AWS mean what, and the way out.

Texts of this file are those of Terraform 1.11 to 1.15. A pattern is searched in headline and detail with all white space made
single blanks. Named groups, `{address}` and the `facts` may be used in message and hint.
"""

from __future__ import annotations

from aurora_cli.errors import GuardRefused, PlanStale, StateAtRisk, StateLocked, TerraformFailed
from aurora_cli.terraform.diagnostics.explanation import Explanation, row
from aurora_cli.terraform.diagnostics.of_aws import AWS_EXPLANATIONS

PROVIDER_DIED = "The Terraform provider did not start or stopped while it worked"

_RELEASE = (
    "Wait for it to end and run this command again. "
    "Only if nobody is working on it, release the lock: aurora-cli unlock NAME"
)

LOCKED_BY = "Terraform's state is locked: {operation} by {who}, since {created} (lock ID {id})."

_STATE = (
    row(
        StateAtRisk,
        r"Failed to (?:persist|save|write) state|errored\.tfstate",
        "Terraform applied changes but could not save its state; the state is in errored.tfstate in the stack's "
        "terraform folder.",
        "Keep that file. Free the disk or repair the backend, then run the same command: it saves the state and resumes.",
    ),
    row(
        TerraformFailed,
        r"no space left on device|disk quota exceeded",
        "The disk is full: Terraform cannot write its files.",
        "Free some space, then run the same command again: it resumes.",
    ),
    row(
        TerraformFailed,
        r"read-only file system",
        "Terraform cannot write its files: the file system is read-only.",
        "Make the stack's folder writable, then run the same command again: it resumes.",
    ),
    row(
        StateAtRisk,
        r"Unsupported state file format|state snapshot was created by Terraform v(?P<newer>[\d.]+)",
        "Terraform cannot read its state.",
        "Nothing was changed. A state of a newer Terraform needs that Terraform (--terraform-bin). Of a damaged one, bring an "
        "earlier version back where it is kept, or delete it there: the same command then looks its resources up in AWS.",
    ),
    row(
        TerraformFailed,
        r'S3 bucket "(?P<bucket>[^"]+)" does not exist',
        "The S3 bucket {bucket}, in which the spec keeps Terraform's state, does not exist.",
        "Create it, or name another one in `backend.bucket`, then run the same command again: aws s3 mb s3://{bucket}",
    ),
    row(  # the HTTP backend describes its own attempt, and names of the lock that is held the ID at most; see `http_lock`
        StateLocked,
        r"Error acquiring the state lock.*already locked: ID=(?P<held>\S+)",
        "Terraform's state is locked by another run (lock ID {held}); the HTTP backend does not report whose.",
        _RELEASE,
        path=r"^\s*Path:\s*(\S+)",
    ),
    row(
        StateLocked,
        r"Error acquiring the state lock.*HTTP remote state already locked",
        "Terraform's state is locked by another run; the HTTP backend does not report whose.",
        _RELEASE,
        path=r"^\s*Path:\s*(\S+)",
    ),
    row(
        StateLocked,
        r"Error acquiring the state lock.*\bID: ",
        LOCKED_BY,
        _RELEASE,
        id=r"^\s*ID:\s*(\S+)",
        who=r"^\s*Who:\s*(.+)$",
        created=r"^\s*Created:\s*(.+)$",
        operation=r"^\s*Operation:\s*(?:OperationType)?(\S+)",
        path=r"^\s*Path:\s*(\S+)",
    ),
    row(
        StateLocked,
        r"Error acquiring the state lock.*(?:temporarily unavailable|already locked|[Cc]onflict|locked)",
        "Terraform's state is locked: another Terraform run holds the lock.",
        "Wait for it to end and run this command again.",
    ),
    row(
        PlanStale,
        r"Saved plan is stale|plan file can no longer be applied|created with a different set of external",
        "The plan is out of date: the state was changed after it was created.",
        "Run the same command again to see a new plan.",
    ),
    row(
        GuardRefused,
        r"Instance cannot be destroyed Resource (?P<protected>.+?) has lifecycle\.prevent_destroy",
        "The plan would delete or replace {protected}, which is protected; nothing was changed.",
        "To allow it: --allow '{protected}'. To remove the whole cluster: aurora-cli destroy NAME",
    ),
)

_TOOLS = (
    row(
        TerraformFailed,
        r"does not match any of the checksums|checksums? (?:previously )?recorded in the dependency lock file",
        "A Terraform provider differs from the installed one: its checksum does not match.",
        "If you replaced it yourself, delete .terraform.lock.hcl in the stack's terraform folder and run the same command again.",
    ),
    row(
        TerraformFailed,
        r"Failed to query available provider packages|Failed to install provider|could not connect to registry|"
        r"registry service is unreachable|no available releases match",
        "The Terraform provider {provider} could not be downloaded: {cause}.",
        "Check the network, a proxy (HTTPS_PROXY), or your provider mirror (TF_CLI_CONFIG_FILE), then run it again.",
        provider=r"provider\s+(?:registry\.terraform\.io/)?([a-z0-9-]+/[a-z0-9-]+)",
        cause=r"(no such host|connection refused|timeout|timed out|i/o timeout|certificate[^\n]*|no available releases[^\n]*|"
        r"could not connect to [^\s:]+|locked provider [^\n]*)",
    ),
    row(
        TerraformFailed,
        r"Failed to (?:load plugin schemas|instantiate provider)|Plugin did not respond|Unrecognized remote plugin message|"
        r"plugin process exited|timeout while waiting for plugin",
        f"{PROVIDER_DIED}.",
        "Run the same command again; if it fails again, run it with --debug.",
    ),
    row(
        TerraformFailed,
        r"Backend initialization required|Backend configuration (?:changed|block has changed)|Backend type changed",
        "The backend of Terraform state has changed in the spec.",
        "Move the state yourself, in the stack's terraform folder: terraform init -migrate-state",
    ),
    row(
        TerraformFailed,
        r"dial tcp|no such host|connection refused|connection reset|TLS handshake timeout|i/o timeout|request send failed",
        "A server could not be reached.",
        "Check the network and a proxy, then run the same command again to resume.",
    ),
)

EXPLANATIONS: tuple[Explanation, ...] = (*_STATE, *AWS_EXPLANATIONS, *_TOOLS)
"""All rows; the first that fits is used."""

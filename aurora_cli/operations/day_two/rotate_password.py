"""Change the master password: AWS makes a new one in its secret, or a given one is sent to AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.waiters import wait_until
from aurora_cli.aws.describe import require_cluster
from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AccessDenied, Declined, InvalidInput
from aurora_cli.events import Emit, timed, waiting
from aurora_cli.operations.core.history import recorded
from aurora_cli.operations.core.results import SCHEMA_VERSION
from aurora_cli.operations.core.review import Approve, PlanReview, RunOptions
from aurora_cli.operations.core.specs import existing_stack, stored_spec
from aurora_cli.operations.core.unfinished import refuse_destroying, refuse_unfinished
from aurora_cli.operations.passwords.master import given_password, require_password
from aurora_cli.operations.pipeline.apply import apply_spec
from aurora_cli.operations.spec_file.shared import read_shared_spec
from aurora_cli.terraform.plan.plan import Plan

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.stacks.stack import Stack

OPERATION = "rotate-password"
TIMEOUT_S = 900.0
UNSEEN_S = 60.0
_STEP = "Rotate the managed master password in its secret: from then on the old one is refused."


@dataclass(frozen=True)
class PasswordChange:
    """What was changed; never the password.

    Attributes:
        password: `managed` or `given`.
        username: whose password it is.
        secret_arn: the secret that holds a managed one.
        version: of the secret (managed), or the number of the password (given).
    """

    name: str
    region: str
    target: str
    password: str
    username: str | None
    secret_arn: str | None
    version: str | None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {"schema_version": SCHEMA_VERSION, **vars(self), "changed": True}

    def facts(self) -> list[tuple[str, str]]:
        """Label and value, for people."""
        place = "in the secret" if self.password == "managed" else "given, never stored"  # noqa: S105
        found = [
            ("changed", f"master password of {self.name}"),
            ("user", self.username),
            ("password", place),
            ("secret", self.secret_arn),
            ("version", self.version),
        ]
        return [(label, value) for label, value in found if value]


def rotate_password(
    app: AppContext, name: str, *, approve: Approve, emit: Emit, password: str | None = None
) -> PasswordChange:
    """Change the master password of a cluster, and wait until the change is made.

    Args:
        approve: shows what will happen and asks.
        password: a new one from standard input; the environment is looked at otherwise. Only for a given password.

    Raises:
        ClusterNotFound, SpecConflict (a destroy is under way), InvalidInput (a password is missing, refused or not asked
        for), Declined, WaitTimeout, and what `apply_spec` raises.
    """
    stack = existing_stack(app, name)
    with stack.lock(OPERATION):
        refuse_destroying(stack)
        refuse_unfinished(stack)
        app.begin(emit)
        read_shared_spec(app, stack, emit)
        desired = stored_spec(stack)
        if desired.spec.credentials.kept:
            raise InvalidInput(
                f"The master password of {name} is unchanged since the cluster was adopted or promoted.",
                hint="To have AWS manage one, set `credentials.password` to `managed` and apply.",
            )
        if password is not None or desired.spec.credentials.given:
            require_password(name, given_password(app, desired.spec, password, emit))
        if desired.spec.credentials.given or desired.spec.global_ is not None:
            return _send(
                app, stack, desired, RunOptions(OPERATION, approve, emit, password=password, renew_password=True)
            )
        with recorded(app, stack, OPERATION) as entry:
            result = _Managed(app, desired, emit).rotate(approve)
            entry.finish("succeeded", {}, f"master password of {name}")
            return result


def _send(app: AppContext, stack: Stack, desired: Resolved, options: RunOptions) -> PasswordChange:
    """A given password, or one that is made for a global database: both go to AWS through Terraform."""
    spec = desired.spec
    done = apply_spec(app, stack, desired, options)
    version = str(stack.record.password_version)
    arn = None if spec.credentials.given else done.report.secret_arn
    user = done.report.username if done.report else spec.username
    return PasswordChange(spec.name, spec.region, app.target, spec.credentials.password, user, arn, version)


class _Managed:
    """The password that AWS keeps."""

    def __init__(self, app: AppContext, desired: Resolved, emit: Emit) -> None:
        self.app, self.spec, self.warnings, self.emit = app, desired.spec, desired.warnings, emit
        self.rds: Any = app.aws(self.spec.region).client("rds")

    def rotate(self, approve: Approve) -> PasswordChange:
        """Ask, call, wait."""
        before = self._cluster()
        arn = (before.get("MasterUserSecret") or {}).get("SecretArn")
        if arn is None:
            raise InvalidInput(
                f"AWS does not manage the master password of {self.spec.name}: it was changed outside Terraform.",
                hint=f"Apply the spec with `aurora-cli apply {self.spec.name}`.",
            )
        if not approve(self._review()):
            raise Declined("Nothing was changed: the new password was not approved.")
        old = self._version(arn)
        with timed(self.emit, "password", "Changing the master password"):
            with aws_errors(f"changing the master password of {self.spec.name}"):
                self.rds.modify_db_cluster(
                    DBClusterIdentifier=self.spec.name, RotateMasterUserPassword=True, ApplyImmediately=True
                )
            self._wait(arn, old)
        return PasswordChange(
            self.spec.name,
            self.spec.region,
            self.app.target,
            "managed",
            before.get("MasterUsername"),
            arn,
            self._version(arn),
        )

    def _review(self) -> PlanReview:
        return PlanReview(
            name=self.spec.name,
            region=self.spec.region,
            operation=OPERATION,
            target=self.app.target,
            plan=Plan.unchanged([]),
            steps=(_STEP,),
        )

    def _wait(self, arn: str, old: str | None) -> None:
        """Until the cluster is available, its secret active, and the version another one.

        Where the version may not be read, the secret must have been seen at its change, or a minute have passed.
        """
        started, changing = self.app.clock.monotonic(), False

        def look() -> tuple[None, str | None]:
            nonlocal changing
            cluster = self._cluster()
            status = str((cluster.get("MasterUserSecret") or {}).get("SecretStatus"))
            if cluster.get("Status") != "available" or status != "active":
                changing = changing or status != "active"
                return None, status
            new = self._version(arn)
            blind = new is None and (changing or self.app.clock.monotonic() - started > UNSEEN_S)
            return None, None if blind or (new is not None and new != old) else "not yet changed"

        wait_until(
            look,
            what="the new master password",
            clock=self.app.clock,
            waiting=waiting(self.emit),
            timeout_s=TIMEOUT_S,
            hint=f"AWS completes it. Check with `aurora-cli status {self.spec.name}`.",
        )

    def _version(self, arn: str) -> str | None:
        """Of the secret; None where its versions may not be read, which is no reason to stop."""
        from aurora_cli.aws.related.master_secret import current_version

        try:
            return current_version(self.app.aws(self.spec.region).client("secretsmanager"), arn)
        except AccessDenied:
            return None

    def _cluster(self) -> dict[str, Any]:
        return require_cluster(self.rds, self.spec.name)

"""Error messages of the genuine provider: "creating RDS Cluster (demo): ...", "waiting for RDS Cluster (demo) create: ..."."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aurora_cli.sandbox.provider.api.errors import AwsError, NotFound, WaitFailed
from aurora_cli.sandbox.provider.engine.model import Task
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError


@contextmanager
def error_context(task: Task, doing: str, kind: str = "") -> Iterator[None]:
    """Convert failures to a ProviderError that names the action and the resource.

    Args:
        doing: `creating`, `reading`, `updating`, `deleting` or `waiting for`.
        kind: the action of a wait, e.g. ` create`.

    Raises:
        ProviderError: a call or a wait failed.
        NotFound: the resource does not exist while it is being deleted.
    """
    try:
        yield
    except NotFound as error:
        if doing == "deleting":
            raise
        raise _problem(task, doing, kind, error) from error
    except (AwsError, WaitFailed) as error:
        raise _problem(task, doing, kind, error) from error


def _problem(task: Task, doing: str, kind: str, error: Exception) -> ProviderError:
    subject = f"{doing} {task.entry.label}{_name(task)}{kind}"
    if task.entry.framework:
        return ProviderError(subject, str(error))
    return ProviderError(f"{subject}: {error}")


def _name(task: Task) -> str:
    naming = task.entry.naming
    name = task.id or (task.get(naming.attribute) if naming else None)
    return f" ({name})" if name else ""

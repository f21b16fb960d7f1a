"""Who may connect: sources added to and removed from the stored spec, then an apply."""

from __future__ import annotations

from collections.abc import Collection
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import InvalidInput
from aurora_cli.operations.core.specs import edited, stored_layer
from aurora_cli.operations.pipeline.apply import apply_edited
from aurora_cli.spec.derived.cidr import parse
from aurora_cli.spec.model.network import source_of

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import ChangeResult, RunOptions
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.stacks.stack import Stack


def change_access(
    app: AppContext,
    name: str,
    options: RunOptions,
    *,
    allow: Collection[str] = (),
    deny: Collection[str] = (),
    description: str | None = None,
    region: str | None = None,
) -> ChangeResult:
    """Let sources connect to the database port, or no longer.

    Args:
        allow: CIDR blocks, security groups or prefix lists that are added; one that may connect already stays as it is.
        deny: those that are removed.
        description: of the new rules.
        region: secondary Region of a global database whose cluster it is about; None for the cluster itself.

    Raises:
        InvalidInput: no such secondary Region, or a source to remove that is not listed. ClusterNotFound, StackLocked.
        SpecInvalid, and what `apply_spec` raises.
    """

    def edit(stack: Stack) -> Resolved:
        values = deepcopy(stored_layer(stack).values)
        at = values if region in (None, values["region"]) else _of_region(values, str(region))
        network = at.setdefault("network", {})
        listed: list[Any] = network.get("allow") or []
        _refuse_unlisted(name, listed, deny)
        known, gone = {_key(entry) for entry in listed}, {_key(source) for source in deny}
        new = [source for source in dict.fromkeys(allow) if _key(source) not in known]
        described = [{"source": source, "description": description} if description else source for source in new]
        network["allow"] = [*(entry for entry in listed if _key(entry) not in gone), *described]
        return edited(stack, values, options.skip_checks)

    return apply_edited(app, name, options, edit)


def _of_region(values: dict[str, Any], region: str) -> dict[str, Any]:
    regions: dict[str, dict[str, Any]] = (values.get("global") or {}).get("regions") or {}
    if region not in regions:
        raise InvalidInput(
            f"{values['name']} has no cluster in {region}.",
            hint=f"Its Regions: {', '.join((values['region'], *regions))}.",
        )
    return regions[region]


def _refuse_unlisted(name: str, listed: Collection[Any], deny: Collection[str]) -> None:
    known = {_key(entry): source_of(entry) for entry in listed}
    for source in deny:
        if _key(source) not in known:
            raise InvalidInput(
                f"{source} is not among the sources that may connect to {name}.",
                hint=f"These may: {', '.join(known.values()) or 'none'}.",
            )


def _key(entry: Any) -> str:
    """The same for one source however it is written."""
    source = source_of(entry)
    return str(parse(source) or source)

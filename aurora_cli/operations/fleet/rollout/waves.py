"""In which waves the clusters of a run come, how many at a time, and whether now, as their `fleet.yaml` says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from aurora_cli.errors import AuroraError, GuardRefused, InvalidInput, SpecInvalid
from aurora_cli.fleet.fleet_file import NAME
from aurora_cli.fleet.inherited import fleet_of
from aurora_cli.fleet.rollout import divided
from aurora_cli.operations.fleet.rollout.record import WaveRecord
from aurora_cli.spec.text.load import shown_path

if TYPE_CHECKING:
    from datetime import datetime

    from aurora_cli.fleet.members import Member
    from aurora_cli.fleet.rollout import Wave


def waves_of(members: Sequence[Member]) -> tuple[WaveRecord, ...]:
    """The clusters in waves, each once. Raises InvalidInput: specs of two `fleet.yaml` with waves are among them."""
    return tuple(
        WaveRecord(wave.name, tuple(str(one.name) for one in taken), wave.bake, wave.max_parallel, wave.max_replica_lag)
        for wave, taken in divided(_given(members), members)
    )


def limits_of(member: Member) -> tuple[tuple[str, int], ...]:
    """What a cluster counts against, as in `Task`."""
    return fleet_of(member.path.parent).file.limits.of(member.account, member.values.get("region"))


def frozen(members: Mapping[str, Member], now: datetime) -> str | None:
    """Why some of the clusters, by name, may not be changed now: also where their specs do not say; None for nothing."""
    for name, member in members.items():
        try:
            freezes = [one for one in fleet_of(member.path.parent).file.freezes if one.covers(now)]
        except AuroraError as error:
            told = [problem.message for problem in error.problems] if isinstance(error, SpecInvalid) else []
            return f"{name} may be frozen: {': '.join([error.message.rstrip('.'), *told[:1]])}."
        for freeze in freezes:
            if freeze.concerns(member):
                return f"{name} is frozen until {freeze.until}: {freeze.reason.rstrip('.')}."
            if freeze.where and not (member.valid and member.name == name):
                return f"{name} may be frozen until {freeze.until}: {member.file} has no valid spec of it."
    return None


def refuse_frozen(members: Mapping[str, Member], now: datetime, hint: str) -> None:
    """Raise GuardRefused in the time of a freeze, and where nobody can tell."""
    reason = frozen(members, now)
    if reason:
        raise GuardRefused(f"Nothing was changed: {reason}", hint=hint)


def _given(members: Sequence[Member]) -> list[Wave]:
    fleets = {fleet.folder: fleet for member in members if (fleet := fleet_of(member.path.parent)).file.waves}
    if len(fleets) > 1:
        names = ", ".join(shown_path(str(folder / NAME)) for folder in sorted(fleets))
        raise InvalidInput(f"Two files say in which waves: {names}.", hint="Take their folders one after the other.")
    return [wave for fleet in fleets.values() for wave in fleet.file.waves]

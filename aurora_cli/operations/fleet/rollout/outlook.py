"""What a campaign would do to one cluster, from what its command says with `--dry-run`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.operations.fleet.each import Answer
from aurora_cli.operations.fleet.plan import RISKS, risk_of
from aurora_cli.operations.fleet.rollout.record import UNCHANGED

if TYPE_CHECKING:
    from aurora_cli.fleet.members import Member


@dataclass(frozen=True)
class Outlook:
    """What a campaign would do to one cluster.

    Attributes:
        document: what its command said with `--dry-run`; empty where it is blocked, or has nothing to say.
        blocker: `{code, message, hint, exit_status}` of what blocks it, or None.
    """

    answer: Answer
    document: Mapping[str, Any]
    blocker: Mapping[str, Any] | None

    @property
    def member(self) -> Member:
        """Its spec."""
        return self.answer.member

    @property
    def name(self) -> str:
        """Of the cluster."""
        return str(self.member.name or self.member.file)

    @property
    def todo(self) -> bool:
        """Whether anything is left to do."""
        return self.blocker is None and bool(self.document.get("changes") or self.document.get("resumed"))

    @property
    def interruptions(self) -> list[str]:
        """What stops meanwhile, and for how long: a sentence for each step that is left."""
        return [str(one["interruption"]) for one in self._steps if one.get("interruption")]

    @property
    def risk(self) -> str:
        """One of `RISKS`; `failed` where it is blocked."""
        if self.blocker or not self.todo:
            return "failed" if self.blocker else UNCHANGED
        found = ["changed" if (risk := risk_of(self.document)) in ("created", UNCHANGED) else risk]
        if self.interruptions:
            names = [str(one.get("name")) for one in self._steps]
            found.append("failover" if any(name.startswith("failover ") for name in names) else "restart")
        return min(found, key=RISKS.index)

    @property
    def to(self) -> str | None:
        """What it leads to, in full: a version, a certificate authority, a snapshot."""
        found = self.document.get("to") or self.document.get("id")
        return found if isinstance(found, str) else None

    @property
    def version(self) -> str | None:
        """The engine version that runs now."""
        return self._cluster.get("engine_version")

    @property
    def readers(self) -> int | None:
        """How many there are; None where that was not asked."""
        return sum(one["role"] == "reader" for one in self._instances) if self._cluster else None

    @property
    def authorities(self) -> list[str]:
        """Certificate authorities of the instances now."""
        return sorted({one["certificate"] for one in self._instances if one.get("certificate")})

    @property
    def certificate_ends(self) -> str | None:
        """When the first certificate of an instance ends, RFC 3339 in UTC."""
        return min((one["certificate_ends"] for one in self._instances if one.get("certificate_ends")), default=None)

    @property
    def pending(self) -> list[str]:
        """What waits for a maintenance window or a reboot."""
        changes = [*(self._cluster.get("pending") or ()), *(key for one in self._instances for key in one["pending"])]
        return [
            *dict.fromkeys(changes),
            *(f"reboot of {one['id']}" for one in self._instances if one["waits_for_reboot"]),
        ]

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        kept = {key: self.document.get(key) for key in ("digest", "findings", "steps", "remarks")} if self.todo else {}
        return {
            **self.answer.to_dict(),
            "risk": self.risk,
            "engine_version": self.version,
            "to": self.to,
            "interruptions": self.interruptions,
            "readers": self.readers,
            "pending": self.pending,
            "certificate_ends": self.certificate_ends,
            **kept,
            "error": self.blocker,
        }

    @property
    def _cluster(self) -> Mapping[str, Any]:
        found = self.document.get("cluster")
        return found if isinstance(found, Mapping) else {}

    @property
    def _instances(self) -> list[Mapping[str, Any]]:
        return list(self._cluster.get("instances") or ())

    @property
    def _steps(self) -> list[Mapping[str, Any]]:
        return [one for one in self.document.get("sequence") or () if not one.get("done")]

"""Change the certificate authority of the instances: one instance at a time, the writer last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.maintenance import Authority, authorities, restarts_for_certificate, set_certificate
from aurora_cli.errors import InvalidInput
from aurora_cli.operations.core.review import RunOptions
from aurora_cli.operations.core.specs import stored_layer, stored_spec
from aurora_cli.operations.day_two.failover import require_available
from aurora_cli.operations.pipeline.engine import run_operation
from aurora_cli.operations.pipeline.role_steps import failover_step, failover_target
from aurora_cli.operations.pipeline.step import Decision, Step, ToOne
from aurora_cli.operations.report.connection_strings import ca_command, ca_unknown

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Member, Topology
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import ChangeResult
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.stacks.stack import Stack

_TRUST = "Clients that check the server's certificate must trust {wanted}: give them the RDS certificate bundle first. {where}"
_READER = "{name} restarts: connections to it end; the other instances keep serving."
_ALONE = "{name} is the writer and restarts: no writes until it is back, usually within a minute or two."


def rotate_ca(app: AppContext, cluster: str, *, to: str | None, options: RunOptions) -> ChangeResult:
    """Give every instance a server certificate of another authority.

    Args:
        to: name of the authority, e.g. `rds-ca-ecc384-g1`; None for the account's default in the Region.

    Raises:
        InvalidInput: RDS has no such authority for this engine version. What `run_operation` raises.
    """
    return run_operation(app, cluster, RotateCa(cluster, to), options)


@dataclass(frozen=True)
class RotateCa(ToOne):
    """The operation."""

    name = "rotate-ca"

    def decide(self, context: OperationContext) -> Decision:
        """Which authority, which instances in which order, whether they restart, and who takes the role meanwhile."""
        topology = context.live()
        require_available(topology)
        known = authorities(context.rds)
        wanted = self._wanted(known)
        supported, restarts = restarts_for_certificate(context.rds, topology.engine, topology.engine_version)
        _refuse_unknown(wanted, known, supported, context.app.clock.now())
        order = _order(topology, wanted)
        where = ca_command(context.spec.region) or ca_unknown(context.spec.region)
        writer = topology.writer.id if topology.writer else None
        takes_over = (
            failover_target(topology, {m.id for m in topology.readers}) if restarts and writer in order else None
        )
        return Decision(
            {
                "to": wanted,
                "order": order,
                "writer": writer,
                "restarts": restarts,
                "successor": takes_over.id if takes_over else None,
            },
            desired=_with_authority(context.stack, wanted),
            one_by_one=tuple(order),
            next_writer=takes_over.id if takes_over else None,
            remarks=(_TRUST.format(wanted=wanted, where=where),) if order else (),
        )

    def _wanted(self, known: Mapping[str, Authority]) -> str:
        default = next((one.name for one in known.values() if one.default), None)
        wanted = self.to or default
        if wanted is None:
            raise InvalidInput(
                "RDS has no default certificate authority here.", hint=f"Specify one with --to: {', '.join(known)}"
            )
        return wanted

    def steps(self, context: OperationContext, decision: Decision) -> Sequence[Step]:
        """Readers, a failover if the certificate needs a restart, the old writer."""
        facts, steps = decision.facts, []
        for name in facts["order"]:
            if name == facts["writer"] and facts["successor"]:
                steps.append(failover_step(context, facts["successor"]))
            steps.append(_step(context, facts, name))
        return steps


def _order(topology: Topology, wanted: str) -> list[str]:
    """Readers first, those that would take over last among them; the writer at the end."""
    members = [m for m in topology.members if m.certificate != wanted and m.status != "deleting"]
    return [m.id for m in sorted(members, key=lambda m: (m.role == "writer", -(m.promotion_tier or 0), m.id))]


def _refuse_unknown(wanted: str, known: Mapping[str, Authority], supported: Sequence[str], now: datetime) -> None:
    there = [name for name in known if not supported or name in supported]
    if wanted not in there:
        raise InvalidInput(
            f"RDS has no certificate authority {wanted} for this engine version.", hint=f"It has: {', '.join(there)}"
        )
    ends = known[wanted].ends
    if ends is not None and ends <= now:
        raise InvalidInput(f"{wanted} has ended ({ends:%Y-%m-%d}).", hint=f"RDS has: {', '.join(there)}")


def _with_authority(stack: Stack, wanted: str) -> Resolved:
    """The stored spec with that authority for all; what single instances said of it goes."""
    from aurora_cli.spec.resolve.resolve import Layer, Resolved, resolve
    from aurora_cli.spec.rules.all import check_names

    before = stored_spec(stack)
    own = [key for key, one in before.spec.instances.overrides.items() if one.ca_certificate]
    given: dict[str, Any] = {"ca_certificate": wanted}
    if own:
        given["overrides"] = {key: {"ca_certificate": None} for key in own}
    layer = Layer({"instances": given}, "rotate-ca")
    resolved = resolve([stored_layer(stack), layer], skip_checks=set(check_names()))
    origins = {**resolved.origins, **before.origins, "instances.ca_certificate": "rotate-ca"}
    return Resolved(resolved.spec, origins)


def _step(context: OperationContext, facts: Mapping[str, Any], name: str) -> Step:
    wanted = facts["to"]
    alone = facts["restarts"] and name == facts["writer"] and not facts["successor"]

    def look() -> tuple[Member | None, str | None]:
        member = context.member(name)
        if member is None or (member.status, member.certificate) == ("available", wanted):
            return member, None
        return member, member.status if member.status != "available" else f"certificate of {member.certificate}"

    def done() -> bool:
        member, missing = look()
        return member is None or missing is None

    def run() -> None:
        context.healthy()
        set_certificate(context.rds, name, wanted)
        context.wait(look, f"{name} to have its new certificate")

    words = (_ALONE if alone else _READER).format(name=name) if facts["restarts"] else None
    text = f"Rotate the certificate of {name} to {wanted}{'' if facts['restarts'] else ', without a restart'}"
    return Step(f"certificate {name}", text, done, run, words, without_writer=alone)

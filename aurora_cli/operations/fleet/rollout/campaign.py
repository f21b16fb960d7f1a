"""A command of one cluster as a campaign: what it would do is asked of every cluster, and then it is done in waves.

What blocks a cluster is known of all before the first one is changed. A cluster at which nothing is left to do is left alone.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import AuroraError, ClusterNotFound, GuardRefused, InvalidInput, StackDamaged
from aurora_cli.events import Emit
from aurora_cli.operations.fleet.each import Answer, Work, ask_each
from aurora_cli.operations.fleet.places import Places
from aurora_cli.operations.fleet.plan import RISKS
from aurora_cli.operations.fleet.rollout.outlook import Outlook
from aurora_cli.operations.fleet.rollout.record import FAILED, UNCHANGED, ClusterRecord, ClusterState, RolloutRecord
from aurora_cli.operations.fleet.rollout.waves import limits_of, refuse_frozen, waves_of
from aurora_cli.operations.fleet.runs import FleetRun
from aurora_cli.operations.pipeline.step import typed
from aurora_cli.spec.facts.versions import well_formed
from aurora_cli.spec.text.load import shown_path

if TYPE_CHECKING:
    from datetime import datetime

    from aurora_cli.context import AppContext
    from aurora_cli.fleet.members import Member
    from aurora_cli.operations.fleet.executors.executor import Executor

_NOTHING = re.compile(r"^Nothing was changed[.:] ")
_ENGINES = {"aurora-postgresql": "postgres", "aurora-mysql": "mysql"}


@dataclass(frozen=True)
class Campaign:
    """What is to be done with each cluster.

    Attributes:
        command: the word after `aurora-cli fleet`.
        first: words of the command of one cluster, before its name.
        options: of that command; `{name}` in a text stands for the name.
        again: the words that begin the campaign again, after the global options, without the folders.
        write: write what the clusters have then into their spec files.
    """

    command: str
    first: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    again: tuple[str, ...] = ()
    write: bool = False

    def words(self, name: str, **more: Any) -> tuple[str, ...]:
        """The command of one cluster, with further options."""
        given = {key: _named(value, name) for key, value in {**self.options, **more}.items()}
        return typed(*self.first, name, **given)


def look(
    app: AppContext, campaign: Campaign, members: Sequence[Member], words: Sequence[str], executor: Executor, emit: Emit
) -> tuple[str, list[Outlook]]:
    """Ask what the campaign would do to each cluster, several at a time; nothing is changed.

    Args:
        members: valid ones.
        words: global options of each command.

    Returns:
        The run's name, and an outlook for each cluster, the worst first.

    Raises:
        InvalidInput: no engine has such a version, or the home cannot be used. Interrupted.
        SandboxFailed: the emulator does not start.
    """
    others = _elsewhere(app, campaign, members) | _of_other_engines(campaign, members)
    asked = [member for member in members if member.name not in others]
    app.begin(emit)  # one emulator for all, before they all look for it
    title = f"Looking at {len(asked)} cluster{'s' * (len(asked) != 1)}"
    work = Work(
        f"{campaign.command}-look",
        lambda member: (*words, *campaign.words(str(member.name), dry_run=True), "-o", "json"),
        title,
        "clusters",
    )
    run, answers = ask_each(app, asked, work, executor, emit)
    folder = FleetRun(app.home.path / "fleet" / run)
    found = [_outlook(folder, answer) for answer in answers]
    found += [Outlook(Answer(one), {}, others[str(one.name)]) for one in members if one.name in others]
    return run, sorted(found, key=lambda one: (RISKS.index(one.risk), one.name))


def refuse_blocked(campaign: Campaign, found: Sequence[Outlook]) -> None:
    """Raise GuardRefused with what blocks each cluster; nothing where nothing does."""
    blocked = {one.name: one.blocker for one in found if one.blocker}
    if not blocked:
        return
    lines = [f"{name}: {_indented(_NOTHING.sub('', str(why['message'])))}" for name, why in blocked.items()]
    count = f"{len(blocked)} of {len(found)} cluster{'s' * (len(found) != 1)}"
    hints = Counter(str(why["hint"]) for why in blocked.values() if why["hint"])
    ways = [
        f"{'' if hints[str(why['hint'])] > 1 else f'{name}: '}{why['hint']}"
        for name, why in blocked.items()
        if why["hint"]
    ]
    raise GuardRefused(
        "\n".join([f"Nothing was changed: fleet {campaign.command} is blocked at {count}.", *lines]),
        hint="\n".join([*dict.fromkeys(map(_indented, ways)), "Or leave them out: --skip-blocked."]),
        details={"blockers": [{"name": name, **why} for name, why in blocked.items()]},
    )


def campaign_record(
    campaign: Campaign,
    run: str,
    found: Sequence[Outlook],
    places: Places,
    now: datetime,
    max_failures: int = 0,
    *,
    during_freeze: bool = False,
) -> RolloutRecord:
    """What the campaign comes to; nothing is written or changed.

    Args:
        run: that has asked the clusters.

    Raises:
        InvalidInput: specs of two `fleet.yaml` with waves are among them. GuardRefused: it is the time of a freeze.
    """
    members = sorted((one.member for one in found if one.todo), key=lambda member: str(member.name))
    if not during_freeze:
        refuse_frozen({str(one.name): one for one in members}, now, "Begin later, or with --during-freeze.")
    clusters = {one.name: _cluster(campaign, one) for one in found}
    return RolloutRecord(run, waves_of(members), clusters, max_failures, places, campaign.again, campaign.write)


def first_states(found: Sequence[Outlook]) -> dict[str, ClusterState]:
    """Of the clusters with which nothing is to be done: those that are blocked have failed."""
    blocked = {one.name: ClusterState(FAILED, error=one.blocker) for one in found if one.blocker}
    return blocked | {one.name: ClusterState(UNCHANGED) for one in found if not one.blocker and not one.todo}


def _cluster(campaign: Campaign, one: Outlook) -> ClusterRecord:
    member = one.member
    digest = one.document.get("digest") if one.todo else None
    exact = {"to": one.document["to"]} if one.document.get("to") else {}
    about = (str(member.path), member.values.get("region"), member.account, one.risk)
    found = ClusterRecord(*about, spec="", digest=digest, limits=limits_of(member))
    if not one.todo:
        return found
    words = campaign.words(one.name, **exact, approved=digest)
    return replace(found, words=words, check=campaign.words(one.name, **exact, dry_run=True))


def _outlook(folder: FleetRun, answer: Answer) -> Outlook:
    problem = answer.problem
    if problem is None:
        refused = [str(one.get("text")) for one in answer.document.get("findings") or () if one.get("refused")]
        if refused:
            hint = "Change such a cluster alone, with --allow for what the plan names."
            problem = _problem(GuardRefused, " ".join(refused), hint)
        return Outlook(answer, answer.document, problem)
    details = folder.result(str(answer.member.name)).document.get("error", {}).get("details") or {}
    if details.get("runs"):  # green would be the same as blue: it is there already
        return Outlook(replace(answer, error=None, problem=None), {"changes": False, "to": details["runs"]}, None)
    if problem["code"] == ClusterNotFound.code:
        problem = {**problem, "hint": _not_known(answer.member)}
    return Outlook(answer, {}, problem)


def _not_known(member: Member) -> str:
    return f"If it exists, this home must know it: aurora-cli apply -f {shlex.quote(shown_path(str(member.path)))}"


def _elsewhere(app: AppContext, campaign: Campaign, members: Sequence[Member]) -> dict[str, Mapping[str, Any]]:
    """What blocks the clusters whose stack is that of another cluster of the name, e.g. in another Region.

    A snapshot is also taken of a cluster without a stack, which may be any cluster of the name.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for member in members:
        account = None if app.sandbox else member.account  # there, older stacks stay in the sandbox's own
        name, wanted = str(member.name), (member.values.get("region"), account)
        with suppress(StackDamaged):  # its command says so
            stack = app.registry.find(name)
            there = (stack.record.region, stack.record.account_id) if stack else wanted
            pairs = [pair for pair in zip(there, wanted, strict=True) if all(pair)]
            differing = [f"it is in {one}, and its spec says {other}" for one, other in pairs if one != other]
            if differing:
                hint = "Use the home that has the cluster of this spec: --home PATH"
                message = f"The cluster {name} of this home is another one: {'; '.join(differing)}."
                found[name] = _problem(InvalidInput, message, hint)
            elif stack is None and campaign.command == "snapshot":
                found[name] = _problem(ClusterNotFound, f"No cluster named '{name}' exists here.", _not_known(member))
    return found


def _problem(kind: type[AuroraError], message: str, hint: str) -> Mapping[str, Any]:
    return {"code": kind.code, "message": message, "hint": hint, "exit_status": kind.exit_status}


def _of_other_engines(campaign: Campaign, members: Sequence[Member]) -> dict[str, Mapping[str, Any]]:
    """What blocks the clusters whose engine has no such version. Raises InvalidInput where none has."""
    to = campaign.options.get("to")
    if campaign.command != "upgrade" or to is None:
        return {}
    fitting = [engine for engine in _ENGINES if well_formed(engine, to)]
    if not fitting:
        raise InvalidInput(
            f'--to cannot be "{to}": no engine has such a version.',
            hint="For example 16.6, 17 or 8.0.mysql_aurora.3.10.0.",
        )
    hint = f"Select the clusters that have it: --where engine={_ENGINES[fitting[0]]}"
    return {
        str(one.name): _problem(InvalidInput, f'"{to}" is not a version of {one.values.get("engine")}.', hint)
        for one in members
        if one.values.get("engine") not in fitting
    }


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")


def _named(value: Any, name: str) -> Any:
    if isinstance(value, tuple):
        return tuple(_named(one, name) for one in value)
    return value.replace("{name}", name) if isinstance(value, str) else value

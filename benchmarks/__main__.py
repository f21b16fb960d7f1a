"""`python -m benchmarks [--runs N] [--all | --only PART ...]`: every figure of docs/reference/performance.md, as Markdown."""

from __future__ import annotations

import argparse
import os

from benchmarks.against_terraform import creating, destroying, memory, planning, scaling, workshop
from benchmarks.databases import databases
from benchmarks.everything import everything
from benchmarks.fleet import PLANS, SPECS, costs, occupied, validating
from benchmarks.fleet import planning as many
from benchmarks.genuine import genuine
from benchmarks.looks import disk, looking, many_plans
from benchmarks.peers import peers
from benchmarks.processor import processor_time
from benchmarks.rendering import rendering
from benchmarks.startup import startup
from benchmarks.timing import Comparison
from benchmarks.waits import instance_waits


def show(comparisons: list[Comparison]) -> None:
    """One row a comparison: medians, and the median of the pairwise ratios."""
    print("| command | against | seconds | seconds | ratio | pairs |")
    print("| --- | --- | --: | --: | --: | --: |")
    for c in comparisons:
        print(f"| `{c.a}` | `{c.b}` | {c.a_s:.2f} | {c.b_s:.2f} | {c.ratio:.2f} | {c.runs} |")
    print()


def start_up(runs: int) -> None:
    """How long it takes to say something at all."""
    print("## Start-up\n")
    show(startup(max(runs, 10)))


def render(runs: int) -> None:
    """Specs to Terraform."""
    print("## Rendering\n")
    print("| stacks | seconds | per stack (ms) | peak memory (MiB) |\n| --: | --: | --: | --: |")
    for r in rendering():
        print(f"| {r.stacks} | {r.seconds:.2f} | {r.seconds / r.stacks * 1000:.1f} | {r.peak_mib:.0f} |")
    print()


def processor(runs: int) -> None:
    """What a command costs, with either way to start providers."""
    print("## Processor time\n\n| command | forked (s) | direct (s) | ratio |\n| --- | --: | --: | --: |")
    with workshop() as shop:
        for p in processor_time(shop):
            print(f"| `{p.command}` | {p.forked_s:.2f} | {p.direct_s:.2f} | {p.forked_s / p.direct_s:.2f} |")
    print()


def all_on(runs: int) -> None:
    """The plan of a stack with everything on, and of the smallest."""
    print("## A stack with everything on\n")
    with workshop() as shop:
        comparison, sizes = everything(shop, runs)
        show([comparison])
        print(f"{sizes.everything} resources against {sizes.smallest}.\n")


def against(runs: int) -> None:
    """Ours and Terraform alone."""
    print("## Against bare Terraform\n")
    with workshop() as shop:
        found = [planning(shop, runs), creating(shop, runs)]
        with workshop() as another:  # an account has room for 40 instances
            found += [scaling(another, runs), destroying(another, runs)]
        show(found)
        print("## Memory\n\n| command | peak of its own process (MiB) |\n| --- | --: |")
        for name, mib in memory(shop).items():
            print(f"| `{name}` | {mib:.0f} |")


def waits(runs: int) -> None:
    """What a user of AWS waits for, in the unit that matters there."""
    print("## Waits for instances\n\n| command | seconds | instance waits |\n| --- | --: | --: |")
    with workshop() as shop:
        for one in instance_waits(shop):
            print(f"| `{one.command}` | {one.seconds:.1f} | {one.waits:.1f} |")
    print()


def looks(runs: int) -> None:
    """Commands that change nothing, the disk that a stack takes, and many plans at once."""
    print("## Looking\n")
    with workshop() as shop:
        show(looking(shop, runs))
        print("| stack | files on disk (KiB) |\n| --- | --: |")
        for name, kib in disk(shop).items():
            print(f"| {name} | {kib} |")
        one_by_one, together, busy = many_plans(shop)
        print(
            f"\n20 plans, one after another {one_by_one:.1f} s, on all processors {together:.1f} s, {busy:.0%} busy.\n"
        )


def fleets(runs: int) -> None:
    """A folder of specs."""
    print("## Fleets\n")
    with workshop() as shop:
        print(f"`aurora-cli fleet validate` of {SPECS} specs: {validating(shop):.1f} s.\n")
        print(
            f"| {PLANS} plans | seconds | processor (s) | emulator (s) | of what it leaves of the processors | busy |"
        )
        print("| --- | --: | --: | --: | --: | --: |")
        found, shared = many(shop)
        for one in found:
            share = one.processor_s / (one.seconds * (os.cpu_count() or 1) - one.emulator_s)
            used = f"{one.processor_s:.1f} | {one.emulator_s:.1f}"
            print(f"| `{one.name}` | {one.seconds:.1f} | {used} | {share:.0%} | {one.busy:.0%} |", flush=True)
        print(f"\nOf the time of `fleet plan`, its commands ran {occupied(shop, found[0]):.0%} in all places for one.")
        print("\n| what | figure |\n| --- | --: |")
        for name, value in (shared | costs(shop)).items():
            print(f"| {name} | {value:.0f} |")
    print()


def others(runs: int) -> None:
    """Ours and other tools on the way to the same cluster."""
    print("## Against other tools\n")
    print("| command | against | seconds | seconds | times ours | processor | processor | times ours | pairs |")
    print("| --- | --- | --: | --: | --: | --: | --: | --: | --: |")
    left_out = []
    for r in peers(runs):
        if isinstance(r, str):
            left_out.append(f"{r}.\n")
            continue
        c = r.wall
        wall = f"{c.a_s:.2f} | {c.b_s:.2f} | {1 / c.ratio:.1f}"
        print(f"| `{c.a}` | {c.b} | {wall} | {r.a_s:.2f} | {r.b_s:.2f} | {r.b_s / r.a_s:.1f} | {c.runs} |", flush=True)
    print("", *left_out, sep="\n")


def with_genuine(runs: int) -> None:
    """`plan` and `create` with the provider that AWS's users have."""
    print("## With the genuine provider\n")
    found = list(genuine(runs))
    print(*(f"{one}\n" for one in found if isinstance(one, str)), sep="\n")
    if rows := [one for one in found if not isinstance(one, str)]:
        show(rows)


def servers(runs: int) -> None:
    """The sandbox's databases."""
    print("## Databases of the sandbox\n\n| what | figure |\n| --- | --: |")
    for one in databases(runs):
        digits = 2 if one.unit == "s" else 0
        print(f"| {one.name} | {one.value:.{digits}f} {one.unit} |")
    print()


PARTS = {
    "startup": start_up,
    "rendering": render,
    "processor": processor,
    "looks": looks,
    "fleet": fleets,
    "everything": all_on,
    "waits": waits,
    "databases": servers,
    "terraform": against,
    "genuine": with_genuine,
    "peers": others,
}
ON_DEMAND = ("genuine", "peers")
"""Parts that install something, or need what not every machine has."""


def main() -> None:
    """Run those that need nothing else, all of them, or some."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="counted pairs of each comparison (default 5)")
    parser.add_argument("--only", choices=PARTS, nargs="+", help="these parts alone")
    parser.add_argument("--all", action="store_true", help=f"also {' and '.join(ON_DEMAND)}, which install other tools")
    options = parser.parse_args()
    os.environ.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # else each process compiles all of its modules again, ours and theirs
    usual = [name for name in PARTS if options.all or name not in ON_DEMAND]
    for name in options.only or usual:
        PARTS[name](options.runs)


if __name__ == "__main__":
    main()

"""`plan` and `create` against bare Terraform on the same rendered files, the same provider and the same emulator."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aurora_cli.context import AppContext
from benchmarks.timing import Command, Comparison, compare, peak_memory_of

REGION = "eu-west-1"
SPEC = ("--engine", "postgres", "--readers", "2")


@dataclass(frozen=True)
class Workshop:
    """A home with a running emulator, its process id, and Terraform's environment for it."""

    home: Path
    environ: dict[str, str]
    terraform: tuple[str, ...]
    emulator: int

    def aurora(self, *args: str) -> tuple[str, ...]:
        """Our command line in this home, without the plan after an apply: as it is in a real account."""
        options = ("--home", str(self.home), "--sandbox", "--no-verify", "--region", REGION)
        return (sys.executable, "-m", "aurora_cli", *options, *args)

    def stack(self, name: str) -> Path:
        """The folder with the rendered files of a stack."""
        return self.home / "sandbox" / "stacks" / name / "terraform"


@contextmanager
def workshop() -> Iterator[Workshop]:
    """Start an emulator in a temporary home; stop it at the end."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {"AURORA_SANDBOX_DATABASE": "off", **os.environ}  # what is measured is not how fast servers start
        app = AppContext(home_folder=Path(folder), sandbox=True, environ=environ)
        app.begin(lambda event: None)
        try:
            environ = {
                **app.sandbox_manager.environment(app.environ),
                **app.sandbox_manager.prepare_terraform(genuine=False),
                "TF_IN_AUTOMATION": "1",
            }
            emulator = app.sandbox_manager.status().pid
            assert emulator is not None
            yield Workshop(Path(folder), environ, tuple(app.binary.argv0), emulator)
        finally:
            app.sandbox_manager.stop()


def planning(shop: Workshop, runs: int) -> Comparison:
    """`aurora-cli plan` of a cluster that exists, against `terraform plan` in the same folder."""
    Command("create", (shop.aurora("create", "planned", *SPEC, "--yes"),)).run()
    ours = Command("aurora-cli plan", (shop.aurora("plan", "planned"),))
    bare = Command("terraform plan", ((*shop.terraform, "plan", "-input=false"),), shop.stack("planned"), shop.environ)
    return compare(ours, bare, runs)


def creating(shop: Workshop, runs: int) -> Comparison:
    """`aurora-cli create`, against `terraform init` and `terraform apply` on a copy of what that renders."""
    copy = shop.home / "bare"

    def fresh(run: int) -> None:
        name = f"bare-{run}"
        shutil.rmtree(copy, ignore_errors=True)
        Command("render", (shop.aurora("render", name, *SPEC, "--to", str(copy)),)).run()

    counter = iter(range(runs + 1))

    @dataclass(frozen=True)
    class Create(Command):
        def run(self) -> float:
            line = shop.aurora("create", f"ours-{next(counter)}", *SPEC, "--yes")
            return Command(self.name, (line,)).run()

    bare = Command(
        "terraform init + apply",
        (
            (*shop.terraform, "init", "-input=false"),
            (*shop.terraform, "apply", "-input=false", "-auto-approve"),
        ),
        copy,
        shop.environ,
    )
    return compare(Create("aurora-cli create", ()), bare, runs, before=fresh)


def destroying(shop: Workshop, runs: int) -> Comparison:
    """`aurora-cli destroy` with its final snapshot, against `terraform destroy` of a copy with the same settings."""
    copy = shop.home / "bare-gone"
    spec = (*SPEC, "--set", "deletion_protection=false")
    terraform = tuple(shop.terraform)

    def both(run: int) -> None:
        shutil.rmtree(copy, ignore_errors=True)
        Command("create", (shop.aurora("create", f"gone-{run}", *spec, "--yes"),)).run()
        Command("render", (shop.aurora("render", f"bare-gone-{run}", *spec, "--to", str(copy)),)).run()
        apply = ((*terraform, "init", "-input=false"), (*terraform, "apply", "-input=false", "-auto-approve"))
        Command("apply", apply, copy, shop.environ).run()

    counter = iter(range(runs + 1))

    @dataclass(frozen=True)
    class Destroy(Command):
        def run(self) -> float:
            name = f"gone-{next(counter)}"
            return Command(self.name, (shop.aurora("destroy", name, "--confirm", name),)).run()

    bare = Command("terraform destroy", ((*terraform, "destroy", "-auto-approve"),), copy, shop.environ)
    return compare(Destroy("aurora-cli destroy", ()), bare, runs, before=both)


def scaling(shop: Workshop, runs: int) -> Comparison:
    """`scale --readers +1`, against the same edit of the rendered files and `terraform apply`."""
    copy = shop.home / "bare-scaled"
    Command("create", (shop.aurora("create", "scaled", *SPEC, "--yes"),)).run()

    def edit(readers: int) -> None:
        spec = ("--engine", "postgres", "--readers", str(readers))
        Command("render", (shop.aurora("render", "bare-scaled", *spec, "--to", str(copy), "--force"),)).run()

    edit(2)
    apply = (*shop.terraform, "apply", "-input=false", "-auto-approve")
    first = ((*shop.terraform, "init", "-input=false"), apply)
    Command("apply", first, copy, shop.environ).run()
    bare = Command("terraform apply", (apply,), copy, shop.environ)
    line = shop.aurora("scale", "scaled", "--readers", "+1", "--yes")
    return compare(Command("aurora-cli scale --readers +1", (line,)), bare, runs, before=lambda run: edit(3 + run))


def memory(shop: Workshop) -> dict[str, float]:
    """Peak memory of our process, in MiB: `--help`, and `plan` of a cluster that exists."""
    return {
        "aurora-cli --help": peak_memory_of(shop.aurora("--help")),
        "aurora-cli plan": peak_memory_of(shop.aurora("plan", "planned")),
    }

"""The trial of an adoption, in a folder of its own: import without a change, then plan what the spec would change.

Nothing in AWS is touched: the state is a local file here until the adoption is approved. A draft that a crash left behind is
thrown away by the next one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.discovery import DiscoveredCluster
from aurora_cli.errors import NotAdoptable
from aurora_cli.events import Emit, timed
from aurora_cli.hcl.adoption import bare_resources, import_blocks
from aurora_cli.hcl.values.account import role_of
from aurora_cli.operations.adopt.import_fixups import imported_values
from aurora_cli.operations.adopt.imports import bare_of, imports_of
from aurora_cli.operations.adopt.members import keys_of
from aurora_cli.operations.core.kept import imported_names
from aurora_cli.operations.core.rendered import write_rendered
from aurora_cli.terraform.state.import_fixups import set_imported_values
from aurora_cli.terraform.state.state import STATE_FILE, read_local_state

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.stacks.stack import Stack
    from aurora_cli.terraform.plan.plan import Plan
    from aurora_cli.terraform.runner import Terraform

LOCK_FILE = ".terraform.lock.hcl"


@dataclass
class Draft:
    """A trial stack.

    Attributes:
        stack: its folder.
        found: what is adopted.
        spec: what describes it; its backend is local.
        snapshot: name of the final snapshot.
    """

    app: AppContext
    stack: Stack
    found: DiscoveredCluster
    spec: ClusterSpec
    snapshot: str
    emit: Emit

    @property
    def state_file(self) -> Path:
        """The state of the trial."""
        return self.stack.terraform_dir / STATE_FILE

    @property
    def lock_file(self) -> Path:
        """Terraform's record of the providers, as of the trial."""
        return self.stack.terraform_dir / LOCK_FILE

    def imports_text(self) -> str:
        """`imports.tf`."""
        return import_blocks(imports_of(self.found, self.spec))

    def try_out(self) -> Plan:
        """Import, settle, and plan the spec; what the plan holds is what an apply would change.

        Raises:
            NotAdoptable: the import alone would change something. TerraformFailed and its kin.
        """
        terraform = self.app.terraform(self.stack, self.emit)
        self._import(terraform)
        with timed(self.emit, "plan", "Comparing the spec with the cluster"):
            names = imported_names(read_local_state(self.state_file).managed, self.spec)
            how: dict[str, Any] = {"final_snapshot_identifier": self.snapshot, "imported": names}
            write_rendered(self.stack, self.spec, allow_destroy=True, **how)
            terraform.init()
            plan = terraform.plan()
            terraform.plan_file.unlink(missing_ok=True)
        return plan

    def _import(self, terraform: Terraform) -> None:
        from aurora_cli.hcl.render import render_stack
        from aurora_cli.spec.facts.versions import rendered_version

        with timed(self.emit, "import", "Importing into a temporary state, which changes nothing"):
            rendered = render_stack(self.spec)
            files = {name: rendered[name] for name in ("versions.tf", "backend.tf")}
            files["adoption.tf"] = bare_resources(
                self.spec.region, bare_of(self.found, self.spec), role_of(self.spec, (self.app.role or {}).items())
            )
            self.stack.write_files({**files, "imports.tf": self.imports_text()})
            terraform.init()
            plan = terraform.plan()
            if plan.changes:
                raise NotAdoptable(
                    f"{self.found.identifier} cannot be adopted: the import would change {plan.changes[0].address}.",
                    hint="Nothing was changed. Run with --debug and report it: an import must not change anything.",
                )
            terraform.apply()
            version = rendered_version(self.spec)
            set_imported_values(self.state_file, imported_values(self.found, self.spec, version, self.snapshot))


@contextmanager
def drafted(app: AppContext, found: DiscoveredCluster, spec: ClusterSpec, snapshot: str, emit: Emit) -> Iterator[Draft]:
    """A draft that is gone when the block ends, however it ends."""
    from aurora_cli.spec.text.dump import dump_spec
    from aurora_cli.stacks.home import Home
    from aurora_cli.stacks.registry import Registry

    home = Home(app.home.path / "drafts" / spec.name)
    shutil.rmtree(home.path, ignore_errors=True)
    try:
        stack = Registry(home, app.role).create(
            spec.name,
            region=spec.region,
            target=app.target,
            spec=dump_spec(spec),
            instance_keys=tuple(keys_of(found)),
        )
        yield Draft(app, stack, found, spec, snapshot, emit)
    finally:
        shutil.rmtree(home.path, ignore_errors=True)
        if home.path.parent.is_dir() and not any(home.path.parent.iterdir()):
            home.path.parent.rmdir()

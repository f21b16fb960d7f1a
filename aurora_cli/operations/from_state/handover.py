"""How the other configuration lets go of a cluster that was imported here, so that its Terraform destroys nothing.

A module that is about nothing but the cluster goes as a whole, since its call must leave the configuration: what remained there
of it, such as a security group, would be destroyed. Elsewhere only what the stack has imported goes.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from aurora_cli.aws.cluster.discovery import DiscoveredCluster
from aurora_cli.hcl.adoption import Import, removed_blocks
from aurora_cli.operations.from_state.belongings import Belonging, belongings_of, is_helper
from aurora_cli.operations.from_state.origin import StateOrigin
from aurora_cli.problem import some_of
from aurora_cli.terraform.state.addresses import modules_of, without_keys
from aurora_cli.terraform.state.state import StateResource

HANDOVER_FILE = "removed.tf"
_SHOWN = 6


@dataclass(frozen=True)
class Handover:
    """What is to be done in the other configuration.

    Attributes:
        name, source: the cluster, and the folder or file of the state that has it.
        program: `terraform` or `tofu`.
        folder: the folder in which its commands run, if that is known.
        address: of the cluster in it.
        targets: modules that go as a whole, and single resources, e.g. `module.aurora["shop"]`.
        removed: the same without instance keys, for `removed` blocks; empty where other instances stay.
        leaving: what its Terraform must forget, those in the modules included.
        staying: what belongs to the cluster and remains its own.
        dependents: addresses of resources that refer to what leaves.
        replaced: whether AWS has another cluster under that name than the one in the state.
    """

    name: str
    source: str
    program: str
    folder: str | None
    address: str
    targets: tuple[str, ...]
    removed: tuple[str, ...]
    leaving: tuple[Belonging, ...]
    staying: tuple[Belonging, ...]
    dependents: tuple[str, ...]
    replaced: bool

    @property
    def commands(self) -> tuple[str, ...]:
        """The lines that make its Terraform forget, for a shell."""
        where = [f"-chdir={self.folder}"] if self.folder else []
        return tuple(shlex.join([self.program, *where, "state", "rm", one]) for one in self.targets)

    @property
    def blocks(self) -> str:
        """The `removed` blocks."""
        return removed_blocks(self.removed)

    @property
    def declarations(self) -> tuple[str, ...]:
        """What must be deleted from the configuration first, or an apply there creates it again."""
        return self.removed or self.targets

    @property
    def unmanaged(self) -> tuple[str, ...]:
        """Addresses of what nobody manages afterwards: it goes with a module, and the stack uses it as it is."""
        return tuple(one.address for one in self.leaving if one.imported_as is None and one.type.startswith("aws_"))

    @property
    def text(self) -> str:
        """A file for the other configuration: what to do, as comments, and the blocks."""
        comments = "".join(f"# {' '.join(line.splitlines())}".rstrip() + "\n" for line in self._guide())
        return f"{comments}\n{self.blocks}" if self.blocks else comments

    def _guide(self) -> Iterator[str]:
        yield f"The cluster {self.name} is managed by aurora-cli."
        yield "Terraform is to forget it here, and to destroy nothing:"
        yield f"1. In this configuration, delete {', '.join(self.declarations)}"
        if self.removed:
            yield "2. Add this file and apply (Terraform 1.7, OpenTofu 1.10 or later)."
            yield "   The plan must not destroy anything. Or run:"
        else:
            yield "2. Run, since a `removed` block cannot name one instance of several:"
        yield from (f"     {line}" for line in self.commands)

    def advice(self) -> Iterator[str]:
        """Sentences on what to know before it is done."""
        yield (
            f"Until the configuration of {self.source} lets go of the cluster, an apply there can still change or delete it: "
            f"delete {some_of(self.declarations, _SHOWN)} from it, and let its Terraform forget them."
        )
        if self.unmanaged:
            yield (
                f"Nobody manages {some_of(self.unmanaged, _SHOWN)} afterwards; they stay in AWS as they are, and the cluster "
                "uses them."
            )
        if self.dependents:
            yield f"Resources that refer to what leaves need its values from elsewhere: {some_of(self.dependents, _SHOWN)}."
        if self.replaced:
            yield f"The cluster {self.name} in AWS is not the one in the state: it was recreated or switched over since."

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        leaving = {one.address for one in self.leaving}
        return {
            "source": self.source,
            "address": self.address,
            "resources": [{**vars(one), "leaves": one.address in leaving} for one in (*self.leaving, *self.staying)],
            "dependents": list(self.dependents),
            "delete": list(self.declarations),
            "removed": self.blocks,
            "state_rm": list(self.commands),
        }


def handover_of(origin: StateOrigin, found: DiscoveredCluster, imports: Sequence[Import]) -> Handover:
    """What the other configuration has to let go of, for a cluster that is read and imports that are planned."""
    resources = [one for one in origin.state.managed if not one.deposed]
    mine = belongings_of(resources, found, imports)
    single = {one.address for one in mine if one.imported_as or one.type == "aws_rds_cluster_instance"}
    modules = _whole_modules(resources, {one.address for one in mine}, single)
    helpers = [
        Belonging(one.address, one.type, None, None) for one in resources if is_helper(one)
    ]  # ids may be secrets
    leaving = [one for one in (*mine, *helpers) if one.address in single or _within(one.address, modules)]
    gone = {one.address for one in leaving}
    targets = (*modules, *(one.address for one in leaving if not _within(one.address, modules)))
    entirely = all(_leaves_entirely(one, resources, gone) for one in targets)
    return Handover(
        name=origin.name,
        source=str(origin.source),
        program=origin.program,
        folder=str(origin.source.absolute()) if origin.source.is_dir() else None,
        address=origin.address,
        targets=targets,
        removed=tuple(dict.fromkeys(without_keys(one) for one in targets)) if entirely else (),
        leaving=tuple(sorted(leaving, key=lambda one: one.imported_as is None)),
        staying=tuple(one for one in mine if one.address not in gone),
        dependents=tuple(_dependents(resources, gone)),
        replaced=origin.resource_id not in (None, found.cluster.get("DbClusterResourceId")),
    )


def _whole_modules(resources: Sequence[StateResource], mine: set[str], single: set[str]) -> tuple[str, ...]:
    """The outermost module calls that hold something of `single`, and nothing that is not of the cluster."""
    foreign = [one.address for one in resources if one.address not in mine and not is_helper(one)]
    around = (modules_of(address) for address in sorted(single))
    whole = (next((m for m in modules if not any(_within(one, [m]) for one in foreign)), None) for modules in around)
    return tuple(dict.fromkeys(one for one in whole if one))


def _within(address: str, modules: Sequence[str]) -> bool:
    return any(address.startswith(f"{module}.") for module in modules)


def _leaves_entirely(target: str, resources: Sequence[StateResource], gone: set[str]) -> bool:
    """Whether all instances of a resource or module leave: a `removed` block has no instance keys."""
    name = without_keys(target)
    return all(r.address in gone for r in resources if f"{without_keys(r.address)}.".startswith(f"{name}."))


def _dependents(resources: Sequence[StateResource], gone: set[str]) -> Iterator[str]:
    names = {without_keys(one) for one in gone}
    yield from (one.address for one in resources if one.address not in gone and names.intersection(one.dependencies))

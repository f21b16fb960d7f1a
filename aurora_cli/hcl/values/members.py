"""The clusters of a global database as the templates need them."""

from __future__ import annotations

from dataclasses import dataclass

from aurora_cli.hcl.literal import Expression
from aurora_cli.hcl.render_options import RenderOptions
from aurora_cli.spec.derived.regions import global_identifier, regions_of
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.global_database import Region


@dataclass(frozen=True)
class Secondary:
    """One secondary Region.

    Attributes:
        region: e.g. `eu-central-1`; also the folder of its module.
        label: name of its module and of its provider's alias, e.g. `eu_central_1`.
        module: reference to the module.
        provider: reference to the provider.
    """

    region: str
    label: str
    module: Expression
    provider: Expression


@dataclass(frozen=True)
class GlobalDatabase:
    """The global cluster and its secondary Regions; `from_existing` makes it around the cluster that is there."""

    identifier: str
    secondaries: tuple[Secondary, ...]
    from_existing: bool


@dataclass(frozen=True)
class Member:
    """What makes a cluster a member: its role when it is made, and whether it passes writes on."""

    secondary: bool
    write_forwarding: bool = False


def label_of(region: str) -> str:
    """Name of a Region's module and provider alias: `eu_central_1`."""
    return region.replace("-", "_")


def provider_regions_of(spec: ClusterSpec, options: RenderOptions) -> dict[str, str]:
    """Name of the provider's alias -> its Region, for every Region beside the cluster's own."""
    return {label_of(region): region for region in sorted({*regions_of(spec), *options.former_regions})}


def global_database_of(spec: ClusterSpec, options: RenderOptions) -> GlobalDatabase | None:
    """The global database of a spec; None if it is none."""
    if spec.global_ is None:
        return None
    secondaries = (
        Secondary(
            region, label_of(region), Expression(f"module.{label_of(region)}"), Expression(f"aws.{label_of(region)}")
        )
        for region in regions_of(spec)
    )
    return GlobalDatabase(global_identifier(spec), tuple(secondaries), options.global_from_existing)


def member_of(spec: ClusterSpec, region: Region | None) -> Member | None:
    """The membership of a cluster: of the secondary one in `region`, or else of the spec's own; None for a plain cluster."""
    if region is not None:
        return Member(secondary=True, write_forwarding=region.write_forwarding)
    return Member(secondary=False) if spec.global_ else None

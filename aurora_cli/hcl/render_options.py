"""What a render needs to know beside the spec."""

from __future__ import annotations

from dataclasses import dataclass

from aurora_cli.spec.model.cluster import ClusterSpec


@dataclass(frozen=True)
class RenderOptions:
    """Facts about the stack and the moment that are no part of the spec.

    Attributes:
        instance_keys: keys of the instances, numbers as text; empty for `1` to readers + 1.
        split_instances: the state may have the instances under the addresses of earlier versions, `first` and `others`.
        final_snapshot_identifier: name of the final snapshot; None for `<name>-final`.
        teardown: the state from which a cluster can be destroyed: no protection, changes made at once.
        skip_final_snapshot: with `teardown`, destroy without a final snapshot.
        kept_key: ARN of the stack's own KMS key once Terraform no longer manages it, since a snapshot needs it; else None.
        allow_destroy: leave `prevent_destroy` out, since the user allowed the loss by name.
        region_keys: secondary Region -> keys of its instances; one that is missing has `1` to readers + 1.
        offered_zones: Region -> the zones to choose those of a new VPC from, where the first ones lack a class; a missing one
            has no such limit.
        ipv6_vpcs: Regions whose VPC has an IPv6 block, which AWS does not take back from it while there are subnets.
        imported: (type, name, description, tags) of resources that another configuration made and this one has taken over: their
            names and descriptions are fixed, and their tags stay. Of rules with tags, the key in place of a name.
        snapshot_region: the Region whose cluster gets the final snapshot; None for the cluster's own. The copies in other
            Regions hold the same data.
        former_regions: Regions that are still in the state: their providers are needed to take them down.
        global_from_existing: make the global cluster around the cluster, which exists, instead of the cluster in it.
        backend: write backend.tf.
        password_version: of a given master password; it is sent when this number goes up.
        header: text for a comment on top of every file; None for none.
        created_from: how a cluster that is there was made: a kind of source or `empty`; None for what the spec says.
        master_username: of a cluster that is there and has its master user from its source; None for the spec's.
        next_version: engine version whose parameter groups are made beside those in use, ahead of an upgrade to it.
        source_arn: ARN of what the data comes from, where the spec's identifier alone does not do; None for as in the spec.
        account_id: the one account that the provider may work in; None for any.
        assume_role: arguments of the provider's block, in place of those of the spec; empty for the spec's.
        parameter_suffix: end of the names of the parameter groups, since a blue/green deployment of the same family made new
            ones; None for none.
        shared: what others who use the same state must know of the spec, as text; None where nobody else does.
    """

    instance_keys: tuple[str, ...] = ()
    split_instances: bool = False
    final_snapshot_identifier: str | None = None
    teardown: bool = False
    skip_final_snapshot: bool = False
    kept_key: str | None = None
    allow_destroy: bool = False
    region_keys: tuple[tuple[str, tuple[str, ...]], ...] = ()
    offered_zones: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ipv6_vpcs: tuple[str, ...] = ()
    imported: tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...] = ()
    snapshot_region: str | None = None
    former_regions: tuple[str, ...] = ()
    global_from_existing: bool = False
    backend: bool = True
    password_version: int = 1
    header: str | None = None
    created_from: str | None = None
    source_arn: str | None = None
    master_username: str | None = None
    next_version: str | None = None
    account_id: str | None = None
    assume_role: tuple[tuple[str, str], ...] = ()
    parameter_suffix: str | None = None
    shared: str | None = None

    def __post_init__(self) -> None:
        if self.skip_final_snapshot and not self.teardown:
            raise ValueError("skip_final_snapshot is for a teardown only")
        _check_keys(self.instance_keys)
        for _, keys in self.region_keys:
            _check_keys(keys)

    def keys(self, spec: ClusterSpec) -> tuple[str, ...]:
        """The instance keys in numeric order, never empty."""
        keys = self.instance_keys or tuple(str(n) for n in range(1, spec.instances.readers + 2))
        return tuple(sorted(keys, key=int))


def _check_keys(keys: tuple[str, ...]) -> None:
    for key in keys:
        if not (key.isascii() and key.isdigit()) or key != str(int(key)) or key == "0":
            raise ValueError(f"an instance key is a number from 1 on: {key!r}")
    if len(set(keys)) != len(keys):
        raise ValueError(f"instance keys repeat: {keys}")

"""The global database in the spec: copies of the cluster in other Regions, each with a network and instances of its own."""

from __future__ import annotations

from pydantic import Field

from aurora_cli.spec.model.fields import Model
from aurora_cli.spec.model.instances import Instances
from aurora_cli.spec.model.network import Network


class RegionEncryption(Model):
    """Storage encryption of one Region's copy; whether there is any follows the cluster."""

    kms_key: str | None = Field(
        None, description="KMS key of that Region (ARN, id or alias/...); default the AWS managed key there."
    )


class Region(Model):
    """A secondary Region: a cluster `<name>-<region>` that follows the primary, and takes over when it has to."""

    network: Network = Field(default_factory=lambda: Network.model_validate({}))
    instances: Instances = Field(default_factory=lambda: Instances.model_validate({}))
    encryption: RegionEncryption = Field(default_factory=lambda: RegionEncryption.model_validate({}))
    write_forwarding: bool = Field(False, description="Accept writes here and forward them to the primary Region.")
    headless: bool = Field(
        False, description="Storage only, without an instance (headless): cheaper, but slower to take over."
    )


class GlobalDatabase(Model):
    """An Aurora global database. The cluster of this spec is its primary; `regions` are its secondary Regions."""

    identifier: str | None = Field(None, description="Global cluster identifier; default `<name>-global`.")
    regions: dict[str, Region] = Field(default_factory=dict, description="Secondary Regions by name, up to 10.")

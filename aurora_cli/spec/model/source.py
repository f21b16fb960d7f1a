"""Where the data of a cluster comes from: nothing, a snapshot, a point in time, a clone, files in S3, another database.

It counts when the cluster is made, and never again: a later change of it does nothing to a cluster that is there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field, field_validator

from aurora_cli.spec.model.fields import Model

Kind = Literal["snapshot", "point_in_time", "clone", "s3", "replica_of"]
KINDS: tuple[Kind, ...] = ("snapshot", "point_in_time", "clone", "s3", "replica_of")
INHERITING: tuple[Kind, ...] = ("snapshot", "point_in_time", "clone", "replica_of")
"""Kinds whose user, databases and encryption are those of the source."""
PROMOTED = "promoted"
"""How a cluster was made that replicated another database and does so no more."""
LATEST = "latest"

_ARN = re.compile(
    r"arn:aws[a-z-]*:rds:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):(?P<kind>cluster-snapshot|snapshot|cluster|db):(?P<name>.+)",
    re.ASCII,
)
_RESOURCE_ID = re.compile(r"cluster-[A-Z0-9]{20,}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_SNAPSHOT_MARKS = ("rds:", "awsbackup:")
"""What stands in front of the identifier of a snapshot that RDS or AWS Backup made by itself."""


class PointInTime(Model):
    """A moment in the life of another cluster, as its automated backups hold it."""

    cluster: str = Field(
        description="Cluster identifier or ARN; or a resource id (`cluster-ABC...`), also of a deleted cluster whose "
        "automated backups were kept."
    )
    time: str = Field(LATEST, description="`latest`, or a time in UTC such as 2026-03-01T08:30:00Z.")


class S3Import(Model):
    """Files that Percona XtraBackup made of a MySQL database, in S3."""

    bucket: str = Field(description="Name of the bucket, in the cluster's Region.")
    prefix: str | None = Field(None, description="Key prefix of the backup's files; default the whole bucket.")
    source_engine_version: str = Field(description="MySQL version of the backup, e.g. 8.0.36.")
    role: str | None = Field(
        None,
        description="ARN of a role that may read the files; by default the stack creates one for just this prefix.",
    )


class Source(Model):
    """Where the data comes from when the cluster is made: exactly one of these. A later change of it has no effect."""

    snapshot: str | None = Field(
        None,
        description="Identifier or ARN of a cluster snapshot, or ARN of a DB snapshot of RDS for MySQL/PostgreSQL.",
    )
    point_in_time: PointInTime | None = Field(None, description="Another cluster at a point in time.")
    clone: str | None = Field(
        None, description="Identifier or ARN of a cluster to clone, copy-on-write: in minutes, whatever its size."
    )
    s3: S3Import | None = Field(None, description="A backup of MySQL in S3.")
    replica_of: str | None = Field(
        None,
        description="Identifier or ARN of an Aurora cluster, or of an RDS for MySQL/PostgreSQL instance, to replicate.",
    )

    @field_validator("snapshot", "clone", "replica_of", mode="after")
    @classmethod
    def _plain(cls, value: str | None) -> str | None:
        """As AWS keeps identifiers: in lower case. ARNs stay as they are."""
        return value if value is None or value.startswith("arn:") else value.lower()

    @property
    def given(self) -> tuple[Kind, ...]:
        """What is set; a legal source has exactly one."""
        return tuple(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def kind(self) -> Kind | None:
        """The one that is set; None for an illegal source."""
        return self.given[0] if len(self.given) == 1 else None

    @property
    def name(self) -> str | None:
        """Identifier, ARN or resource id of what the data comes from; None for S3."""
        if self.kind == "point_in_time" and self.point_in_time:
            return self.point_in_time.cluster
        return None if self.kind in (None, "s3") else str(getattr(self, str(self.kind)))


@dataclass(frozen=True)
class SourceArn:
    """The parts of an RDS ARN: `kind` is cluster, db, cluster-snapshot or snapshot."""

    region: str
    account: str
    kind: str
    name: str


def parse_arn(text: str) -> SourceArn | None:
    """The parts of an ARN of RDS; None for anything else."""
    match = _ARN.fullmatch(text)
    return SourceArn(match["region"], match["account"], match["kind"], match["name"]) if match else None


def without_mark(snapshot: str) -> str:
    """The identifier of a snapshot without what RDS or AWS Backup puts in front of it: as the name of a copy may be."""
    mark = next((mark for mark in _SNAPSHOT_MARKS if snapshot.startswith(mark)), "")
    return snapshot.removeprefix(mark)


def is_resource_id(text: str) -> bool:
    """Whether the text is a cluster's resource id (`cluster-` and upper-case letters and digits)."""
    return _RESOURCE_ID.fullmatch(text) is not None


def parse_time(text: str) -> datetime | None:
    """A time in UTC as RFC 3339 writes it; None for anything else, `latest` included."""
    if not _TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(f"{text[:-1]}+00:00")
    except ValueError:
        return None

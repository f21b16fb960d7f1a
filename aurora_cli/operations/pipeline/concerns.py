"""What varies between changes: a new concern is a class of its own, and a line here."""

from __future__ import annotations

from aurora_cli.operations.core.account import Account
from aurora_cli.operations.core.concern import Concern
from aurora_cli.operations.core.final_snapshot import FinalSnapshot
from aurora_cli.operations.core.instances import Instances
from aurora_cli.operations.core.kept import KeptIpv6, KeptNames
from aurora_cli.operations.core.regions import Regions
from aurora_cli.operations.guard.engine_version import NoDowngrade, SameVersion
from aurora_cli.operations.passwords.master import MasterPassword
from aurora_cli.operations.passwords.rotation import Rotation
from aurora_cli.operations.pipeline.notices import Notices
from aurora_cli.operations.preflight.names_taken import NamesTaken
from aurora_cli.operations.preflight.orderable import Orderable
from aurora_cli.operations.preflight.quotas import Quotas
from aurora_cli.operations.preflight.refused_by_aws import RefusedByAws
from aurora_cli.operations.source.state import Source
from aurora_cli.operations.sql.bootstrap import Bootstrap

EVERY_CHANGE: tuple[type[Concern], ...] = (
    Account,
    Instances,
    Regions,
    KeptIpv6,
    KeptNames,
    MasterPassword,
    Source,
    FinalSnapshot,
    Quotas,
    NoDowngrade,
)
"""Of each operation, and of each step of it."""

APPLY: tuple[type[Concern], ...] = (
    *EVERY_CHANGE[:-1],
    SameVersion,
    RefusedByAws,
    NamesTaken,
    Orderable,
    Rotation,
    Notices,
    Bootstrap,
)
"""Of create and apply, which bring a cluster to a spec in one step."""

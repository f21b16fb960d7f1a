"""What all work of a provider process shares: the client, the account, the pace of looking."""

from __future__ import annotations

from dataclasses import dataclass, field

from aurora_cli.sandbox.provider.api.client import Client
from aurora_cli.sandbox.provider.api.stop import StopSignal


@dataclass(frozen=True)
class PollPolicy:
    """How often a status is looked at.

    Attributes:
        first: seconds before the second look; each further pause is half as long again.
        longest: longest pause in seconds.
        patience: seconds for which a refused call ("still in use") is repeated.
    """

    first: float = 0.05
    longest: float = 0.5
    patience: float = 30.0


@dataclass(frozen=True)
class ProviderRuntime:
    """What all tasks of a process share."""

    client: Client
    stop: StopSignal
    pace: PollPolicy
    account: str
    partition: str
    claimed: set[str] = field(default_factory=set)

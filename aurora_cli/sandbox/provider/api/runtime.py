"""What all tasks of a provider process share: client, account, polling."""

from __future__ import annotations

from dataclasses import dataclass, field

from aurora_cli.sandbox.provider.api.client import Client
from aurora_cli.sandbox.provider.api.stop import StopSignal


@dataclass(frozen=True)
class PollPolicy:
    """How often a status is polled.

    Attributes:
        first: seconds before the second poll; each further delay is 50 % longer.
        longest: maximum delay in seconds.
        patience: seconds for which a rejected call ("still in use") is retried.
    """

    first: float = 0.05
    longest: float = 0.5
    patience: float = 30.0


@dataclass(frozen=True)
class ProviderRuntime:
    """The runtime of a provider process."""

    client: Client
    stop: StopSignal
    pace: PollPolicy
    account: str
    partition: str
    claimed: set[str] = field(default_factory=set)

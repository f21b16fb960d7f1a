"""Sums and quantities with two ends: the same number twice, or from the least to the most."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

HOURS = Decimal(730)
"""Of a month, as AWS's price calculator counts them."""


@dataclass(frozen=True)
class Amount:
    """A quantity or a sum of money.

    Attributes:
        low, high: its least and its largest value; equal where there is but one.
    """

    low: Decimal
    high: Decimal

    @classmethod
    def of(cls, low: Decimal | int | float, high: Decimal | int | float | None = None) -> Amount:
        """From one number, or from two."""
        first = _exact(low)
        return cls(first, first if high is None else _exact(high))

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Amount) -> Amount:
        """Least less least and most less most: what one pays more in the same situation."""
        return Amount(self.low - other.low, self.high - other.high)

    def __mul__(self, factor: Decimal | int) -> Amount:
        return Amount(self.low * factor, self.high * factor)

    def __truediv__(self, divisor: Decimal) -> Amount:
        return Amount(self.low / divisor, self.high / divisor)

    @property
    def single(self) -> bool:
        """Whether both ends are the same."""
        return self.low == self.high

    def rounded(self, places: int) -> Amount:
        """With that many digits after the point."""
        digits = Decimal(1).scaleb(-places)
        return Amount(self.low.quantize(digits), self.high.quantize(digits))

    def to_dict(self, places: int) -> dict[str, str]:
        """JSON form: decimal numbers as text, as AWS's own APIs give sums of money."""
        ends = self.rounded(places)
        return {"from": str(ends.low), "to": str(ends.high)}


def _exact(value: Decimal | int | float) -> Decimal:
    """A float as it is written, not as it is stored: 0.5 ACU, 1.1 GiB."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


ZERO = Amount.of(0)

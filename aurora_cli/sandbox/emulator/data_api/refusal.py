"""A call that is refused, with an error of the API."""

from __future__ import annotations

STATUSES = {
    "DatabaseNotFoundException": 404,
    "TransactionNotFoundException": 404,
    "NotFoundException": 404,
    "DatabaseUnavailableException": 504,
}
"""HTTP status of an error; 400 of all others."""


class Refused(Exception):
    """A call that is refused.

    Attributes:
        code: name of the exception in the API's model.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def unavailable() -> Refused:
    """Nothing answers."""
    return Refused("DatabaseUnavailableException", "The writer instance in the DB cluster isn't available.")


def database_error(severity: str, message: str, state: str | None, **more: str | None) -> Refused:
    """DatabaseErrorException in the form `ERROR: message; Detail: ...; Position: 7; SQLState: 42601`."""
    parts = [f"{severity}: {message}", *(f"{name.capitalize()}: {text}" for name, text in more.items() if text)]
    return Refused("DatabaseErrorException", "; ".join([*parts, *([f"SQLState: {state}"] if state else [])]))

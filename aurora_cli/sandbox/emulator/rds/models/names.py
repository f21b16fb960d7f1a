"""Identifiers and host names in the form of RDS."""

from __future__ import annotations

import hashlib
import re
import secrets
import string

from aurora_cli.sandbox.emulator.rds.errors import bad_value
from aurora_cli.spec.facts.partitions import partition_of

LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
IDENTIFIER = re.compile(r"[A-Za-z](?!.*--)[A-Za-z0-9-]*(?<!-)")


def dns_label(account_id: str, region: str) -> str:
    """The twelve characters in every RDS host name of one account and Region, e.g. `c9akciq32rgh`."""
    return "c" + _digest(f"{account_id}/{region}", LOWER, 11)


def host(prefix: str, account_id: str, region: str) -> str:
    """An RDS host name: its own prefix, then the label of the account; in China the service comes before the Region."""
    partition = partition_of(region)
    place = f"rds.{region}" if partition.name == "aws-cn" else f"{region}.rds"
    return f"{prefix}{dns_label(account_id, region)}.{place}.{partition.dns_suffix}"


def hosted_zone(region: str) -> str:
    """The Route 53 hosted zone of RDS host names, one per Region as in AWS."""
    return "Z" + _digest(f"rds-zone/{region}", UPPER, 13)


def resource_id(prefix: str) -> str:
    """An immutable id such as `cluster-...` or `db-...` with 26 characters."""
    return prefix + random_text(UPPER, 26)


def random_text(alphabet: str, length: int) -> str:
    """A random text of that length from an alphabet."""
    return "".join(secrets.choice(alphabet) for _ in range(length))


def check_identifier(value: str, parameter: str, longest: int = 63) -> str:
    """The identifier in lower case, as RDS stores it.

    Raises:
        RDSClientError: it is not valid (RDS API reference, CreateDBCluster).
    """
    if not IDENTIFIER.fullmatch(value) or len(value) > longest:
        raise bad_value(
            f"The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only "
            "ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
        )
    return value.lower()


def _digest(text: str, alphabet: str, length: int) -> str:
    number = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    letters = []
    for _ in range(length):
        number, index = divmod(number, len(alphabet))
        letters.append(alphabet[index])
    return "".join(letters)

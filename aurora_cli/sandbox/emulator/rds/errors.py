"""RDS errors by code (RDS API reference, "Errors" of each action)."""

from __future__ import annotations

import re

from moto.core.exceptions import ServiceException
from moto.rds.exceptions import RDSClientError

_OF_MOTO = (
    (re.compile(r"DBClusterSnapshot (\S+) not found\."), r"DBClusterSnapshot not found: \1"),
    (re.compile(r"Subnet Group (\S+) not found\."), r"DB subnet group '\1' does not exist."),
    (re.compile(r"DB Parameter Group (\S+) not found\."), r"DBParameterGroup not found: \1"),
)
"""Texts that moto could have as AWS has them (public reports of these errors)."""


def in_words_of_aws(failure: ServiceException) -> ServiceException:
    """An error of moto with the text of AWS."""
    for found, text in _OF_MOTO:
        failure.message = found.sub(text, failure.message)
    return failure


def error(code: str, message: str) -> RDSClientError:
    """An error that moto returns as a response."""
    return RDSClientError(code, message)


def bad_value(message: str) -> RDSClientError:
    """InvalidParameterValue."""
    return error("InvalidParameterValue", message)


def bad_combination(message: str) -> RDSClientError:
    """InvalidParameterCombination."""
    return error("InvalidParameterCombination", message)


def cluster_not_found(identifier: str) -> RDSClientError:
    """DBClusterNotFoundFault."""
    return error("DBClusterNotFoundFault", f"DBCluster {identifier} not found.")


def instance_not_found(identifier: str) -> RDSClientError:
    """DBInstanceNotFound."""
    return error("DBInstanceNotFound", f"DBInstance {identifier} not found.")


def cluster_state(message: str) -> RDSClientError:
    """InvalidDBClusterStateFault."""
    return error("InvalidDBClusterStateFault", message)


def instance_state(message: str) -> RDSClientError:
    """InvalidDBInstanceState."""
    return error("InvalidDBInstanceState", message)

"""RDS errors by code (RDS API reference, "Errors" of each action)."""

from __future__ import annotations

from moto.rds.exceptions import RDSClientError


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

"""Log files of instances: their list, and a portion of one. No engine runs here, so each is empty."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import error, instance_not_found


def describe(backend: AuroraBackend, params: Any) -> list[Any]:
    """DescribeDBLogFiles, by a part of the name.

    Raises:
        RDSClientError: the instance does not exist.
    """
    name = params["DBInstanceIdentifier"].lower()
    if name not in backend.databases:
        raise instance_not_found(name)
    part = params.get("FilenameContains") or ""
    return [file for file in backend.databases[name].log_file_manager.files if part in file.log_file_name]


def portion(backend: AuroraBackend, params: Any) -> dict[str, Any]:
    """DownloadDBLogFilePortion.

    Raises:
        RDSClientError: the instance or the file does not exist.
    """
    wanted = params["LogFileName"]
    if wanted not in {file.log_file_name for file in describe(backend, params)}:
        raise error("DBLogFileNotFoundFault", f"DBLog File: {wanted}, is not found on the DB instance")
    return {"LogFileData": "", "Marker": params.get("Marker") or "0", "AdditionalDataPending": False}

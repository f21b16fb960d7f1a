"""The resources of every service as bytes. They refer to each other across services, so they are pickled together.

Read back are classes of moto, of this emulator and of a few modules of the standard library, and nothing that is called by name:
the file may not be ours.
"""

from __future__ import annotations

import io
import pickle
import threading
from collections import defaultdict
from functools import partial
from types import FunctionType, MethodType
from typing import Any

from cryptography.hazmat.primitives import serialization
from moto.backends import get_backend
from moto.core.base_backend import AccountSpecificBackend, BackendDict

_PRIVATE = (serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
_LOCKS = {type(threading.Lock()): "lock", type(threading.RLock()): "rlock"}
_TRUSTED = ("moto", "aurora_cli")
_STANDARD = ("collections", "functools", "datetime", "decimal", "enum", "ipaddress", "uuid", "tempfile", "_io", "io")
_BUILTINS = (
    "bytearray",
    "bytes",
    "complex",
    "dict",
    "frozenset",
    "int",
    "list",
    "object",
    "range",
    "set",
    "slice",
    "str",
    "tuple",
)


def dump() -> bytes:
    """Every resource. Raises pickle.PicklingError, TypeError, AttributeError where one cannot be pickled."""
    file = io.BytesIO()
    services: Any = vars(BackendDict)["_instances"]
    _Pickler(file, protocol=5).dump(
        [
            (service.service_name, account, region, backend)
            for service in services
            for account, region, backend in service.iter_backends()
        ]
    )
    return file.getvalue()


def load(content: bytes) -> None:
    """Put the resources of `dump` in place. Raises anything where they are not such."""
    for service, account, region, backend in _Unpickler(io.BytesIO(content)).load():
        known: Any = get_backend(service)
        known[account][region] = backend


_FUNCTIONS = {
    (__name__, "_private_key"),
    (__name__, "_method"),
    (__name__, "_tables_in_table"),
    ("re", "_compile"),
    ("copyreg", "_reconstructor"),
}
_DEFERRED = "aurora_cli.sandbox.emulator.rds."
"""Modules whose functions change resources, and nothing else; they may be due later."""


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        """A service's tables, and locks, are those of the process."""
        if isinstance(obj, BackendDict):
            return ("service", obj.service_name)
        if isinstance(obj, AccountSpecificBackend):
            return ("account", obj.service_name, obj.account_id)
        return (_LOCKS[type(obj)],) if type(obj) in _LOCKS else None

    def reducer_override(self, obj: Any) -> Any:
        """What Python or its owner does not pickle: methods, tables with a function for what they lack, private keys."""
        if isinstance(obj, defaultdict) and isinstance(obj.default_factory, FunctionType):
            return _tables_in_table, (obj.default_factory().default_factory,), None, None, iter(obj.items())
        if isinstance(obj, MethodType):
            return _method, (obj.__self__, obj.__func__.__name__)
        if hasattr(obj, "private_bytes"):
            return _private_key, (obj.private_bytes(*_PRIVATE),)
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, pid: Any) -> Any:
        """See `_Pickler`."""
        kind, *names = pid
        if kind in ("lock", "rlock"):
            return threading.Lock() if kind == "lock" else threading.RLock()
        service: Any = get_backend(names[0])
        return service if kind == "service" else service[names[1]]

    def find_class(self, module: str, name: str) -> Any:
        """Classes of known modules, and the few functions by which objects are made."""
        if (module, name) in _FUNCTIONS or (module.startswith(_DEFERRED) and "." not in name):
            return super().find_class(module, name)
        root = module.partition(".")[0]
        if root in (*_TRUSTED, *_STANDARD) or (module == "builtins" and name in _BUILTINS):
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__.partition(".")[0] in (*_TRUSTED, *_STANDARD, "builtins"):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} may not be in saved resources")


def _tables_in_table(inner: Any) -> Any:
    return defaultdict(partial(defaultdict, inner))


def _method(of: Any, name: str) -> Any:
    found = getattr(of, name)
    if not isinstance(found, MethodType) or found.__func__.__module__.partition(".")[0] not in _TRUSTED:
        raise pickle.UnpicklingError(f"{name} may not be in saved resources")
    return found


def _private_key(data: bytes) -> Any:
    return serialization.load_der_private_key(data, None)

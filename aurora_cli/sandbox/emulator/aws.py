"""moto with the extensions. No other module of the server imports moto."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from moto.backends import get_backend
from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from aurora_cli.sandbox.emulator import pickling, rds
from aurora_cli.sandbox.emulator.calls import scope
from aurora_cli.sandbox.emulator.server import Environ
from aurora_cli.sandbox.emulator.services import ec2
from aurora_cli.sandbox.emulator.services.install import install_for
from aurora_cli.sandbox.emulator.services.refusals import refusal
from aurora_cli.sandbox.emulator.wire_errors import Answer
from aurora_cli.sandbox.inventory import Inventory
from aurora_cli.sandbox.isolation import ACCOUNT

if TYPE_CHECKING:
    from aurora_cli.sandbox.emulator.data_api.service import DataApi

WARM_UP = (
    ("rds", "Action=DescribeDBClusters&Version=2014-10-31", None),
    ("ec2", "Action=DescribeVpcs&Version=2016-11-15", None),
    ("sts", "Action=GetCallerIdentity&Version=2011-06-15", None),
    ("iam", "Action=ListRoles&Version=2010-05-08", None),
    ("kms", "{}", "TrentService.ListKeys"),
    ("logs", "{}", "Logs_20140328.DescribeLogGroups"),
    ("secretsmanager", "{}", "secretsmanager.ListSecrets"),
)


class Aws:
    """Every emulated service."""

    def __init__(self) -> None:
        # moto stores resources in plain dicts, which must not change while another call iterates over them.
        self.one_at_a_time = threading.RLock()
        ec2.install()
        rds.install()
        self._application = DomainDispatcherApplication(create_backend_app)

    def call(self, environ: Environ) -> Answer:
        """Serve an AWS request, one at a time.

        Raises:
            NotImplementedError: moto does not support the action.
        """
        service = scope(environ)[0]
        with self.one_at_a_time:
            if service == "pi":
                from aurora_cli.sandbox.emulator.services import performance_insights

                return performance_insights.answer(environ, ACCOUNT)
            install_for(service)
            return refusal(environ) or self._call(environ)

    @cached_property
    def data_api(self) -> DataApi:
        """The Data API, whose statements other calls do not wait for."""
        from aurora_cli.sandbox.emulator.data_api.logins import Login, login
        from aurora_cli.sandbox.emulator.data_api.service import DataApi

        def find(region: str, cluster: str, secret: str, database: str | None) -> Login:
            with self.one_at_a_time:
                return login(region, cluster, secret, database)

        return DataApi(find)

    def _call(self, environ: Environ) -> Answer:
        started: list[tuple[str, list[tuple[str, str]]]] = []
        chunks = self._application(environ, lambda status, headers, *_: started.append((status, headers)))
        try:
            body = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        status, headers = started[0]
        return int(status.split(" ", 1)[0]), headers, body

    def has_issued(self, key: str) -> bool:
        """Whether that access key ID is of a role that somebody assumed."""
        with self.one_at_a_time:
            backends: list[Any] = [backend for _, _, backend in get_backend("sts").iter_backends()]
            return any(role.access_key_id == key for backend in backends for role in backend.assumed_roles)

    def warm_up(self, region: str) -> None:
        """Make the first call to each service that aurora-cli uses, which is the slow one."""
        for service, body, target in WARM_UP:
            self.call(_signed_request(service, region, body, target))

    def reset(self) -> None:
        """Delete every resource of every service."""
        with self.one_at_a_time:
            BackendDict.reset()

    def dump(self) -> bytes:
        """Every resource, for `load`. Raises what `pickling.dump` raises."""
        with self.one_at_a_time:
            return pickling.dump()

    def load(self, content: bytes) -> None:
        """Bring back the resources of `dump`. Raises what `pickling.load` raises."""
        with self.one_at_a_time:
            pickling.load(content)

    def place_serverless_v1(self, region: str, values: dict[str, Any]) -> str:
        """Create an Aurora Serverless v1 cluster, which the API no longer does; returns its ARN."""
        from aurora_cli.sandbox.emulator.rds.actions.clusters import lifecycle

        backend: Any = get_backend("rds")[ACCOUNT][region]
        return lifecycle.add_serverless_v1(backend, values)

    def survey(self) -> Inventory:
        """The existing resources by kind, as `<region>/<id>`, without default VPCs."""
        inventory: Inventory = {}
        for kind, name in _existing():
            inventory.setdefault(kind, []).append(name)
        return {kind: sorted(names) for kind, names in sorted(inventory.items())}


def _existing() -> Iterator[tuple[str, str]]:
    backend: Any
    for _, region, backend in get_backend("rds").iter_backends():
        tables: dict[str, Any] = {
            "clusters": backend.clusters,
            "instances": backend.databases,
            "subnet_groups": backend.subnet_groups,
        }
        for kind, table in tables.items():
            yield from ((kind, f"{region}/{name}") for name in table if name != "default")
        manual = (name for name, item in backend.cluster_snapshots.items() if item.snapshot_type == "manual")
        yield from (("cluster_snapshots", f"{region}/{name}") for name in manual)
    for _, region, backend in get_backend("ec2").iter_backends():
        yield from (("vpcs", f"{region}/{vpc.id}") for vpc in backend.vpcs.values() if not vpc.is_default)


def _signed_request(service: str, region: str, body: str, target: str | None) -> Environ:
    scope = f"WARM-UP/20200101/{region}/{service}/aws4_request"
    content_type = "application/x-amz-json-1.1" if target else "application/x-www-form-urlencoded; charset=utf-8"
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body.encode()),
        **({"HTTP_X_AMZ_TARGET": target} if target else {}),
    }

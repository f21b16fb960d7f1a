"""How to connect to a cluster: which host, as whom, with which TLS; written in several forms by `connection_strings`."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import InvalidInput, OperationFailed
from aurora_cli.events import Emit
from aurora_cli.operations.core.global_results import Endpoint
from aurora_cli.operations.core.instances import identifiers
from aurora_cli.operations.core.results import SCHEMA_VERSION
from aurora_cli.operations.core.specs import existing_stack, stored_spec
from aurora_cli.operations.inspect.lost import begin_to_look
from aurora_cli.operations.report.connect_facts import ConnectFacts, facts_of
from aurora_cli.operations.report.connection_strings import (
    CA_FILE,
    MYSQL,
    Target,
    ca_command,
    ca_unknown,
    written,
)
from aurora_cli.operations.report.report import live_topology
from aurora_cli.operations.sql.sign_in import Request, with_request

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec


_STOPPED = ("stopping", "stopped")


@dataclass(frozen=True)
class Connection:
    """How to connect.

    Attributes:
        role: writer, reader, the name of a custom endpoint, or the key or identifier of an instance.
        target: host, port, database, user and the file of certificate authorities.
        texts: form -> text, without a password.
        password_command: prints the password or a token; None where only the user knows it.
        ca_command: fetches the certificate authorities that the TLS options need; None where they must be found by hand.
        notes: sentences to read.
    """

    name: str
    region: str
    role: str
    engine: str
    target: Target
    texts: dict[str, str]
    password_command: str | None
    ca_command: str | None
    notes: tuple[str, ...] = ()

    def with_authority(self, file: str) -> Connection:
        """The same with a certificate authority that is there already."""
        target = replace(self.target, ca_file=file)
        return replace(self, target=target, texts=written(self.engine, target), ca_command=None)

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            "schema_version": SCHEMA_VERSION,
            **{key: getattr(self, key) for key in ("name", "region", "engine", "role")},
            "host": self.target.host,
            "port": self.target.port,
            "database": self.target.database,
            "user": self.target.user,
            "connection": self.texts,
            "password_command": self.password_command,
            "ca_command": self.ca_command,
            "notes": list(self.notes),
        }


def connection(app: AppContext, facts: ConnectFacts) -> Connection:
    """How to connect to a cluster, in every form that its engine has. Connects to nothing, and knows no password."""
    spec, topology, target = facts.spec, facts.topology, facts.target
    return Connection(
        name=spec.name,
        region=spec.region,
        role=facts.role,
        engine=topology.engine,
        target=target,
        texts=written(topology.engine, target),
        password_command=_with_profile(_password_command(facts), app.profile_in_use),
        ca_command=ca_command(spec.region, target.ca_file),
        notes=(*_notes(topology, spec, target, facts.role), *_server(app, topology)),
    )


def connect_facts(
    app: AppContext,
    name: str,
    *,
    emit: Emit,
    role: str = "writer",
    user: str | None = None,
    database: str | None = None,
    ca_file: str = CA_FILE,
) -> ConnectFacts:
    """Where to connect, and what signs in.

    Args:
        role: writer, reader, a custom endpoint's name, or an instance's key or identifier.
        user: database user; the master user otherwise.
        database: the one made with the cluster otherwise (postgres: or `postgres`).
        ca_file: where the certificate authorities are kept.

    Raises:
        ClusterNotFound, InvalidInput (no such role), OperationFailed (the endpoint is not there yet), and what reading raises.
    """
    stack = existing_stack(app, name)
    spec = stored_spec(stack).spec
    begin_to_look(app, stack, emit)
    topology = live_topology(app, spec)
    if topology is None:
        raise OperationFailed(f"AWS has no cluster {name} yet.", hint=f"Resume with `aurora-cli apply {name}`.")
    found = _endpoint(endpoints_of(topology, spec, stack.record.instance_keys), role, name)
    values: dict[str, Any] = {"role": role, "user": user, "database": database, "ca_file": ca_file}
    return facts_of(app, spec, topology, found.host, port=found.port, **values)


def find(app: AppContext, request: Request, emit: Emit) -> ConnectFacts:
    """The cluster, the endpoint and the user of a request. Connects to nothing, and reads no password.

    Raises:
        InvalidInput: --iam does not fit the cluster or the user. OperationFailed: the cluster is stopped.
        And what `connect_facts` raises.
    """
    facts = connect_facts(app, request.name, emit=emit, role=request.role, user=request.user, database=request.database)
    status = facts.topology.status
    if status in _STOPPED:
        raise OperationFailed(f"{request.name} is {status}.", hint=f"Start it: aurora-cli start {request.name}")
    return with_request(facts, request)


def endpoints_of(topology: Topology, spec: ClusterSpec, keys: tuple[str, ...] = ()) -> dict[str, Endpoint | None]:
    """Role -> host and port of everything that one can connect to: the one place that knows what `--role` takes.

    A custom endpoint goes by its name in the spec and by its identifier, an instance by its key and by its identifier.
    None stands for what AWS is still making.
    """

    def at(host: str | None, port: int | None = None) -> Endpoint | None:
        return Endpoint(host, port or topology.port) if host else None

    found = {"writer": at(topology.writer_host), "reader": at(topology.reader_host)}
    for identifier, custom in topology.custom.items():
        found[identifier] = at(custom)
        found.setdefault(identifier.removeprefix(f"{spec.base_name}-"), at(custom))
    by_identifier = {member.id: at(member.host, member.port) for member in topology.members}
    for key, identifier in identifiers(keys, spec).items():
        if identifier in by_identifier:
            found.setdefault(key, by_identifier[identifier])
    for identifier, endpoint in by_identifier.items():
        found.setdefault(identifier, endpoint)
    return found


def _endpoint(known: dict[str, Endpoint | None], role: str, name: str) -> Endpoint:
    if role not in known:
        raise InvalidInput(f"{name} has no endpoint called '{role}'.", hint=f"Its endpoints are: {', '.join(known)}.")
    found = known[role]
    if found is None:
        raise OperationFailed(f"AWS is still creating the endpoint {role} of {name}.", hint="Try again in a minute.")
    return found


def _password_command(facts: ConnectFacts) -> str | None:
    """The secret for the master user where there is one; a token for an IAM user; nothing for anybody else."""
    target, region = facts.target, facts.spec.region
    if facts.secret:
        read = f"aws secretsmanager get-secret-value --region {region} --secret-id '{facts.secret}'"
        return f"{read} --query SecretString --output text | jq -r .password"
    if facts.iam:
        where = f"--hostname {shlex.quote(target.url_host)} --port {target.port} --region {region}"
        return f"aws rds generate-db-auth-token {where} --username '{target.user}'"
    return None


def _with_profile(command: str | None, profile: str | None) -> str | None:
    """A command of the AWS CLI in the profile of the cluster."""
    if command is None or profile is None:
        return command
    return f"aws --profile {shlex.quote(profile)}{command.removeprefix('aws')}"


def _server(app: AppContext, topology: Topology) -> list[str]:
    """What a cluster of the sandbox really runs on."""
    found = app.sandbox_server(topology.identifier)
    return [f"In the sandbox {found} serves the cluster, whatever version the API says."] if found else []


def _notes(topology: Topology, spec: ClusterSpec, target: Target, role: str) -> list[str]:
    notes = []
    if role == "reader" and not topology.readers:
        notes.append("The cluster has no reader: the reader endpoint connects to the writer.")
    if target.user == topology.username and spec.credentials.given:
        notes.append("You set the master password; it is never stored here.")
    if target.user == topology.username and spec.credentials.kept:
        notes.append("The master password is the one that the cluster had before; it is not known here.")
    if target.user in spec.credentials.iam_users:
        notes.append("A token is valid for 15 minutes; the policy of `iam_users` allows its holder to create one.")
        if topology.engine == MYSQL:
            notes.append("The mysql client sends a token only with --enable-cleartext-plugin.")
    if spec.dns is not None and (spec.dns.writer or spec.dns.reader):
        notes.append("Custom DNS names (`dns`) are not in the certificate, so TLS checks need AWS's names.")
    notes.extend(filter(None, [ca_unknown(spec.region, target.ca_file)]))
    if topology.engine == MYSQL:
        notes.append("JDBC reads the certificate authorities from Java's trust store: import the file with `keytool`.")
    return notes

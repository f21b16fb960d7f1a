"""Names of the program, and every top-level command with the line that `--help` shows for it: help needs no command module.

A test holds each line equal to the first line of the command's own help.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """One command.

    Attributes:
        name: what the user types.
        folder: the folder of `aurora_cli.commands` that has its module; the attribute there is `command`.
        summary: the line in the list of commands.
    """

    name: str
    folder: str
    summary: str

    @property
    def module(self) -> str:
        """Where the command is: `-` is `_` there."""
        name = MODULES.get(self.name, self.name.replace("-", "_"))
        return f"aurora_cli.commands.{self.folder}.{name}"


SECTIONS: dict[str, tuple[Entry, ...]] = {
    "Build": (
        Entry("create", "build", "Create a cluster and print its endpoints."),
        Entry("apply", "build", "Create or update a cluster from a YAML file."),
        Entry("plan", "build", "Show what would change, and change nothing."),
        Entry("validate", "build", "Check a spec against the rules of AWS, offline."),
        Entry("render", "build", "Write the Terraform of a cluster to a folder."),
        Entry("spec", "build", "Start a spec file, or show where each value comes from."),
        Entry("schema", "build", "Print the JSON Schema of the spec file."),
        Entry("adopt", "migrate", "Import an existing cluster, without changing it."),
    ),
    "Look": (
        Entry("list", "look", "List the clusters of this home."),
        Entry("status", "look", "Show a cluster as AWS reports it now."),
        Entry("endpoints", "look", "Print the endpoints of a cluster."),
        Entry("history", "look", "Show the operations on a cluster, when and by whom."),
        Entry("metrics", "look", "Plot what CloudWatch has measured of each instance."),
        Entry("events", "look", "Show RDS events and our operations on one time line."),
        Entry("drift", "look", "Show drift: changes made outside Terraform."),
        Entry("diagram", "look", "Draw a cluster: Regions, network, instances, endpoints."),
        Entry("cost", "look", "Estimate what a cluster costs, part by part."),
        Entry("engines", "look", "List engine versions, and the upgrade targets of each."),
        Entry("wait", "look", "Wait for a condition of a cluster."),
    ),
    "Connect": (
        Entry("connection", "connect", "Print how to connect to a cluster, without the password."),
        Entry("psql", "connect", "Open a psql prompt on an Aurora PostgreSQL cluster."),
        Entry("mysql", "connect", "Open a mysql prompt on an Aurora MySQL cluster."),
        Entry("sql", "connect", "Run SQL statements on a cluster."),
    ),
    "Change": (
        Entry("scale", "change", "Change the number of readers, the class or the capacity."),
        Entry("allow", "change", "Allow sources to connect to a cluster."),
        Entry("deny", "change", "Remove sources that may connect to a cluster."),
        Entry("rename", "change", "Rename a cluster in place."),
        Entry("move", "change", "Move a cluster to another DB subnet group."),
        Entry("failover", "change", "Fail over to a reader, and wait until it is the writer."),
        Entry("reboot", "change", "Reboot an instance, or all instances pending a reboot."),
        Entry("stop", "change", "Stop a cluster, and wait until it is stopped."),
        Entry("start", "change", "Start a stopped cluster, and wait until it is available."),
        Entry("rotate-password", "change", "Change the master password of a cluster."),
        Entry("rotate-ca", "change", "Change the certificate authority, one instance at a time."),
        Entry("destroy", "build", "Delete a cluster, after a final snapshot."),
    ),
    "Recover": (
        Entry("snapshot", "recover", "Create, list, copy and delete snapshots of clusters."),
        Entry("restore", "recover", "Restore into a new cluster, or replace an existing one."),
        Entry("clone", "recover", "Create a copy-on-write clone of a cluster."),
        Entry("backtrack", "recover", "Rewind (backtrack) an Aurora MySQL cluster in place."),
        Entry("unlock", "recover", "Release a stale state lock."),
        Entry("abandon", "recover", "Abandon an operation in progress."),
    ),
    "Upgrade and migrate": (
        Entry("upgrade", "change", "Upgrade the engine to a newer minor or major version."),
        Entry("blue-green", "change", "Upgrade with a blue/green deployment."),
        Entry("migrate", "migrate", "Migrate a database to Aurora, or to Serverless v2."),
    ),
    "Global": (
        Entry("global", "change", "Manage the Regions of a global database."),
        Entry("promote", "migrate", "Promote a replica to a standalone cluster."),
    ),
    "Fleet": (Entry("fleet", "fleet", "Work on a folder of specs, one cluster each."),),
    "Sandbox": (Entry("sandbox", "setup", "Manage the local AWS, and run any Terraform on it."),),
    "Help": (
        Entry("doctor", "setup", "Check Terraform, credentials, Region and permissions."),
        Entry("prices", "setup", "Show and update the price table of `cost` and of plans."),
        Entry("completion", "setup", "Print the completion script of a shell."),
        Entry("version", "setup", "Print the version of aurora-cli and what it runs on."),
    ),
}

COMMANDS: dict[str, Entry] = {entry.name: entry for entries in SECTIONS.values() for entry in entries}

SUMMARIES: dict[str, str] = {name: entry.summary for name, entry in COMMANDS.items()}

LOOKING: tuple[str, ...] = (
    *(entry.name for entry in COMMANDS.values() if entry.folder == "look" and entry.name != "diagram"),
    "connection",
)
"""Commands that read and change nothing, and write no file."""

MODULES: dict[str, str] = {"global": "global_database"}
"""Commands whose name cannot be a module's."""

ALIASES: dict[str, str] = {"delete": "destroy", "rm": "destroy"}
"""Hidden second names: they work, and no list shows them."""


PROGRAM = "aurora-cli"
COMPLETE_VARIABLE = "_AURORA_CLI_COMPLETE"

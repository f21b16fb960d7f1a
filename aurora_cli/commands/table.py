"""Every top-level command with the line that `--help` shows for it, so that help needs no command module.

A test holds each line equal to the first line of the command's own help.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """One command.

    Attributes:
        name: what the user types; the module is `aurora_cli.commands.<name>` (`_` for `-`), its attribute `command`.
        summary: the line in the list of commands.
    """

    name: str
    summary: str


SECTIONS: dict[str, tuple[Entry, ...]] = {
    "Build": (
        Entry("create", "Create a cluster and print its endpoints."),
        Entry("apply", "Create or update a cluster from a YAML file."),
        Entry("plan", "Show what would change, and change nothing."),
        Entry("validate", "Check a spec against the rules of AWS, offline."),
        Entry("render", "Write the Terraform of a cluster to a folder."),
        Entry("spec", "Start a spec file, or show where each value comes from."),
        Entry("schema", "Print the JSON Schema of the spec file."),
        Entry("adopt", "Import an existing cluster, without changing it."),
    ),
    "Look": (
        Entry("list", "List the clusters of this home."),
        Entry("status", "Show a cluster as AWS reports it now."),
        Entry("endpoints", "Print the endpoints of a cluster."),
        Entry("connection", "Print how to connect to a cluster, without the password."),
        Entry("history", "Show the operations on a cluster, when and by whom."),
        Entry("drift", "Show drift: changes made outside Terraform."),
        Entry("engines", "List engine versions, and the upgrade targets of each."),
        Entry("wait", "Wait for a condition of a cluster."),
    ),
    "Change": (
        Entry("scale", "Change the number of readers, the class or the capacity."),
        Entry("rename", "Rename a cluster in place."),
        Entry("failover", "Fail over to a reader, and wait until it is the writer."),
        Entry("reboot", "Reboot an instance, or all instances pending a reboot."),
        Entry("stop", "Stop a cluster, and wait until it is stopped."),
        Entry("start", "Start a stopped cluster, and wait until it is available."),
        Entry("rotate-password", "Change the master password of a cluster."),
        Entry("rotate-ca", "Change the certificate authority, one instance at a time."),
        Entry("destroy", "Delete a cluster, after a final snapshot."),
    ),
    "Recover": (
        Entry("snapshot", "Create, list, copy and delete snapshots of clusters."),
        Entry("restore", "Restore into a new cluster, or replace an existing one."),
        Entry("clone", "Create a copy-on-write clone of a cluster."),
        Entry("backtrack", "Rewind (backtrack) an Aurora MySQL cluster in place."),
        Entry("unlock", "Release a stale state lock."),
        Entry("abandon", "Abandon an operation in progress."),
    ),
    "Upgrade and migrate": (
        Entry("upgrade", "Upgrade the engine to a newer minor or major version."),
        Entry("blue-green", "Upgrade with a blue/green deployment."),
        Entry("migrate", "Migrate a database to Aurora, or to Serverless v2."),
    ),
    "Global": (
        Entry("global", "Manage the Regions of a global database."),
        Entry("promote", "Promote a replica to a standalone cluster."),
    ),
    "Sandbox": (Entry("sandbox", "Manage the local AWS: start, stop, status, reset, faults."),),
    "Help": (
        Entry("doctor", "Check Terraform, credentials, Region and permissions."),
        Entry("completion", "Print the completion script of a shell."),
        Entry("version", "Print the version of aurora-cli and what it runs on."),
    ),
}

SUMMARIES: dict[str, str] = {entry.name: entry.summary for entries in SECTIONS.values() for entry in entries}

MODULES: dict[str, str] = {"global": "global_database"}
"""Commands whose name cannot be a module's."""

ALIASES: dict[str, str] = {"delete": "destroy", "rm": "destroy"}
"""Hidden second names: they work, and no list shows them."""

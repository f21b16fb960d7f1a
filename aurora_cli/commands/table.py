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
        Entry("adopt", "Take over an existing cluster, without changing it."),
        Entry("plan", "Show what would change, and change nothing."),
        Entry("validate", "Check a spec against the rules of AWS, offline."),
        Entry("render", "Write the Terraform of a cluster to a folder."),
        Entry("spec", "Start a spec file, or show where each value comes from."),
        Entry("schema", "Print the JSON Schema of the spec file."),
    ),
    "Look": (
        Entry("list", "List the clusters of this home."),
        Entry("status", "Show a cluster as AWS reports it now."),
        Entry("endpoints", "Print the endpoints of a cluster."),
        Entry("engines", "List engine versions, and where each can be upgraded to."),
        Entry("connection", "Print how to connect to a cluster, without the password."),
        Entry("history", "Show what was done to a cluster, when and by whom."),
        Entry("drift", "Show what was changed outside, attribute by attribute."),
    ),
    "Run": (
        Entry("scale", "Change the number of readers, the class or the capacity."),
        Entry("upgrade", "Upgrade the engine to a newer minor or major version."),
        Entry("global", "Work on the Regions of a global database."),
        Entry("blue-green", "Upgrade by a second cluster that follows and takes over."),
        Entry("backtrack", "Take an Aurora MySQL cluster back in time, in place."),
        Entry("unlock", "Take away a state lock that a dead process left."),
        Entry("clone", "Make a copy-on-write clone of a cluster."),
        Entry("restore", "Bring data back into a new cluster, or in the place of one."),
        Entry("rename", "Give a cluster another name, in place."),
        Entry("snapshot", "Make, list, copy and delete snapshots of clusters."),
        Entry("migrate", "Move a database into Aurora, or to Serverless v2."),
        Entry("promote", "Make a replica a cluster of its own."),
        Entry("rotate-password", "Change the master password of a cluster."),
        Entry("rotate-ca", "Change the certificate authority, one instance at a time."),
        Entry("failover", "Make a reader the writer, and wait until it is."),
        Entry("reboot", "Restart an instance, or all that wait for it one by one."),
        Entry("stop", "Stop a cluster, and wait until it is stopped."),
        Entry("start", "Start a stopped cluster, and wait until it is available."),
        Entry("wait", "Wait until a cluster is as you want it."),
        Entry("abandon", "Give up an operation that has begun and not ended."),
        Entry("destroy", "Delete a cluster, after a final snapshot."),
    ),
    "Sandbox": (Entry("sandbox", "Run the local AWS: start, stop, look, reset, inject faults."),),
    "Help": (
        Entry("doctor", "Check Terraform, credentials, Region, rights and clock."),
        Entry("completion", "Print the completion script of a shell."),
        Entry("version", "Print the version of aurora-cli and what it runs on."),
    ),
}

SUMMARIES: dict[str, str] = {entry.name: entry.summary for entries in SECTIONS.values() for entry in entries}

MODULES: dict[str, str] = {"global": "global_database"}
"""Commands whose name cannot be a module's."""

ALIASES: dict[str, str] = {"delete": "destroy", "rm": "destroy"}
"""Hidden second names: they work, and no list shows them."""

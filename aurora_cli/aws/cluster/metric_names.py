"""The metrics of a cluster that are worth a look: their names, units and statistics in CloudWatch.

Names, units and what each applies to: Aurora User Guide, "Amazon CloudWatch metrics for Amazon Aurora", cluster-level and
instance-level metrics; units as CloudWatch itself has them (the console of RDS shows bytes as megabytes).
"""

from __future__ import annotations

from dataclasses import dataclass

PERCENT, COUNT, RATE, MS, BYTES = "Percent", "Count", "Count/Second", "Milliseconds", "Bytes"
MYSQL = "aurora-mysql"
SERVERLESS = "db.serverless"
FIVE_MINUTES = 300


@dataclass(frozen=True)
class Metric:
    """One metric of the namespace AWS/RDS.

    Attributes:
        name: in CloudWatch.
        title: for people.
        statistic: the one that shows trouble: the least free memory, the largest lag.
        engine: the only engine that has it; None for both.
        of: `instance`, `reader`, `serverless` or `provisioned` for those instances alone, or `cluster`.
        least_period_s: CloudWatch has no more than one value in it.
    """

    name: str
    title: str
    unit: str
    statistic: str = "Average"
    engine: str | None = None
    of: str = "instance"
    least_period_s: int = 60

    def applies(self, role: str, class_: str) -> bool:
        """Whether an instance has it: replica lag is of readers, capacity of Serverless v2, which has no local storage."""
        wanted = {
            "instance": True,
            "reader": role != "writer",
            "serverless": class_ == SERVERLESS,
            "provisioned": class_ != SERVERLESS,
        }
        return wanted.get(self.of, False)


METRICS: tuple[Metric, ...] = (
    Metric("CPUUtilization", "CPU", PERCENT),
    Metric("ServerlessDatabaseCapacity", "Capacity (ACUs)", COUNT, of="serverless"),
    Metric("ACUUtilization", "Used of the largest capacity", PERCENT, of="serverless"),
    Metric("DatabaseConnections", "Connections", COUNT, "Maximum"),
    Metric("CommitThroughput", "Commits", RATE),
    Metric("Queries", "Queries", RATE, engine=MYSQL),
    Metric("CommitLatency", "Latency of commits", MS),
    Metric("SelectLatency", "Latency of SELECT", MS, engine=MYSQL),
    Metric("DMLLatency", "Latency of INSERT, UPDATE and DELETE", MS, engine=MYSQL),
    Metric("AuroraReplicaLag", "Replica lag", MS, "Maximum", of="reader"),
    Metric("FreeableMemory", "Free memory", BYTES, "Minimum"),
    Metric("FreeLocalStorage", "Free local storage", BYTES, "Minimum", of="provisioned"),
    Metric("ReadIOPS", "Read I/O", RATE),
    Metric("WriteIOPS", "Write I/O", RATE),
    Metric("Deadlocks", "Deadlocks", RATE, "Maximum"),
    Metric(
        "VolumeBytesUsed", "Storage of the cluster volume", BYTES, "Maximum", of="cluster", least_period_s=FIVE_MINUTES
    ),
    Metric("VolumeReadIOPs", "Billed read I/O", COUNT, "Sum", of="cluster", least_period_s=FIVE_MINUTES),
    Metric("VolumeWriteIOPs", "Billed write I/O", COUNT, "Sum", of="cluster", least_period_s=FIVE_MINUTES),
)


def metrics_of(engine: str) -> tuple[Metric, ...]:
    """Those that an engine has, in the order in which they are shown."""
    return tuple(one for one in METRICS if one.engine in (None, engine))

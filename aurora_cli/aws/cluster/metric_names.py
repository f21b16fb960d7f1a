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
class PlottedMetric:
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


METRICS: tuple[PlottedMetric, ...] = (
    PlottedMetric("CPUUtilization", "CPU", PERCENT),
    PlottedMetric("ServerlessDatabaseCapacity", "Capacity (ACUs)", COUNT, of="serverless"),
    PlottedMetric("ACUUtilization", "Used of the largest capacity", PERCENT, of="serverless"),
    PlottedMetric("DatabaseConnections", "Connections", COUNT, "Maximum"),
    PlottedMetric("CommitThroughput", "Commits", RATE),
    PlottedMetric("Queries", "Queries", RATE, engine=MYSQL),
    PlottedMetric("CommitLatency", "Latency of commits", MS),
    PlottedMetric("SelectLatency", "Latency of SELECT", MS, engine=MYSQL),
    PlottedMetric("DMLLatency", "Latency of INSERT, UPDATE and DELETE", MS, engine=MYSQL),
    PlottedMetric("AuroraReplicaLag", "Replica lag", MS, "Maximum", of="reader"),
    PlottedMetric("FreeableMemory", "Free memory", BYTES, "Minimum"),
    PlottedMetric("FreeLocalStorage", "Free local storage", BYTES, "Minimum", of="provisioned"),
    PlottedMetric("ReadIOPS", "Read I/O", RATE),
    PlottedMetric("WriteIOPS", "Write I/O", RATE),
    PlottedMetric("Deadlocks", "Deadlocks", RATE, "Maximum"),
    PlottedMetric(
        "VolumeBytesUsed", "Storage of the cluster volume", BYTES, "Maximum", of="cluster", least_period_s=FIVE_MINUTES
    ),
    PlottedMetric("VolumeReadIOPs", "Billed read I/O", COUNT, "Sum", of="cluster", least_period_s=FIVE_MINUTES),
    PlottedMetric("VolumeWriteIOPs", "Billed write I/O", COUNT, "Sum", of="cluster", least_period_s=FIVE_MINUTES),
)


def metrics_of(engine: str) -> tuple[PlottedMetric, ...]:
    """Those that an engine has, in the order in which they are shown."""
    return tuple(one for one in METRICS if one.engine in (None, engine))

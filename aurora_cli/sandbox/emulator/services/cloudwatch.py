"""The replica lag of clusters in CloudWatch; 0 unless set. A new alarm has no state yet, and its tags go with it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from aurora_cli.sandbox.emulator.rds.databases.serving import SERVING

_PROVIDERS: list[type] = []
"""moto finds the subclasses of its class as long as they exist."""
LAGS: dict[tuple[str, str], float | None] = {}
"""(Region, cluster) -> seconds; None: no datapoints; -1: the replication is stopped."""

METRICS = {"AuroraBinlogReplicaLag": ("mysql", "aurora-mysql"), "RDSToAuroraPostgreSQLReplicaLag": ("postgres",)}
"""Metric -> engines of the source that publish it (Aurora User Guide, instance-level metrics)."""


def install() -> None:
    """Publish the lag of the emulator's replicas in CloudWatch, and the metrics of its database servers."""
    from moto.cloudwatch.models import CloudWatchBackend, MetricDatum, MetricDatumBase
    from moto.core.common_models import CloudWatchMetricProvider

    from aurora_cli.sandbox.emulator.services import metric_data

    class ServerDatum(MetricDatum):
        """What is of all servers of a cluster is not of one of its roles: statistics are of the same dimensions alone."""

        def filter(self, namespace: Any, name: Any, dimensions: list[dict[str, str]], already: Any = None) -> bool:
            """moto's, which passes neither namespace nor name for statistics."""
            others = namespace is None and name is None and len(dimensions) != len(self.dimensions)
            return not others and super().filter(namespace, name, dimensions, already)

    class ServerMetrics(CloudWatchMetricProvider):
        """moto asks every such class."""

        @staticmethod
        def get_cloudwatch_metrics(account_id: str, region: str) -> list[MetricDatumBase]:
            """What was sampled in a Region."""
            points = SERVING.fleet.metrics.points(region) if SERVING.fleet is not None else []
            return [
                ServerDatum(
                    "AWS/RDS",
                    point.name,
                    point.value,
                    [{"Name": name, "Value": value} for name, value in dimensions.items()],
                    dt.datetime.fromtimestamp(point.time, dt.timezone.utc).replace(tzinfo=None),
                    point.unit,
                )
                for point in points
                for dimensions in point.dimensions
            ]

    _PROVIDERS.append(ServerMetrics)

    read = CloudWatchBackend.get_metric_statistics

    def get_metric_statistics(self: Any, namespace: str, metric_name: str, *args: Any, **kwargs: Any) -> Any:
        dimensions = kwargs.get("dimensions") or (args[4] if len(args) > 4 else [])
        if namespace != "AWS/RDS" or metric_name not in METRICS:
            return read(self, namespace, metric_name, *args, **kwargs)
        stats = kwargs.get("stats") or args[3]
        seconds = _seconds(self, metric_name, {d["Name"]: d["Value"] for d in dimensions})
        return [] if seconds is None else [_point(metric_name, seconds, stats)]

    put = CloudWatchBackend.put_metric_alarm

    def put_metric_alarm(self: CloudWatchBackend, name: str, *args: Any, **kwargs: Any) -> Any:
        """A new alarm has not enough data; one that is changed keeps its state (PutMetricAlarm in the API reference)."""
        old = self.alarms.get(name)
        alarm = put(self, name, *args, **kwargs)
        alarm.state_value = "INSUFFICIENT_DATA"
        for kept in ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp") if old else ():
            setattr(alarm, kept, getattr(old, kept))
        return alarm

    set_state = CloudWatchBackend.set_alarm_state

    def set_alarm_state(self: CloudWatchBackend, alarm_name: str, *args: Any, **kwargs: Any) -> None:
        """Its topics are notified, until the next evaluation gives it the state of its metric again."""
        from aurora_cli.sandbox.emulator.alarms import states

        before = getattr(self.alarms.get(alarm_name), "state_value", "")
        set_state(self, alarm_name, *args, **kwargs)
        states.tell(self, self.alarms[alarm_name], before)

    delete = CloudWatchBackend.delete_alarms

    def delete_alarms(self: CloudWatchBackend, alarm_names: list[str]) -> None:
        for alarm in self.get_alarms_by_alarm_names(alarm_names):
            self.tagger.delete_all_tags_for_resource(alarm.alarm_arn)
        delete(self, alarm_names)

    metric_data.install()
    CloudWatchBackend.put_metric_alarm = put_metric_alarm  # type: ignore[method-assign]
    CloudWatchBackend.set_alarm_state = set_alarm_state  # type: ignore[method-assign]
    CloudWatchBackend.delete_alarms = delete_alarms  # type: ignore[method-assign]
    CloudWatchBackend.get_metric_statistics = get_metric_statistics  # type: ignore[method-assign]


def _seconds(backend: Any, metric: str, dimensions: dict[str, str]) -> float | None:
    from moto.rds.models import rds_backends

    home: Any = rds_backends[backend.account_id][backend.region_name]
    instance = home.databases.get(dimensions.get("DBInstanceIdentifier", ""))
    cluster = home.clusters.get(getattr(instance, "db_cluster_identifier", None))
    arn = getattr(cluster, "replication_source_identifier", None)
    if cluster is None or not arn or cluster.global_cluster_identifier or _engine(backend, arn) not in METRICS[metric]:
        return None
    return LAGS.get((backend.region_name, cluster.db_cluster_identifier), 0.0)


def _engine(backend: Any, arn: str) -> str | None:
    from moto.rds.models import rds_backends

    parts = arn.split(":")
    home: Any = rds_backends[backend.account_id][parts[3]]
    source = (home.databases if parts[5] == "db" else home.clusters).get(parts[6])
    return getattr(source, "engine", None)


def _point(metric: str, seconds: float, stats: list[str]) -> Any:
    from moto.cloudwatch.models import MetricDatum, Statistics

    now = dt.datetime.now(dt.timezone.utc).replace(tzinfo=None, second=0, microsecond=0)
    point = Statistics(stats, now, "Seconds")
    point.metric_data.append(MetricDatum("AWS/RDS", metric, seconds, [], now, "Seconds"))
    return point

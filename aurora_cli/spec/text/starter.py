"""The first file of a new cluster: what is needed is set, what is often wanted is there as a comment."""

from __future__ import annotations

from aurora_cli.spec.facts.versions import default_version
from aurora_cli.spec.layers.presets import PRESETS
from aurora_cli.spec.values.engine_names import canonical_engine

_LINES = """\
# An Amazon Aurora cluster. Create it with: aurora-cli apply -f {name}.yaml
# Every key and rule: docs/reference/spec.md. What all values come to: aurora-cli spec show -f {name}.yaml --resolved
name: {name}
region: {region}
engine: {engine}
preset: {preset}          # development, staging or production: sizes and retention, never safety

# engine_version: "{version}"
# database: app                # the initial database

# tags:
#   team: payments

instances:
  # class: {class_}
  # acu: 0.5-16               # instead of class: Serverless v2; a minimum of 0 lets it pause
  # pause_after: 10m          # only with a minimum of 0
  readers: {readers}                  # 0 to 15; one in another zone makes failover fast

# network:
#   cidr: 10.0.0.0/16         # a new VPC with private subnets; or name an existing one:
#   vpc_id: vpc-0123456789abcdef0
#   subnet_ids: [subnet-0123456789abcdef0, subnet-0123456789abcdef1]
#   allow:                    # who may connect; nobody may until they are named
#     - 10.20.0.0/16
#     - source: sg-0123456789abcdef0
#       description: application servers

# backup:
#   retention: {backup}
#   window: 03:00-04:00       # UTC

# maintenance:
#   window: sun:05:00-sun:06:00

# logs:
#   retention: {logs}
"""


def starter(name: str, region: str, engine: str, preset: str) -> str:
    """A commented YAML file for a new cluster.

    Args:
        name: cluster identifier.
        region: AWS Region.
        engine: any accepted engine name.
        preset: development, staging or production.
    """
    values = PRESETS[preset]
    return _LINES.format(
        name=name,
        region=region,
        engine=engine,
        preset=preset,
        version=default_version(canonical_engine(engine)),
        class_=values["instances"]["class"],
        readers=values["instances"]["readers"],
        backup=values["backup"]["retention"],
        logs=values["logs"]["retention"],
    )

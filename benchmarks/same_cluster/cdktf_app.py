"""As an app of CDK for Terraform: `cdktf_app.py NAME REGION`, which `cdktf synth` runs."""

import sys

from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.db_parameter_group import DbParameterGroup
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from cdktf_cdktf_provider_aws.provider import AwsProvider
from cdktf_cdktf_provider_aws.rds_cluster import RdsCluster
from cdktf_cdktf_provider_aws.rds_cluster_instance import RdsClusterInstance
from cdktf_cdktf_provider_aws.rds_cluster_parameter_group import RdsClusterParameterGroup
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc

name, region = sys.argv[1:]
family = "aurora-postgresql17"
app = App()
stack = TerraformStack(app, name)
AwsProvider(stack, "aws", region=region)
stack.add_override("terraform.required_providers.aws.version", ">= 6.25")  # the bindings name one version
vpc = Vpc(stack, "vpc", cidr_block="10.0.0.0/16", enable_dns_hostnames=True)
table = RouteTable(stack, "table", vpc_id=vpc.id)
subnets = [
    Subnet(stack, f"subnet-{at}", vpc_id=vpc.id, cidr_block=f"10.0.{at}.0/24", availability_zone=region + "ab"[at])
    for at in range(2)
]
for at, subnet in enumerate(subnets):
    RouteTableAssociation(stack, f"association-{at}", subnet_id=subnet.id, route_table_id=table.id)
force_ssl = {"name": "rds.force_ssl", "value": "1", "apply_method": "pending-reboot"}
group = RdsClusterParameterGroup(stack, "group", name=f"{name}-{family}", family=family, parameter=[force_ssl])
parameters = DbParameterGroup(stack, "parameters", name=f"{name}-{family}", family=family)
logs = CloudwatchLogGroup(stack, "logs", name=f"/aws/rds/cluster/{name}/postgresql", retention_in_days=7)
cluster = RdsCluster(
    stack,
    "cluster",
    cluster_identifier=name,
    engine="aurora-postgresql",
    engine_version="17.7",
    master_username="postgres",
    manage_master_user_password=True,
    iam_database_authentication_enabled=True,
    db_subnet_group_name=DbSubnetGroup(stack, "subnets", name=name, subnet_ids=[one.id for one in subnets]).name,
    vpc_security_group_ids=[SecurityGroup(stack, "firewall", name=name, vpc_id=vpc.id).id],
    db_cluster_parameter_group_name=group.name,
    enabled_cloudwatch_logs_exports=["postgresql"],
    storage_encrypted=True,
    copy_tags_to_snapshot=True,
    deletion_protection=True,
    depends_on=[logs],
)
for tier in range(3):
    RdsClusterInstance(
        stack,
        f"instance-{tier}",
        identifier=f"{name}-{tier}",
        instance_class="db.t4g.medium",
        promotion_tier=tier,
        cluster_identifier=cluster.id,
        engine=cluster.engine,
        db_parameter_group_name=parameters.name,
        auto_minor_version_upgrade=False,
    )
app.synth()

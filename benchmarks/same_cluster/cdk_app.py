"""As an app of AWS CDK: `cdk_app.py NAME`, which `cdk synth` runs."""

import sys

import aws_cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds

name = sys.argv[1]
app = aws_cdk.App()
stack = aws_cdk.Stack(app, name)
isolated = ec2.SubnetType.PRIVATE_ISOLATED
subnets = ec2.SubnetConfiguration(name="database", subnet_type=isolated, cidr_mask=24)
vpc = ec2.Vpc(stack, "Vpc", ip_addresses=ec2.IpAddresses.cidr("10.0.0.0/16"), max_azs=2, subnet_configuration=[subnets])
engine = rds.DatabaseClusterEngine.aurora_postgres(version=rds.AuroraPostgresEngineVersion.of("17.7", "17"))
parameters = rds.ParameterGroup(stack, "Parameters", engine=engine)
group = f"/aws/rds/cluster/{name}/postgresql"
logs.LogGroup(stack, "Logs", log_group_name=group, retention=logs.RetentionDays.ONE_WEEK)
instances = [
    rds.ClusterInstance.provisioned(
        f"Instance{tier}",
        instance_type=ec2.InstanceType("t4g.medium"),
        parameter_group=parameters,
        auto_minor_version_upgrade=False,
        promotion_tier=tier,
    )
    for tier in range(3)
]
rds.DatabaseCluster(
    stack,
    "Cluster",
    engine=engine,
    cluster_identifier=name,
    writer=instances[0],
    readers=instances[1:],
    vpc=vpc,
    vpc_subnets=ec2.SubnetSelection(subnet_type=isolated),
    security_groups=[ec2.SecurityGroup(stack, "Firewall", vpc=vpc, allow_all_outbound=False)],
    parameter_group=rds.ParameterGroup(stack, "ClusterParameters", engine=engine, parameters={"rds.force_ssl": "1"}),
    credentials=rds.Credentials.from_username("postgres"),
    iam_authentication=True,
    storage_encrypted=True,
    copy_tags_to_snapshot=True,
    deletion_protection=True,
    cloudwatch_logs_exports=["postgresql"],
)
app.synth()

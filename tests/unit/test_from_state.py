"""A cluster in somebody else's Terraform state: found, what belongs to it, and how their configuration lets go of it."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.aws.cluster.discovery import DiscoveredCluster
from aurora_cli.context import AppContext
from aurora_cli.errors import AuroraError, ClusterNotFound, CredentialsError
from aurora_cli.hcl.adoption import Import
from aurora_cli.hcl.render import render_stack
from aurora_cli.hcl.render_options import RenderOptions
from aurora_cli.hcl.values.parameters import GROUPS, Parameter, ParameterGroups, parameter_groups_of
from aurora_cli.operations.adopt.imports import imports_of
from aurora_cli.operations.adopt.review import AdoptResult, AdoptReview
from aurora_cli.operations.adopt.unmanaged import unmanaged_of
from aurora_cli.operations.adopt.values import _network
from aurora_cli.operations.core.kept import imported_names
from aurora_cli.operations.from_state.handover import Handover, handover_of
from aurora_cli.operations.from_state.origin import StateOrigin, find_origin
from aurora_cli.operations.from_state.own_network import with_own_network
from aurora_cli.stacks.record import StackRecord, load_record
from aurora_cli.terraform.state.addresses import instance_key, modules_of, without_keys
from aurora_cli.terraform.state.state import StateResource
from aurora_cli.ui.plan import adopt_view
from tests.foreign_states import Entry, arn, cloudposse, cluster, entry, instance, rds_aurora, shown, state_of
from tests.unit.conftest import Run
from tests.unit.spec_cases import resolved
from tests.unit.ui_screens import SECRET, screen

IMPORTS = (
    Import("aws_rds_cluster.this", "shop"),
    Import('aws_rds_cluster_instance.this["1"]', "shop-one"),
    Import('aws_rds_cluster_instance.this["2"]', "shop-two"),
    Import('aws_cloudwatch_log_group.exports["postgresql"]', "/aws/rds/cluster/shop/postgresql"),
)
ONE = ({"DBInstanceIdentifier": "shop-one", "DBInstanceClass": "db.r7g.large"},)
PLAIN = (
    entry("aws_vpc.main", {"id": "vpc-1"}),
    entry("aws_rds_cluster.Shop_A1B2", cluster()),
    entry("aws_rds_cluster_instance.one", instance("shop-one")),
    entry("aws_security_group.db", {"id": "sg-shop"}),
    entry("aws_ssm_parameter.host", {"id": "/shop/host"}),
)


def found(**more: Any) -> DiscoveredCluster:
    """The cluster as AWS has it."""
    described = {
        "DBClusterIdentifier": "shop",
        "DBClusterArn": arn("shop"),
        "DbClusterResourceId": "cluster-LIVE",
        "DBSubnetGroup": "shop",
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-shop"}],
        "Endpoint": "shop.cluster-abc.eu-west-1.rds.amazonaws.com",
        "EnabledCloudwatchLogsExports": ["postgresql"],
    }
    role = "arn:aws:iam::123456789012:role/rds/shop-monitor"
    instances = [{"DBInstanceIdentifier": f"shop-{n}", "MonitoringRoleArn": role} for n in ("one", "two")]
    return DiscoveredCluster(described, tuple(instances), parameters={("cluster", "shop-2026"): {}}, **more)


def origin_of(folder: Path, state: dict[str, Any], wanted: str | None = None, region: str | None = None) -> StateOrigin:
    """The cluster in a state file in that folder."""
    folder.mkdir(exist_ok=True)
    (folder / "terraform.tfstate").write_text(json.dumps(state))
    app = AppContext(home_folder=folder / "home", sandbox=True, region=region)
    return find_origin(app, folder, wanted, lambda event: None)


def handover(folder: Path, *entries: Entry, **more: Any) -> Handover:
    """What leaves a state that holds these."""
    return handover_of(origin_of(folder, state_of(*entries, **more), "shop"), found(), IMPORTS)


def addresses(commands: tuple[str, ...]) -> list[str]:
    """What `terraform state rm` is told, as a shell reads it."""
    return [shlex.split(line)[-1] for line in commands]


def test_a_module_that_is_about_the_cluster_alone_leaves_as_a_whole(tmp_path: Path) -> None:
    their = handover(tmp_path, entry("aws_vpc.main", {"id": "vpc-1"}), *rds_aurora())
    assert their.address == "module.aurora.aws_rds_cluster.this[0]"
    assert their.commands == (f"terraform -chdir={tmp_path} state rm module.aurora",)
    assert their.blocks == "removed {\n  from = module.aurora\n\n  lifecycle {\n    destroy = false\n  }\n}\n"
    becomes = {one.address: one.imported_as for one in their.leaving}
    assert becomes['module.aurora.aws_rds_cluster_instance.this["two"]'] == 'aws_rds_cluster_instance.this["2"]'
    assert becomes["module.aurora.aws_security_group.this[0]"] is None
    assert len(becomes) == len(rds_aurora())
    assert 'module.aurora.aws_vpc_security_group_ingress_rule.this["the app\'s \\"vpc\\""]' in their.unmanaged
    assert "The plan must not destroy anything" in their.text
    assert all(line.startswith("#") for line in their.text.partition("\n\n")[0].splitlines())


def test_cloudposse_has_modules_within_and_helpers(tmp_path: Path) -> None:
    their = handover(tmp_path, *cloudposse())
    assert addresses(their.commands) == ["module.rds_cluster"]
    assert "apt-mole" not in json.dumps(their.to_dict()), "the id of a random string is the string"
    assert {one.type for one in their.leaving} >= {"aws_route53_record", "random_pet", "aws_security_group_rule"}


def test_a_rule_of_the_older_kind_comes_along_with_its_group(tmp_path: Path) -> None:
    origin = origin_of(tmp_path, state_of(*cloudposse()), "shop")
    rule, group = 'aws_vpc_security_group_egress_rule.allow["0.0.0.0/0"]', "aws_security_group.this"
    address = "module.rds_cluster.aws_security_group_rule.egress[0]"
    for imports, expected in (
        ((), None),
        ((Import(group, "sg-shop"),), group),
        ((Import(group, "sg-shop"), Import(rule, "sgr-1")), rule),
    ):
        their = handover_of(origin, found(), (*IMPORTS, *imports))
        assert {one.address: one.imported_as for one in their.leaving}[address] == expected
        assert (address in their.unmanaged) == (expected is None)


def test_the_commands_are_those_of_opentofu_where_it_manages_the_cluster(tmp_path: Path) -> None:
    state = json.loads(json.dumps(state_of(*PLAIN)).replace("registry.terraform.io", "registry.opentofu.org"))
    their = handover_of(origin_of(tmp_path, state), found(), IMPORTS)
    assert {line.partition(" ")[0] for line in their.commands} == {"tofu"}


def test_plain_resources_leave_one_by_one_and_the_rest_stays(tmp_path: Path) -> None:
    their = handover(
        tmp_path, *PLAIN, depends={"aws_ssm_parameter.host": ["aws_rds_cluster.Shop_A1B2", "aws_vpc.main"]}
    )
    assert addresses(their.commands) == ["aws_rds_cluster.Shop_A1B2", "aws_rds_cluster_instance.one"]
    assert [one.address for one in their.staying] == ["aws_security_group.db"]
    assert their.dependents == ("aws_ssm_parameter.host",)
    assert their.unmanaged == ()
    assert any("aws_ssm_parameter.host" in sentence for sentence in their.advice())


def test_one_of_several_is_named_by_its_key_and_never_by_a_removed_block(tmp_path: Path) -> None:
    """A `removed` block takes no instance keys: it would forget the neighbours too."""
    others = rds_aurora('module.db["billing"]', "billing")
    their = handover(tmp_path, *rds_aurora('module.db["it\'s ${x}"]'.replace("${", "$${")), *others)
    assert addresses(their.commands) == ['module.db["it\'s $${x}"]']
    assert their.blocks == ""
    assert "cannot name one instance" in their.text
    assert "billing" not in json.dumps(their.to_dict()["resources"])


def test_in_a_module_with_other_things_only_what_is_imported_leaves(tmp_path: Path) -> None:
    bucket = entry("aws_s3_bucket.this", {"id": "b"}, module="module.platform")
    their = handover(tmp_path, bucket, *rds_aurora("module.platform"))
    assert addresses(their.commands) == [one.address for one in their.leaving]
    assert {one.imported_as for one in their.leaving} == {one.address for one in IMPORTS}
    assert "from = module.platform.aws_rds_cluster_instance.this\n" in their.blocks
    inner = handover(tmp_path, bucket, *rds_aurora("module.platform.module.aurora[0]"))
    assert addresses(inner.commands) == ["module.platform.module.aurora[0]"]
    assert "from = module.platform.module.aurora\n" in inner.blocks


def test_the_same_names_in_another_region_belong_to_the_other_cluster(tmp_path: Path) -> None:
    second = [entry("aws_rds_cluster.second", cluster(region="eu-central-1"))]
    second.append(entry("aws_rds_cluster_instance.second", instance("shop-one", region="eu-central-1")))
    origin = origin_of(tmp_path, state_of(*PLAIN, *second), region="eu-west-1")
    their = handover_of(origin, found(), IMPORTS)
    assert not [one for one in (*their.leaving, *their.staying) if "second" in one.address]
    assert origin_of(tmp_path, state_of(*PLAIN, *second), "aws_rds_cluster.second").region == "eu-central-1"


@pytest.mark.parametrize("width", [60, 80, 200])
def test_what_people_copy_is_whole_at_any_width(tmp_path: Path, width: int) -> None:
    plain = handover(tmp_path, *PLAIN)
    imports = (*IMPORTS, Import("aws_secretsmanager_secret_rotation.master", SECRET))
    review = AdoptReview("shop", "eu-west-1", "sandbox", "name: shop\n", imports, {}, (), handover=plain)
    shown = screen(width)
    adopt_view.print_result(shown.consoles, AdoptResult(review, None, dry_run=True), options=[])
    lines = shown.out.splitlines()
    assert [line for line in lines if line.endswith(SECRET)]
    assert [line for line in lines if line.endswith(plain.commands[0])]
    assert "\n".join(line[2:] for line in lines).count(plain.blocks.strip()) == 1
    assert "aws_rds_cluster.Shop_A1B2 becomes aws_rds_cluster.this" in shown.out_words
    assert "Remains in that state (1) aws_security_group.db sg-shop" in shown.out_words


def test_an_imported_policy_of_autoscaling_is_known_by_the_end_of_its_id(tmp_path: Path) -> None:
    policy = Import(
        'aws_appautoscaling_policy.readers["cpu"]', "rds/cluster:shop/rds:cluster:ReadReplicaCount/target-metric"
    )
    their = handover_of(origin_of(tmp_path, state_of(*rds_aurora())), found(), (*IMPORTS, policy))
    becomes = {one.address: one.imported_as for one in their.leaving}
    assert becomes["module.aurora.aws_appautoscaling_policy.this[0]"] == policy.address


def test_a_cluster_that_was_made_anew_under_the_name_is_said(tmp_path: Path) -> None:
    old = state_of(entry("aws_rds_cluster.db", cluster(cluster_resource_id="cluster-OLD")))
    their = handover_of(origin_of(tmp_path, old), found(), IMPORTS)
    assert any("is not the one in the state" in sentence for sentence in their.advice())
    assert not handover(tmp_path, *PLAIN).replaced


def test_what_show_prints_is_read_as_the_state_is(tmp_path: Path) -> None:
    state = state_of(
        *PLAIN, *cloudposse("module.other"), depends={"aws_ssm_parameter.host": ["aws_rds_cluster.Shop_A1B2"]}
    )
    from_file, from_show = origin_of(tmp_path, state, PLAIN[1][2]), origin_of(tmp_path, shown(state), PLAIN[1][2])
    assert from_show == StateOrigin(**{**vars(from_file), "state": from_show.state})
    assert {r.address for r in from_show.state.managed} == {r.address for r in from_file.state.managed}
    assert handover_of(from_show, found(), IMPORTS) == handover_of(from_file, found(), IMPORTS)


def test_no_secret_of_the_state_is_kept(tmp_path: Path) -> None:
    for state in (state_of(*PLAIN), shown(state_of(*PLAIN))):
        origin = origin_of(tmp_path, state)
        assert "hunter2" not in repr(origin)


@pytest.mark.parametrize(
    ("wanted", "region", "kind", "text"),
    [
        (None, None, "invalid-input", "has 3 Aurora clusters: billing (eu-west-1, module.db"),
        (None, "eu-central-1", None, "shop"),
        ("shop", None, "invalid-input", "has 2 Aurora clusters"),
        ("billing", None, None, "billing"),
        ('module.db["billing"].aws_rds_cluster.this[0]', None, None, "billing"),
        ("nothing", None, "not-found", "has no Aurora cluster nothing; it has billing"),
        ("billing", "us-east-1", "invalid-input", "has no Aurora cluster in us-east-1; it has billing (eu-west-1"),
    ],
)
def test_a_cluster_is_chosen(
    tmp_path: Path, wanted: str | None, region: str | None, kind: str | None, text: str
) -> None:
    both = [entry("aws_rds_cluster.a", cluster()), entry("aws_rds_cluster.b", cluster(region="eu-central-1"))]
    state = state_of(*both, *rds_aurora('module.db["billing"]', "billing"))
    if kind is None:
        assert origin_of(tmp_path, state, wanted, region).name == text
        return
    with pytest.raises(AuroraError) as caught:
        origin_of(tmp_path, state, wanted, region)
    assert caught.value.code == kind
    assert text in caught.value.message
    assert "aurora-cli " in (caught.value.hint or "")
    assert all({"name", "region", "address"} == set(one) for one in caught.value.details["clusters"])


BAD = {
    "encrypted": ({"meta": {}, "encrypted_data": "c2Vj", "encryption_version": "v0"}, "that OpenTofu has encrypted"),
    "old": ({"version": 3, "modules": [{"path": ["root"]}]}, "has state format 3"),
    "plan": ({"format_version": "1.2", "planned_values": {}}, "it is a plan"),
    "later": ({"version": 5}, "it is not a Terraform state of format 4"),
    "none": (state_of(), "it has no resources"),
    "google": (state_of(entry("google_sql_database_instance.a", {"id": "a"})), "it has resources of google"),
    "other-rds": (
        state_of(entry("aws_rds_cluster.a", cluster(engine="mysql"))),
        "is an RDS Multi-AZ DB cluster (mysql)",
    ),
    "smuggled": (
        state_of(entry('aws_rds_cluster.a\n}\nresource "x" "y" {', cluster())),
        "is not the address of a resource",
    ),
    "a list": ([], "it is not a JSON object"),
    "odd": ({"version": 4, "resources": [{"instances": 7}]}, "cannot be read as a Terraform state"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_state_that_does_not_do_is_one_sentence_with_a_way_out(run: Run, tmp_path: Path, name: str) -> None:
    document, text = BAD[name]
    (tmp_path / "terraform.tfstate").write_text(json.dumps(document))
    done = run("adopt", "--from-state", ".", "--dry-run", "-o", "json")
    error = done.document["error"]
    assert (done.status, error["code"]) == (2, "invalid-input")
    assert text in error["message"]
    assert error["hint"]
    assert "hunter2" not in done.out + done.err


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (json.dumps(state_of(*rds_aurora()))[:700].encode(), "it is not JSON"),
        (b"", "it is empty"),
        (b"PK\x03\x04\xff\xfe", "it is a saved plan or another archive"),
        (b"[" * 5000, "cannot be read"),
        (None, "has no Terraform state"),
    ],
)
def test_a_file_that_is_no_state(run: Run, tmp_path: Path, content: bytes | None, text: str) -> None:
    if content is not None:
        (tmp_path / "terraform.tfstate").write_bytes(content)
    done = run("adopt", "--from-state", str(tmp_path), "--dry-run")
    assert done.status == 2
    assert text in " ".join(done.err.split())
    assert "hunter2" not in done.err


def test_paths_and_options_that_do_not_do(run: Run, tmp_path: Path) -> None:
    assert run("adopt", "--from-state", "nowhere", "--dry-run").status == 2
    assert "Which cluster?" in run("adopt", "--dry-run").err
    (tmp_path / "terraform.tfstate").write_text(json.dumps(state_of(*PLAIN)))
    (tmp_path / "taken.tf").write_text("")
    done = run("adopt", "--from-state", ".", "--removed-to", "taken.tf", "--yes")
    assert (done.status, "already exists" in done.err) == (2, True)
    alone = run("--region", "eu-west-1", "adopt", "shop", "--removed-to", "new.tf", "--dry-run")
    assert (alone.status, "requires --from-state" in alone.err) == (2, True)


def test_a_cluster_of_another_account(tmp_path: Path) -> None:
    theirs = state_of(entry("aws_rds_cluster.db", cluster(account="999999999999")))
    with pytest.raises(CredentialsError, match="account 999999999999, as the state says") as caught:
        origin_of(tmp_path, theirs)
    assert caught.value.hint


def test_a_name_that_the_state_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(ClusterNotFound):
        origin_of(tmp_path, state_of(*PLAIN), "orders")


def test_the_state_of_a_folder_is_where_terraform_keeps_it(tmp_path: Path) -> None:
    def read(**environ: str) -> str:
        app = AppContext(home_folder=tmp_path / "home", environ=environ, sandbox=True)
        app.environ = environ
        return find_origin(app, tmp_path, None, lambda event: None).name

    def put(name: str, *parts: str) -> None:
        file = tmp_path.joinpath(*parts)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(state_of(entry("aws_rds_cluster.db", cluster(name)))))

    put("synthesized", "cdktf.out", "stacks", "shop", "terraform.tfstate")
    assert read() == "synthesized"
    (tmp_path / "cdktf.out" / "stacks" / "shop" / "terraform.tfstate").unlink()
    (tmp_path / "cdktf.out" / "stacks" / "shop").rmdir()
    put("of-cdk", "terraform.shop.tfstate")
    assert read() == "of-cdk"
    put("plain", "terraform.tfstate")
    assert read() == "plain"
    put("staging", "terraform.tfstate.d", "staging", "terraform.tfstate")
    assert read(TF_WORKSPACE="staging") == "staging"
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform" / "environment").write_text("staging")
    assert read() == "staging"
    put("elsewhere", "states", "a.tfstate")
    note = {"version": 3, "backend": {"type": "local", "config": {"path": "states/a.tfstate", "workspace_dir": None}}}
    (tmp_path / ".terraform" / "terraform.tfstate").write_text(json.dumps(note))
    assert read(TF_WORKSPACE="default") == "elsewhere"
    (tmp_path / ".terraform" / "terraform.tfstate").write_text("{")
    with pytest.raises(AuroraError, match="cannot be read"):
        read()


def test_several_stacks_of_cdk_are_listed(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"terraform.{name}.tfstate").write_text(json.dumps(state_of(*PLAIN)))
    done = run("adopt", "--from-state", ".", "--dry-run", "-o", "json")
    assert (
        "several stacks of CDK for Terraform: terraform.a.tfstate, terraform.b.tfstate"
        in done.document["error"]["message"]
    )
    assert "terraform.a.tfstate" in done.document["error"]["hint"]


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (None, ""),
        (0, "[0]"),
        ("one", '["one"]'),
        ('a"b\\', '["a\\"b\\\\"]'),
        ("${a} %{b} $c\n", '["$${a} %%{b} $c\\n"]'),
    ],
)
def test_keys_are_written_as_terraform_writes_them(key: str | int | None, text: str) -> None:
    address = f"module.m{instance_key(key)}.module.n.aws_x.this{instance_key(key)}"
    assert address == f"module.m{text}.module.n.aws_x.this{text}"
    assert modules_of(address) == [f"module.m{text}", f"module.m{text}.module.n"]
    assert without_keys(address) == "module.m.module.n.aws_x.this"


def rule(number: int, *, egress: bool = False, ports: tuple[str, int, int] = ("tcp", 5432, 5432), **source: Any) -> Any:
    """As DescribeSecurityGroupRules gives it."""
    named = dict(zip(("IpProtocol", "FromPort", "ToPort"), ports, strict=True))
    return {"SecurityGroupRuleId": f"sgr-{number}", "IsEgress": egress, **named, **source}


def subnet(name: str) -> dict[str, Any]:
    return {"SubnetIdentifier": name, "SubnetAvailabilityZone": {"Name": f"eu-west-1{name}"}}


def networked(folder: Path, rules: list[Any], *entries: Entry) -> DiscoveredCluster:
    """The cluster whose security group has these rules, read beside their state."""
    group = {"GroupId": "sg-shop", "GroupName": "shop-2026", "Description": "Control traffic", "Tags": []}
    subnets = {"DBSubnetGroupName": "shop", "VpcId": "vpc-1", "Subnets": [*map(subnet, "ba")]}
    there = found(security_groups=(group,), subnet_group=subnets)
    there.cluster["Port"] = 5432
    pages = SimpleNamespace(paginate=lambda Filters: [{"SecurityGroupRules": rules}])  # noqa: N803 - AWS's name
    ec2 = SimpleNamespace(get_paginator=lambda name: pages)
    app: Any = SimpleNamespace(aws=lambda region: SimpleNamespace(client=lambda service: ec2))
    origin = origin_of(folder, state_of(*(entries or rds_aurora())), "shop")
    return with_own_network(app, there, origin, "eu-west-1")


OFFICE = rule(1, CidrIpv4="10.0.0.0/8", Description="office", Tags=[{"Key": "Name", "Value": "office"}])
PEERS = rule(2, ReferencedGroupInfo={"GroupId": "sg-0a1b2c3d"})
OUT = rule(3, egress=True, ports=("tcp", 443, 443), CidrIpv4="0.0.0.0/0")
EVERYTHING = rule(4, egress=True, ports=("-1", -1, -1), CidrIpv6="::/0")


def test_the_network_that_a_module_made_for_the_cluster_comes_along(tmp_path: Path) -> None:
    there = networked(tmp_path, [OFFICE, PEERS, OUT, EVERYTHING])
    network = _network(there)
    assert network["subnet_ids"] == ["a", "b"]
    assert (network["own_security_group"], network["security_group_ids"]) == (True, [])
    assert network["allow"] == [{"source": "10.0.0.0/8", "description": "office"}, {"source": "sg-0a1b2c3d"}]
    assert network["egress"] == [{"destination": "0.0.0.0/0", "port": 443}, {"destination": "::/0"}]
    subnets = ["subnet-0a1b2c3d", "subnet-0a1b2c3e"]
    given = {**network, "vpc_id": "vpc-0a1b2c3d", "subnet_ids": subnets}
    spec = resolved({"network": given, "logs": {"exports": []}}).spec
    files = render_stack(spec)
    taken = {
        one.address: one.id for one in imports_of(replace(there, instances=ONE), spec) if "security" in one.address
    }
    assert taken == {
        "aws_security_group.this": "sg-shop",
        'aws_vpc_security_group_ingress_rule.allow["10.0.0.0/8"]': "sgr-1",
        'aws_vpc_security_group_ingress_rule.allow["sg-0a1b2c3d"]': "sgr-2",
        'aws_vpc_security_group_egress_rule.allow["0.0.0.0/0:443"]': "sgr-3",
        'aws_vpc_security_group_egress_rule.allow["::/0"]': "sgr-4",
    }
    for key in ('"10.0.0.0/8" = {', '"sg-0a1b2c3d" = {', '"0.0.0.0/0:443" = {', '"::/0" = {'):
        assert key in files["security_group.tf"], "the key of an import is that of the rendered files"
    assert [one.kind for one in unmanaged_of(there, spec) if "group" in one.kind] == ["cluster parameter group"]


@pytest.mark.parametrize(
    "strange",
    [
        rule(5, CidrIpv4="10.0.0.0/8", ports=("tcp", 22, 22)),
        rule(5, CidrIpv4="10.0.0.0/8", ports=("udp", 5432, 5432)),
        rule(5, CidrIpv4="10.0.0.0/8", ports=("-1", -1, -1)),
        rule(5, egress=True, CidrIpv4="10.0.0.0/8", ports=("tcp", 1, 1024)),
    ],
)
def test_a_group_with_a_rule_that_the_spec_cannot_say_is_used_as_it_is(tmp_path: Path, strange: Any) -> None:
    there = networked(tmp_path, [OFFICE, strange])
    assert (there.own_group, there.own_subnets) == (None, True)
    assert _network(there)["security_group_ids"] == ["sg-shop"]


def test_a_network_that_their_terraform_goes_on_managing_stays_theirs(tmp_path: Path) -> None:
    there = networked(tmp_path, [OFFICE], *PLAIN)
    assert (there.own_group, there.own_subnets) == (None, False)
    bucket = entry("aws_s3_bucket.this", {"id": "b"}, module="module.platform")
    there = networked(tmp_path, [OFFICE], bucket, *rds_aurora("module.platform"))
    assert (there.own_group, there.own_subnets) == (None, False)


def test_what_another_configuration_named_keeps_its_name() -> None:
    spec = resolved(
        {"network.vpc_id": "vpc-0a1b2c3d", "network.subnet_ids": ["subnet-0a1b2c3d", "subnet-0a1b2c3e"]}
    ).spec
    tags = {**spec.tags, "aurora-cli:cluster": spec.name, "Name": "theirs"}

    def held(kind: str, name: str, description: str) -> StateResource:
        values = {"name": name, "description": description, "tags": tags}
        return StateResource(f"{kind}.this", kind, "this", None, values)

    ours = (
        held("aws_security_group", f"{spec.name}-database", f"Aurora cluster {spec.name}"),
        held("aws_db_subnet_group", spec.name, f"Subnets of the Aurora cluster {spec.name}"),
    )
    assert imported_names(ours, spec) == ()
    theirs = (
        held("aws_security_group", "orders-2026", "Traffic"),
        held("aws_db_subnet_group", spec.name, "For Aurora"),
    )
    address = 'aws_vpc_security_group_ingress_rule.allow["10.0.0.0/8"]'
    rules = StateResource(address, address.partition(".")[0], "allow", "10.0.0.0/8", {"tags": tags})
    names = imported_names((*theirs, rules, replace(rules, attributes={"tags": spec.tags})), spec)
    assert names[2:] == (("aws_vpc_security_group_ingress_rule", "10.0.0.0/8", "", (("Name", "theirs"),)),)
    assert names[:2] == (
        ("aws_db_subnet_group", spec.name, "For Aurora", (("Name", "theirs"),)),
        ("aws_security_group", "orders-2026", "Traffic", (("Name", "theirs"),)),
    )
    record = StackRecord(spec.name, spec.region, "aws", "2026-11-30T00:00:00Z", imported=names)
    kept = load_record(record.dumps(), name=spec.name).imported
    assert kept == names
    files = render_stack(spec, RenderOptions(imported=kept))
    assert 'name = "orders-2026"' in " ".join(files["security_group.tf"].split())
    assert 'description = "For Aurora"' in " ".join(files["network.tf"].split())
    assert files["network.tf"].count("Name") == 1
    assert 'tags = lookup({ "10.0.0.0/8" = {' in " ".join(files["security_group.tf"].split())


@pytest.mark.parametrize(("engine_version", "forces"), [("17.5", True), ("16.8", False)])
def test_an_imported_parameter_group_keeps_its_name_and_the_turns_of_its_parameters(
    engine_version: str, forces: bool
) -> None:
    values = {"engine_version": engine_version, "parameters.cluster": {"work_mem": "65536"}, "tls.required": forces}
    spec, (kind, family) = resolved(values).spec, (GROUPS["cluster"], f"aurora-postgresql{engine_version[:2]}")
    one = {"name": "work_mem", "value": "65536", "apply_method": "pending-reboot"}
    attributes = {"name": "orders-2026", "family": family, "description": "Managed by Terraform", "parameter": [one]}
    own = {**attributes, "name": f"{spec.name}-{family}-b2", "description": f"Cluster parameters of {spec.name}"}

    def named(held: dict[str, Any]) -> tuple[Any, ...]:
        return imported_names([StateResource(f"{kind}.this", kind, "this", None, held)], spec)

    def group(spec: Any, names: tuple[Any, ...]) -> ParameterGroups:
        return parameter_groups_of(spec, (), names)

    assert named(own) == ()
    names = named(attributes)
    assert names == (
        (kind, "orders-2026", "Managed by Terraform", ()),
        (f"{kind}.family", family, "", ()),
        (f"{kind}.parameter", "work_mem", "pending-reboot", ()),
    )
    assert group(spec, names).cluster == (Parameter("work_mem", "65536", "pending-reboot"),)
    changed = resolved({**values, "tls.required": not forces}).spec
    assert [one.name for one in group(changed, names).cluster] == ["rds.force_ssl", "work_mem"]
    text = " ".join(render_stack(spec, RenderOptions(imported=names))["parameters.tf"].split())
    assert 'name = "orders-2026"' in text
    assert "Instance parameters of" in text
    later = resolved({**values, "engine_version": "18.3"}).spec
    assert group(later, names).imported == {"cluster": None, "instance": None}
    assert "orders-2026" not in render_stack(later, RenderOptions(imported=names))["parameters.tf"]

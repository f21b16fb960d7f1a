"""Facts that no rule about the spec can check, with the test that shows how each is kept."""

from __future__ import annotations

_SURFACE = "tests/contract/test_rendered_surface.py"
_RENDERED = "tests/contract/test_rendered_terraform.py"
_GUARD = "tests/unit/test_operations_guard.py"
_LIMITS = "tests/unit/test_operations_limits.py"
_MAIN = "tests/sandbox/test_main_job.py"
_TARGET = "tests/unit/test_operations_upgrade_target.py"
_UPGRADE = "tests/sandbox/test_upgrade.py"
_GLOBAL = "tests/sandbox/test_global.py"
_REGIONS = "tests/unit/test_spec_global.py"
_MEMBERS = "tests/contract/test_rendered_global.py"
_CLONE = "tests/sandbox/test_copying.py::test_a_clone_has_the_settings_of_its_source_and_goes_on_when_called_again"

ELSEWHERE: dict[str, tuple[str, str]] = {
    "c1-4": (
        "A final snapshot has a name of its own each time, made of the cluster's.",
        f"{_MAIN}::test_destroy_keeps_a_final_snapshot_and_nothing_else",
    ),
    "c2-11": (
        "The master user is called postgres or admin unless named.",
        "tests/unit/test_spec_resolve.py::test_everything_that_depends_on_the_engine_is_filled_in",
    ),
    "c2-12": (
        "Another user name replaces the cluster, which is refused.",
        f"{_GUARD}::test_what_holds_data_is_never_deleted_or_replaced",
    ),
    "c2-13": (
        'A password of your own has 8 to 41 printable characters (PostgreSQL 128), without / " @.',
        "tests/unit/test_spec_credentials.py::test_a_password_that_aws_refuses",
    ),
    "c3-4": ("The cluster's zones are not written.", f"{_RENDERED}::test_no_count_and_no_zones_on_the_cluster"),
    "c4-6": (
        "An upgrade leads to one of the versions that AWS lists for the running one, and never back.",
        f"{_TARGET}::test_what_is_not_offered_lists_what_is",
    ),
    "c4-7": (
        "The parameter group family follows from engine and version.",
        "tests/unit/test_spec_versions.py::test_families",
    ),
    "c4-13": (
        "Whether class, version and Region go together is asked of the API.",
        "tests/sandbox/test_orderable.py::test_what_is_not_offered_is_refused_before_anything_is_made",
    ),
    "c5-4": (
        "Instances are created in parallel; AWS chooses the writer.",
        f"{_RENDERED}::test_instances_are_created_in_parallel_in_several_zones_with_tiers_by_key",
    ),
    "c5-5": (
        "Instances have the subnet group of their cluster.",
        "tests/contract/test_golden.py::test_an_example_renders_what_its_golden_folder_holds",
    ),
    "c5-6": (
        "Instances go before their cluster.",
        "tests/sandbox/test_provider_terraform.py::test_destroy_leaves_nothing",
    ),
    "c5-7": (
        "The last instance of a replica cluster stays until it is promoted, which its destroy does.",
        "tests/sandbox/test_examples_sources.py::test_a_replica_in_another_region",
    ),
    "c5-8": (
        "Deletion protection does not cover instances, so a plan that would remove the last reader is refused.",
        f"{_GUARD}::test_production_keeps_its_last_reader",
    ),
    "c6-11": (
        "Another largest capacity changes `max_connections` at the next restart.",
        f"{_LIMITS}::test_another_largest_capacity_waits_for_a_restart",
    ),
    "c7-7": (
        "The way out of Serverless v1 is its snapshot, restored as provisioned with a serverless instance.",
        "tests/sandbox/test_migrate.py::test_pain_17_serverless_v1_moves_to_v2_by_a_copy",
    ),
    "c8-2": (
        "A cluster goes to I/O-Optimized once in 30 days.",
        f"{_LIMITS}::test_io_optimized_is_refused_until_aws_takes_it_again",
    ),
    "c8-17": ("Performance Insights is set after a restore, by the same command.", _CLONE),
    "c8-18": (
        "A destroy that keeps a snapshot names it.",
        f"{_MAIN}::test_destroy_keeps_a_final_snapshot_and_nothing_else",
    ),
    "c8-19": (
        "Automated backups go with the cluster unless they are kept.",
        f"{_SURFACE}::test_features_of_the_cluster_are_written_only_when_asked_for",
    ),
    "c8-20": ("100 manual snapshots.", f"{_LIMITS}::test_doctor_says_which_quota_is_used_up"),
    "c11-8": (
        "A cluster and its instances are renamed in place; endpoints change, ids and tags stay.",
        "tests/sandbox/test_rename.py::test_pain_34_a_rename_recreates_nothing",
    ),
    "c1-9": (
        "Clusters of a global database have different names.",
        f"{_REGIONS}::test_a_regions_instances_are_the_primarys_unless_it_says_otherwise",
    ),
    "c5-11": (
        "A secondary cluster of a global database has no reader autoscaling.",
        f"{_REGIONS}::test_what_belongs_to_one_region_stays_with_the_primary",
    ),
    "c9-8": (
        "Minor upgrades go secondaries first, the primary last.",
        f"{_UPGRADE}::test_pain_03_a_global_database_goes_secondary_first",
    ),
    "c9-9": (
        "Major upgrades are of the global cluster, and its members' groups are attached again.",
        f"{_UPGRADE}::test_pain_03_a_global_database_goes_secondary_first",
    ),
    "c9-11": (
        "A global cluster made of another takes its engine from it.",
        f"{_MEMBERS}::test_around_an_existing_cluster_nothing_of_it_is_said_twice",
    ),
    "c9-12": (
        "Secondaries go before the primary.",
        f"{_GLOBAL}::test_a_global_database_is_made_changed_and_destroyed",
    ),
    "c9-13": (
        "A switchover loses nothing, a failover may, and is asked for by name.",
        f"{_GLOBAL}::test_after_a_switchover_a_plan_changes_nothing_and_the_newest_data_is_kept",
    ),
    "c9-14": (
        "Global write forwarding is set on a secondary.",
        f"{_MEMBERS}::test_a_secondary_has_what_aws_takes_of_it",
    ),
    "c10-4": ("Log groups are made before the cluster.", f"{_RENDERED}::test_log_groups_come_before_the_cluster"),
    "c10-10": ("The Data API of a restored cluster is turned on by a second step of the same command.", _CLONE),
    "c11-1": (
        "Parameters change 20 at a time.",
        "tests/sandbox/test_provider_engine.py::test_parameter_groups_send_twenty_at_once_and_reset_what_is_gone",
    ),
    "c11-2": (
        "Static parameters wait for a restart.",
        f"{_RENDERED}::test_parameter_groups_change_when_the_engine_allows",
    ),
    "c11-3": (
        "A DB parameter group for all instances goes with a major upgrade alone, and is of the new family.",
        f"{_UPGRADE}::test_pain_02_a_major_upgrade_with_groups_of_its_own",
    ),
    "c11-4": (
        "A major upgrade needs its flag, which lasts for one call.",
        f"{_UPGRADE}::test_pain_05_the_flag_of_a_major_upgrade_is_never_left_on",
    ),
    "c11-5": (
        "A stopped cluster is started by AWS after seven days; a member of a global database does not stop.",
        "tests/sandbox/test_operations_roles.py::test_a_stopped_cluster_takes_no_changes_and_starts_again",
    ),
    "c11-6": (
        "A blue/green deployment needs logical replication and no managed password, proxy or replica.",
        "tests/unit/test_blue_green.py::test_each_blocker_says_what_and_how",
    ),
    "c11-7": ("A failover is waited for.", "tests/unit/test_aws.py::test_failover_waits_until_the_role_has_moved"),
    "c12-1": ("40 DB clusters.", f"{_LIMITS}::test_what_the_plan_adds_is_counted_against_the_quota"),
    "c12-2": ("40 DB instances.", f"{_LIMITS}::test_what_the_plan_adds_is_counted_against_the_quota"),
    "c12-3": (
        "50 parameter groups of each kind, 50 subnet groups.",
        f"{_LIMITS}::test_what_the_plan_adds_is_counted_against_the_quota",
    ),
    "c12-7": ("100 manual snapshots.", f"{_LIMITS}::test_doctor_says_which_quota_is_used_up"),
    "c12-8": ("20 event subscriptions.", f"{_LIMITS}::test_what_the_plan_adds_is_counted_against_the_quota"),
    "c12-9": ("20 proxies.", f"{_LIMITS}::test_proxies_are_counted_where_the_plan_makes_one"),
}

SAME_AS = {
    "c12-4": "c3-2",
    "c12-5": "c10-11",
    "c12-6": "c10-1",
    "c12-12": "c1-10",
    "c11-10": "c4-5",
}
"""Facts that stand in two sections."""

NOTHING_TO_CHECK: dict[str, str] = {
    "c1-6": "no shard groups are made, and the name of a blue/green deployment is made to fit",
    "c2-15": "IAM sign-in stands beside the managed password; a master user without one is not made",
    "c3-3": "no Serverless v1 cluster is made, in whatever subnets",
    "c6-8": "how long a paused cluster takes to come back is said in its report",
    "c6-16": "a name in AWS's pages",
    "c7-6": "no Serverless v1 cluster is made, with whatever features",
    "c8-5": "what I/O-Optimized costs depends on the load",
    "c8-8": "the largest volume is AWS's to enforce",
    "c10-8": "a page of the AWS console",
    "c12-10": "instances are not reserved here",
    "c12-11": "integrations are not made here",
}

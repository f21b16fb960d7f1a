"""The environment that Terraform gets."""

from __future__ import annotations

from aurora_cli.terraform.environment import dropped_variables, terraform_env

BASE = {
    "PATH": "/bin",
    "AWS_PROFILE": "dev",
    "TF_CLI_ARGS": "-x",
    "TF_CLI_ARGS_plan": "-target=a.b",
    "TF_WORKSPACE": "other",
    "TF_DATA_DIR": "/elsewhere",
    "TF_FORCE_LOCAL_BACKEND": "1",
    "TF_REATTACH_PROVIDERS": "{}",
    "TF_LOG": "trace",
    "TF_LOG_PATH": "/var/log/terraform",
    "TF_INPUT": "1",
    "TF_CLI_CONFIG_FILE": "/etc/terraformrc",
}


def test_what_would_change_our_arguments_is_dropped() -> None:
    env = terraform_env(BASE, {})
    assert env == {
        "PATH": "/bin",
        "AWS_PROFILE": "dev",
        "TF_CLI_CONFIG_FILE": "/etc/terraformrc",
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "CHECKPOINT_DISABLE": "1",
    }
    assert BASE["TF_INPUT"] == "1"


def test_terraforms_log_is_kept_for_debugging() -> None:
    assert terraform_env(BASE, {}, debug=True)["TF_LOG"] == "trace"


def test_what_is_dropped_can_be_told() -> None:
    dropped = ["TF_CLI_ARGS", "TF_CLI_ARGS_plan", "TF_DATA_DIR", "TF_FORCE_LOCAL_BACKEND", "TF_REATTACH_PROVIDERS"]
    assert dropped_variables(BASE) == [*dropped, "TF_WORKSPACE"]


def test_our_cache_serves_new_stacks_too() -> None:
    env = terraform_env({"PATH": "/bin"}, {"TF_PLUGIN_CACHE_DIR": "/home/cache", "AWS_REGION": "eu-west-1"})
    assert env["TF_PLUGIN_CACHE_DIR"] == "/home/cache"
    assert env["TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE"] == "1"
    assert env["AWS_REGION"] == "eu-west-1"


def test_no_cache_means_not_even_the_users() -> None:
    assert "TF_PLUGIN_CACHE_DIR" not in terraform_env({"TF_PLUGIN_CACHE_DIR": "/mine"}, {"TF_PLUGIN_CACHE_DIR": ""})


def test_the_users_own_cache_stays_with_its_own_rules() -> None:
    env = terraform_env({"TF_PLUGIN_CACHE_DIR": "/mine"}, {"TF_PLUGIN_CACHE_DIR": "/home/cache"})
    assert env["TF_PLUGIN_CACHE_DIR"] == "/mine"
    assert "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE" not in env

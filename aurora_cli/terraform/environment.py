"""The environment that Terraform runs in: ours, without what would change the meaning of our arguments."""

from __future__ import annotations

from collections.abc import Mapping

_DROPPED_PREFIXES = ("TF_CLI_ARGS",)
_DROPPED = frozenset({"TF_WORKSPACE", "TF_DATA_DIR", "TF_INPUT", "TF_FORCE_LOCAL_BACKEND", "TF_REATTACH_PROVIDERS"})
_SECRET = frozenset({"AURORA_MASTER_PASSWORD", "TF_VAR_master_password"})
"""Given in `extra` where Terraform needs it; otherwise nobody's business."""
_LOGGING_PREFIX = "TF_LOG"

_FIXED = {
    "TF_IN_AUTOMATION": "1",
    "TF_INPUT": "0",
    "CHECKPOINT_DISABLE": "1",
}
PLUGIN_CACHE = "TF_PLUGIN_CACHE_DIR"


def terraform_env(base: Mapping[str, str], extra: Mapping[str, str], *, debug: bool = False) -> dict[str, str]:
    """Environment variables for Terraform.

    `TF_CLI_ARGS*`, `TF_WORKSPACE`, `TF_DATA_DIR`, `TF_FORCE_LOCAL_BACKEND` and `TF_REATTACH_PROVIDERS` are dropped, since they
    would change what our arguments do, where the state is and which provider runs; `TF_LOG*` is kept only with `debug`.
    A plug-in cache that the user has set stays; one in `extra` may be used for stacks that have no
    dependency lock file yet, because that file is ours and serves this machine only. An empty one in `extra` means no cache at
    all, not even the user's: what the sandbox calls hashicorp/aws must not get into it.

    Args:
        base: what to start from, e.g. `os.environ`; not changed.
        extra: what is set on top.
        debug: keep `TF_LOG*`.
    """
    env = {name: value for name, value in base.items() if not is_dropped(name, debug=debug) and name not in _SECRET}
    env.update({name: value for name, value in extra.items() if name != PLUGIN_CACHE})
    if extra.get(PLUGIN_CACHE) == "":
        env.pop(PLUGIN_CACHE, None)
    elif extra.get(PLUGIN_CACHE) and not base.get(PLUGIN_CACHE):
        env[PLUGIN_CACHE] = extra[PLUGIN_CACHE]
        env["TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE"] = "1"
    return {**env, **_FIXED}


def is_dropped(name: str, *, debug: bool = False) -> bool:
    """Whether that variable is kept from Terraform."""
    if name in _DROPPED or name.startswith(_DROPPED_PREFIXES):
        return True
    return name.startswith(_LOGGING_PREFIX) and not debug


def dropped_variables(environ: Mapping[str, str]) -> list[str]:
    """Variables that are set and would change what Terraform does, but have no effect here; sorted. Worth a warning."""
    return sorted(name for name in environ if name != "TF_INPUT" and is_dropped(name, debug=True))

"""Whether `terraform init` has to run (a fingerprint of all that it reads, kept in `.terraform`), and one at a time per plug-in
cache: Terraform does not guard the cache against a second one.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from aurora_cli.json_input import read_json
from aurora_cli.terraform.binary import Binary
from aurora_cli.terraform.environment import PLUGIN_CACHE
from aurora_cli.writing import make_missing, write_atomic

_MARK = "aurora-init.json"
_BLOCK = re.compile(r"^(?:terraform|provider|module)\b.*?^\}", re.MULTILINE | re.DOTALL)
_ONE_LINE = re.compile(r"^\s*(?:terraform|provider|module)\b[^\n]*\}[ \t]*$", re.MULTILINE)
_TYPE = re.compile(r"^\s*(?:resource|data|ephemeral)\s+\"([a-z0-9]+)_", re.MULTILINE)


def is_initialised(folder: Path, binary: Binary, env: Mapping[str, str]) -> bool:
    """Whether the last `init` of that folder still holds: same inputs, and the providers are still where it put them."""

    def holds(saved: dict[str, str]) -> bool:
        return saved["fingerprint"] == fingerprint(folder, binary, env) and _providers_present(folder)

    return read_json(folder / ".terraform" / _MARK, holds, lambda why: False)


def remember_init(folder: Path, binary: Binary, env: Mapping[str, str]) -> None:
    """Note after a successful `init` what it was made from."""
    mark = folder / ".terraform" / _MARK
    make_missing(mark.parent)
    write_atomic(mark, json.dumps({"fingerprint": fingerprint(folder, binary, env)}), sync=False)


def forget_init(folder: Path) -> None:
    """Make the next `is_initialised` say no."""
    (folder / ".terraform" / _MARK).unlink(missing_ok=True)


def fingerprint(folder: Path, binary: Binary, env: Mapping[str, str]) -> str:
    """A hash over what `init` depends on: backend, provider and version blocks, which providers the resources need, the
    dependency lock file, the program, its CLI configuration and the plug-in cache."""
    digest = hashlib.sha256()
    for part in _parts(folder, binary, env):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _parts(folder: Path, binary: Binary, env: Mapping[str, str]) -> Iterator[bytes]:
    yield f"{binary.product} {binary.version} {binary.path}".encode()
    prefixes: set[str] = set()
    for path in sorted([*folder.glob("*.tf"), *folder.glob("*.tofu"), *folder.glob("[!.]*/*.tf")]):
        text = path.read_text(encoding="utf-8", errors="replace")
        yield from (block.encode() for block in (*_BLOCK.findall(text), *_ONE_LINE.findall(text)))
        prefixes.update(_TYPE.findall(text))
    yield " ".join(sorted(prefixes)).encode()
    for path in sorted(folder.glob("*.tf.json")):
        yield path.read_bytes()
    yield _content(folder / ".terraform.lock.hcl")
    yield from _cli_configuration(env)
    yield env.get(PLUGIN_CACHE, "").encode()


def _cli_configuration(env: Mapping[str, str]) -> Iterator[bytes]:
    named = env.get("TF_CLI_CONFIG_FILE")
    home = env.get("HOME")
    paths = [Path(named)] if named else [Path(home) / name for name in (".terraformrc", ".tofurc")] if home else []
    for path in paths:
        yield str(path).encode()
        yield _content(path)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _providers_present(folder: Path) -> bool:
    """Whether each installed provider is there: links may lead into a cache or mirror that is gone."""
    root = folder / ".terraform" / "providers"
    if not root.is_dir():
        return not _content(folder / ".terraform.lock.hcl")
    packages = list(root.glob("*/*/*/*/*"))
    return bool(packages) and all(package.is_dir() and any(package.iterdir()) for package in packages)


@contextmanager
def cache_lock(cache: Path) -> Iterator[None]:
    """Make the cache folder and hold its lock; waits for another holder, whose death frees it."""
    make_missing(cache)
    lock = cache.with_name(f"{cache.name}.lock")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

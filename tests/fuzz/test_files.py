"""Whatever is in the files of a home: a command that reads them does what it is for, or says which file cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.cases import EDITS, RAW, assert_told, cases, edited
from tests.fuzz.wire import GONE, answering
from tests.harness import clean_environ, run_main
from tests.previous_version import scenario

NAMES = ("scaling", "switching", "worldwide")
"""Scenarios that have, together, every file that we write."""
COMMANDS = (
    ("list",),
    ("status", "NAME"),
    ("history", "NAME"),
    ("endpoints", "NAME"),
    ("plan", "NAME", "--terraform-bin", "/nonexistent"),
    ("plan", "NAME"),
    ("unlock", "NAME"),
    ("spec", "show", "NAME"),
)
TERRAFORM = "#!/bin/sh\nexit 1\n"


def files_of(name: str) -> dict[str, bytes]:
    """The files of a stack of an AWS account, with those that a scenario does not keep."""
    kept = {path: text for path, text in scenario(name)["files"].items() if not path.endswith((".tf", ".hcl"))}
    record = json.loads(kept[f"stacks/{name}/stack.json"]) | {"target": "aws"}
    holder = {"pid": 1, "host": "h", "user": "u", "operation": "scale", "since": "2026-01-01T00:00:00+00:00"}
    terraform = f"stacks/{name}/terraform"
    kept |= {
        f"stacks/{name}/stack.json": json.dumps(record),
        f"locks/{name}.lock": json.dumps(holder),
        f"{terraform}/.terraform/terraform.tfstate": json.dumps(
            {"version": 3, "backend": {"type": "local", "config": {"path": None}}}
        ),
        f"{terraform}/.terraform/aurora-init.json": json.dumps({"fingerprint": "x"}),
        f"{terraform}/.terraform.tfstate.lock.info": json.dumps(
            {"ID": "1", "Operation": "OperationTypeApply", "Who": "u@h", "Created": "2026-01-01T00:00:00Z"}
        ),
        "terraform-versions.json": json.dumps({"/bin/terraform|1|2": ["Terraform", "1.11.4"]}),
    }
    return {path: text.encode() for path, text in kept.items()}


FILES = {name: files_of(name) for name in NAMES}
PLACES = [(name, path) for name in NAMES for path in FILES[name]]


def damaged(content: bytes, edits: Any, raw: bytes | None, cut: int | None) -> bytes:
    """The file with other bytes: cut off, replaced, or with other values in its JSON."""
    if raw is not None:
        return raw if cut is None else content[:cut] + raw
    if cut is not None:
        return content[: cut % (len(content) + 1)]
    try:
        lines = [json.loads(content)]
    except ValueError:
        try:
            lines = [json.loads(line) for line in content.splitlines()]
        except ValueError:
            return content + b"\xff"
    changed = [edited(line, edits) for line in lines]
    return "\n".join(json.dumps(line) for line in changed).encode()


@cases(of_suite=40, share=0.3)
@given(
    place=st.sampled_from(PLACES),
    edits=EDITS,
    raw=st.none() | RAW,
    cut=st.none() | st.integers(0, 2000),
    words=st.sampled_from(COMMANDS),
    output=st.sampled_from([(), ("-o", "json"), ("-o", "yaml")]),
)
def test_any_file_of_a_home(
    tmp_path_factory: Any,
    place: tuple[str, str],
    edits: Any,
    raw: bytes | None,
    cut: int | None,
    words: Any,
    output: Any,
) -> None:
    home = tmp_path_factory.getbasetemp() / "fuzz-home"
    name, path = place
    for file, content in FILES[name].items():
        where = home / file
        where.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        where.write_bytes(damaged(content, edits, raw, cut) if file == path else content)
    environ = {
        **clean_environ(),
        "AURORA_HOME": str(home),
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PATH": str(program(home)),
    }
    asked = (*(name if word == "NAME" else word for word in words), *(output if words[0] != "unlock" else ()))
    with answering(lambda *_: (404, GONE)):
        assert_told(run_main(asked, environ), place, asked)


def program(home: Path) -> Path:
    folder = home / "bin"
    if not folder.exists():
        folder.mkdir()
        (folder / "terraform").write_text(TERRAFORM)
        (folder / "terraform").chmod(0o700)
    return folder

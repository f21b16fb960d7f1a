"""The page of a fleet as HTML: one file that loads nothing, without a script."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined

from aurora_cli.ui.text import clean

if TYPE_CHECKING:
    from aurora_cli.operations.fleet.page import Page

_TEMPLATE = "fleet_page.html.j2"


def as_html(page: Page) -> str:
    """The page; every text in it is escaped, and what HTML cannot hold is made visible. It is well-formed XML too."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )
    text = Path(__file__).with_name(_TEMPLATE).read_text(encoding="utf-8")
    return environment.from_string(text).render(page=page)


def _shown(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value

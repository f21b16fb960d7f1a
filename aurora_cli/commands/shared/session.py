"""What every command gets: the global options, the application context and the consoles, each made on first use."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from aurora_cli.errors import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

    from aurora_cli.context import AppContext
    from aurora_cli.ui.console import ColorChoice, Consoles


_IDENTITY = ("profile", "role_arn", "external_id", "role_session_name")
"""Options that say as whom AWS is called."""
_REPEATED = ("home", "provider", "terraform_bin", *_IDENTITY)


class Settings(NamedTuple):
    """The global options as given; None where the user said nothing."""

    home: str | None = None
    sandbox: bool = False
    no_database: bool = False
    provider: str | None = None
    profile: str | None = None
    role_arn: str | None = None
    external_id: str | None = None
    role_session_name: str | None = None
    region: str | None = None
    terraform_bin: str | None = None
    debug: bool = False
    verify: bool | None = None
    color: ColorChoice = "auto"
    no_input: bool = False
    typed: tuple[str, ...] = ()
    """Names of those that were on the command line, not in a variable."""

    def repeated(self) -> list[str]:
        """The words that a suggested next command needs to reach the same clusters; `--sandbox` is left to the suggestion."""
        words = [(name, getattr(self, name)) for name in _REPEATED]
        return [
            word
            for name, value in words
            if name in self.typed and value
            for word in (f"--{name.replace('_', '-')}", value)
        ]

    def typed_words(self) -> list[str]:
        """As `repeated`, with the Region and `--sandbox` as they were typed: for any command that is printed."""
        region = ["--region", self.region] if "region" in self.typed and self.region else []
        return [*self.repeated(), *region, *(["--sandbox"] if "sandbox" in self.typed else [])]

    def passed_on(self) -> list[str]:
        """The global options for commands that this one runs. The Region is that of each spec."""
        switches = [word for word, on in (("--sandbox", self.sandbox), ("--no-database", self.no_database)) if on]
        verify = {True: ["--verify"], False: ["--no-verify"], None: []}[self.verify]
        return [*self.repeated(), *switches, *verify]

    def identity(self, name: str) -> str | None:
        """An option that names an identity. The sandbox hears only what was typed, and refuses that."""
        value: str | None = getattr(self, name)
        return None if self.sandbox and name not in self.typed else value

    def role(self) -> dict[str, str] | None:
        """Arguments of `assume_role` that the options give, or None. Raises InvalidInput."""
        names = dict(zip(("role_arn", "external_id", "session_name"), _IDENTITY[1:], strict=True))
        role = {argument: value for argument, name in names.items() if (value := self.identity(name))}
        if not role:
            return None
        if "role_arn" not in role:
            raise InvalidInput(
                "--external-id and --role-session-name are for a role, and there is none.",
                hint="Specify it with --role-arn, or set them as `assume_role` in the spec.",
            )
        from aurora_cli.spec.rules.stack.assume_role import wrong_arguments

        for argument, message, hint in wrong_arguments(role):
            raise InvalidInput(f"--{names[argument].replace('_', '-')}: {message}.", hint=f"{hint.capitalize()}.")
        return role


class Session:
    """One run of the program.

    Args:
        settings: the global options.
        given_app: an application context made by a test; None to make the real one.
        only_sandbox: whether the command is about nothing but the sandbox.
    """

    def __init__(
        self, settings: Settings | None = None, given_app: AppContext | None = None, *, only_sandbox: bool = False
    ) -> None:
        self.settings = settings or Settings()
        self.given_app = given_app
        self.only_sandbox = only_sandbox

    @classmethod
    def adopt(cls, obj: Any, settings: Settings) -> Session:
        """The session for `ctx.obj`: a Session learns the options, an AppContext is wrapped, None makes one."""
        session = obj if isinstance(obj, cls) else cls(given_app=obj)
        session.settings = settings
        return session

    @cached_property
    def app(self) -> AppContext:
        """The application context of the operations."""
        return self.given_app or make_app(self.settings, self._ask_code)

    def _ask_code(self, prompt: str) -> str:
        from getpass import getpass

        with self.consoles.still():
            return getpass(prompt)

    def learn(self, name: str, value: Any) -> None:
        """Take a global option that was typed after the command."""
        self.settings = self.settings._replace(typed=(*self.settings.typed, name), **{name: value})
        if self.only_sandbox:
            self.use_sandbox()

    def say(self, *sentences: str, err: bool = False) -> None:
        """Print sentences, wrapped at the width of the screen; an indented one is a command, and stays whole."""
        from aurora_cli.ui.console import echo, prose

        console = self.consoles.err if err else self.consoles.out
        with self.consoles.still():
            for sentence in sentences:
                show = prose if sentence and not sentence.startswith("  ") else echo
                show(console, sentence)

    def write(self, text: str) -> None:
        """Print a text on standard output as it is: what people and programs copy."""
        from aurora_cli.ui.console import document
        from aurora_cli.ui.text import clean

        document(self.consoles.out, "".join(f"{clean(line)}\n" for line in text.removesuffix("\n").split("\n")))

    def use_sandbox(self) -> None:
        """Work on the sandbox whatever the global options say; for commands that are about nothing else."""
        self.only_sandbox = True
        self.settings = self.settings._replace(
            sandbox=True, profile=None, role_arn=None, external_id=None, role_session_name=None
        )

    @property
    def home(self) -> Path | None:
        """The folder that holds everything, if the run has got as far as knowing it."""
        app: AppContext | None = self.__dict__.get("app")
        return app.root if app is not None else None

    @cached_property
    def consoles(self) -> Consoles:
        """Where data (stdout) and everything else (stderr) goes."""
        return make_consoles(
            self.settings.color,
            no_input=self.settings.no_input,
            typed=lambda: self.settings.typed_words(),
            profile=self._profile,
        )

    def _profile(self) -> str | None:
        """That of the cluster in hand, if the run has got as far as knowing it."""
        app: AppContext | None = self.__dict__.get("app")
        return app.profile_in_use if app is not None else None


def make_app(settings: Settings, ask_code: Callable[[str], str] | None = None) -> AppContext:
    """The real application context for these options; its environment becomes that of this process, which botocore reads.

    Args:
        ask_code: asks a person for an MFA code, if there is a terminal.
    """
    from pathlib import Path

    from aurora_cli.context import AppContext

    app = AppContext(
        home_folder=Path(settings.home) if settings.home else None,
        sandbox=settings.sandbox,
        profile=settings.identity("profile"),
        role=settings.role(),
        ask_code=None if settings.no_input or not sys.stdin.isatty() else ask_code,
        region=settings.region,
        debug=settings.debug,
        verify=settings.verify,
        terraform_bin=settings.terraform_bin,
        provider=settings.provider,
        environ={**os.environ, **({"AURORA_SANDBOX_DATABASE": "off"} if settings.no_database else {})},
    )
    for name in os.environ.keys() - app.environ.keys():
        del os.environ[name]
    os.environ.update(app.environ)
    return app


def make_consoles(
    color: ColorChoice, *, no_input: bool, typed: Callable[[], list[str]], profile: Callable[[], str | None]
) -> Consoles:
    """Consoles on the process's own streams; see `ui.console.make_consoles`."""
    from aurora_cli.ui import console

    how: dict[str, Any] = {"no_input": no_input, "typed": typed, "profile": profile}
    return console.make_consoles(color, os.environ, sys.stdout, sys.stderr, **how)


pass_session = click.make_pass_decorator(Session)
"""Hands the command its Session as first argument."""

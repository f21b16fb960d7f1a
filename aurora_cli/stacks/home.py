"""The folder that holds all stacks of one target."""

from __future__ import annotations

from pathlib import Path

from aurora_cli.errors import InvalidInput
from aurora_cli.writing import make_folder, make_missing


class Home:
    """Where everything is kept. Folders are made on first use, open to their owner only (0700).

    Args:
        path: the root; it need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()

    @property
    def stacks_dir(self) -> Path:
        """One folder per cluster; not made by this property."""
        return self.path / "stacks"

    @property
    def locks_dir(self) -> Path:
        """Lock files, beside the stacks, so that removing a stack does not remove a lock that someone holds."""
        return self.path / "locks"

    @property
    def plugin_cache(self) -> Path:
        """Providers that Terraform has downloaded, shared by all stacks of this home."""
        return self.path / "plugin-cache"

    @property
    def version_cache(self) -> Path:
        """File that remembers the version of each Terraform binary met."""
        return self.path / "terraform-versions.json"

    @property
    def list_cache(self) -> Path:
        """File that remembers what `list` shows of each stored spec."""
        return self.path / "listed-specs.json"

    @property
    def check_cache(self) -> Path:
        """File that remembers the names of all checks of a spec."""
        return self.path / "checks.json"

    @property
    def endpoint_cache(self) -> Path:
        """File that keeps the part of botocore's table of endpoints that is used."""
        return self.path / "aws-endpoints.json"

    @property
    def throttling(self) -> Path:
        """Folder in which commands tell each other that AWS throttles an account."""
        return self.path / "throttling"

    def prepare(self) -> None:
        """Make the folders for stacks, locks and providers.

        Raises:
            InvalidInput: the home cannot be made or written.
        """
        try:
            make_missing(self.path)
            for folder in (self.stacks_dir, self.locks_dir, self.plugin_cache):
                make_folder(folder)
        except OSError as problem:
            raise InvalidInput(
                f"The home folder {self.path} cannot be used: {problem.strerror or problem}.",
                hint="Name another one with --home or AURORA_HOME.",
            ) from problem

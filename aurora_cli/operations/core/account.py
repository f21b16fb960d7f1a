"""The account that a cluster is in: recorded and rendered, so that neither we nor Terraform work in another one."""

from __future__ import annotations

from aurora_cli.operations.core.concern import Concern


class Account(Concern):
    """The account, as recorded; of a new cluster, and of one of the version before, the one that the credentials are of."""

    def read(self) -> None:
        """Find it out, before anything is planned. The comparison with the recorded one is `AppContext.refuse_other_account`."""
        account = self.stack.record.account_id or self.app.account(self.spec.region)
        self.values = {"account_id": account}

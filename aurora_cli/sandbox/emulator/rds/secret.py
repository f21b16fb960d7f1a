"""The master user's secret, with a password of its own."""

from __future__ import annotations

import json
import secrets
import string
from typing import Any

PASSWORD_CHARACTERS = string.ascii_letters + string.digits + "!#$%&()*+-.:<=>?[]^_{|}~"
PASSWORD_LENGTH = 32


def secret_text(secret: Any) -> str:
    """What RDS puts into a managed secret: user name and password as JSON (Aurora User Guide, "Password management").

    Args:
        secret: moto's MasterUserSecret, which knows its cluster or instance.
    """
    password = "".join(secrets.choice(PASSWORD_CHARACTERS) for _ in range(PASSWORD_LENGTH))
    return json.dumps({"username": secret.resource.master_username, "password": password})

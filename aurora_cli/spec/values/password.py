"""What AWS takes as a master password. Nothing here ever says the password itself, or a part of it."""

from __future__ import annotations

from aurora_cli.errors import InvalidInput

SHORTEST = 8
LONGEST = {"aurora-mysql": 41, "aurora-postgresql": 128}
SURE = 41
"""Length that AWS documents for both engines; PostgreSQL is known to take more."""
FORBIDDEN = {"/": "a slash", '"': "a double quote", "@": "an at sign", " ": "a space"}
DOUBTFUL = {"'": "a single quote"}
_ALLOWED = 'Use 8 to {longest} printable ASCII characters without / " @ and spaces; upper and lower case differ.'


def check_password(engine: str, password: str) -> list[str]:
    """Check a master password as AWS would.

    Args:
        engine: aurora-postgresql or aurora-mysql.
        password: the password; it appears in no message.

    Returns:
        Sentences on what is doubtful.

    Raises:
        InvalidInput: AWS refuses it. Source: RDS API CreateDBCluster.MasterUserPassword.
    """
    longest = LONGEST[engine]
    wrong = _wrong(password, longest)
    if wrong:
        raise InvalidInput(f"The master password {wrong}.", hint=_ALLOWED.format(longest=longest))
    doubts = [
        f"The master password has {name}, which AWS does not document as allowed."
        for c, name in DOUBTFUL.items()
        if c in password
    ]
    if len(password) > SURE:
        doubts.append(f"The master password has {len(password)} characters; AWS documents up to {SURE}.")
    return doubts


def _wrong(password: str, longest: int) -> str | None:
    if len(password) < SHORTEST:
        return f"is too short: it has {len(password)} characters, and AWS requires {SHORTEST} or more"
    if len(password) > longest:
        return f"is too long: it has {len(password)} characters, and AWS allows up to {longest} for this engine"
    for character, name in FORBIDDEN.items():
        if character in password:
            return f"has {name}, which AWS does not allow"
    if not (password.isascii() and password.isprintable()):
        return "has a character that is not printable ASCII"
    return None

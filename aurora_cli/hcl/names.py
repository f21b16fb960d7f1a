"""Names in AWS that are longer or shorter than a cluster's."""

from __future__ import annotations

import hashlib

CLUSTER_TAG = "aurora-cli:cluster"
"""Of every resource: the cluster that it is made for."""

LONGEST_ROLE = 64
LONGEST_POLICY = 128


def bounded(text: str, longest: int) -> str:
    """The text if it is short enough; else its beginning, and a hash of the whole that keeps it apart from others."""
    if len(text) <= longest:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{text[: longest - 9].rstrip('-')}-{digest}"

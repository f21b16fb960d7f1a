"""The certificate authorities of RDS, as AWS publishes them."""

from __future__ import annotations

import ssl

from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AwsFailed

_SECONDS = 20


def download(host: str) -> str:
    """The bundle of a partition, in PEM, over HTTPS; proxies and AWS_CA_BUNDLE are heeded as in calls of the API.

    Args:
        host: that has it, see `spec.facts.partitions`.

    Raises:
        AwsFailed: it cannot be reached, or what it answers is not certificates.
    """
    from botocore.awsrequest import AWSRequest
    from botocore.httpsession import URLLib3Session
    from botocore.utils import get_environ_proxies

    url = f"https://{host}/global/global-bundle.pem"
    with aws_errors("downloading the certificate authorities of RDS"):
        web = URLLib3Session(proxies=get_environ_proxies(url), timeout=_SECONDS)
        answer = web.send(AWSRequest("GET", url).prepare())
        status, text = answer.status_code, answer.content.decode("utf-8", "replace")
    try:
        ssl.create_default_context(cadata=text)
    except (ssl.SSLError, ValueError) as problem:
        raise AwsFailed(f"{url} does not have certificates (HTTP status {status}).") from problem
    return text

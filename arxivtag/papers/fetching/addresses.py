"""Decides which addresses may be asked."""

from __future__ import annotations

from urllib.parse import urlsplit

from arxivtag.config import SourcesConfig
from arxivtag.errors import FetchError

_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


def check_url(url: str, config: SourcesConfig) -> None:
    """Raise :class:`FetchError` unless ``url`` may be asked, the target of a redirect included.

    It must name one of the config's hosts and be https on the usual port. The host's
    certificate is then checked, so that nobody else can stand in for it, on a private
    network or elsewhere. Only this machine itself, where the config names it, may be
    asked over http and on any port: tests and mirrors need that.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise _refused(url, "it is not a web address") from error
    if host not in config.allowed_hosts:
        raise _refused(url, "its host is not one of the sources in the settings")
    if parts.username or parts.password:
        raise _refused(url, "it holds a user name")
    if host in _THIS_MACHINE and parts.scheme == "http":
        return
    if parts.scheme != "https":
        raise _refused(url, "only https is allowed")
    if port not in (None, 443):
        raise _refused(url, "its port is unusual")


def _refused(url: str, reason: str) -> FetchError:
    return FetchError(
        f"This address is not fetched, because {reason}: {url[:200]!a}.",
        "Only the sources named in the settings are fetched.",
    )

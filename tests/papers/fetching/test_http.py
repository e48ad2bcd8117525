"""Only the config's hosts are asked, over https; and how far a fetch is can be told."""

from __future__ import annotations

import dataclasses

import pytest

from arxivtag.config import SourcesConfig
from arxivtag.errors import FetchError
from arxivtag.papers.fetching.http import check_url

CONFIG = SourcesConfig()


def test_the_configs_own_addresses_pass() -> None:
    check_url(CONFIG.arxiv_abstracts_url, CONFIG)
    check_url(CONFIG.arxiv_api_url + "?search_query=x", CONFIG)
    check_url("https://ARXIV.org:443/x", CONFIG)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://arxiv.org/x",
        "gopher://arxiv.org/x",
        "http://arxiv.org/x",
        "https://example.org/x",
        "https://arxiv.org.example.org/x",
        "https://arxiv.org@example.org/x",
        "https://user:word@arxiv.org/x",
        "https://arxiv.org:8080/x",
        "https://arxiv.org:80/x",
        "https://arxiv.org:99999/x",
        "https://127.0.0.1/x",
        "http://127.0.0.1/x",
        "http://[::1]/x",
        "http://169.254.169.254/latest/meta-data",
        "https:///x",
        "arxiv.org/x",
        "",
        "http://[",
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(FetchError, match="not fetched"):
        check_url(url, CONFIG)


def test_this_machine_alone_is_asked_over_http_and_only_if_the_config_names_it() -> None:
    hosts = ("127.0.0.1", "mirror.example.org")
    config = dataclasses.replace(CONFIG, allowed_hosts=hosts)
    check_url("http://127.0.0.1:8000/x", config)
    for url in (
        "http://mirror.example.org/x",
        "ftp://127.0.0.1/x",
        "http://u@127.0.0.1/x",
        "http://localhost/x",
    ):
        with pytest.raises(FetchError, match="not fetched"):
            check_url(url, config)

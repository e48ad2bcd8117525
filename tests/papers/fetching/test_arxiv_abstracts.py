"""The example's CSV is fetched, validated, and noticed when it changes later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from arxivtag.errors import DataError, FetchError
from arxivtag.papers.fetching.arxiv_abstracts import fetch_arxiv_abstracts
from arxivtag.papers.sources import available_sources
from tests.loading import load
from tests.papers.server import Server, send

ROWS = b"".join(b"Title %d,\"Abstract, %d\",\"['cs.CV', 'cs.LG']\"\n" % (i, i) for i in range(200))
BODY = b"titles,summaries,terms\n" + ROWS


def fetch(server: Server, home: Path, **changes: Any) -> Path:
    config = server.config(arxiv_abstracts_rows=200, **changes)
    return fetch_arxiv_abstracts(home=home, config=config)


def ready(home: Path) -> bool:
    return {source.id: source.ready for source in available_sources(home)}["arxiv-abstracts"]


def test_fetch_then_load(server: Server, home: Path) -> None:
    with pytest.raises(DataError, match="not on this machine") as caught:
        load("arxiv-abstracts", home=home)
    assert "go on with the sample" in caught.value.hint
    assert not ready(home)
    server.answer = lambda handler: send(handler, BODY)
    path = fetch(server, home)
    assert path.read_bytes() == BODY
    assert ready(home)
    corpus = load("arxiv-abstracts", home=home)
    assert len(corpus.papers) == 200
    assert corpus.papers["labels"][0] == ("cs.CV", "cs.LG")
    assert not corpus.synthetic


def test_file_changed_after_the_fetch(server: Server, home: Path) -> None:
    server.answer = lambda handler: send(handler, BODY)
    path = fetch(server, home)
    with path.open("ab") as file:
        file.write(b"One more,An abstract,cs.CV\n")
    with pytest.raises(DataError, match="SHA-256") as caught:
        load("arxiv-abstracts", home=home)
    assert caught.value.hint == "Fetch it again."


@pytest.mark.parametrize(
    "body",
    [
        BODY[:-3000],  # cut, though complete by its own account
        BODY + ROWS[:100],
        b"",
        b"not a table",
        b"titles,summaries,terms\n" + b"a,b\n" * 200,
        b"titles,summaries,terms\n" + b"a,b,\"[['x']]\"\n" * 200,
        b"a,b,c\n" * 201,
        b"<!DOCTYPE html><p>hello",
        b"\x1f\x8b\x08rubbish",
    ],
)
def test_another_file_is_never_kept(server: Server, home: Path, body: bytes) -> None:
    server.answer = lambda handler: send(handler, body)
    with pytest.raises(FetchError, match="not what was expected"):
        fetch(server, home)
    assert not ready(home)


def test_out_names_another_place(server: Server, home: Path, tmp_path: Path) -> None:
    server.answer = lambda handler: send(handler, BODY)
    out = tmp_path / "else" / "where.csv"
    config = server.config(arxiv_abstracts_rows=200)
    assert fetch_arxiv_abstracts(home=home, out=out, config=config) == out
    assert len(load(str(out)).papers) == 200
    assert not ready(home)


@pytest.mark.parametrize("name", ["papers", "papers.txt", "papers.csv.gz", "folder.csv"])
def test_out_is_checked_before_anything_is_fetched(
    server: Server, tmp_path: Path, name: str
) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(FetchError, match=r"end in \.csv|is a folder"):
        fetch_arxiv_abstracts(out=tmp_path / name, config=server.config())
    assert not server.requests

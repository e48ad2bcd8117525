"""Collecting from a local server that answers Atom feeds written for these tests."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import pytest

from arxivtag.errors import ConfigError, DataError, FetchError, StorageError
from arxivtag.papers.fetching import arxiv_api, http
from arxivtag.papers.fetching.arxiv_api import Search, fetch_arxiv_api, fetch_paper
from arxivtag.papers.fetching.fetched import only_one, search_source
from arxivtag.papers.sources import available_sources
from tests.loading import load
from tests.papers.server import Server, send

ATOM = "application/atom+xml; charset=utf-8"


def entry(number: int, labels: Sequence[str] = ("cs.LG", "stat.ML")) -> str:
    categories = "".join(f'<category term="{escape(label)}"/>' for label in labels[::-1])
    return (
        f"<entry><id>http://arxiv.org/abs/2101.{number:05d}v1</id>"
        "<updated>2021-01-02T00:00:00Z</updated><published>2021-01-01T00:00:00Z</published>"
        f"<title>On  subject\n  {number} &amp; others</title>"
        f"<summary>  We study subject {number},\nand say what it is.\n</summary>"
        f'<arxiv:primary_category term="{escape(labels[0])}"/>{categories}</entry>'
    )


def feed(entries: Sequence[str], total: int, start: int = 0) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:arxiv="http://arxiv.org/schemas/atom" '
        'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"<opensearch:totalResults>{total}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>"
        f"<opensearch:itemsPerPage>{len(entries)}</opensearch:itemsPerPage>"
        f"{''.join(entries)}</feed>"
    ).encode()


class Library:
    """Answers searches from lists of entries, page by page."""

    def __init__(self, shelves: dict[str, list[str]]) -> None:
        self.shelves = shelves
        self.asked: list[tuple[str, int]] = []

    def __call__(self, handler: Any) -> None:
        query = {key: values[0] for key, values in parse_qs(urlsplit(handler.path).query).items()}
        start, size = int(query["start"]), int(query["max_results"])
        self.asked.append((query.get("search_query", query.get("id_list", "")), start))
        found = self.shelves.get(self.asked[-1][0], [])
        send(handler, feed(found[start : start + size], len(found), start), Content_Type=ATOM)


def collect(server: Server, out: Path, queries: Sequence[str], **keywords: Any) -> Path:
    config = server.config(api_page_size=2, **keywords.pop("changes", {}))
    search = Search(queries, keywords.pop("max_results", 1000), keywords.pop("primary", ()))
    return fetch_arxiv_api(search, out=out, config=config, **keywords)


def test_one_row_a_query_and_paper(server: Server, tmp_path: Path) -> None:
    server.answer = library = Library(
        {"graphs": [entry(1), entry(2), entry(3)], "trees": [entry(3), entry(4)]}
    )
    told: list[str] = []
    path = collect(
        server,
        tmp_path / "found.csv",
        ["graphs", "trees"],
        progress=lambda text, _: told.append(text),
    )
    papers = load(str(path)).papers
    assert papers["title"].tolist() == [f"On subject {n} & others" for n in (1, 2, 3, 3, 4)]
    assert papers["abstract"][0] == "We study subject 1,\nand say what it is."
    assert set(papers["labels"]) == {("cs.LG", "stat.ML")}  # primary category first
    assert papers["title"].duplicated().sum() == 1
    assert library.asked == [("graphs", 0), ("graphs", 2), ("trees", 0)]
    assert told[0].startswith("query 1 of 2: graphs: 2 of")
    left = {file.name for file in tmp_path.iterdir() if file.suffix != ".lock"}
    assert left == {"found.csv", "found.csv.json"}


def test_primary_categories_are_filtered(server: Server, tmp_path: Path) -> None:
    server.answer = Library({"q": [entry(1, ["math.CO", "cs.LG"]), entry(2), entry(3, ["cs.CV"])]})
    path = collect(server, tmp_path / "a.csv", ["q"], primary=("cs.CV", "cs.LG", "stat.ML"))
    assert [labels[0] for labels in load(str(path)).papers["labels"]] == ["cs.LG", "cs.CV"]
    path = collect(server, tmp_path / "b.csv", ["q"])
    assert len(load(str(path)).papers) == 3
    with pytest.raises(FetchError, match="found no paper"):
        collect(server, tmp_path / "c.csv", ["q"], primary=["hep-th"])


def test_most_results_a_query(server: Server, tmp_path: Path) -> None:
    server.answer = Library({"q": [entry(n) for n in range(10)]})
    path = collect(server, tmp_path / "a.csv", ["q"], max_results=5)
    assert len(load(str(path)).papers) == 5


def test_goes_on_after_a_failure(server: Server, tmp_path: Path) -> None:
    library = Library({"a": [entry(n) for n in range(4)], "b": [entry(n) for n in range(5)]})

    def failing(handler: Any) -> None:
        if len(library.asked) < 3:
            library(handler)
        else:
            send(handler, b"", status=503)

    server.answer = failing
    with pytest.raises(FetchError, match=r"503.*is kept"):
        collect(server, tmp_path / "found.csv", ["a", "b"])
    server.answer = library
    path = collect(server, tmp_path / "found.csv", ["a", "b"])
    assert library.asked == [("a", 0), ("a", 2), ("b", 0), ("b", 2), ("b", 4)]
    expected = [f"On subject {n} & others" for n in (0, 1, 2, 3, 0, 1, 2, 3, 4)]
    assert load(str(path)).papers["title"].tolist() == expected


def test_half_a_line_in_the_journal_is_survived(server: Server, tmp_path: Path) -> None:
    library, journal = broken_off(server, tmp_path / "found.csv")
    with journal.open("ab") as file:
        file.write(b'{"query":0,"id":"half')
    path = collect(server, tmp_path / "found.csv", ["q"])
    assert len(load(str(path)).papers) == 4
    assert library.asked == [("q", 2)]


def test_single_failures_are_tried_again(server: Server, tmp_path: Path) -> None:
    library = Library({"q": [entry(n) for n in range(4)]})
    count = 0

    def flaky(handler: Any) -> None:
        nonlocal count
        count += 1
        if count % 2:
            send(handler, b"", status=500)
        else:
            library(handler)

    server.answer = flaky
    assert len(load(str(collect(server, tmp_path / "a.csv", ["q"]))).papers) == 4


def test_politely_slow(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(arxiv_api, "_TURNS", arxiv_api._Turns())
    monkeypatch.setattr(arxiv_api.time, "sleep", waits.append)
    server.answer = Library({"q": [entry(n) for n in range(6)], "2101.00007": [entry(7)]})
    collect(server, tmp_path / "a.csv", ["q"], changes={"api_delay_s": 3.0})
    fetch_paper("2101.00007", config=server.config(api_delay_s=3.0))
    assert len(waits) == 4
    assert waits[0] == 0
    assert all(2.0 < seconds <= 3.0 for seconds in waits[1:])


def test_one_request_at_a_time_whoever_asks(server: Server) -> None:
    library = Library({"2101.00007": [entry(7)]})
    under_way, most = 0, 0

    def answer(handler: Any) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        time.sleep(0.05)
        under_way -= 1
        library(handler)

    server.answer = answer
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(fetch_paper, "2101.00007", config=server.config()) for _ in range(4)]
    assert [future.result().title for future in asked] == ["On subject 7 & others"] * 4
    assert most == 1


def test_a_paper_does_not_wait_behind_many(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arxiv_api, "_PAPER_WAIT_S", 0.1)
    with (
        arxiv_api._TURNS.take(0.0, 1.0),
        pytest.raises(FetchError, match="by others here"),
    ):
        fetch_paper("2101.00007", config=server.config())
    assert not server.requests


def test_a_paper_is_tried_twice_at_most(server: Server) -> None:
    server.answer = lambda handler: send(handler, b"", status=503)
    with pytest.raises(FetchError) as caught:
        fetch_paper("2101.00007", config=server.config(n_retries=5))
    assert caught.value.message == "127.0.0.1 is busy: it answers 503."
    assert caught.value.hint == "Wait a few minutes and try again, or paste title and abstract."
    assert len(server.requests) == 2


def test_the_same_search_twice_at_once(server: Server, tmp_path: Path) -> None:
    server.answer = Library({"q": [entry(n) for n in range(4)]})
    with (
        only_one(tmp_path / "found.csv"),
        pytest.raises(FetchError, match="being fetched already"),
    ):
        collect(server, tmp_path / "found.csv", ["q"])
    assert not server.requests


def test_each_search_keeps_its_file(server: Server, home: Path) -> None:
    server.answer = Library({"graphs": [entry(1)], "trees": [entry(2), entry(3)]})

    def search(*queries: str, primary: Sequence[str] = ()) -> Path:
        config = server.config()
        wanted = Search(queries, primary_categories=primary)
        path = fetch_arxiv_api(wanted, home=home, config=config)
        os.utime(path, (len(times), len(times)))
        times.append(path)
        return path

    times: list[Path] = []
    first, second = search("graphs"), search("trees", "graphs")
    assert len({first, second, search("trees", primary=["cs.LG"])}) == 3
    assert search("trees", "graphs") == second
    ids = [source.id for source in available_sources(home) if source.id.startswith("arxiv-api:")]
    assert ids[0] == search_source(second)
    assert len(ids) == 3
    assert len(load("arxiv-api", home=home).papers) == 3
    corpus = load(search_source(first), home=home)
    assert (len(corpus.papers), corpus.name) == (1, "arXiv search: graphs")
    assert load(search_source(second), home=home).name == "arXiv search: trees and 1 more"
    with first.open("a") as file:
        file.write("One more,An abstract,cs.CV,,\n")
    with pytest.raises(DataError, match="SHA-256"):
        load(search_source(first), home=home)


@pytest.mark.parametrize("key", ["", "0" * 12, "../x", "0" * 11 + "/", "G" * 12])
def test_no_such_search(home: Path, key: str) -> None:
    with pytest.raises(DataError, match="no longer here"):
        load(f"arxiv-api:{key}", home=home)


def broken_off(server: Server, path: Path) -> tuple[Library, Path]:
    """A search for "q" that broke off after its first page: its library and its journal."""
    library = Library({"q": [entry(n) for n in range(4)]})
    server.answer = Flaky(library, {2: b"no feed"})
    with pytest.raises(FetchError, match="cannot be read"):
        collect(server, path, ["q"], changes={"n_retries": 0})
    (journal,) = path.parent.glob("*.jsonl")
    assert library.asked == [("q", 0)]
    library.asked.clear()
    server.answer = library
    return library, journal


def test_a_journal_of_another_day_is_not_continued(server: Server, tmp_path: Path) -> None:
    library, journal = broken_off(server, tmp_path / "found.csv")
    other = journal.with_name(journal.name.replace("found-", "found-other-"))
    other.write_bytes(b"")
    for path in (journal, other):
        os.utime(path, (time.time() - 100_000,) * 2)
    collect(server, tmp_path / "found.csv", ["q"])
    assert library.asked == [("q", 0), ("q", 2)]
    assert not list(tmp_path.glob("*.jsonl"))


@pytest.mark.parametrize("name", ["papers", "papers.txt", "papers.csv.gz", "folder.csv"])
def test_out_is_checked_before_anything_is_asked(server: Server, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(FetchError, match=r"end in \.csv|is a folder"):
        collect(server, tmp_path / name, ["q"])
    assert not server.requests


def test_a_journal_that_cannot_be_written(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, mode: str = "r", *rest: Any, **options: Any) -> Any:
        if path.name.endswith(".jsonl") and "a" in mode:
            raise PermissionError(13, "Permission denied")
        return opened(path, mode, *rest, **options)

    opened = Path.open
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(StorageError, match="Permission denied"):
        collect(server, tmp_path / "found.csv", ["q"])


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"<html>log in</html>", "text/html"), (b"{}", "application/json"), (b"", "")],
)
def test_something_else_than_a_feed(
    server: Server, tmp_path: Path, body: bytes, content_type: str
) -> None:
    server.answer = lambda handler: send(handler, body, Content_Type=content_type)
    with pytest.raises(FetchError, match="something else"):
        collect(server, tmp_path / "a.csv", ["q"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<feed",
        b"\x00\xff",
        b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><entry/></feed>",
        feed([entry(1)], 1).replace(b"<feed", b"<!DOCTYPE feed [<!ENTITY b 'c'>]><feed"),
        feed([entry(1)], 1).decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        feed([entry(1)], 1).replace(b">1</opensearch:total", b">one</opensearch:total"),
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    ],
)
def test_broken_feeds_end_in_one_sentence(server: Server, tmp_path: Path, body: bytes) -> None:
    server.answer = lambda handler: send(handler, body, Content_Type=ATOM)
    with pytest.raises(FetchError):
        collect(server, tmp_path / "a.csv", ["q"], changes={"n_retries": 0})


def test_error_entry_is_told(server: Server, tmp_path: Path) -> None:
    error = (
        "<entry><id>http://arxiv.org/api/errors#bad_query</id><title>Error</title>"
        "<updated>2021-01-02T00:00:00Z</updated><published>2021-01-01T00:00:00Z</published>"
        "<summary>bad query</summary></entry>"
    )
    server.answer = lambda handler: send(handler, feed([error], 1), Content_Type=ATOM)
    with pytest.raises(FetchError, match="did not understand the query: bad query"):
        collect(server, tmp_path / "a.csv", ["((("])
    body = feed([error], 1)
    server.answer = lambda handler: send(handler, body, status=400, Content_Type=ATOM)
    with pytest.raises(FetchError, match="did not understand the query: bad query"):
        collect(server, tmp_path / "b.csv", ["((("])


def test_another_refusal_is_final(server: Server, tmp_path: Path) -> None:
    server.answer = lambda handler: send(handler, b"", status=403)
    with pytest.raises(FetchError, match="answers 403"):
        collect(server, tmp_path / "a.csv", ["q"])
    assert len(server.requests) == 1


class Flaky:
    """Answers as ``library`` does, but at some requests (from 1) with something else."""

    def __init__(self, library: Library, faults: dict[int, bytes]) -> None:
        self.library = library
        self.faults = faults
        self.count = 0

    def __call__(self, handler: Any) -> None:
        self.count += 1
        if self.count in self.faults:
            send(handler, self.faults[self.count], Content_Type=ATOM)
        else:
            self.library(handler)


@pytest.mark.parametrize("total", [4, 0])
def test_an_empty_page_before_the_end_is_asked_for_again(
    server: Server, tmp_path: Path, total: int
) -> None:
    library = Library({"q": [entry(n) for n in range(4)]})
    empty = feed([], total)
    server.answer = Flaky(library, {2: empty} if total == 0 else {1: empty, 3: empty})
    path = collect(server, tmp_path / "a.csv", ["q"])
    assert len(load(str(path)).papers) == 4
    assert library.asked == [("q", 0), ("q", 2)]


def test_an_empty_page_is_never_success_on_resuming_either(server: Server, tmp_path: Path) -> None:
    library, _ = broken_off(server, tmp_path / "found.csv")
    server.answer = lambda handler: send(handler, feed([], 4, 2), Content_Type=ATOM)
    with pytest.raises(FetchError, match=r"empty page.*is kept") as caught:
        collect(server, tmp_path / "found.csv", ["q"])
    assert "Wait" in caught.value.hint
    assert not (tmp_path / "found.csv").exists()
    server.answer = library
    assert len(load(str(collect(server, tmp_path / "found.csv", ["q"]))).papers) == 4
    assert library.asked == [("q", 2)]


def test_short_pages_and_a_total_that_falls_do_not_end_a_search(
    server: Server, tmp_path: Path
) -> None:
    papers = [entry(n) for n in range(5)]
    library = Library({"q": papers})
    server.answer = Flaky(library, {1: feed(papers[:1], 5), 2: feed(papers[1:2], 2)})
    path = collect(server, tmp_path / "a.csv", ["q"])
    assert len(load(str(path)).papers) == 5
    assert library.asked == [("q", 2), ("q", 4)]


def test_a_search_that_lost_a_paper_meanwhile_ends(server: Server, tmp_path: Path) -> None:
    papers = [entry(n) for n in range(4)]
    library = Library({"q": papers})
    server.answer = Flaky(library, {1: feed(papers[:2], 5)})
    assert len(load(str(collect(server, tmp_path / "a.csv", ["q"]))).papers) == 4
    assert library.asked == [("q", 2), ("q", 4)]


def test_entries_without_an_id_are_left_out_and_counted(server: Server, tmp_path: Path) -> None:
    nameless = "<entry><title>Title</title></entry>"
    server.answer = library = Library({"q": [entry(0), nameless, entry(2)]})
    path = collect(server, tmp_path / "a.csv", ["q"])
    assert load(str(path)).papers["title"].tolist() == [f"On subject {n} & others" for n in (0, 2)]
    assert library.asked == [("q", 0), ("q", 2)]


def test_retry_after_is_heeded(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(http.time, "sleep", waits.append)
    library = Library({"q": [entry(1)]})

    def answer(handler: Any) -> None:
        if len(server.requests) <= 2:
            send(handler, b"", status=(429, 503)[len(server.requests) - 1], Retry_After="9")
        else:
            library(handler)

    server.answer = answer
    collect(server, tmp_path / "a.csv", ["q"])
    assert [seconds for seconds in waits if seconds] == [9.0, 9.0]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_no_matter_of_the_connection(
    server: Server, tmp_path: Path, status: int
) -> None:
    server.answer = lambda handler: send(handler, b"", status=status, Retry_After="300")
    with pytest.raises(FetchError, match=f"busy: it answers {status}") as caught:
        collect(server, tmp_path / "a.csv", ["q"])
    assert "Wait 5 min" in caught.value.hint
    assert "connection" not in str(caught.value)
    assert len(server.requests) == 1


def test_an_answer_without_end(server: Server, tmp_path: Path) -> None:
    def answer(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", ATOM)
        handler.end_headers()
        while True:  # until the client leaves
            handler.wfile.write(b"x" * 100_000)

    server.answer = answer
    with pytest.raises(FetchError, match="larger than 1 MB"):
        collect(server, tmp_path / "a.csv", ["q"], changes={"api_max_answer_mb": 1})


@pytest.mark.parametrize("max_results", [0, -1, 20_001])
def test_the_number_of_papers_is_checked(server: Server, tmp_path: Path, max_results: int) -> None:
    with pytest.raises(ConfigError, match="should be 1 to 20,000"):
        collect(server, tmp_path / "a.csv", ["q"], max_results=max_results)
    assert not server.requests


def test_stalling_server(server: Server, tmp_path: Path) -> None:
    server.answer = lambda handler: time.sleep(0.8)
    with pytest.raises(FetchError, match="could not be reached"):
        collect(server, tmp_path / "a.csv", ["q"], changes={"n_retries": 0, "read_timeout_s": 0.3})


def test_redirect_elsewhere_is_refused(server: Server, tmp_path: Path) -> None:
    server.answer = lambda handler: send(
        handler, b"", status=302, Location="http://example.invalid/"
    )
    with pytest.raises(FetchError, match="not fetched"):
        collect(server, tmp_path / "a.csv", ["q"])


def test_redirects_in_a_circle(server: Server, tmp_path: Path) -> None:
    server.answer = lambda handler: send(handler, b"", status=302, Location="/api/query")
    with pytest.raises(FetchError, match="redirects more than 5 times"):
        collect(server, tmp_path / "a.csv", ["q"])


@pytest.mark.parametrize("queries", [[], [" "], ["q" * 600], [f"q{i}" for i in range(101)]])
def test_queries_are_checked(queries: list[str], server: Server, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="quer"):
        collect(server, tmp_path / "a.csv", queries)
    assert not server.requests


def test_fetch_paper(server: Server) -> None:
    server.answer = library = Library({"2101.00007": [entry(7)]})
    paper = fetch_paper("https://arxiv.org/abs/2101.00007", config=server.config())
    title, abstract, labels = paper
    assert title == "On subject 7 & others"
    assert abstract.startswith("We study subject 7")
    assert labels == ("cs.LG", "stat.ML")
    assert library.asked == [("2101.00007", 0)]


@pytest.mark.parametrize(
    "address",
    [
        "https://huggingface.co/papers/2101.00007",
        "https://doi.org/10.48550/arXiv.2101.00007",
        "https://ar5iv.org/abs/2101.00007",
    ],
)
def test_whichever_site_an_address_names_arxiv_is_asked(server: Server, address: str) -> None:
    server.answer = library = Library({"2101.00007": [entry(7)]})
    assert fetch_paper(address, config=server.config()).title == "On subject 7 & others"
    assert library.asked == [("2101.00007", 0)]


def test_fetch_paper_that_is_not_there(server: Server) -> None:
    server.answer = Library({})
    with pytest.raises(FetchError, match=r"no paper 2101\.00008"):
        fetch_paper("2101.00008", config=server.config())

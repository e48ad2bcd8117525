"""Collects papers from arXiv's search, as the Keras example's authors did, and fetches single ones.

Each query that a paper matches makes a row, so that papers that match two queries
show as duplicates, as in the original collection. Answers are appended to a
journal as they come; a collection that broke off goes on from there within a day.

https://info.arxiv.org/help/api/user-manual.html describes requests and answers (Atom feeds).
arXiv asks for one request at a time and a pause of three seconds between them: all requests of
this process, whoever asks, take turns (:class:`_Turns`).
"""

from __future__ import annotations

import csv
import dataclasses
import glob
import io
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode
from xml.etree import ElementTree

from arxivtag import storage
from arxivtag.callbacks import OnProgress
from arxivtag.config import SourcesConfig, home_folder
from arxivtag.errors import ConfigError, FetchError
from arxivtag.papers.fetching import fetched
from arxivtag.papers.fetching.http import Meter, TryAgainError, answer, patiently, pieces
from arxivtag.papers.fetching.identifiers import parse_identifier
from arxivtag.papers.schema import ABSTRACT, LABELS, RAW_NAMES, TITLE
from arxivtag.papers.source import ARXIV_API

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
# Results come by date of their last change, so that after a day they are other results.
_JOURNAL_AGE_S = 86_400.0
_JOURNAL_ENDING = ".part.jsonl"
Record = dict[str, Any]  # a line of the journal: a page's fields, and "query"
# Somebody waits before a page for a single paper.
_PAPER_RETRIES = 1
_PAPER_CONNECT_S, _PAPER_READ_S, _PAPER_WAIT_S = 5.0, 10.0, 15.0


@dataclass(frozen=True)
class Search:
    """What to ask arXiv's search for: at most so many papers per query.

    Of these, papers whose first category is one of the ``primary_categories`` are kept, all if
    there are none.
    """

    queries: Sequence[str]
    max_results: int = 1000
    primary_categories: Sequence[str] = ()


def fetch_arxiv_api(
    search: Search,
    *,
    home: Path | None = None,
    out: Path | None = None,
    progress: OnProgress | None = None,
    config: SourcesConfig | None = None,
) -> Path:
    """Search arXiv and write what it has as a CSV in the example's raw schema.

    The file goes to the downloads in ``home``, or to ``out``. A call with the same search within
    a day goes on where one before broke off. ``progress`` is called with a text (query, papers,
    time left) and the share done.

    Raises:
        ConfigError: If the number of papers is out of its bounds.
        FetchError: If arXiv cannot be reached, answers with an error, or has no such paper; if
            ``out`` names no CSV file, or the same search is under way.
        StorageError: If the disk refuses.
    """
    config = config or SourcesConfig()
    search = _checked(search, config)
    key = fetched.key_of(*dataclasses.astuple(search))
    path = out or fetched.keyed_path(key, home or home_folder())
    fetched.check_csv_target(path)
    with fetched.only_one(path):
        _drop_old_journals(path.parent, ARXIV_API if out is None else path.stem)
        pages_key = fetched.key_of("pages", search.queries, search.max_results)
        journal = path.with_name(f"{path.stem}-{pages_key}{_JOURNAL_ENDING}")
        meter = Meter("papers", progress)
        try:
            records = _collect(search, journal, meter, config)
        except TryAgainError as error:
            raise FetchError(f"{error.message} What has come is kept.", error.hint) from error
        _write_csv(records, search, path, config)
        with storage.disk_errors("delete", journal):
            journal.unlink(missing_ok=True)
    return path


def _checked(search: Search, config: SourcesConfig) -> Search:
    """Return a search with its queries tidied, each once."""
    if not 1 <= search.max_results <= config.api_max_results:
        raise ConfigError(
            f"The most papers per query should be 1 to {config.api_max_results:,}. "
            f"Received: {search.max_results:,}.",
            "Change the number.",
        )
    tidy = dict.fromkeys(" ".join(query.split()) for query in search.queries)
    queries = tuple(filter(None, tidy))
    if not queries:
        raise FetchError("No query was given.", 'Give at least one, as in "graph neural networks".')
    if len(queries) > 100 or any(len(query) > 500 for query in queries):
        raise FetchError(
            "At most 100 queries of at most 500 characters are sent.", "Give fewer or shorter ones."
        )
    return Search(queries, search.max_results, tuple(search.primary_categories))


def _drop_old_journals(folder: Path, stem: str) -> None:
    with storage.disk_errors("look into", folder):
        for path in folder.glob(f"{glob.escape(stem)}-*{_JOURNAL_ENDING}"):
            if time.time() - path.stat().st_mtime > _JOURNAL_AGE_S:
                path.unlink(missing_ok=True)


def _collect(search: Search, journal: Path, meter: Meter, config: SourcesConfig) -> list[Record]:
    """Return a record per page; pages that the journal holds are not asked for again."""
    records: list[Record] = storage.read_json_lines(journal)
    most = search.max_results
    with storage.disk_errors("write", journal), storage.open_for_append(journal) as log:
        for number, query in enumerate(search.queries, 1):
            known = [record for record in records if record["query"] == query]
            while not _is_complete(known, most):
                ask_next = partial(_next_page, query, known, most, config)
                page = patiently(ask_next, config, meter.say)
                known.append({"query": query, **dataclasses.asdict(page)})
                records.append(known[-1])
                storage.append_json_line(log, known[-1])
                stage = f"query {number} of {len(search.queries)}: {query[:60]}"
                meter.report(stage, _n_entries(records), most * len(search.queries))
    return records


def _n_entries(records: Sequence[Record]) -> int:
    return sum(record["n_entries"] for record in records)


def _is_complete(known: Sequence[Record], most: int) -> bool:
    """Whether a query's pages hold all of its papers, or the ``most`` that are wanted."""
    if not known:
        return False
    if not known[-1]["n_entries"]:
        return True
    # The largest total counts: a smaller one later may be a fault, and asking shows it.
    total: int = max(record["total"] for record in known)
    return _n_entries(known) >= min(most, total)


def _next_page(query: str, known: Sequence[Record], most: int, config: SourcesConfig) -> Page:
    """Return the page of a query after the known ones; an empty one only at the end."""
    start = _n_entries(known)
    page = ask(
        {
            "search_query": query,
            "sortBy": "lastUpdatedDate",
            "sortOrder": "descending",
            "start": start,
            "max_results": min(config.api_page_size, most - start),
        },
        config,
    )
    is_end = page.total <= start and (page.total > 0 or start == 0)
    if not page.n_entries and not is_end:
        raise TryAgainError(
            "arXiv's search sent an empty page, though it has more papers.",
            "Wait a few minutes and try again",
        )
    return page


def _write_csv(
    records: Sequence[Record], search: Search, path: Path, config: SourcesConfig
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([RAW_NAMES[TITLE], RAW_NAMES[ABSTRACT], RAW_NAMES[LABELS], "query", "id"])
    wanted = search.primary_categories
    n_rows = 0
    for record in records:
        for address, (title, abstract, labels) in record["papers"].items():
            if labels and (not wanted or labels[0] in wanted):
                writer.writerow([title, abstract, repr(list(labels)), record["query"], address])
                n_rows += 1
    if not n_rows:
        raise FetchError(
            "arXiv found no paper for these queries and primary categories.",
            "Change the queries, or keep all primary categories.",
        )
    storage.write_text(path, text.getvalue())
    fetched.write_record(path, path, url=config.arxiv_api_url, queries=list(search.queries))


def fetch_paper(identifier: str, *, config: SourcesConfig | None = None) -> FetchedPaper:
    """Fetch one paper's title, abstract and labels by its arXiv identifier or address.

    Only the identifier is taken from an address, whichever site it names; what is asked is
    arXiv's search interface as the config names it. Tries and waits are kept short, as somebody
    waits.

    Raises:
        FetchError: If there is no identifier, arXiv has no such paper, or cannot be reached.
    """
    paper_id = parse_identifier(identifier)
    given = config or SourcesConfig()
    hasty = dataclasses.replace(
        given,
        n_retries=min(given.n_retries, _PAPER_RETRIES),
        connect_timeout_s=min(given.connect_timeout_s, _PAPER_CONNECT_S),
        read_timeout_s=min(given.read_timeout_s, _PAPER_READ_S),
        longest_wait_s=min(given.longest_wait_s, _PAPER_WAIT_S),
    )
    parameters: dict[str, str | int] = {"id_list": paper_id, "start": 0, "max_results": 1}
    try:
        page = patiently(lambda: ask(parameters, hasty, _PAPER_WAIT_S), hasty)
    except TryAgainError as error:
        advice = f"{error.remedy}, or paste title and abstract."
        raise FetchError(error.message, advice) from error
    paper = next(iter(page.papers.values()), None)
    if paper is None or not paper.abstract:
        raise FetchError(f"arXiv has no paper {paper_id}.", "Check the identifier.")
    return paper


class FetchedPaper(NamedTuple):
    """One paper as arXiv has it: its labels with the primary category first."""

    title: str
    abstract: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """One answer of the search, which matches ``total`` papers in all.

    Of its ``n_entries`` some may lack an id or a title; the others are ``papers``, by the address
    of their page.
    """

    total: int
    n_entries: int
    papers: Mapping[str, FetchedPaper]


class _Turns:
    """Lets one request be under way at a time, with a pause between, whoever asks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ended_at = float("-inf")

    @contextmanager
    def take(self, pause_s: float, longest_wait_s: float) -> Iterator[None]:
        """Wait for a turn and hold it for the block; ``longest_wait_s`` -1 waits for ever.

        Raises:
            FetchError: If others take more than ``longest_wait_s``.
        """
        if not self._lock.acquire(timeout=longest_wait_s):
            raise FetchError(
                "arXiv is being asked by others here, one at a time.", "Try again in a minute."
            )
        try:
            time.sleep(max(0.0, self._ended_at + pause_s - time.monotonic()))
            yield
        finally:
            self._ended_at = time.monotonic()
            self._lock.release()


_TURNS = _Turns()


def ask(
    parameters: Mapping[str, str | int],
    config: SourcesConfig,
    longest_turn_s: float = -1,
) -> Page:
    """Send one request, with parameters as arXiv's manual names them.

    Raises:
        TryAgainError: If a later try may succeed.
        FetchError: If it may not, or others here ask arXiv for longer than ``longest_turn_s``.
    """
    url = f"{config.arxiv_api_url}?{urlencode(parameters)}"
    with _TURNS.take(config.api_delay_s, longest_turn_s), answer(url, config) as response:
        if response.status_code not in (200, 400):  # 400 comes with a feed that says why
            raise FetchError(f"arXiv's search answers {response.status_code}.", "Try again later.")
        if "xml" not in response.headers.get("content-type", ""):
            raise FetchError(
                "arXiv's search sent something else than a list of papers.",
                "A log-in page of the network may be in between; try again.",
            )
        body = b"".join(pieces(response, config.api_max_answer_mb))
    return read_feed(body)


def read_feed(body: bytes) -> Page:
    """Return what an Atom feed holds.

    Raises:
        TryAgainError: If it is not a feed of arXiv's search.
        FetchError: If it says what is wrong with the query.
    """
    try:
        text = body.decode("utf-8-sig")
        # Python's own parser is safe without entities, which only a DTD can declare. arXiv
        # sends none. As text, the feed cannot smuggle one in in another encoding either.
        if "<!DOCTYPE" in text:
            raise ValueError("a feed needs no DTD")
        feed = ElementTree.fromstring(text)
        total = int(feed.findtext(_TOTAL, ""))
    except (ElementTree.ParseError, ValueError) as error:
        raise TryAgainError(
            "arXiv's search sent an answer that cannot be read.", "Try again later"
        ) from error
    entries = feed.findall(f"{_ATOM}entry")
    if entries and "/api/errors" in _text(entries[0], "id"):
        raise FetchError(
            f"arXiv did not understand the query: {_text(entries[0], 'summary')[:200]}.",
            "Change the query.",
        )
    papers = {_text(entry, "id"): _paper(entry) for entry in entries}
    complete = {address: paper for address, paper in papers.items() if address and paper.title}
    return Page(total, len(entries), complete)


def _paper(entry: ElementTree.Element) -> FetchedPaper:
    categories = [*entry.findall(f"{_ARXIV}primary_category"), *entry.findall(f"{_ATOM}category")]
    labels = dict.fromkeys(category.get("term", "") for category in categories)
    title = " ".join(_text(entry, "title").split())
    return FetchedPaper(title, _text(entry, "summary"), tuple(filter(None, labels)))


def _text(entry: ElementTree.Element, tag: str) -> str:
    return entry.findtext(f"{_ATOM}{tag}", "").strip()

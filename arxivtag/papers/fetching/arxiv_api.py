"""Collects papers from arXiv's search, as the Keras example's authors did, and fetches single ones.

Every (query, paper) match becomes a row, so that papers found by two queries
show as duplicates, as in the original collection. Answers are appended to a
journal as they come; a collection that broke off goes on from there within a day.

arXiv asks for one request at a time and a pause of three seconds between them. All
requests of this process, whoever asks, take turns (:class:`_Turns`).
"""

from __future__ import annotations

import csv
import dataclasses
import io
import logging
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from arxivtag import storage
from arxivtag.config import SourcesConfig
from arxivtag.errors import FetchError
from arxivtag.papers.fetching.addresses import (
    GO_ON_OFFLINE,
    Meter,
    Progress,
    ShouldStop,
    check_url,
    never,
    stop_if,
    wait,
)
from arxivtag.papers.fetching.downloading import check_csv_target, only_one, record_file
from arxivtag.papers.fetching.searches import ARXIV_API, key_of, keyed_path
from arxivtag.papers.schema import ABSTRACT, LABELS, RAW_NAMES, TITLE

if TYPE_CHECKING:
    import arxiv

# Results come by date of their last change, so that after a day they are other results.
_JOURNAL_AGE_S = 86_400.0
_JOURNAL_ENDING = ".part.jsonl"
# Somebody waits before a page for a single paper.
_PAPER_RETRIES = 1
_PAPER_CONNECT_S, _PAPER_READ_S, _PAPER_TURN_S = 5.0, 10.0, 15.0
# The searches of the original collection (its notebook), in its words.
EXAMPLE_QUERIES = (
    "image segmentation",
    "self-supervised learning",
    "representation learning",
    "image generation",
    "object detection",
    "transfer learning",
    "transformers",
    "adversarial training",
    "generative adversarial networks",
    "model compression",
    "few-shot learning",
    "natural language processing",
    "graph neural networks",
    "colorization",
    "depth estimation",
    "point cloud",
    "structured data",
    "optical flow",
    "reinforcement learning",
    "super resolution",
    "attention",
    "tabular",
    "unsupervised learning",
    "semi-supervised learning",
    "explainable",
    "radiance field",
    "decision tree",
    "time series",
    "molecule",
    "large-scale dataset",
)

_NEW_ID = r"\d{4}\.\d{4,5}(?:v\d{1,3})?"
_OLD_ID = r"[a-z-]{2,12}(?:\.[A-Za-z-]{2,10})?/\d{7}(?:v\d{1,3})?"
_ID = re.compile(rf"{_NEW_ID}|{_OLD_ID}", re.ASCII)
_URL = re.compile(
    rf"(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html|format)/"
    rf"({_NEW_ID}|{_OLD_ID})(?:\.pdf)?/?(?:[?#].*)?",
    re.ASCII,
)


class FetchedPaper(NamedTuple):
    """One paper as arXiv has it."""

    title: str
    abstract: str
    labels: tuple[str, ...]


def fetch_arxiv_api(
    queries: Sequence[str],
    max_results: int = 1000,
    *,
    primary_categories: Sequence[str] | None = None,
    home: Path | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
    should_stop: ShouldStop = never,
    config: SourcesConfig | None = None,
    allow_private: bool = False,
) -> Path:
    """Search arXiv and write what is found as a CSV in the example's raw schema.

    Args:
        queries: Searches in arXiv's syntax, such as ``"graph neural networks"``.
        max_results: Most papers a query, before the filter on primary categories.
        primary_categories: Keep papers whose first category is one of these; the
            config's if not given, all if empty.
        home: The home folder; the file goes to its downloads.
        out: Where to put the file instead; its name ends in .csv.
        progress: Called with a text (query, papers, time left) and the share done.
        should_stop: Asked often; a call with the same searches within a day goes on.
        config: Address, hosts, page size, rate.
        allow_private: See :func:`~arxivtag.papers.fetching.addresses.check_url`.

    Raises:
        FetchError: If arXiv cannot be reached, answers with an error, or finds nothing; if
            ``out`` names no CSV file, or the same searches are under way.
        StorageError: If the disk refuses.
    """
    config = config or SourcesConfig()
    queries = _checked_queries(queries)
    max_results = max(1, min(max_results, config.api_max_results))
    wanted = tuple(
        config.api_primary_categories if primary_categories is None else primary_categories
    )
    path = out or keyed_path(key_of(queries, max_results, wanted), home)
    check_csv_target(path)
    with only_one(path):
        _drop_old_journals(path.parent, ARXIV_API if out is None else path.stem)
        journal = _journal_path(path, queries, max_results, config)
        client = _client(config, allow_private, should_stop)
        meter = Meter("papers", progress)
        records = _collect(client, queries, max_results, journal, meter, should_stop)
        _write_csv(records, queries, wanted, path, config)
        with storage.disk_errors("delete", journal):
            journal.unlink(missing_ok=True)
    return path


def _collect(
    client: arxiv.Client,
    queries: Sequence[str],
    max_results: int,
    journal: Path,
    meter: Meter,
    should_stop: ShouldStop,
) -> list[dict[str, Any]]:
    """Return a record for each (query, paper), those in the journal not asked for again."""
    records, _ = storage.read_json_lines(journal)
    with storage.disk_errors("write", journal), journal.open("ab") as file, _fetch_errors(_KEPT):
        _end_partial_line(file)
        for number, query in enumerate(queries):
            done = [record for record in records if record.get("query") == number]
            if any(record.get("end") for record in done):
                continue
            for record in _search(client, query, number, len(done), max_results):
                stop_if(should_stop)
                storage.append_json_line(file, record)
                records.append(record)
                stage = f"query {number + 1} of {len(queries)}: {query[:60]}"
                meter.report(stage, len(records), max_results * len(queries))
    return records


def _drop_old_journals(folder: Path, stem: str) -> None:
    with storage.disk_errors("look into", folder):
        for path in folder.iterdir():
            if not (path.name.startswith(f"{stem}-") and path.name.endswith(_JOURNAL_ENDING)):
                continue
            if time.time() - path.stat().st_mtime > _JOURNAL_AGE_S:
                path.unlink(missing_ok=True)


def _checked_queries(queries: Sequence[str]) -> tuple[str, ...]:
    checked = tuple(dict.fromkeys(" ".join(query.split()) for query in queries))
    checked = tuple(query for query in checked if query)
    if not checked:
        raise FetchError("No query was given.", 'Give at least one, as in "graph neural networks".')
    if len(checked) > 100 or any(len(query) > 500 for query in checked):
        raise FetchError(
            "At most 100 queries of at most 500 characters are sent.", "Give fewer or shorter ones."
        )
    return checked


def _journal_path(
    path: Path, queries: Sequence[str], max_results: int, config: SourcesConfig
) -> Path:
    """Return where answers are kept until all are there: one file a set of searches."""
    key = key_of(queries, max_results, config.api_page_size)
    return path.with_name(f"{path.stem}-{key}{_JOURNAL_ENDING}")


def _end_partial_line(file: Any) -> None:
    # A crash may have left half a line; a line feed keeps it from spoiling the next one.
    if file.tell() > 0:
        file.write(b"\n")


def _search(
    client: arxiv.Client, query: str, number: int, offset: int, max_results: int
) -> Iterator[dict[str, Any]]:
    """Yield a record for each paper found from ``offset`` on, and one that says "end"."""
    import arxiv

    if offset < max_results:
        search = arxiv.Search(
            query=query,
            max_results=max_results,
            sort_by=arxiv.SortCriterion.LastUpdatedDate,
        )
        for result in client.results(search, offset=offset):
            _refuse_error_entry(result)
            yield {
                "query": number,
                "id": result.entry_id,
                TITLE: result.title.strip(),
                ABSTRACT: result.summary.strip(),
                LABELS: list(dict.fromkeys([result.primary_category, *result.categories])),
            }
    yield {"query": number, "end": True}


def _refuse_error_entry(result: arxiv.Result) -> None:
    if "/api/errors" in result.entry_id:
        raise FetchError(
            f"arXiv did not understand the query: {result.summary.strip()[:200]}.",
            "Change the query.",
        )


def _write_csv(
    records: Sequence[dict[str, Any]],
    queries: Sequence[str],
    wanted: Sequence[str],
    path: Path,
    config: SourcesConfig,
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([RAW_NAMES[TITLE], RAW_NAMES[ABSTRACT], RAW_NAMES[LABELS], "query", "id"])
    n_rows = 0
    for record in records:
        labels = [label for label in record.get(LABELS, ()) if label]
        if not labels or (wanted and labels[0] not in wanted):
            continue
        query = queries[record["query"]]
        writer.writerow([record[TITLE], record[ABSTRACT], repr(labels), query, record["id"]])
        n_rows += 1
    if not n_rows:
        raise FetchError(
            "arXiv found no paper for these queries and primary categories.",
            "Change the queries, or keep all primary categories.",
        )
    storage.write_text(path, text.getvalue())
    record_file(path, config.arxiv_api_url, queries=list(queries))


def fetch_paper(
    identifier: str,
    *,
    config: SourcesConfig | None = None,
    allow_private: bool = False,
) -> FetchedPaper:
    """Fetch one paper's title, abstract and labels by its arXiv identifier or address.

    Only the identifier is taken from an address; what is asked is arXiv's
    search interface as the config names it.

    Args:
        identifier: ``2101.00001``, ``arXiv:2101.00001v2``, ``hep-th/9901001`` or an
            address such as ``https://arxiv.org/abs/2101.00001``.
        config: Address, hosts, timeouts; tries and waits are kept short, as somebody waits.
        allow_private: See :func:`~arxivtag.papers.fetching.addresses.check_url`.

    Raises:
        FetchError: If it is no identifier, arXiv has no such paper, or cannot be reached.
    """
    config = config or SourcesConfig()
    paper_id = parse_identifier(identifier)
    import arxiv

    config = dataclasses.replace(
        config,
        n_retries=min(config.n_retries, _PAPER_RETRIES),
        connect_timeout_s=min(config.connect_timeout_s, _PAPER_CONNECT_S),
        read_timeout_s=min(config.read_timeout_s, _PAPER_READ_S),
    )
    with _fetch_errors(_PASTE):
        client = _client(config, allow_private, never, longest_wait_s=_PAPER_TURN_S)
        results = list(client.results(arxiv.Search(id_list=[paper_id], max_results=1)))
    if not results or "/api/errors" in results[0].entry_id or not results[0].summary.strip():
        raise FetchError(f"arXiv has no paper {paper_id}.", "Check the identifier.")
    found = results[0]
    labels = dict.fromkeys([found.primary_category, *found.categories])
    return FetchedPaper(
        found.title.strip(), found.summary.strip(), tuple(label for label in labels if label)
    )


def parse_identifier(text: str) -> str:
    """Return the arXiv identifier in ``text``.

    >>> parse_identifier("https://arxiv.org/pdf/2101.00001v2.pdf")
    '2101.00001v2'

    Raises:
        FetchError: If there is none.
    """
    stripped = text.strip()[:300]
    bare = re.sub(r"^arxiv:\s*", "", stripped, flags=re.IGNORECASE)
    found = _URL.fullmatch(stripped)
    if found:
        return found[1]
    if _ID.fullmatch(bare):
        return bare
    raise FetchError(
        f"This is no arXiv identifier: {stripped[:60]!a}.",
        "Write it as 2101.00001 or https://arxiv.org/abs/2101.00001.",
    )


class _Turns:
    """Lets one request be under way at a time, with a pause between, whoever asks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ended_at = float("-inf")

    @contextmanager
    def take(
        self, pause_s: float, should_stop: ShouldStop, longest_wait_s: float
    ) -> Iterator[None]:
        """Wait for a turn and hold it for the block.

        Raises:
            FetchError: If it is stopped, or others take more than ``longest_wait_s``.
        """
        asked_at = time.monotonic()
        while not self._lock.acquire(timeout=0.2):
            stop_if(should_stop)
            if time.monotonic() - asked_at > longest_wait_s:
                raise FetchError(
                    "arXiv is being asked by others here, one at a time.", "Try again in a minute."
                )
        try:
            wait(self._ended_at + pause_s - time.monotonic(), should_stop)
            yield
        finally:
            self._ended_at = time.monotonic()
            self._lock.release()


_TURNS = _Turns()


def _client(
    config: SourcesConfig,
    allow_private: bool,
    should_stop: ShouldStop,
    longest_wait_s: float = float("inf"),
) -> arxiv.Client:
    """Return a client of the ``arxiv`` package with our address, timeouts, hosts and rate."""
    import arxiv
    import requests
    from requests.adapters import HTTPAdapter

    class Adapter(HTTPAdapter):
        """Checks each address, redirects included, and the answer's type; sets timeouts."""

        def send(self, request: Any, **options: Any) -> requests.Response:  # type: ignore[override]
            stop_if(should_stop)
            check_url(request.url or "", config, allow_private=allow_private)
            options["timeout"] = (config.connect_timeout_s, config.read_timeout_s)
            response = super().send(request, **options)
            if response.status_code == 200 and "xml" not in response.headers.get(
                "content-type", ""
            ):
                raise FetchError(
                    "arXiv's search sent something else than a list of papers.",
                    "A log-in page of the network may be in between; try again.",
                )
            return response

    class Session(requests.Session):
        """Sends a request, redirects included, when it is its turn."""

        def get(self, *arguments: Any, **options: Any) -> requests.Response:
            with _TURNS.take(config.api_delay_s, should_stop, longest_wait_s):
                return super().get(*arguments, **options)

    class Client(arxiv.Client):  # type: ignore[misc]
        """Waits longer after each failed try, and can be stopped while it waits."""

        query_url_format = config.arxiv_api_url.replace("{", "").replace("}", "") + "?{}"

        def _parse_feed(self, url: str, first_page: bool = True, _try_index: int = 0) -> Any:
            if _try_index:
                wait(config.backoff_s * 2 ** (_try_index - 1), should_stop)
            return super()._parse_feed(url, first_page, _try_index)

    client = Client(
        page_size=config.api_page_size,
        delay_seconds=0.0,  # the package knows of this client's requests alone
        num_retries=config.n_retries,
    )
    session = Session()
    session.max_redirects = config.max_redirects
    session.mount("http://", Adapter())
    session.mount("https://", Adapter())
    client._session = session
    # The package logs each query at INFO level; what people search for stays out of our logs.
    logging.getLogger("arxiv").setLevel(logging.WARNING)
    return client


_KEPT = ("What was found is kept.", GO_ON_OFFLINE)
_PASTE = ("", "Check the connection and try again, or paste title and abstract.")


@contextmanager
def _fetch_errors(advice: tuple[str, str]) -> Iterator[None]:
    """Turn errors of the packages into :class:`FetchError`.

    Args:
        advice: A further sentence where arXiv cannot be reached, and the hint.
    """
    import arxiv
    import requests

    try:
        yield
    except requests.TooManyRedirects as error:
        raise FetchError("arXiv's search redirects too often.", "Try again later.") from error
    except (arxiv.ArxivError, requests.RequestException) as error:
        status = getattr(error, "status", None)
        reason = f"it answers {status}" if status else "no network, or it broke off"
        raise FetchError(
            f"arXiv's search could not be reached: {reason}. {advice[0]}".rstrip(), advice[1]
        ) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise FetchError(
            "arXiv's search sent an answer that cannot be read.", "Try again later."
        ) from error

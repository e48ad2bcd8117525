"""Asks arXiv's search interface and reads its answers (Atom feeds).

https://info.arxiv.org/help/api/user-manual.html describes both. arXiv asks for one request at
a time and a pause of three seconds between them: all requests of this process, whoever asks,
take turns (:class:`_Turns`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode
from xml.etree import ElementTree

from arxivtag.config import SourcesConfig
from arxivtag.errors import FetchError
from arxivtag.papers.fetching.http import TryAgainError, answer, pieces

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"


class FetchedPaper(NamedTuple):
    """One paper as arXiv has it: its labels with the primary category first."""

    title: str
    abstract: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """One answer of the search.

    Attributes:
        total: How many papers the search matches in all.
        n_entries: How many entries the answer holds, of which some may lack an id or a title.
        papers: The others, by the address of their page.
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

"""A session that speaks the app's protocol: what a browser would send and read, undrawn.

It is the WebSocket that a browser would hold: it opens pages, pastes abstracts, changes
tabs, watches a running job once a second, and reads all that the server sends, until the
server says that the script has ended. ``benchmarks.people`` lets many of them in.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode

import numpy as np
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from arxivtag.ui.predict.examples import EXAMPLES

TABS = ("Overview", "Labels", "Terms", "Lengths", "Papers", "Cleaning")
MARK = re.compile(rb"private-(\d{3})-")
EARLY = ForwardMsg.FINISHED_EARLY_FOR_RERUN
TIMEOUT_S = 20.0
WATCHED_S = 12


@dataclass
class Tally:
    """What all sessions saw."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    n_looks: int = 0
    n_own: int = 0
    n_uploads: int = 0


def report(tally: Tally) -> dict[str, object]:
    """Return the figures of a run of this benchmark."""
    everything = [value for values in tally.seconds.values() for value in values]
    rows = {
        kind: {
            "n": len(values),
            "median_s": round(float(np.median(values)), 2),
            "p95_s": round(float(np.percentile(values, 95)), 2),
        }
        for kind, values in [*sorted(tally.seconds.items()), ("all actions", everything)]
        if values
    }
    return {
        "actions": rows,
        "n_errors": len(tally.errors),
        "errors": dict(Counter(tally.errors).most_common(8)),
        "n_uploads": tally.n_uploads,
        "n_looks_for_others_uploads": tally.n_looks,
        "n_that_found_ones_own": tally.n_own,
        "n_leaks": len(tally.leaks),
    }


class Session:
    """One visitor: an upload of their own, one WebSocket for each page that they open."""

    def __init__(
        self, number: int, url: str, run_id: str, upload: str, tally: Tally, data: str = "sample"
    ) -> None:
        self.number, self.data = number, data
        self.url = url.replace("http://", "ws://") + "/_stcore/stream"
        self.run_id, self.upload, self.tally = run_id, upload, tally
        self.random = random.Random(number)
        self.socket: websockets.ClientConnection | None = None
        self.timer, self.fragment, self.text_area = "", "", ("", "")
        self.where: tuple[str, dict[str, str]] = ("", {})

    async def open(self, page: str, **parameters: str) -> None:
        """Open a page as a new tab of the browser does."""
        await self.close()
        self.socket = await websockets.connect(
            self.url, subprotocols=[websockets.Subprotocol("streamlit")], max_size=None
        )
        self.where, self.fragment, self.text_area = (page, parameters), "", ("", "")
        await self.rerun()

    async def close(self) -> None:
        if self.socket is not None:
            await self.socket.close()
            self.socket = None

    async def rerun(self, fragment: str = "", text: str | None = None) -> None:
        """Ask for a run of the script or of one fragment, and read until it has ended."""
        message = BackMsg()
        page, parameters = self.where
        message.rerun_script.page_name = page
        message.rerun_script.query_string = urlencode(parameters)
        message.rerun_script.fragment_id = fragment
        if text is not None:
            state = message.rerun_script.widget_states.widgets.add()
            state.id, state.string_value = self.text_area[0], text
        assert self.socket is not None
        await self.socket.send(message.SerializeToString())
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                content = await self.socket.recv()
                assert isinstance(content, bytes)
                if self._take(content):
                    return

    def _take(self, content: bytes) -> bool:
        """Look at one message; return whether it says that the script has ended."""
        found = {int(other) for other in MARK.findall(content)}
        self.tally.n_own += self.number in found
        for other in sorted(found - {self.number}):
            self.tally.leaks.append(f"session {self.number} was sent the upload of {other}")
        message = ForwardMsg.FromString(content)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.timer = ""
        elif kind == "auto_rerun":
            self.timer = message.auto_rerun.fragment_id
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            if element.WhichOneof("type") == "exception":
                self.tally.errors.append(f"exception on {self.where[0]}")
            if element.WhichOneof("type") == "text_area":
                self.text_area = (element.text_area.id, message.delta.fragment_id)
        if kind != "script_finished" or message.script_finished == EARLY:
            return False
        if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            self.fragment = self.timer  # the whole page ran: the timers of before are gone
        return True

    async def timed(self, kind: str, action: Awaitable[None]) -> bool:
        """Await an action, keep how long it took, and return whether it went well."""
        began = time.perf_counter()
        try:
            await action
        except (OSError, TimeoutError, AssertionError, websockets.WebSocketException) as error:
            self.tally.errors.append(f"{kind}: {type(error).__name__} {error}"[:200])
            return False
        self.tally.seconds[kind].append(time.perf_counter() - began)
        return True

    async def explore(self) -> None:
        tab = self.random.choice(TABS)
        await self.timed(f"Explore: {tab}", self.open("Explore", data=self.data, tab=tab))

    async def own_papers(self) -> None:
        self.tally.n_looks += 1
        parameters = {"data": self.upload, "tab": "Papers", "rows": "all"}
        await self.timed("Explore one's upload", self.open("Explore", **parameters))

    async def predict(self) -> None:
        if not await self.timed("open Predict", self.open("Predict")):
            return
        for example in self.random.sample(EXAMPLES, 3):
            await asyncio.sleep(self.random.uniform(3, 8))
            identifier, fragment = self.text_area
            if not identifier:
                self.tally.errors.append("Predict has no field for an abstract")
                return
            # As the browser does: what is in other fields stands in the session already.
            if not await self.timed("tag an abstract", self.rerun(fragment, example.abstract)):
                return

    async def watch(self) -> None:
        if not await self.timed("open the live view", self.open("Train", run=self.run_id)):
            return
        for _ in range(WATCHED_S):
            await asyncio.sleep(1)
            second = "a second of the live view"
            if self.fragment and not await self.timed(second, self.rerun(self.fragment)):
                return

    async def live(self, until: float) -> None:
        """Go from page to page until the time is up."""
        plans: tuple[Callable[[], Awaitable[None]], ...] = (
            self.explore, self.predict, self.watch, self.own_papers,
        )  # fmt: skip
        position = self.number
        while time.monotonic() < until:
            await plans[position % len(plans)]()
            position += 1
            await asyncio.sleep(self.random.uniform(4, 12))
        await self.close()


PAGES = ("", "Explore", "Train", "Predict", "Runs")


def open_every_page(url: str, run_id: str) -> list[str]:
    """Open every page of the app at ``url``, Train and Runs on a run; return what went wrong."""
    tally = Tally()

    async def visit() -> None:
        session = Session(0, url, run_id, "", tally)
        for page in PAGES:
            parameters = {"run": run_id} if page in ("Train", "Runs") else {}
            await session.timed(page, session.open(page, **parameters))
        await session.close()

    # In a thread: a caller that drives a browser may have an event loop in its own.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, visit()).result()
    return tally.errors

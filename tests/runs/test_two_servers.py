"""Two real servers on one home, killed in turn: the job and the queue go on, pages open."""

from __future__ import annotations

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from arxivtag.runs import jobs
from benchmarks.sessions import Session, Tally
from tests.browser.conftest import Server, start_server
from tests.runs.conftest import fake_config, state_of, wait_for


def opened(server: Server, run_id: str) -> Tally:
    """Open every page on a server as a browser would, and return what was seen."""
    tally = Tally()

    async def visit() -> None:
        session = Session(0, server.url, run_id, "", tally)
        for page, parameters in (
            ("", {}), ("Explore", {}), ("Train", {"run": run_id}), ("Predict", {}), ("Runs", {}),
        ):  # fmt: skip
            await session.open(page, **parameters)
        await session.close()

    # In a thread: a browser test before this one may have left its event loop in this thread.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, visit()).result()
    return tally


def test_killing_one_of_two_servers_loses_nothing(quick: Path, tmp_path: Path) -> None:
    servers = [start_server(quick, tmp_path / "logs") for _ in range(2)]
    try:
        first, second = (jobs.start(fake_config(epochs), quick) for epochs in (40, 1))
        assert isinstance(first, jobs.Started)
        assert isinstance(second, jobs.Queued)
        for server in servers:
            assert opened(server, first.run_id).errors == []
        servers[0].process.send_signal(signal.SIGKILL)
        servers[0].process.wait()
        assert opened(servers[1], first.run_id).errors == []
        wait_for(lambda: state_of(second.run_id, quick) == "finished")
        assert state_of(first.run_id, quick) == "finished"
        servers.append(start_server(quick, tmp_path / "logs"))  # and comes up again
        assert opened(servers[2], first.run_id).errors == []
        assert all("Traceback" not in server.log for server in servers)
    finally:
        for server in servers:
            if server.process.poll() is None:
                server.stop()

"""Two real servers on one home, killed in turn: the job and the queue go on, pages open."""

from __future__ import annotations

import signal
from pathlib import Path

from arxivtag.runs import jobs
from benchmarks.sessions import open_every_page
from tests.browser.conftest import start_server
from tests.runs.conftest import fake_config, state_of, wait_for


def test_killing_one_of_two_servers_loses_nothing(quick: Path, tmp_path: Path) -> None:
    servers = [start_server(quick, tmp_path / "logs") for _ in range(2)]
    try:
        first, second = (jobs.start(fake_config(epochs), quick) for epochs in (40, 1))
        assert jobs.queue(quick) == (second,)
        for server in servers:
            assert open_every_page(server.url, first) == []
        servers[0].process.send_signal(signal.SIGKILL)
        servers[0].process.wait()
        assert open_every_page(servers[1].url, first) == []
        wait_for(lambda: state_of(second, quick) == "finished")
        assert state_of(first, quick) == "finished"
        servers.append(start_server(quick, tmp_path / "logs"))  # and comes up again
        assert open_every_page(servers[2].url, first) == []
        assert all("Traceback" not in server.log for server in servers)
    finally:
        for server in servers:
            if server.process.poll() is None:
                server.stop()

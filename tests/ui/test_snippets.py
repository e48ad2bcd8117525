"""Lines that ask the API: pasted as they are, they run and say what the library says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable

from arxivtag import config, storage
from arxivtag.api.tagging import is_offered
from arxivtag.papers.texts import join_text
from arxivtag.runs.layout import RunFolder
from arxivtag.tagging import tagger
from arxivtag.tagging.loading import load_bundle_once
from arxivtag.ui.predict.examples import EXAMPLES
from arxivtag.ui.predict.take_along import LANGUAGES, snippet, tag_url
from tests.browser.conftest import Server, start_server
from tests.ui.demo_run import RUN_ID

NODE = compute_driver_executable()[0]
HOW_TO_RUN = {
    "curl": ["bash", "-c"],
    "Python": [sys.executable, "-c"],
    "JavaScript": [NODE, "-e"],
}
AWKWARD = EXAMPLES[0].abstract + ' It\'s "quoted" `$(HOME)` \\n {braces} $x$ é 中 \u2028 <b>&amp;'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("snippets")
    running = start_server(folder / "home", folder)
    yield running
    running.stop()


@pytest.mark.parametrize("language", LANGUAGES)
def test_pasted_it_runs(language: str, server: Server) -> None:
    url = tag_url(f"{server.url}/Predict?model=pretrained#part")
    lines = snippet(language, url, "A 'title'", AWKWARD, "pretrained")
    done = subprocess.run(
        [*HOW_TO_RUN[language], lines], capture_output=True, text=True, check=True, timeout=60
    )
    (result,) = json.loads(done.stdout)["results"]
    bundle = load_bundle_once(config.PRETRAINED_PATH)
    (expected,) = tagger.tag(bundle, [join_text("A 'title'", AWKWARD, bundle.text_fields)])
    assert [one["label"] for one in result["labels"]] == [one.label for one in expected]


def test_the_route_stands_beside_the_page() -> None:
    assert tag_url("http://a.example/Predict") == "http://a.example/api/v1/tag"
    assert tag_url("https://a.example:8/x/Predict/?q=1") == "https://a.example:8/x/api/v1/tag"


def test_no_lines_are_offered_that_the_api_would_refuse(
    demo_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = RunFolder(RUN_ID, demo_home).config
    storage.write_json(settings, {**storage.read_json(settings), "data": "upload:abc"})
    monkeypatch.delenv("ARXIVTAG_VISITORS", raising=False)
    assert is_offered(RUN_ID, demo_home)
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    assert not is_offered(RUN_ID, demo_home)
    assert is_offered("pretrained", demo_home)

"""What people paste and upload stays out of the server's log."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from arxivtag.ui.frame import models
from tests.ui.demo_run import RUN_ID, demo_bundle

OpenApp = Callable[..., AppTest]
MARK = "zebrafishmarker"


def test_pasted_text_titles_and_phrases_are_not_logged(
    open_app: OpenApp,
    demo_home: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bundle = dataclasses.replace(demo_bundle(), text_fields="title_and_abstract")
    monkeypatch.setattr(models, "bundle", lambda model, home: bundle)
    app = open_app("pages/3_Predict.py", model=RUN_ID)
    app.text_input(key="predict-title").set_value(f"A title with {MARK}")
    app.text_area(key="predict-abstract").set_value(
        f"We study the segmentation of liver tumours and {MARK} in computed tomography."
    ).run()
    app.text_input(key="predict-arxiv-id").set_value(f"{MARK}/../x")
    app.button(key="predict-tag").click().run()
    assert not app.exception
    out, err = capfd.readouterr()
    assert MARK not in out + err + caplog.text
    lines = {*err.splitlines(), *caplog.messages}
    events = [json.loads(line) for line in lines if line.startswith("{")]
    tagged = [event for event in events if event["event"] == "tagged"]
    # Once, however often the page drew its result.
    assert len({event["at"] for event in tagged}) == 1, lines
    assert tagged[-1]["model"] == RUN_ID  # the line names the run
    assert set(tagged[-1]) == {"at", "event", "model", "n_chars", "n_labels", "seconds"}


def test_nonsense_in_the_address_is_not_logged(
    open_app: OpenApp, demo_home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for page in ("streamlit_app.py", "pages/2_Train.py", "pages/4_Runs.py"):
        open_app(page, data=MARK, run=MARK, model=MARK)
    out, err = capfd.readouterr()
    assert MARK not in out + err

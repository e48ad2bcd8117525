"""The Runs page from folders written by hand."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from arxivtag import locks, storage
from arxivtag.config import PROJECT_FOLDER
from arxivtag.runs import jobs, registry
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.space import FrameWriter
from arxivtag.runs.status import Progress
from arxivtag.settings import PRESETS, RunConfig
from arxivtag.tagging.bundle import new_manifest
from arxivtag.tagging.saving import save_bundle
from arxivtag.ui.runs import comparison, detail, listing
from arxivtag.ui.train import one_run
from tests.runs.conftest import make_run
from tests.tagging.models import make_bundle
from tests.ui.conftest import texts
from tests.ui.demo_run import make_demo_run


def opened(page: str = "pages/4_Runs.py", **query: str) -> AppTest:
    app = AppTest.from_file(PROJECT_FOLDER / "streamlit_app.py", default_timeout=60)
    app.switch_page(page)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def test_no_runs_yet(home: Path) -> None:
    app = opened()
    assert not app.exception
    assert not app.dataframe


def test_list_has_one_row_per_run_and_raw_values(home: Path) -> None:
    make_run(home, "run-b", "failed", elapsed_s=3.0)
    folder = make_run(home, "run-a", "finished", elapsed_s=61.0)
    storage.write_json(folder.result, {"evaluation": {"micro_f1": 0.5}})
    app = opened()
    assert not app.exception
    table = app.dataframe[0].value
    assert table["Id"].tolist() == ["run-b", "run-a"]
    assert table["Mark"].tolist() == [["last"], ["best"]]
    assert table["State"].tolist() == ["Failed", "Finished"]
    assert table["Micro-F1"].tolist()[1] == 0.5
    assert table["Seconds"].tolist() == [3.0, 61.0]


@pytest.mark.parametrize("state", ["finished", "stopped", "failed", "queued", "running"])
@pytest.mark.parametrize("page", ["pages/4_Runs.py", "pages/2_Train.py"])
def test_every_state_has_a_view(home: Path, page: str, state: str) -> None:
    # Two wait, so that the poll of a page does not begin ours within the test.
    make_run(home, "run-a", state, message="Words on it.", hint="Do this.")
    held = None
    if state == "queued":
        held = locks.try_acquire(home / "runs" / ".slot.lock")
    app = opened(page, run="run-a")
    assert not app.exception
    if held is not None:
        locks.release(held)


def test_the_strip_of_a_resumed_run_is_of_its_new_frames(home: Path) -> None:
    folder = make_run(home, "run-a", "finished")
    about = {"label_names": ["a", "b", "c"], "titles": ["x", "y"], "paper_labels": [[0], [1]]}
    storage.write_json(folder.space, about)
    storage.append_bytes(folder.history, b'{"kind": "epoch", "epoch": 1, "loss": 1}\n')
    found = np.eye(2, 3, dtype=np.float32)

    def strip(app: AppTest) -> str:
        assert not app.exception
        return next(one.value for one in app.get("html") if "at-strip" in one.value)

    FrameWriter(folder, 2, 3)(1, found[::-1])  # each paper has the other's label
    app = opened(run="run-a")
    assert "<span>1.00</span>" not in strip(app)
    FrameWriter(folder, 2, 3)(1, found)
    assert "<span>1.00</span>" in strip(app.run())


def test_the_model_is_offered_while_the_linear_model_is_still_fitted(home: Path) -> None:
    run_id = make_demo_run(home)
    folder = RunFolder(run_id, home)
    status = storage.read_json(folder.status)
    storage.write_json(folder.status, status | {"state": "running", "stage": "baseline"})
    lesser = {"key": "most_frequent", "name": "The 4 most frequent labels always",
              "note": "", "metrics": {"micro_f1": 0.2}}  # fmt: skip
    result = storage.read_json(folder.result)
    result["evaluation"]["baselines"] = [lesser]
    storage.write_json(folder.result, result)
    worker = locks.try_acquire(folder.lock)
    assert worker is not None
    app = opened("pages/2_Train.py", run=run_id)
    locks.release(worker)
    assert not app.exception
    links = [link.proto.label for link in app.get("page_link")]
    assert "Predict with this model" in links
    assert "Stop" in [button.label for button in app.button]
    said = texts(app).replace("\\", "")
    assert one_run.LINEAR_TO_COME in said
    assert "it was not compared with a linear model" in said  # and with no lesser baseline


def test_a_resumed_run_does_not_show_what_its_former_model_was_worth(home: Path) -> None:
    run_id = make_demo_run(home)
    folder = RunFolder(run_id, home)
    status = storage.read_json(folder.status)
    storage.write_json(folder.status, status | {"state": "running", "stage": "train"})
    worker = locks.try_acquire(folder.lock)
    assert worker is not None
    app = opened("pages/2_Train.py", run=run_id)
    locks.release(worker)
    assert not app.exception
    assert "Predict with this model" not in [link.proto.label for link in app.get("page_link")]
    assert any("The curves begin with the first batch" in info.value for info in app.info)


def test_a_run_that_makes_one_model_of_others_promises_no_curves(home: Path) -> None:
    made = RunConfig(preset="cnn + tuned", members=("run-b", "run-c"))
    status = {"stage": "train", "progress": Progress(0, 2, "models")}
    folder = make_run(home, "run-a", "running", made, **status)
    worker = locks.try_acquire(folder.lock)
    assert worker is not None
    app = opened("pages/2_Train.py", run="run-a")
    locks.release(worker)
    assert not app.exception
    (said,) = [info.value for info in app.info]
    assert "weighed on the validation papers" in said
    assert "curves" not in said
    assert "Training: 2 models" in str(app.get("progress")[0].proto)


@pytest.mark.parametrize("run_id", ["..", "no-such-run", "<script>", "a" * 500])
@pytest.mark.parametrize("page", ["pages/4_Runs.py", "pages/2_Train.py"])
def test_nonsense_in_the_address_gets_a_sentence(home: Path, page: str, run_id: str) -> None:
    app = opened(page, run=run_id)
    assert not app.exception
    assert app.error


def test_settings_that_differ_and_only_those(home: Path) -> None:
    other = dataclasses.replace(PRESETS["tuned"], random_seed=7)
    make_run(home, "run-a", config=PRESETS["tuned"])
    make_run(home, "run-b", config=other)
    runs = [registry.read_run(run_id, home) for run_id in ("run-a", "run-b")]
    table = comparison.settings_difference(runs, ["a", "b"])
    assert table["Setting"].tolist() == ["Random seed"]
    assert table[["a", "b"]].iloc[0].tolist() == ["42", "7"]
    assert comparison.settings_difference([runs[0], runs[0]], ["a", "b"]).empty


def test_settings_table_marks_what_was_changed() -> None:
    table = detail.settings_table(dataclasses.replace(PRESETS["linear"], random_seed=7))
    assert table[table["Changed"]]["Setting"].tolist() == ["Random seed"]
    values = dict(zip(table["Setting"], table["Value"], strict=True))
    # A setting that is left open is called by what then holds.
    assert values["Vocabulary size"] == values["Epochs"] == "automatic"
    assert values["Columns"] == values["Label separator"] == "automatic"
    assert values["Early stopping patience"] == "never"
    assert values["Words read in order, at most"] == "none"


def test_figures_table_has_one_column_per_run(home: Path) -> None:
    folder = make_run(home, "run-a", elapsed_s=2.0)
    storage.write_json(folder.result, {"evaluation": {"micro_f1": 0.51234}})
    make_run(home, "run-b", elapsed_s=5.5)
    runs = [registry.read_run(run_id, home) for run_id in ("run-a", "run-b")]
    table = comparison.figures_table(runs, ["a", "b"])
    assert table.loc["Micro-F1", "a"] == 0.5123
    assert math.isnan(table.loc["Micro-F1", "b"])
    assert table.loc["Seconds"].tolist() == [2.0, 5.5, 3.5]
    shown = comparison.figures_as_shown(table)
    assert shown.loc["Micro-F1"].tolist() == ["0.512", "–", "–"]
    assert shown.loc["Seconds"].tolist() == ["2", "6", "+4"]
    equal = comparison.figures_as_shown(comparison.figures_table([runs[0], runs[0]], ["a", "b"]))
    assert equal.loc["Micro-F1"].tolist() == ["0.512", "0.512", "0.000"]
    assert list(comparison.figures_table([*runs, *runs], list("abcd"))) == list("abcd")


def test_visitors_see_neither_deletion_nor_other_people_s_uploads(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    make_run(home, "run-a")
    make_run(home, "run-b", config=RunConfig(data="upload:abcdefgh12345678"))
    app = opened()
    assert app.dataframe[0].value["Id"].tolist() == ["run-a"]
    detail = opened(run="run-a")
    assert not any(button.key == "delete-run" for button in detail.button)
    hidden = opened(run="run-b")
    assert not hidden.exception
    assert any("you may see" in error.value for error in hidden.error)


@pytest.mark.parametrize(
    "result",
    [
        {},
        {"timings": {"load": 1.0}},
        {"data": [], "timings": [], "cleaning": 3, "versions": "x", "evaluation": [1]},
        {"evaluation": {"micro_f1": 0.5, "baselines": 7}, "cleaning": {"steps": [1, {}]}},
        {"evaluation": {"micro_f1": "high", "n_samples": None}, "n_train": "many"},
    ],
)
@pytest.mark.parametrize("page", ["pages/4_Runs.py", "pages/2_Train.py"])
def test_odd_results_break_no_page(home: Path, page: str, result: dict[str, object]) -> None:
    folder = make_run(home, "run-a", "finished")
    storage.write_json(folder.result, result)
    storage.write_json(folder.bundle / "manifest.json", {})
    app = opened(page, run="run-a")
    assert not app.exception


def selected(app: AppTest) -> list[str]:
    return list(app.session_state["selected-runs"])


def test_a_filter_keeps_the_selection_it_hides(home: Path) -> None:
    for run_id in ("run-a", "run-b", "run-c"):
        make_run(home, run_id)
    app = opened(compare="run-a,run-b")
    assert sorted(selected(app)) == ["run-a", "run-b"]
    app.text_input(key="runs-filter").set_value("run-b").run()
    assert sorted(selected(app)) == ["run-a", "run-b"]
    # What is hidden is neither compared nor deleted.
    assert "Delete" in [button.label for button in app.button]
    app.text_input(key="runs-filter").set_value("nothing like this").run()
    app.text_input(key="runs-filter").set_value("").run()
    assert sorted(selected(app)) == ["run-a", "run-b"]
    assert "Delete these 2 runs" in [button.label for button in app.button]


def test_binary_accuracy_stands_beside_the_level_of_no_label(home: Path) -> None:
    folder = make_run(home, "run-a")
    figures = {"binary_accuracy": 0.985, "binary_accuracy_all_zeros": 0.978}
    storage.write_json(folder.result, {"evaluation": figures})
    table = listing.runs_table([registry.read_run("run-a", home)], {"run-a": []}, home)
    columns = list(table.columns)
    assert columns[columns.index("Binary accuracy") + 1] == "No label at all"
    assert table["No label at all"].tolist() == [0.978]


def change_settings_link(app: AppTest) -> str:
    (link,) = [link for link in app.get("page_link") if link.proto.label == "Change settings"]
    return str(link.proto.query_string)


def test_change_settings_takes_the_runs_own_data(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "own.csv"
    path.write_text("title,abstract,labels\nA,Some words,cs.LG\n")
    monkeypatch.setenv("ARXIVTAG_DATA", str(path))
    make_run(home, "run-a", config=RunConfig(data=str(path)))
    make_run(home, "run-b", config=RunConfig(data="sample"))
    make_run(home, "run-c", config=RunConfig(data="/gone/papers.csv"))
    assert "data=file%3Aown.csv" in change_settings_link(opened(run="run-a"))
    # Said even for the default, since the session may remember another one.
    assert "data=sample" in change_settings_link(opened(run="run-b", data="file:own.csv"))
    assert "data=file%3Aown.csv" in change_settings_link(opened(run="run-c", data="file:own.csv"))


def test_run_again_starts_once_for_a_double_click(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(home, "run-a")
    started = []

    def fake_start(run: RunConfig, home: Path, *, owner: str) -> str:
        started.append(run)
        return "run-a"

    monkeypatch.setattr(jobs, "start", fake_start)
    monkeypatch.setattr(one_run, "DOUBLE_CLICK_S", 600.0)  # however slow the machine
    app = opened(run="run-a")
    app.button(key="again").click().run()
    app.switch_page("pages/4_Runs.py")
    app.query_params["run"] = "run-a"
    app.run()
    app.button(key="again").click().run()
    assert not app.exception
    assert len(started) == 1


def test_selected_runs_become_one_model_or_say_why_not(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for run_id, seed in (("run-a", 42), ("run-b", 42), ("run-c", 7)):
        settings = RunConfig(random_seed=seed)
        bundle = dataclasses.replace(make_bundle(), manifest=new_manifest(settings, "f"))
        save_bundle(bundle, make_run(home, run_id, config=settings).bundle)
    started = []

    def fake_start(run: RunConfig, home: Path, *, owner: str) -> str:
        started.append(run)
        return "run-a"

    monkeypatch.setattr(jobs, "start", fake_start)
    app = opened(compare="run-a,run-c")
    app.button(key="make-one-model").click().run()
    assert "they differ in the random seed" in app.error[0].value
    assert not started
    app = opened(compare="run-a,run-b")
    app.button(key="make-one-model").click().run()
    assert not app.exception
    assert [set(one.members) for one in started] == [{"run-a", "run-b"}]


def test_an_ensemble_is_not_offered_to_be_changed(home: Path) -> None:
    made = RunConfig(preset="cnn + tuned", members=("run-b", "run-c"))
    make_run(home, "run-a", config=made)
    app = opened(run="run-a")
    assert not app.exception
    assert "Change settings" not in [link.proto.label for link in app.get("page_link")]
    assert app.code[0].value == "arxivtag ensemble run-b run-c"
    assert (
        "made one model of others" in opened("pages/2_Train.py", **{"from": "run-a"}).error[0].value
    )


def test_runs_that_the_address_asks_for_and_are_not_here_are_named(home: Path) -> None:
    make_run(home, "run-a")
    app = opened(compare="run-a,gone,<b>x")
    assert not app.exception
    (said,) = app.warning
    assert "runs that are not here: “gone”, “<b>x”" in said.value.replace("\\", "")
    assert "run-a" not in said.value
    assert not app.run().warning
    assert not opened(compare="run-a").warning

"""The form of the Train page, made from the config's metadata."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from arxivtag.config import PROJECT_FOLDER, VisitorLimits
from arxivtag.corpus import texts
from arxivtag.corpus.cleaning import clean_rows
from arxivtag.corpus.store import open_corpus
from arxivtag.errors import ConfigError, RefusedError
from arxivtag.learning.word_order import SIZE
from arxivtag.papers.schema import ABSTRACT, Layout, parse_layout
from arxivtag.papers.uploads import save_upload, with_layout
from arxivtag.runs import jobs
from arxivtag.settings import PRESETS, all_settings, command_line
from arxivtag.ui.train import form as train_form
from arxivtag.ui.train import one_run
from arxivtag.ui.train.forecast import distinct_words
from tests.runs.conftest import make_run

PAGE = "pages/2_Train.py"


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(PROJECT_FOLDER / "streamlit_app.py", default_timeout=60)
    app.switch_page(PAGE)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


@pytest.mark.parametrize(
    ("typed", "units"), [("512, 256", (512, 256)), ("64", (64,)), ("", ()), (" 8;4 2 ", (8, 4, 2))]
)
def test_hidden_units_as_typed(typed: str, units: tuple[int, ...]) -> None:
    assert train_form.parse_units(typed) == units
    assert train_form.parse_units(train_form.units_text(units)) == units


def test_the_forecast_counts_words_as_the_keras_example_does(tmp_path: Path) -> None:
    settings = PRESETS["keras-example"]
    corpus = open_corpus(settings.data, tmp_path)
    kept = clean_rows(corpus, settings.cleaning).kept
    assert np.count_nonzero(kept) < corpus.n_papers
    words: set[str] = set()
    for table in texts.batches(corpus, kept, [ABSTRACT]):
        words.update(*(text.lower().split() for text in table.column(0).to_pylist()))
    assert distinct_words(corpus, settings.cleaning) == pytest.approx(len(words), rel=0.02)


def test_hidden_units_that_are_none() -> None:
    with pytest.raises(ConfigError, match="whole numbers"):
        train_form.parse_units("many")


def test_every_setting_has_a_field_with_its_help_and_the_rest_is_advanced(home: Path) -> None:
    app = opened()
    assert not app.exception
    fields = [*app.number_input, *app.text_input, *app.selectbox, *app.toggle]
    by_key = {field.key: field for field in fields}
    for item in all_settings():
        if item.is_about_the_file:  # asked where papers are added
            continue
        field = by_key[f"setting-tuned-{item.name}"]
        assert field.help == item.metadata["help"]
    assert app.button(key="go").disabled is False
    assert by_key["setting-tuned-epochs"].placeholder == "automatic"
    assert by_key["setting-tuned-max_length_words"].placeholder == "none"


def test_preset_changes_the_values(home: Path) -> None:
    app = opened()
    app.button_group(key="preset").set_value("keras-example").run()
    assert app.number_input(key="setting-keras-example-epochs").value == 20
    assert app.text_input(key="setting-keras-example-hidden_units").value == "512, 256"


def test_the_layers_are_those_of_the_network_with_their_whole_shapes(home: Path) -> None:
    def shapes(app: AppTest) -> dict[str, str]:
        (table,) = [frame.value for frame in app.dataframe if "Output shape" in frame.value]
        return dict(zip(table["Layer"], table["Output shape"], strict=True))

    app = opened()
    assert next(iter(shapes(app))) == "tf-idf (input)"
    app.button_group(key="preset").set_value("cnn").run()
    # It reads the first 200 words of a paper, in order, and no n-grams.
    assert next(iter(shapes(app))) == "word vectors"
    assert shapes(app)["word vectors"] == f"papers × 200 × {SIZE}"


def test_start_gives_the_config_of_the_form(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []

    def fake_start(run, home, *, owner):  # type: ignore[no-untyped-def]
        started.append(run)
        raise RefusedError("No room.", "Wait.")

    monkeypatch.setattr(jobs, "start", fake_start)
    app = opened()
    app.number_input(key="setting-tuned-epochs").set_value(3).run()
    app.text_input(key="setting-tuned-hidden_units").set_value("32").run()
    app.button(key="go").click().run()
    assert not app.exception
    (run,) = started
    assert (run.training.epochs, run.model.hidden_units, run.data) == (3, (32,), "sample")
    assert run.vectorizer == PRESETS["tuned"].vectorizer
    assert any("No room" in error.value for error in app.error)


def test_a_run_on_an_upload_keeps_what_its_owner_said_about_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    def fake_start(run, home, *, owner):  # type: ignore[no-untyped-def]
        started.append(run)
        raise RefusedError("No room.", "Wait.")

    monkeypatch.setattr(jobs, "start", fake_start)
    rows = "".join(f"Some words {number},Robots; cs.LG\n" for number in range(40))
    source = save_upload("own.csv", f"story,kind\n{rows}".encode(), home)
    layout = Layout({"title": "", "abstract": "story", "labels": "kind"}, "semicolon")
    app = opened(data=with_layout(source, layout, home))
    app.button(key="go").click().run()
    assert not app.exception
    (run,) = started
    assert parse_layout(run.columns, run.label_separator) == layout
    assert "--columns title=,abstract=story,labels=kind" in command_line(run)


def test_bad_units_disable_the_start(home: Path) -> None:
    app = opened()
    app.text_input(key="setting-tuned-hidden_units").set_value("a, b").run()
    assert not app.exception
    assert app.button(key="go").disabled
    assert any("whole numbers" in error.value for error in app.error)


def test_settings_that_do_not_go_together_disable_the_start(home: Path) -> None:
    app = opened()
    app.selectbox(key="setting-tuned-loss").select("squared_hinge").run()
    assert "without hidden layers" in said_why(app)


def test_form_starts_from_another_run(home: Path) -> None:
    make_run(home, "run-a", config=PRESETS["keras-example"])
    app = opened(**{"from": "run-a"})
    assert app.number_input(key="setting-run-run-a-epochs").value == 20
    broken = opened(**{"from": "../x"})
    assert not broken.exception
    assert broken.error


def test_settings_outlast_a_look_at_another_page_until_they_are_reset(home: Path) -> None:
    app = opened()
    app.button_group(key="preset").set_value("linear").run()
    app.number_input(key="setting-linear-epochs").set_value(3).run()
    app.switch_page("pages/4_Runs.py").run()
    app.switch_page(PAGE).run()
    assert app.button_group(key="preset").value == "linear"
    assert app.number_input(key="setting-linear-epochs").value == 3
    app.button(key="reset-settings").click().run()
    assert (
        app.number_input(key="setting-linear-1-epochs").value == PRESETS["linear"].training.epochs
    )


def test_another_data_set_than_the_runs_own_is_said(home: Path) -> None:
    make_run(home, "run-a", config=dataclasses.replace(PRESETS["tuned"], data="/gone/papers.csv"))
    app = opened(**{"from": "run-a"})
    said = " ".join(str(element.value) for element in app.get("html"))
    assert "trained on other data (papers.csv)" in said
    assert "/gone" not in said
    make_run(home, "run-b", config=PRESETS["tuned"])
    same = opened(**{"from": "run-b"})
    assert "other data" not in " ".join(str(element.value) for element in same.get("html"))


def said_why(app: AppTest) -> str:
    assert not app.exception
    assert app.button(key="go").disabled
    (error,) = app.error
    return str(error.value).replace("\\", "")


def test_a_run_that_could_not_succeed_is_not_offered(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = tmp_path / "few.csv"
    few.write_text("title,abstract,labels\nA,Some words,cs.LG\nB,Some other words,cs.CV\n")
    monkeypatch.setenv("ARXIVTAG_DATA", str(few))
    assert "papers are needed to split them" in said_why(opened(data="file:few.csv"))
    with monkeypatch.context() as patch:
        patch.setenv("ARXIVTAG_MAX_BUNDLE_MB", "1")
        assert "can be loaded again" in said_why(opened())
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    with monkeypatch.context() as patch:
        patch.setenv("ARXIVTAG_VISITOR_MAX_PARAMETERS", "1000")
        assert "visitors may train up to 1,000" in said_why(opened())
    monkeypatch.setenv("ARXIVTAG_VISITOR_MAX_ROWS", "1000")
    assert "up to 1,000 are allowed here" in said_why(opened())


def test_visitors_epochs_are_capped(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    app = opened()
    most = VisitorLimits().max_epochs
    app.number_input(key="setting-tuned-epochs").set_value(most + 1).run()
    assert app.button(key="go").disabled
    assert any(f"Epochs should be at most {most} here" in error.value for error in app.error)


def test_a_number_out_of_range_is_not_replaced_by_another(home: Path) -> None:
    app = opened()
    app.number_input(key="setting-tuned-epochs").set_value(1000).run()
    assert app.button(key="go").disabled
    assert any("Epochs should be at most 200" in error.value for error in app.error)
    app.number_input(key="setting-tuned-epochs").set_value(200).run()
    assert not app.button(key="go").disabled
    app.number_input(key="setting-tuned-max_features").set_value(-1).run()
    assert "Most n-grams kept should be at least 100" in app.error[0].value.replace("\\", "")


def test_double_click_starts_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_run(home, "run-a", "finished")
    started = []

    def fake_start(run, home, *, owner):  # type: ignore[no-untyped-def]
        started.append(run)
        return folder.run_id

    monkeypatch.setattr(jobs, "start", fake_start)
    monkeypatch.setattr(one_run, "DOUBLE_CLICK_S", 600.0)  # however slow the machine
    app = opened()
    app.button(key="go").click().run()
    assert app.query_params["run"] == "run-a"
    del app.query_params["run"]
    app.run()
    app.button(key="go").click().run()
    assert len(started) == 1


def test_a_form_from_a_run_that_is_not_there_says_so(home: Path) -> None:
    app = opened(**{"from": "no-such-run"})
    assert not app.exception
    assert any("There is no run" in error.value for error in app.error)

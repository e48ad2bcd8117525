"""The evaluation view: every tab, sliders that move numbers, errors in order, files missing."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from arxivtag import storage
from arxivtag.fields import to_dict
from arxivtag.learning import thresholds
from arxivtag.learning.evaluation import threshold_figures
from arxivtag.learning.headline import headline_sentences
from arxivtag.learning.metrics import METRICS
from arxivtag.runs.layout import RunFolder
from arxivtag.settings import preset_settings, with_settings
from arxivtag.ui.evaluation import decision_part, errors_part, headline_part, stored
from arxivtag.ui.evaluation.view import TABS
from arxivtag.ui.frame.components import safe_text
from tests.ui.conftest import texts
from tests.ui.demo_run import make_demo_run
from tests.ui.evaluated_run import STRANGE_TITLE, EvaluatedRun, make_evaluated_run

PROJECT_FOLDER = Path(__file__).resolve().parents[2]


@pytest.fixture
def run(home: Path) -> EvaluatedRun:
    st.cache_resource.clear()
    return make_evaluated_run(home)


def script(run_id: str) -> None:
    from arxivtag.config import home_folder
    from arxivtag.runs.layout import RunFolder
    from arxivtag.ui.evaluation.view import render_evaluation

    render_evaluation(RunFolder(run_id, home_folder()))


UNREADABLE = (
    (
        "The evaluation of this run cannot be read: it is damaged, or of another version\\."
        "\n\nTrain the run again\\."
    )
    .replace(":", "\\:")
    .replace(",", "\\,")
)


def opened(run: EvaluatedRun, tab: str = "Figures") -> AppTest:
    app = AppTest.from_function(script, args=(run.folder.run_id,), default_timeout=60)
    return turned(app.run(), run, tab)


def turned(app: AppTest, run: EvaluatedRun, tab: str) -> AppTest:
    app.session_state[f"evaluation-tabs-{run.folder.run_id}"] = tab
    app.run()
    assert not app.exception
    assert not app.error
    return app


def test_a_split_by_date_is_said_with_the_drop_against_one_by_chance(
    run: EvaluatedRun, home: Path
) -> None:
    assert not opened(run).info, "a split by chance needs no word"
    storage.write_json(
        run.folder.config, to_dict(with_settings(preset_settings("tuned"), {"split_by": "date"}))
    )
    result = storage.read_json(run.folder.result)
    storage.write_json(
        run.folder.result,
        result
        | {"split": {"first_dates": ["2026-05", "2026-07-02"], "divided_dates": ["2026-07-02"]}},
    )
    (alone,) = (info.value.replace("\\", "") for info in opened(run).info)
    assert "from 2026-07-02 on" in alone
    assert "Papers of 2026-07-02 are on two sides, by chance" in alone
    assert "train once more with the same settings, split by chance" in alone
    other = make_demo_run(home, "by-chance")
    figures = {"evaluation": {"micro_f1": result["evaluation"]["micro_f1"] + 0.125, "lrap": 0.9}}
    storage.write_json(RunFolder(other, home).result, figures)
    (beside,) = (info.value.replace("\\", "") for info in opened(run).info)
    assert "run tuned, seed 42" in beside
    assert "(-0.125)" in beside


def tiles(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def shown(figures: dict[str, float]) -> dict[str, str]:
    return {
        "Micro-precision": f"{figures['precision']:.3f}",
        "Micro-recall": f"{figures['recall']:.3f}",
        "Labels per paper": f"{figures['labels_per_paper']:.2f}",
        "Papers with no label": f"{100 * figures['share_without_label']:.1f} %",
    }


def assert_tiles_are(app: AppTest, run: EvaluatedRun, y_pred: np.ndarray) -> None:
    expected = shown(threshold_figures(run.predictions.test.y_true, y_pred))
    assert expected.items() <= tiles(app).items()


def widget(widgets, key: str):
    (found,) = [item for item in widgets if item.key and item.key.startswith(key)]
    return found


def test_the_headline_stands_first(run: EvaluatedRun) -> None:
    app = opened(run)
    for sentence in headline_sentences(run.figures):
        assert safe_text(sentence) in texts(app)
    assert tiles(app)["Micro-F1"] == f"{run.figures['micro_f1']:.3f}"


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_is_drawn(run: EvaluatedRun, tab: str) -> None:
    app = opened(run, tab)
    drawn = len(app.get("plotly_chart")) + len(app.dataframe) + len(app.slider)
    assert drawn > 0


@pytest.mark.parametrize("tab", TABS)
def test_binary_accuracy_is_shown_beside_no_label_at_all(run: EvaluatedRun, tab: str) -> None:
    app = opened(run, tab)
    level = run.figures["binary_accuracy_all_zeros"]
    shown_on = [tile for tile in app.metric if "binary accuracy" in tile.label.lower()]
    assert shown_on
    for tile in shown_on:
        assert tile.delta == f"no label: {100 * level:.2f} %"
    for table in app.dataframe:
        rows = table.value.astype(str).to_numpy().tolist()
        for row in [row for row in rows if "binary accuracy" in row[0].lower()]:
            assert str(round(level, 6)) in row


def test_the_table_of_metrics_holds_every_metric_and_the_level_of_no_label(
    run: EvaluatedRun,
) -> None:
    for figures in (run.figures, {**run.figures, "baselines": []}):
        table = headline_part.metrics_table(figures).set_index("metric")
        assert list(table.index) == [metric.name for metric in METRICS]
        level = table.loc["Binary accuracy, over all pairs of paper and label", "No label at all"]
        assert level == pytest.approx(figures["binary_accuracy_all_zeros"], abs=1e-6)
        assert table["sentence"].str.len().min() > 20


@pytest.mark.parametrize("figures", [(0.985, None), (None, 0.977)])
def test_binary_accuracy_without_its_level_is_not_shown(
    figures: tuple[float | None, float | None],
) -> None:
    def one_tile(accuracy: float | None, all_zeros: float | None) -> None:
        from arxivtag.ui.evaluation.headline_part import render_binary_accuracy

        render_binary_accuracy(accuracy, all_zeros)

    (tile,) = AppTest.from_function(one_tile, args=figures).run().metric
    assert (tile.value, tile.delta) == ("–", "")


def shows_binary_accuracy(tree: ast.AST) -> bool:
    strings = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    names = [text for text in strings if isinstance(text, str)]
    return any(text in ("binary_accuracy", "Binary accuracy") for text in names)


def presentation_files() -> list[Path]:
    folders = ("arxivtag/ui", "arxivtag/figures", "pages")
    found = [path for folder in folders for path in (PROJECT_FOLDER / folder).rglob("*.py")]
    return [*found, PROJECT_FOLDER / "streamlit_app.py", PROJECT_FOLDER / "arxivtag/cli.py"]


@pytest.mark.parametrize(
    "path", presentation_files(), ids=lambda path: str(path.relative_to(PROJECT_FOLDER))
)
def test_whatever_names_binary_accuracy_names_its_level_too(path: Path) -> None:
    source = path.read_text()
    if shows_binary_accuracy(ast.parse(source)):
        known = ("binary_accuracy_all_zeros", "baseline", "render_binary_accuracy")
        assert any(name in source for name in known), (
            f"{path.name} shows binary accuracy without what giving no label scores: "
            "use arxivtag.ui.evaluation.headline_part"
        )


def test_a_threshold_for_all_moves_the_numbers(run: EvaluatedRun) -> None:
    app = opened(run, "Thresholds")
    widget(app.segmented_control, "evaluation-threshold-method").set_value("global").run()
    slider = widget(app.slider, "evaluation-threshold")
    y_prob = run.predictions.test.y_prob
    best = thresholds.choose(run.predictions.val.y_true, run.predictions.val.y_prob, "global")
    assert slider.value == pytest.approx(float(best.values[0]), abs=0.006)
    for value in (0.05, 0.9):
        slider.set_value(value).run()
        assert_tiles_are(app, run, y_prob >= np.float32(value))
    assert not app.exception


def test_top_k_gives_k_labels(run: EvaluatedRun) -> None:
    app = opened(run, "Thresholds")
    widget(app.segmented_control, "evaluation-threshold-method").set_value("top_k").run()
    widget(app.slider, "evaluation-k").set_value(2).run()
    assert tiles(app)["Labels per paper"] == "2.00"
    assert tiles(app)["Papers with no label"] == "0.0 %"


def test_thresholds_of_single_labels_move_and_can_be_undone(run: EvaluatedRun) -> None:
    app = opened(run, "Thresholds")
    y_prob, chosen = run.predictions.test.y_prob, thresholds.from_dict(run.figures["thresholds"])
    assert_tiles_are(app, run, thresholds.apply(chosen, y_prob))

    widget(app.slider, "evaluation-one-threshold").set_value(0.99).run()
    values = chosen.values.copy()
    values[0] = 0.99
    assert_tiles_are(app, run, y_prob >= values)

    # Another label keeps what was set for the first.
    widget(app.selectbox, "evaluation-one-label").set_value(run.predictions.label_names[1]).run()
    assert_tiles_are(app, run, y_prob >= values)

    widget(app.button, "evaluation-undo").click().run()
    assert_tiles_are(app, run, thresholds.apply(chosen, y_prob))
    assert not app.exception


def test_all_thresholds_shift_together_on_the_logit_scale(run: EvaluatedRun) -> None:
    app = opened(run, "Thresholds")
    chosen = thresholds.from_dict(run.figures["thresholds"])
    widget(app.slider, "evaluation-shift").set_value(1.0).run()
    odds = chosen.values / (1 - chosen.values) * np.e
    values = (odds / (1 + odds)).astype(np.float32)
    assert_tiles_are(app, run, run.predictions.test.y_prob >= values)


def test_one_labels_slider_follows_all_of_them(run: EvaluatedRun) -> None:
    app = opened(run, "Thresholds")
    chosen = thresholds.from_dict(run.figures["thresholds"])
    assert widget(app.slider, "evaluation-one-threshold").value == pytest.approx(
        float(chosen.values[0]), abs=0.006
    )
    widget(app.slider, "evaluation-shift").set_value(1.0).run()
    odds = float(chosen.values[0] / (1 - chosen.values[0]) * np.e)
    assert widget(app.slider, "evaluation-one-threshold").value == pytest.approx(
        odds / (1 + odds), abs=0.006
    )
    # One set by hand stays when the others move on.
    widget(app.slider, "evaluation-one-threshold").set_value(0.42).run()
    widget(app.slider, "evaluation-shift").set_value(-1.0).run()
    assert widget(app.slider, "evaluation-one-threshold").value == 0.42
    assert not app.exception


def test_a_slider_that_nobody_moved_changes_nothing(run: EvaluatedRun) -> None:
    y_prob = run.predictions.test.y_prob
    # A probability as the threshold: at the slider's step above it, its paper loses the label.
    exact = next(p for p in np.sort(y_prob.ravel()) if 0.1 < p < round(float(p), 2))
    used = thresholds.Thresholds("global", np.full(y_prob.shape[1], exact, np.float32))
    assert (y_prob >= exact).sum() > (y_prob >= round(float(exact), 2)).sum()
    figures = run.figures | {"thresholds": thresholds.to_dict(used)}
    storage.write_json(run.folder.evaluation, figures)
    app = opened(run, "Thresholds")
    assert_tiles_are(app, run, y_prob >= exact)
    assert not any(metric.delta for metric in app.metric if metric.label == "Labels per paper")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("micro_f1", "x"), ("n_samples", [1]), ("n_labels", 10**400),
        ("binary_accuracy_all_zeros", True),
        ("intervals", {"micro_f1": [0.5]}), ("intervals", {"micro_f1": [None, 0.5]}),
        ("intervals", 3), ("baselines", [{"key": "linear"}]), ("baselines", {}),
        ("per_label", {"label": ["a"], "support": []}), ("per_label", []),
        ("curves", {"labels": []}), ("confusions", ["x"]), ("threshold_grid", {"f1": 1}),
    ],
)  # fmt: skip
def test_a_damaged_evaluation_is_one_sentence(run: EvaluatedRun, key: str, value: object) -> None:
    """Whatever a value breaks, the reader gets one sentence there, and the rest as it is."""
    storage.write_json(run.folder.evaluation, run.figures | {key: value})
    said = []
    for tab in TABS:
        app = AppTest.from_function(script, args=(run.folder.run_id,), default_timeout=60)
        app.session_state[f"evaluation-tabs-{run.folder.run_id}"] = tab
        app.run()
        assert not app.exception, (tab, app.exception)
        said += [error.value for error in app.error]
    assert set(said) <= {UNREADABLE}


@pytest.mark.parametrize("figures", [{"micro_f1": "x"}, {"baselines": [{"key": "linear"}]}])
def test_the_page_of_a_damaged_evaluation_says_so(
    run: EvaluatedRun, figures: dict[str, object]
) -> None:
    storage.write_json(run.folder.evaluation, figures)
    app = AppTest.from_function(script, args=(run.folder.run_id,), default_timeout=60).run()
    assert not app.exception
    assert UNREADABLE in [error.value for error in app.error]


def test_errors_are_the_most_confident_first(run: EvaluatedRun) -> None:
    decisions = stored.decisions(run.folder)
    assert decisions is not None
    papers = stored.test_papers(run.folder)
    assert papers is not None
    y_true, y_prob, y_pred = (
        run.predictions.test.y_true, run.predictions.test.y_prob, decisions.y_pred,
    )  # fmt: skip
    for column, label in enumerate(run.predictions.label_names):
        wrong = errors_part.error_table(decisions, papers, label, "false_positives")
        missed = errors_part.error_table(decisions, papers, label, "false_negatives")
        assert set(wrong["row"]) == set(np.flatnonzero(y_pred[:, column] & ~y_true[:, column]))
        assert set(missed["row"]) == set(np.flatnonzero(~y_pred[:, column] & y_true[:, column]))
        assert wrong["probability"].is_monotonic_decreasing
        assert missed["probability"].is_monotonic_increasing
        assert not any(label in labels for labels in wrong["true_labels"])
        assert all(label in labels for labels in missed["true_labels"])
        for row, probability in zip(wrong["row"], wrong["probability"], strict=True):
            assert probability == pytest.approx(float(y_prob[row, column]))
    counts = errors_part.error_counts(decisions)
    assert counts["false_positives"].sum() == (y_pred & ~y_true).sum()
    assert counts["false_negatives"].sum() == (~y_pred & y_true).sum()


def test_an_error_shows_the_paper_and_what_drove_it(run: EvaluatedRun) -> None:
    app = opened(run, "Errors")
    text = texts(app)
    assert "at-marked" in text  # the abstract, its n-grams marked
    assert "speaks for" in text
    terms = app.dataframe[-1].value
    assert len(terms) == errors_part.MAX_TERMS
    assert terms["delta_logit"].abs().is_monotonic_decreasing
    # A title is text, whatever it holds.
    assert "<script>" not in text
    assert "**bold**" not in text
    assert STRANGE_TITLE.split()[1].strip("*") in text


def test_missed_labels_can_be_read_too(run: EvaluatedRun) -> None:
    app = opened(run, "Errors")
    decisions = stored.decisions(run.folder)
    assert decisions is not None
    counts = errors_part.error_counts(decisions)
    label = counts.loc[counts["false_negatives"].idxmax(), "label"]
    widget(app.selectbox, "evaluation-error-label").set_value(label).run()
    widget(app.segmented_control, "evaluation-error-kind").set_value("false_negatives").run()
    assert not app.exception
    listed = app.dataframe[0].value
    assert all(label in labels for labels in listed["true_labels"])
    assert not any(label in labels for labels in listed["given_labels"])


def test_a_label_without_errors_says_so(run: EvaluatedRun) -> None:
    app = opened(run, "Errors")
    decisions = stored.decisions(run.folder)
    assert decisions is not None
    counts = errors_part.error_counts(decisions)
    kinds = ("false_negatives", "false_positives")
    pairs = [(k, row["label"]) for k in kinds for _, row in counts.iterrows() if row[k] == 0]
    if not pairs:
        pytest.skip("every label has both kinds of error in this run")
    kind, label = pairs[0]
    widget(app.selectbox, "evaluation-error-label").set_value(label).run()
    widget(app.segmented_control, "evaluation-error-kind").set_value(kind).run()
    assert "No such error" in texts(app)


def test_errors_without_a_model_still_show_the_paper(run: EvaluatedRun) -> None:
    (run.folder.bundle / "manifest.json").unlink()
    app = opened(run, "Errors")
    assert "The reasons cannot be shown" in texts(app)
    assert "at-plain" in texts(app)


def test_curves_follow_the_choice_of_labels(run: EvaluatedRun) -> None:
    app = opened(run, "Curves")
    chooser = widget(app.multiselect, "evaluation-curve-labels")
    chooser.set_value([]).run()
    assert "No label chosen" in texts(app)
    assert not app.exception


def test_a_run_without_evaluation_says_when_it_comes(run: EvaluatedRun) -> None:
    run.folder.evaluation.unlink()
    app = AppTest.from_function(script, args=(run.folder.run_id,)).run()
    assert "No evaluation yet" in texts(app)


@pytest.mark.parametrize("tab", ["Thresholds", "Errors"])
def test_a_run_without_predictions_says_so(run: EvaluatedRun, tab: str) -> None:
    run.folder.predictions.unlink()
    assert "No predictions kept" in texts(opened(run, tab))


def test_a_run_without_papers_says_so(run: EvaluatedRun) -> None:
    run.folder.test_papers.unlink()
    assert "No papers kept" in texts(opened(run, "Errors"))


@pytest.mark.parametrize("name", ["predictions", "test_papers", "evaluation"])
def test_damaged_files_are_a_sentence_and_not_a_traceback(run: EvaluatedRun, name: str) -> None:
    getattr(run.folder, name).write_bytes(b"{ broken")
    app = AppTest.from_function(script, args=(run.folder.run_id,), default_timeout=60).run()
    if name != "evaluation":
        app.session_state[f"evaluation-tabs-{run.folder.run_id}"] = "Errors"
        app.run()
    assert not app.exception
    assert len(app.error) == 1


def test_a_late_baseline_is_read_again(run: EvaluatedRun) -> None:
    from arxivtag import storage

    before = stored.figures(run.folder)
    storage.write_json(run.folder.evaluation, {**run.figures, "linear_baseline_note": "Late."})
    assert "linear_baseline_note" not in before
    assert stored.figures(run.folder)["linear_baseline_note"] == "Late."


NO_PAIRS: dict[str, object] = {"n_pairs": 0, "agreement": None, "low": None, "high": None}


@pytest.mark.parametrize(
    ("low", "sentence"),
    [(0.84, "allow a micro-F1 of 0.84 to 0.97 at best"), (None, "too few to tell how often")],
)
def test_the_ceiling_stands_beside_the_score(
    run: EvaluatedRun, low: float | None, sentence: str
) -> None:
    ceiling = {
        "low": low, "high": 0.97, "agreement": 0.9, "n_pairs": 63, "n_groups": 61,
        "near_duplicates_by_similarity": [{"from": 0.5, "to": 1.0, **NO_PAIRS}],
        "neighbours": NO_PAIRS,
        "neighbours_by_similarity": [{"from": 0.0, "to": 1.0, **NO_PAIRS}],
    }  # fmt: skip
    storage.write_json(run.folder.evaluation, run.figures | {"ceiling": ceiling})
    app = opened(run)
    assert not app.exception
    assert not app.error
    assert any(safe_text(sentence) in text.value for text in app.markdown)


@pytest.mark.parametrize(
    ("temperature", "effect"),
    [(1.3, "less extreme"), (0.8, "more extreme"), (1.004, "hardly changes them")],
)
def test_what_a_temperature_does_is_told(temperature: float, effect: str) -> None:
    told = decision_part._calibration_text({"method": "temperature", "temperature": temperature})
    assert effect in told
    assert told.count("extreme") == (temperature != 1.004)

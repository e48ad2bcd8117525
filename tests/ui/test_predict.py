"""The Predict page in process: every sentence, every view, on a tiny model."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from arxivtag import config
from arxivtag.errors import BundleError, FetchError
from arxivtag.learning.space import to_bytes
from arxivtag.learning.thresholds import Thresholds
from arxivtag.papers.fetching import arxiv_api
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.space import Space
from arxivtag.tagging import tagger
from arxivtag.tagging.explanation import explain, without_function_words
from arxivtag.tagging.saving import save_bundle
from arxivtag.tagging.scope import Scope
from arxivtag.ui.frame import models, tables
from arxivtag.ui.frame.components import probability_text
from arxivtag.ui.predict import many as predict_many
from arxivtag.ui.predict import paper_input, similar
from arxivtag.ui.predict.answer import Prediction, predict_text, summary_sentence, tree_html
from arxivtag.ui.predict.examples import EXAMPLES
from arxivtag.ui.predict.opinion import opinion_sentence
from arxivtag.ui.predict.similar import circle_data
from arxivtag.ui.predict.why import hidden_text, what_if_html
from tests.ui.conftest import texts
from tests.ui.demo_run import LABELS, RUN_ID, demo_bundle, make_demo_run

OpenApp = Callable[..., AppTest]
PAGE = "pages/3_Predict.py"
ABSTRACT, TITLE = paper_input.ABSTRACT_KEY, paper_input.TITLE_KEY


@pytest.fixture
def app(open_app: OpenApp, demo_home: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page with the demo run as the only model."""
    monkeypatch.setattr(config, "PRETRAINED_PATH", demo_home / "none")
    return open_app(PAGE, model=RUN_ID)


def choose_example(app: AppTest, number: int) -> AppTest:
    return app.button_group(key="predict-example").select(EXAMPLES[number].field).run()


def test_a_mark_that_comes_late_takes_no_text_away(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    pasted = "We study how galaxies form."
    choose_example(app, 0)
    app.text_area(key="predict-abstract").set_value(pasted).run()
    assert choose_example(app, 0).text_area(key="predict-abstract").value == pasted
    monkeypatch.setattr(paper_input, "_LATE_S", 0.0)  # time has passed
    assert choose_example(app, 0).text_area(key="predict-abstract").value == EXAMPLES[0].abstract


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("We study how galaxies form.", ""),
        (EXAMPLES[1].abstract, ""),
        (f"{EXAMPLES[0].abstract} And more.", EXAMPLES[0].title),
    ],
)
def test_the_title_of_an_example_goes_with_its_abstract(
    app: AppTest, text: str, title: str
) -> None:
    choose_example(app, 0)
    app.text_area(key=ABSTRACT).set_value(text).run()
    assert app.session_state[TITLE] == title


def open_tab(app: AppTest, key: str, name: str) -> AppTest:
    """Open a tab as a click would."""
    app.session_state[key] = name
    return app.run()


def test_a_text_from_elsewhere_gets_the_reason_in_place_of_labels(
    app: AppTest, demo_home: Path
) -> None:
    """The demo model with a scope that no text but the examples' words in their order enters."""
    scope = Scope(np.ones(1, np.uint32), np.ones(1, np.float16), (8,), (9.0,))
    save_bundle(
        dataclasses.replace(demo_bundle(), scope=scope), RunFolder(RUN_ID, demo_home).bundle
    )
    app.text_area(key=ABSTRACT).input(EXAMPLES[0].abstract).run()
    assert not app.exception
    assert "Not sure" in texts(app)
    assert "It does not read like an abstract on arXiv. So it gets no label." in texts(app)
    assert "passes its threshold" not in texts(app)
    assert "Why this label" not in texts(app)


def test_without_a_model_the_page_says_what_to_do(
    open_app: OpenApp, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "PRETRAINED_PATH", home / "none")
    app = open_app(PAGE)
    assert not app.exception
    assert "No model yet" in texts(app)
    assert "Train a model" in [link.proto.label for link in app.main.get("page_link")]


def test_the_page_opens_with_an_answer_to_an_example(app: AppTest) -> None:
    assert not app.exception
    assert app.text_area(key=ABSTRACT).value == EXAMPLES[0].abstract
    shown = texts(app)
    assert f"An example, made up for this page: {EXAMPLES[0].field}." in shown
    assert f"Primary area {LABELS[0]}." in shown


def test_an_emptied_box_stays_empty(app: AppTest) -> None:
    app.button(key="predict-clear").click().run()
    assert "Nothing to tag yet" in texts(app)
    assert app.button_group(key="predict-example").value is None
    app.switch_page("pages/4_Runs.py").run()
    app.switch_page(PAGE).run()
    assert app.text_area(key=ABSTRACT).value == ""


def test_a_pressed_example_stays_chosen_when_pressed_again(app: AppTest) -> None:
    app.button_group(key="predict-example").set_value(None).run()
    assert not app.exception
    assert app.button_group(key="predict-example").value == EXAMPLES[0].field
    assert app.text_area(key=ABSTRACT).value == EXAMPLES[0].abstract
    app.text_area(key=ABSTRACT).set_value("Our own words about graphs.").run()
    assert app.button_group(key="predict-example").value is None
    assert "An example" not in texts(app)


def test_the_text_is_in_the_address_only_while_it_is_asked_for(
    app: AppTest, open_app: OpenApp
) -> None:
    assert "abstract" not in app.query_params
    app.toggle(key="predict-link").set_value(True).run()
    assert app.query_params["abstract"] == EXAMPLES[0].abstract
    app.text_area(key=ABSTRACT).set_value(EXAMPLES[2].abstract).run()
    assert app.query_params["abstract"] == EXAMPLES[2].abstract
    other = open_app(PAGE, model=RUN_ID, abstract=EXAMPLES[2].abstract)
    assert other.text_area(key=ABSTRACT).value == EXAMPLES[2].abstract
    assert f"Primary area {LABELS[2]}." in texts(other)
    other.toggle(key="predict-link").set_value(False).run()
    assert "abstract" not in other.query_params


def test_a_long_text_does_not_go_into_the_address(app: AppTest) -> None:
    app.text_area(key=ABSTRACT).set_value("word " * 1_000)
    app.toggle(key="predict-link").set_value(True).run()
    assert "abstract" not in app.query_params
    assert "Texts of up to 4,000 characters fit" in texts(app)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_each_example_gets_its_label(app: AppTest, number: int) -> None:
    app = choose_example(app, number)
    assert not app.exception
    assert app.text_area(key=ABSTRACT).value == EXAMPLES[number].abstract
    assert app.session_state[TITLE] == EXAMPLES[number].title
    assert f"Primary area {LABELS[number]}." in texts(app)
    assert app.button_group(key="predict-example").value == EXAMPLES[number].field
    assert f"An example, made up for this page: {EXAMPLES[number].field}." in texts(app)


def test_pasted_text_follows(app: AppTest) -> None:
    app.text_area(key=ABSTRACT).set_value(EXAMPLES[1].abstract).run()
    assert f"Primary area {LABELS[1]}." in texts(app)
    app.button(key="predict-clear").click().run()
    assert app.text_area(key=ABSTRACT).value == ""
    assert "Nothing to tag yet" in texts(app)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("word", "One word is too little"),
        ("x " * 1_000_000, "at most 50,000 can be tagged at once"),
        ("12 34 56 78 " * 20, "does not read like text"),
        ("zu viele Köche verderben den Brei und das ist nicht gut für uns", "not read like Eng"),
        ("a graph neural network", "Only 4 words"),
    ],
)
def test_odd_input_gets_a_fitting_sentence(app: AppTest, text: str, sentence: str) -> None:
    app.text_area(key=ABSTRACT).set_value(text).run()
    assert not app.exception
    assert not app.error
    assert any(sentence in str(box.value).replace("\\", "") for box in app.warning)


def test_an_endless_title_is_not_tagged(
    open_app: OpenApp, demo_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = dataclasses.replace(demo_bundle(), text_fields="title_and_abstract")
    monkeypatch.setattr(models, "bundle", lambda model, home: bundle)
    app = open_app(PAGE, model=RUN_ID)
    assert app.text_input(key=TITLE).proto.max_chars == 1_000
    assert app.text_input(key=TITLE).value == EXAMPLES[0].title
    monkeypatch.setattr(paper_input, "MAX_TITLE_CHARS", None)  # whatever the browser sends
    app = open_app(PAGE, model=RUN_ID)
    app.text_area(key=ABSTRACT).set_value(EXAMPLES[0].abstract)
    app.text_input(key=TITLE).set_value("tumours " * 10_000).run()
    assert not app.exception
    said = [str(box.value).replace("\\", "") for box in app.warning]
    assert any("at most 50,000 can be tagged" in text for text in said)


def test_not_sure_is_said_plainly(app: AppTest) -> None:
    app.text_area(key=ABSTRACT).set_value(
        "We bake bread with flour and water and let it rest over night before the oven is hot, "
        "and then we eat it together with our friends in the garden."
    ).run()
    assert "Not sure: no label is probable enough to be given." in texts(app)


def test_a_model_that_cannot_answer_is_one_sentence(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(bundle: object, texts: object, progress: object) -> None:
        raise BundleError("The model is damaged.")

    monkeypatch.setattr(tagger, "predict_with_readable", broken)
    app.text_area(key=ABSTRACT).set_value(EXAMPLES[0].abstract).run()
    assert not app.exception
    assert [str(box.value) for box in app.error] == ["The model is damaged\\."]


def test_markup_in_the_text_stays_text(app: AppTest) -> None:
    hostile = EXAMPLES[0].abstract + " <script>alert(1)</script> <img src=x onerror=alert(2)>"
    app.text_area(key=ABSTRACT).set_value(hostile).run()
    shown = texts(app)
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown


def test_reasons_are_the_exact_change_of_the_logit(app: AppTest) -> None:
    app = choose_example(app, 0)
    table = app.dataframe[0].value
    assert list(table.columns) == ["term", "delta_logit", "probability_without", "n_places"]
    bundle = demo_bundle()
    prediction = predict_text(bundle, "", EXAMPLES[0].abstract)
    term = "tumours"
    row = table[table["term"] == term].iloc[0]
    without = EXAMPLES[0].abstract.replace("tumours", "")
    probability = tagger.predict(bundle, [without])[0][0]
    before = {tag.label: tag.probability for tag in prediction.tags}[LABELS[0]]
    # Leaving the word out brings no new pair: "liver in" is not in this vocabulary.
    assert row["probability_without"] == pytest.approx(probability, abs=1e-5)
    change = np.log(before / (1 - before)) - np.log(probability / (1 - probability))
    assert row["delta_logit"] == pytest.approx(change, abs=1e-3)


def test_what_if_shows_before_and_after(app: AppTest) -> None:
    app = choose_example(app, 0)
    box = next(one for one in app.multiselect if str(one.key).startswith("predict-left-out"))
    box.set_value(["tumours", "liver"]).run()
    assert not app.exception
    read = " ".join(html.unescape(re.sub("<[^>]+>", "", texts(app))).split())
    assert f"Left out at 2 places. Primary area {LABELS[0]}." in read
    before = predict_text(demo_bundle(), "", EXAMPLES[0].abstract).tags[0].probability
    rest = EXAMPLES[0].abstract.replace("tumours", "").replace("liver", "")
    after = tagger.predict(demo_bundle(), [rest])[0][0]
    was, now = probability_text(before), probability_text(float(after))
    assert f"{LABELS[0]} Image and Video Processing was {was} {now} ✓" in read


def test_what_if_nothing_known_is_left_gives_no_label() -> None:
    bundle = dataclasses.replace(
        demo_bundle(), thresholds=Thresholds("global", np.zeros(len(LABELS), np.float32))
    )
    prediction = predict_text(bundle, "", "tumours zzzq")
    assert len(prediction.above) == len(LABELS)
    shown = what_if_html(prediction, ["tumours"])
    assert "Not sure" in shown
    assert "✓</span>" not in shown


@pytest.mark.parametrize("text", ["Вчера мы гуляли", "zzzq qqqz xxxq"])
def test_text_of_unknown_words_gets_no_label(app: AppTest, text: str) -> None:
    """Whatever the thresholds are: its probabilities are those of no text at all."""
    bundle = dataclasses.replace(
        demo_bundle(), thresholds=Thresholds("global", np.zeros(len(LABELS), np.float32))
    )
    prediction = predict_text(bundle, "", text)
    assert not prediction.tags.is_judged
    assert prediction.above == ()
    app.text_area(key=ABSTRACT).set_value(text).run()
    assert not app.exception
    assert "words is known to this model" in texts(app)
    assert "threshold" not in texts(app)


def test_what_if_says_that_a_phrase_is_not_there() -> None:
    prediction = predict_text(demo_bundle(), "", EXAMPLES[0].abstract)
    assert what_if_html(prediction, ["notthere"]).startswith("<p>That is not in the text")


def test_similar_papers_come_with_their_labels(app: AppTest) -> None:
    app = open_tab(choose_example(app, 2), "predict-details-3", "Similar papers")
    shown = texts(app)
    assert EXAMPLES[2].title in shown
    assert "1.00" in shown  # the same text


def test_second_opinion_sorts_the_categories(app: AppTest) -> None:
    app = open_tab(choose_example(app, 3), "predict-details-3", "Second opinion")
    app.multiselect(key=paper_input.AUTHOR_KEY).set_value(["cs.CL", "math.AG"]).run()
    assert not app.exception
    shown = texts(app)
    assert shown.index("Missing") < shown.index("stat.ME</b>", shown.index("Missing"))
    assert "Odd" in shown
    assert "Cannot say" in shown


def test_arxiv_paper_fills_the_inputs(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = arxiv_api.FetchedPaper(EXAMPLES[4].title, EXAMPLES[4].abstract, ("cs.IR", "cs.SI"))
    monkeypatch.setattr(arxiv_api, "fetch_paper", lambda identifier: paper)
    app.text_input(key="predict-arxiv-id").set_value("2101.00001")
    app.form_submit_button[0].click().run()
    assert app.text_area(key=ABSTRACT).value == EXAMPLES[4].abstract
    assert app.session_state[paper_input.AUTHOR_KEY] == ["cs.IR", "cs.SI"]
    assert f"Primary area {LABELS[4]}." in texts(app)


def test_no_network_is_one_sentence(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(identifier: str) -> None:
        raise FetchError("arXiv could not be reached.", "Check the connection.")

    monkeypatch.setattr(arxiv_api, "fetch_paper", unreachable)
    app.text_input(key="predict-arxiv-id").set_value("2101.00001")
    app.form_submit_button[0].click().run()
    assert not app.exception
    assert [str(box.value) for box in app.error] == [
        "arXiv could not be reached\\.\n\nCheck the connection\\."
    ]


def test_nonsense_for_arxiv_is_one_sentence(app: AppTest) -> None:
    app.text_input(key="predict-arxiv-id").set_value("file:///etc/passwd")
    app.form_submit_button[0].click().run()
    assert not app.exception
    assert len(app.error) == 1


# Many at once


def papers_csv() -> bytes:
    rows = [f'"{example.title}","{example.abstract}"' for example in EXAMPLES]
    return ("title,abstract\n" + "\n".join(rows) + '\n"=cmd","bread and water"\n').encode()


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    app = open_tab(app, "predict-view", "Many at once")
    return app.file_uploader(key="predict-file").upload(name, content).run()


def tagged(app: AppTest) -> AppTest:
    app = upload(app, "papers.csv", papers_csv())
    return app.button(key="tag-file").click().run()


def test_a_file_is_tagged_filtered_and_kept(app: AppTest, home: Path) -> None:
    app = upload(app, "papers.csv", papers_csv())
    assert not app.exception
    app.button(key="tag-file").click().run()
    assert not app.exception
    table = app.dataframe[0].value
    assert table["predicted_labels"].tolist() == [*LABELS, ""]
    assert table["note"].tolist() == [*([""] * len(LABELS)), "fewer than 20 words"]
    assert any("Notes on abstracts: fewer than 20 words (1)." in item.body for item in app.html)
    app.multiselect(key="predict-filter-labels").set_value(["cs.CL"]).run()
    assert app.dataframe[0].value["title"].tolist() == [EXAMPLES[1].title]
    app.toggle(key="predict-label-columns").set_value(True).run()
    assert "cs.CL" in app.dataframe[0].value.columns
    # Nothing of the upload stays on the server.
    assert not list((home / "uploads").iterdir())


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.csv", b""), ("no.csv", b"a\n"), ("broken.parquet", b"PAR1 nothing"),
     ("zip.csv.gz", b"PK\x03\x04 not gzip"), ("bad.jsonl", b"{}\n[1]\n{")],
)  # fmt: skip
def test_bad_files_get_one_sentence(app: AppTest, name: str, content: bytes) -> None:
    app = upload(app, name, content)
    assert not app.exception
    if not app.error:
        app.button(key="tag-file").click().run()
    assert not app.exception
    assert len(app.error) == 1
    assert not [one for one in app.button if one.key == "stop-tagging"]
    assert not app.get("progress")


def test_visitors_have_a_row_limit(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    rows = b"abstract\n" + b"we study graphs\n" * (config.VisitorLimits().max_rows + 1)
    app = upload(app, "many.csv", rows)
    app.button(key="tag-file").click().run()
    assert "Up to 20,000 papers can be tagged at once here" in app.error[0].value.replace("\\", "")


def test_filter_needs_every_label_and_word() -> None:
    table = pd.DataFrame(
        {
            "title": ["Deep graphs", "Deep trees", "Flat"],
            "predicted_labels": ["Soft Matter cs.CV", "Soft Matter", ""],
            "probabilities": ["0.9 0.8", "0.7", ""],
        }
    )
    given = [("Soft Matter", "cs.CV"), ("Soft Matter",), ()]

    def passing(labels: list[str], words: str) -> list[bool]:
        return predict_many.filtered(table, given, labels, words).tolist()

    assert passing([], "") == [True, True, True]
    assert passing(["Soft Matter"], "") == [True, True, False]
    assert passing(["Soft"], "") == [False, False, False]
    assert passing(["Soft Matter", "cs.CV"], "DEEP") == [True, False, False]
    assert passing([], "[") == [False] * 3  # no pattern
    assert predict_many.label_counts(given) == {"Soft Matter": 2, "cs.CV": 1}


def test_labels_with_spaces_stay_whole(
    open_app: OpenApp, demo_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spaced = tuple(label.replace(".", " and ") for label in LABELS)
    bundle = dataclasses.replace(demo_bundle(), label_names=spaced, neighbours=None)
    monkeypatch.setattr(models, "bundle", lambda model, home: bundle)
    app = tagged(open_app(PAGE, model=RUN_ID))
    assert app.multiselect(key="predict-filter-labels").options == [
        f"{label} (1)" for label in spaced
    ]
    app.toggle(key="predict-label-columns").set_value(True).run()
    assert not app.exception
    assert set(spaced) <= set(app.dataframe[0].value.columns)


def test_the_tagged_table_outlasts_a_look_elsewhere(app: AppTest) -> None:
    app = tagged(app)
    open_tab(app, "predict-view", "One abstract")
    assert "predicted_labels" not in app.dataframe[0].value
    open_tab(app, "predict-view", "Many at once")
    assert not app.exception
    assert app.dataframe[0].value["predicted_labels"].tolist() == [*LABELS, ""]
    app.button(key="remove-tagged").click().run()
    assert not app.dataframe
    app = tagged(app)
    app.file_uploader(key="predict-file").upload("other.csv", b"abstract\nwords\n").run()
    assert not app.dataframe


def test_lists_for_a_download_are_made_only_when_it_is_asked_for(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(predict_many.tables, "with_lists", made)
    app = tagged(app)
    assert not app.exception
    assert app.dataframe


def test_another_choice_of_columns_makes_the_table_old(app: AppTest) -> None:
    app = tagged(app)
    assert not app.warning
    title = next(box for box in app.selectbox if str(box.key).startswith("predict-column-title"))
    abstract = next(
        box for box in app.selectbox if str(box.key).startswith("predict-column-abstract")
    )
    title.select("abstract")
    abstract.select("title").run()
    assert any("tag the file again" in str(box.value) for box in app.warning)


def test_a_file_of_titles_can_be_tagged_without_them(app: AppTest) -> None:
    app = upload(app, "papers.csv", papers_csv())
    title = next(box for box in app.selectbox if str(box.key).startswith("predict-column-title"))
    title.select("(none)").run()
    app.button(key="tag-file").click().run()
    assert not app.exception
    assert not app.error
    assert app.dataframe[0].value["title"].tolist()[0] == EXAMPLES[0].title


def test_a_long_table_is_cut_on_screen(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_LINES_SHOWN", 3)
    app = tagged(app)
    assert len(app.dataframe[0].value) == 3
    shown = texts(app)
    assert f"{len(LABELS) + 1} of {len(LABELS) + 1} papers pass the filter" in shown
    assert "the first 3 stand above" in shown


# The model to take along


def test_lines_of_code_name_the_model(app: AppTest) -> None:
    app = open_tab(app, "predict-view", "Take the model along")
    assert not app.exception
    code = "\n".join(block.value for block in app.code)
    assert f"arxivtag export {RUN_ID}" in code
    assert "load_bundle" in code
    compile(app.code[0].value, "docs", "exec")


# Pieces


def prediction_of(probabilities: dict[str, float], threshold: float = 0.5) -> Prediction:
    """What a model of these labels would say."""
    names = tuple(probabilities)
    bundle = dataclasses.replace(
        demo_bundle(),
        label_names=names,
        thresholds=Thresholds("global", np.full(len(names), threshold, np.float32)),
    )
    y_prob = np.array(list(probabilities.values()), np.float32)
    tags = tagger.rank_labels(bundle, y_prob, top_k=len(names), readable=True)
    return Prediction("text", bundle, tagger.Tagged(tags))


@pytest.mark.parametrize(
    ("probabilities", "sentence"),
    [
        ({"cs.LG": 0.9, "cs.CL": 0.1}, "Primary area cs.LG."),
        ({"stat.ML": 0.7, "cs.LG": 0.9}, "Primary area cs.LG, cross-listed to stat.ML."),
        (
            {"stat.ML": 0.7, "cs.LG": 0.9, "cs.CL": 0.8},
            "Primary area cs.LG, cross-listed to cs.CL and stat.ML.",
        ),
        ({"robots": 0.9, "birds": 0.1}, "One label passes its threshold: robots."),
        ({"robots": 0.9, "birds": 0.8}, "2 labels pass their threshold: robots, birds."),
        # 1 - 0.6 * 0.7 * 0.7 = 0.706
        (
            {"math.AP": 0.4, "math.CA": 0.3, "math.DS": 0.3, "cs.LG": 0.1},
            "Mathematics, at 71 %. Which of its areas is less sure: math.AP (40 %), "
            "math.CA (30 %).",
        ),
        (
            {"math.AP": 0.31, "cs.LG": 0.3},
            "Not sure: no label is probable enough to be given. The nearest is "
            "math.AP (31 %) Analysis of PDEs.",
        ),
    ],
)
def test_summary_sentences(probabilities: dict[str, float], sentence: str) -> None:
    assert summary_sentence(prediction_of(probabilities)) == sentence


def test_the_tree_marks_threshold_and_role_and_escapes() -> None:
    prediction = prediction_of({"cs.LG": 0.9, "cs.CL": 0.2, "<b>": 0.3, "quant-ph": 0.005})
    shown = tree_html(
        prediction.archives, prediction.tags[:2], {"cs.LG": 0.5}, {"cs.LG": "primary"}
    )
    assert 'style="left:50.0%"' in shown
    assert 'style="width:90.0%"' in shown
    assert "passes its threshold</span>" in shown
    assert "<b><b>" not in shown
    # The archive, its one area that is shown, and a label that is no area of arXiv.
    read = " ".join(html.unescape(re.sub("<[^>]+>", "", shown)).split())
    assert read.startswith(
        "cs Computer Science 92 % "
        "cs.LG Machine Learning primary 90 % ✓ passes its threshold <b> 30 %"
    )
    assert shown.count("<li") == 3


def test_shown_are_the_given_and_the_probable() -> None:
    faint = {f"cs.{name}": 0.004 for name in ("AI", "CL", "CV")}
    few = prediction_of({"cs.LG": 0.9, **faint})
    assert [tag.label for tag in few.shown()] == ["cs.LG", "cs.AI", "cs.CL"]
    given = prediction_of({"cs.LG": 0.9, **faint}, threshold=0.003)
    assert len(given.shown()) == 4


def test_roles_are_for_areas_of_arxiv() -> None:
    assert prediction_of({"cs.LG": 0.9, "stat.ML": 0.6}).roles() == {
        "cs.LG": "primary",
        "stat.ML": "cross-list",
    }
    assert prediction_of({"cs.LG": 0.1, "stat.ML": 0.2}).roles() == {}
    assert prediction_of({"cs.LG": 0.9, "robots": 0.6}).roles() == {}


def test_hidden_words_are_counted_and_summed(app: AppTest) -> None:
    whole = explain(demo_bundle(), EXAMPLES[0].abstract, LABELS[0])
    kept, hidden = without_function_words(whole)
    assert {item.term for item in hidden} >= {"the", "and"}
    assert set(kept.contributions) | set(hidden) == set(whole.contributions)
    assert not any(span.term in ("the", "and") for span in kept.spans)
    words = [item.delta_logit for item in hidden if " " not in item.term]
    text = hidden_text(hidden)
    assert f"{len(words)} function words" in text
    assert f"sum to {sum(words):+.2f}," in text
    assert text in html.unescape(texts(app))
    shown = app.dataframe[0].value["term"]
    assert not {"the", "and"} & set(shown)
    app.toggle(key="matter").set_value(False).run()
    assert {"the", "and"} <= set(app.dataframe[0].value["term"])


def test_settings_stand_in_the_address(open_app: OpenApp, demo_home: Path) -> None:
    app = open_app(PAGE, model=RUN_ID, matter="false")
    assert not app.toggle(key="matter").value


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        (["cs.CL"], "The model agrees, and would add to it."),
        (["cs.CL", "cs.IR"], "The model agrees."),
        (["cs.CL", "cs.CV"], "The model agrees with cs.CL, not with all of the others."),
        (["cs.CV"], "The model would rather say cs.CL (90 %) than any of these."),
        (["econ.EM"], "The model knows none of these categories."),
    ],
)
def test_the_opinion_in_one_sentence(chosen: list[str], sentence: str) -> None:
    prediction = prediction_of({"cs.CL": 0.9, "cs.IR": 0.7, "cs.CV": 0.2})
    opinion = tagger.second_opinion(prediction.tags, chosen)
    assert opinion_sentence(opinion, prediction.tags[0]) == sentence


def test_an_unsure_model_has_no_opinion() -> None:
    prediction = prediction_of({"cs.CL": 0.4, "cs.IR": 0.3})
    opinion = tagger.second_opinion(prediction.tags, ["cs.IR"])
    assert opinion_sentence(opinion, prediction.tags[0]).startswith("The model is not sure")


def test_arxivs_rule_leaves_a_sure_author_alone(app: AppTest) -> None:
    app = open_tab(choose_example(app, 3), "predict-details-3", "Second opinion")
    app.multiselect(key=paper_input.AUTHOR_KEY).set_value([LABELS[0]]).run()
    assert "Missing" in texts(app)
    app.toggle(key="content").set_value(True).run()
    assert "Missing" in texts(app)  # the author's own has nearly nothing
    app.multiselect(key=paper_input.AUTHOR_KEY).set_value([LABELS[3]]).run()
    assert "Missing" not in texts(app)
    assert "The model agrees." in texts(app)


def test_a_model_without_papers_has_no_tab_of_them(
    open_app: OpenApp, demo_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = dataclasses.replace(demo_bundle(), neighbours=None)
    monkeypatch.setattr(models, "bundle", lambda model, home: bundle)
    app = open_app(PAGE, model=RUN_ID)
    assert "Similar papers" not in [tab.label for tab in app.tabs]


def test_the_pretrained_model_leads_to_papers_of_arxiv(open_app: OpenApp, home: Path) -> None:
    app = open_tab(open_app(PAGE), "predict-details-3", "Similar papers")
    assert not app.exception
    shown = texts(app)
    assert "areas alone decide" in shown
    assert len(re.findall(r'href="https://arxiv\.org/abs/[\w.-]+(?:/\d+)?" target', shown)) == 6


def small_space() -> Space:
    """Four papers, "a" to "d", of a run with three labels."""
    packed = to_bytes(np.eye(3, dtype=np.float32)[[0, 1, 2, 1]])[None]
    return Space(
        LABELS[:3], ("a", "b", "c", "d"), ((0,), (1,), (2,), (1, 0)), np.ones(1, np.float32), packed
    )


def test_a_paper_that_was_clicked_is_named_for_its_run_alone(
    app: AppTest, demo_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clicks = [2]

    def clicked_once(data: object, key: str, on_click: Callable[[int], None]) -> None:
        if clicks:
            on_click(clicks.pop())

    other = make_demo_run(demo_home, "20260102-000000-other")
    monkeypatch.setattr(models, "space_of", lambda *_: small_space())
    monkeypatch.setattr(similar, "label_space", clicked_once)
    named = f"c ({LABELS[2]})"
    app = open_tab(app, "predict-details-3", "Similar papers")
    assert named in texts(app)
    app.query_params["model"] = other
    assert named not in texts(app.run())
    app.query_params["model"] = RUN_ID
    assert named in texts(app.run())


def test_a_text_is_the_last_dot_among_the_papers_of_its_run() -> None:
    prediction = predict_text(demo_bundle(), "", EXAMPLES[1].abstract)
    data = circle_data(small_space(), prediction, RUN_ID)
    (places,) = np.asarray(data["places"])
    assert len(places) == 5
    assert data["chosen"] == 4
    assert data["paper_labels"] == [1]
    # The text is given the second label at nearly 1, so it stands near that label's papers.
    assert np.hypot(*(places[4] - places[1])) < 0.3 < np.hypot(*(places[4] - places[0]))

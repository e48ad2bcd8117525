"""The dialog that adds papers: a search of arXiv, and a part of Kaggle's snapshot."""

from __future__ import annotations

import dataclasses
import gzip
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from arxivtag.config import PROJECT_FOLDER, downloads_folder, uploads_folder
from arxivtag.papers.fetching import arxiv_api
from arxivtag.papers.reading.metadata import SNAPSHOT_NAME
from arxivtag.papers.source import ARXIV_METADATA
from arxivtag.papers.uploads import upload_path
from arxivtag.ui.frame import data
from tests.loading import Loaded, load


def search_part() -> None:
    from arxivtag import config
    from arxivtag.ui.frame import add_papers

    add_papers._search_input(config.home_folder())


def snapshot_part() -> None:
    from arxivtag import config
    from arxivtag.ui.frame import add_papers

    add_papers._snapshot_input(config.home_folder())


def upload_part() -> None:
    from arxivtag import config
    from arxivtag.ui.frame import add_papers
    from arxivtag.ui.frame.errors import guarded

    with guarded():
        add_papers._upload_input(config.home_folder())


def opened(part: Callable[[], None]) -> AppTest:
    """A part of the dialog as a page of its own: AppTest closes a dialog at the next run."""
    return AppTest.from_function(part, default_timeout=60).run()


def test_the_dialog_has_every_source(home: Path) -> None:
    app = AppTest.from_file(PROJECT_FOLDER / "streamlit_app.py", default_timeout=60).run()
    app.button(key="add-papers").click().run()
    assert not app.exception
    assert [tab.label for tab in app.tabs] == [
        "Upload a file", "Fetch the published set", "Search arXiv", "Kaggle's snapshot",
    ]  # fmt: skip


def test_a_search_goes_to_arxiv_as_typed_and_becomes_the_data_set(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    def fetch(search: arxiv_api.Search, **options: Any) -> Path:
        asked.update(dataclasses.asdict(search))
        options["progress"]("query 1 of 2", 0.5)
        path = downloads_folder(home) / "arxiv-api.csv"
        path.parent.mkdir(parents=True)
        path.write_text("titles,summaries,terms\nA title,Some words here,['cs.LG']\n")
        return path

    # The search itself is tested in tests/papers/fetching/test_arxiv_api.py.
    monkeypatch.setattr(arxiv_api, "fetch_arxiv_api", fetch)
    app = opened(search_part)
    app.text_area(key="search-queries").set_value("cat:cs.RO\nti:grasping")
    app.number_input(key="search-max").set_value(50)
    app.text_input(key="search-primary").set_value("cs.RO, cs.LG")
    app.button[0].click().run()
    assert not app.exception
    assert asked["queries"] == ["cat:cs.RO", "ti:grasping"]
    assert asked["max_results"] == 50
    assert asked["primary_categories"] == ["cs.RO", "cs.LG"]
    assert app.query_params["data"] == "arxiv-api"


def test_a_part_of_the_snapshot_becomes_the_data_set(home: Path) -> None:
    folder = downloads_folder(home)
    folder.mkdir(parents=True)
    papers = [
        {"id": str(i), "title": f"Title {i}", "abstract": f"Words {i} here", "categories": label}
        for i, label in enumerate(["cs.CL cs.LG", "hep-th", "cs.CL", "cs.CL"])
    ]
    (folder / SNAPSHOT_NAME).write_text("".join(json.dumps(paper) + "\n" for paper in papers))
    app = opened(snapshot_part)
    app.text_input(key="snapshot-categories").set_value("cs.CL")
    app.number_input(key="snapshot-rows").set_value(2)
    app.button[0].click().run()
    assert not app.exception
    source = f"{ARXIV_METADATA}?categories=cs.CL&max_rows=2"
    assert app.query_params["data"] == source
    page = AppTest.from_file(PROJECT_FOLDER / "streamlit_app.py", default_timeout=60)
    page.query_params["data"] = source
    page.run()
    assert not page.exception
    assert page.metric[0].value == "2"


def test_visitors_may_not_search(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    app = opened(search_part)
    assert not app.exception
    assert "Collect" not in [button.label for button in app.button]


def test_where_to_put_the_snapshot_is_said(home: Path) -> None:
    app = opened(snapshot_part)
    assert any(str(home / "downloads") in element.body for element in app.get("html"))


def test_visitors_are_not_offered_the_snapshot(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = downloads_folder(home)
    folder.mkdir(parents=True)
    paper = {"id": "1", "title": "A title", "abstract": "Some words", "categories": "cs.CL"}
    (folder / SNAPSHOT_NAME).write_text(json.dumps(paper) + "\n")
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    monkeypatch.setattr(data, "corpus", refuse_snapshot(data.corpus))
    for source in (ARXIV_METADATA, f"{ARXIV_METADATA}?categories=cs.CL"):
        app = AppTest.from_file(PROJECT_FOLDER / "streamlit_app.py", default_timeout=60)
        app.query_params["data"] = source
        app.run()
        assert not app.exception
        assert any("which is not here" in str(box.value) for box in app.warning)
        assert not any("Kaggle" in name for name in app.selectbox(key="data-choice").options)
    app.button(key="add-papers").click().run()
    assert "Kaggle's snapshot" not in [tab.label for tab in app.tabs]


def refuse_snapshot(load: Callable[..., Any]) -> Callable[..., Any]:
    def checked(source: str, home: Path | None = None) -> Any:
        assert not source.startswith(ARXIV_METADATA)
        return load(source, home)

    return checked


def test_one_column_can_be_chosen_for_two_things(home: Path) -> None:
    app = opened(upload_part)
    rows = b"title,abstract,labels\nA title,Some words here,cs.LG\n"
    app.file_uploader(key="upload-file").upload("papers.csv", rows).run()
    app.selectbox(key="mapping-title").set_value("abstract").run()
    app.button(key="use-upload").click().run()
    assert not app.exception
    assert not app.error
    papers = load(app.query_params["data"], home=home).papers
    assert papers["title"].tolist() == papers["abstract"].tolist() == ["Some words here"]


def test_who_sees_an_upload_is_said_as_it_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def said() -> str:
        return " ".join(str(element.value) for element in opened(upload_part).get("html"))

    assert "whoever uses it can see the runs" in said()
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    assert "Only you, and those to whom you give the address" in said()


def test_the_log_tells_no_upload_s_address(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = opened(upload_part)
    rows = b"title,abstract,labels\nA title,Some words here,cs.LG\n"
    app.file_uploader(key="upload-file").upload("papers.csv", rows).run()
    logger = logging.getLogger("arxivtag.app")
    logger.addHandler(caplog.handler)
    app.button(key="use-upload").click().run()
    logger.removeHandler(caplog.handler)
    source = app.query_params["data"]
    assert "uploaded" in caplog.text
    assert source.removeprefix("upload:") not in caplog.text


def test_a_file_that_was_picked_and_not_chosen_goes_with_the_next(home: Path) -> None:
    app = opened(upload_part)
    rows = b"title,abstract,labels\nA title,Some words here,cs.LG\n"
    app.file_uploader(key="upload-file").upload("first.csv", rows).run()
    app.file_uploader(key="upload-file").upload("second.csv", rows).run()
    assert not app.exception
    (second,) = uploads_folder(home).iterdir()
    app.button(key="use-upload").click().run()
    assert app.query_params["data"] == f"upload:{second.name}"
    app.file_uploader(key="upload-file").upload("third.csv", rows).run()
    assert not app.exception
    assert len(list(uploads_folder(home).iterdir())) == 2
    assert second.is_dir()


def test_an_upload_keeps_its_file_and_the_columns_that_were_chosen(home: Path) -> None:
    packed = gzip.compress(b"one,text,two,label\nA title,Other,Some words here,cs.LG\n")
    app = opened(upload_part)
    app.file_uploader[0].set_value(("papers.csv.gz", packed, "application/gzip")).run()
    assert not app.exception
    app.selectbox(key="mapping-abstract").set_value("two").run()
    app.button(key="use-upload").click().run()
    assert not app.exception
    source = app.query_params["data"]
    assert upload_path(source, home)[0].read_bytes() == packed
    corpus = load(source, home=home)
    assert corpus.name == "papers.csv.gz"
    assert corpus.papers.iloc[0].tolist() == ["", "Some words here", ("cs.LG",)]
    app.selectbox(key="mapping-title").set_value("one").run()
    app.button(key="use-upload").click().run()
    other = app.query_params["data"]
    assert other != source
    assert load(other, home=home).papers["title"].tolist() == ["A title"]
    assert load(source, home=home).papers["title"].tolist() == [""]


def uploaded(content: str, name: str = "papers.csv") -> AppTest:
    app = opened(upload_part)
    app.file_uploader(key="upload-file").upload(name, content.encode()).run()
    assert not app.exception
    return app


def used(app: AppTest, home: Path) -> Loaded:
    app.button(key="use-upload").click().run()
    assert not app.exception
    assert not app.error
    return load(app.query_params["data"], home=home)


def separator(app: AppTest) -> Selectbox:
    return next(box for box in app.selectbox if box.label == "Labels are separated by")


def examples_shown(app: AppTest) -> list[tuple[str, list[str]]]:
    table = next(
        frame.value for frame in app.dataframe if list(frame.value) == ["As written", "Labels"]
    )
    return [(row.iloc[0], list(row.iloc[1])) for _, row in table.iterrows()]


def test_how_labels_are_read_is_shown_and_can_be_overruled(home: Path) -> None:
    app = uploaded(
        "title,abstract,tags\nA,Some words,Machine Learning; Physics - Theory\n"
        "B,Other words,Machine Learning\n"
    )
    (reading,) = [one.body for one in app.get("html") if "separated by" in one.body]
    assert "2 labels" in reading
    assert examples_shown(app)[0] == (
        "Machine Learning; Physics - Theory", ["Machine Learning", "Physics - Theory"],
    )  # fmt: skip
    assert separator(app).value == "semicolon"
    separator(app).set_value("space").run()
    assert examples_shown(app)[0][1] == ["Machine", "Learning", "Physics", "-", "Theory"]
    separator(app).set_value("semicolon").run()
    corpus = used(app, home)
    assert corpus.papers["labels"][0] == ("Machine Learning", "Physics - Theory")
    assert corpus.labels_read.separator == "semicolon"


def test_words_for_nothing_are_no_labels_in_the_dialog_either(home: Path) -> None:
    rows = "".join(f"T{i},Words number {i},{cell}\n" for i, cell in enumerate(
        ["cs.LG stat.ML", "cs.CV hep-th", "NA", "None", "nan", "[nan]", "null", "N/A"]
    ))  # fmt: skip
    app = uploaded("title,abstract,labels\n" + rows)
    assert separator(app).value == "space"
    assert [text for text, _ in examples_shown(app)] == ["cs.LG stat.ML", "cs.CV hep-th"]
    assert any("; 4 labels." in one.body for one in app.get("html"))
    assert used(app, home).labels_read.n_labels == 4


def test_any_name_may_stand_above_a_column(home: Path) -> None:
    app = uploaded("title,abstract,self\nA title,Some words here,cs.LG\n")
    app.selectbox(key="mapping-labels").set_value("self").run()
    assert used(app, home).papers["labels"].tolist() == [("cs.LG",)]


def test_how_dates_are_read_is_shown(home: Path) -> None:
    rows = "title,abstract,tags,{}\nA,Some words,x,{}\nB,Other words,y,\n"
    app = uploaded(rows.format("Publication Date", "2 May 2019"))
    (said,) = [one.body for one in app.get("html") if "Dates" in one.body]
    assert "Publication Date" in said
    assert "1 of 2 papers have one, 2019-05-02 to 2019-05-02" in said
    app = uploaded(rows.format("pages", "7"))
    (said,) = [one.body for one in app.get("html") if "Dates" in one.body]
    assert "no column of dates" in said


def test_another_file_is_judged_anew(home: Path) -> None:
    app = uploaded("title,abstract,tags\nA,Some words,Machine Learning; Physics - Theory\n")
    separator(app).set_value("none").run()
    rows = b"title,abstract,tags\nA,Some words,Machine Learning|Physics - Theory\n"
    app.file_uploader(key="upload-file").upload("other.csv", rows).run()
    assert separator(app).value == "pipe"


def test_what_is_not_sure_is_asked(home: Path) -> None:
    app = uploaded(
        'title,abstract,tags\nA,Some words,"Engineering, Civil"\n'
        'B,Other words,"Engineering, Electrical"\nC,More words,"Materials Science, Paper"\n'
    )
    assert "Choose what separates them" in app.warning[0].value
    assert app.button(key="use-upload").disabled
    assert examples_shown(app)[0] == ("Engineering, Civil", ["Engineering, Civil"])
    separator(app).set_value("comma").run()
    assert examples_shown(app)[0] == ("Engineering, Civil", ["Engineering", "Civil"])
    corpus = used(app, home)
    assert corpus.papers["labels"][0] == ("Engineering", "Civil")
    assert not [note for note in corpus.report.notes if "guess" in note]


def test_columns_of_0_and_1_can_be_chosen(home: Path) -> None:
    app = uploaded("TITLE,ABSTRACT,Robotics,Vision\nA,Some words,1,0\nB,Other words,1,1\nC,x,0,1\n")
    box = app.selectbox(key="mapping-labels")
    assert box.value == "0/1"
    assert "one column per label (0/1)" in box.options
    assert examples_shown(app)[0][1] == ["Robotics", "Vision"]
    box.set_value("Vision").run()
    assert "without names" in app.error[0].value
    app.selectbox(key="mapping-labels").set_value("0/1").run()
    assert used(app, home).papers["labels"].tolist() == [
        ("Robotics",), ("Robotics", "Vision"), ("Vision",),
    ]  # fmt: skip


def test_a_table_without_column_names_is_told(home: Path) -> None:
    app = uploaded(f"1000001\t{'some words ' * 12}\n0100000\t{'other words ' * 12}\n", "a.tsv")
    assert "The first row looks like a paper" in app.error[0].value
    assert not [button for button in app.button if button.key == "use-upload"]

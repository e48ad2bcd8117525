"""Which column holds what: by the names that people give, or as somebody said."""

from __future__ import annotations

import pytest

from arxivtag.errors import DataError
from arxivtag.papers.schema import (
    Layout,
    check_header,
    check_mapping,
    guess_mapping,
    known_columns,
    numbered_columns,
    parse_layout,
)


def test_guessed_mapping() -> None:
    raw = {"title": "titles", "abstract": "summaries", "labels": "terms"}
    assert guess_mapping(["titles", "summaries", "terms"]) == raw
    assert guess_mapping(["id", "Title", "ABSTRACT", "Categories"]) == {
        "title": "Title",
        "abstract": "ABSTRACT",
        "labels": "Categories",
    }
    assert guess_mapping(["a", "b"]) == {}


def test_chosen_columns_win_and_empty_means_none() -> None:
    columns = ["title", "abstract", "labels", "other"]
    assert check_mapping(columns, {"abstract": "other"})["abstract"] == "other"
    assert "title" not in check_mapping(columns, {"title": ""})
    assert check_mapping(columns, {"title": "abstract", "abstract": "other"})["title"] == "abstract"


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"labels": "x"}, "no column 'x'"),
        ({"labels": ""}, "No column for the labels"),
        ({"colour": "title"}, "can be used as"),
    ],
)
def test_mapping_that_does_not_fit(mapping: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        check_mapping(["title", "abstract", "labels"], mapping)


ZOTERO = ["Key", "Item Type", "Title", "Abstract Note", "Manual Tags", "Automatic Tags"]
SCOPUS = ["Authors", "Title", "Abstract", "Author Keywords", "Index Keywords", "EID"]
WEB_OF_SCIENCE = ["PT", "AU", "TI", "SO", "DE", "ID", "AB", "WC", "SC", "UT"]


@pytest.mark.parametrize(
    ("columns", "title", "abstract", "labels"),
    [
        (ZOTERO, "Title", "Abstract Note", "Manual Tags"),
        (["title", "abstractNote", "tags/0/tag"], "title", "abstractNote", "tags/0/tag"),
        (SCOPUS, "Title", "Abstract", "Author Keywords"),
        (WEB_OF_SCIENCE, "TI", "AB", "WC"),
        (["PMID", "TI", "AB", "MH", "OT"], "TI", "AB", "MH"),
        (["Title", "Abstract", "MeSH Terms"], "Title", "Abstract", "MeSH Terms"),
        (["title", "summary", "tag", "author"], "title", "summary", "tag"),
        (["title", "abstract", "s2FieldsOfStudy"], "title", "abstract", "s2FieldsOfStudy"),
        (
            ["paper_id", "metadata.id", "metadata.title", "metadata.categories", "abstract.text"],
            "metadata.title", "abstract.text", "metadata.categories",
        ),
    ],
)  # fmt: skip
def test_the_names_of_exporters_are_known(
    columns: list[str], title: str, abstract: str, labels: str
) -> None:
    guessed = guess_mapping(columns)
    assert guessed == {"title": title, "abstract": abstract, "labels": labels}


def test_two_letters_are_a_field_s_tag_only_among_such_tags() -> None:
    assert known_columns("labels", ["ID", "TITLE", "ABSTRACT", "de", "SC"]) == []
    assert known_columns("labels", ["id", "TI", "ID", "metadata.id"]) == ["ID"]


def test_what_an_object_within_a_record_is_called_is_not_taken_for_a_title() -> None:
    assert guess_mapping(["submitter.name", "journal.description"]) == {}


def test_likely_columns_are_named_first() -> None:
    columns = [f"column {number}" for number in range(20)]
    with pytest.raises(DataError, match="Columns: 'arXiv categories, all', 'abstract'"):
        check_mapping(["abstract", *columns, "arXiv categories, all"], {})
    with pytest.raises(DataError, match="Columns: 'DE', 'ID', 'WC', 'SC', 'PT'"):
        check_mapping(WEB_OF_SCIENCE, {"labels": "none of them"})


@pytest.mark.parametrize("name", ["1000001", "[0, 1, 0]", "word " * 30])
def test_a_first_row_that_is_a_paper_is_told(name: str) -> None:
    with pytest.raises(DataError, match="looks like a paper"):
        check_mapping([name, "cs.LG"], {})
    check_header([name, "labels"])  # a question of a survey may be long


def test_numbered_columns_are_of_one_kind() -> None:
    columns = ["tags/0/tag", "tags/0/type", "tags/1/tag", "tags/10/tag", "tag"]
    assert numbered_columns("tags/0/tag", columns) == ["tags/0/tag", "tags/1/tag", "tags/10/tag"]
    assert numbered_columns("tag", columns) == ["tag"]


def test_a_layout_in_words() -> None:
    layout = parse_layout("title=,abstract=AB, old,labels=Engineering, Civil", ";")
    assert layout == Layout(
        {"title": "", "abstract": "AB, old", "labels": "Engineering, Civil"}, "semicolon"
    )
    assert parse_layout(layout.columns_text, layout.label_separator) == layout
    assert parse_layout("") == Layout()


@pytest.mark.parametrize("columns", ["TI", "colour=TI", "title=a,title=b", "title"])
def test_a_layout_that_is_not_understood(columns: str) -> None:
    with pytest.raises(DataError, match="title=TI,abstract=AB,labels=WC"):
        parse_layout(columns)

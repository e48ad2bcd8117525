"""What the text that names a source of papers means."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.errors import DataError
from arxivtag.papers.source import Source, parse_source


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("sample", Source("sample")),
        ("arxiv-api", Source("arxiv-api")),
        ("arxiv-api:0123456789ab", Source("arxiv-api", "0123456789ab")),
        ("upload:00ff", Source("upload", "00ff")),
        ("arxiv-metadata?max_rows=5", Source("arxiv-metadata", "", "max_rows=5")),
        ("/data/papers.csv", Source("file", "/data/papers.csv")),
        ("samples", Source("file", "samples")),
    ],
)
def test_each_kind(text: str, source: Source) -> None:
    assert parse_source(text) == source
    assert str(source) == text


def test_a_filter_follows_a_file_that_is_there(tmp_path: Path) -> None:
    file = tmp_path / "snapshot.json"
    file.write_text("{}")
    assert parse_source(f"{file}?max_rows=5") == Source("file", str(file), "max_rows=5")
    odd = tmp_path / "what?.csv"
    odd.write_text("")
    assert parse_source(str(odd)) == Source("file", str(odd))


def test_an_upload_takes_no_options() -> None:
    with pytest.raises(DataError, match="takes no options"):
        parse_source("upload:00ff?max_rows=5")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("upload:00ff", "uploaded file"),
        ("/secret/folder/papers.csv", "papers.csv"),
        (r"C:\secret\papers.csv", "papers.csv"),
        ("sample", "sample"),
    ],
)
def test_people_see_no_folder_and_no_address(text: str, shown: str) -> None:
    assert parse_source(text).shown == shown


@pytest.mark.parametrize("text", ["/data/papers.csv", "arxiv-metadata", "arxiv-metadata?a=b"])
def test_visitors_use_no_files_of_the_server(text: str) -> None:
    assert not parse_source(text).is_for_visitors


@given(st.text(max_size=80))
def test_any_text_is_a_source_and_there_again(text: str) -> None:
    if text.startswith("upload:") and "?" in text:
        return
    source = parse_source(text)
    if source.options or not text.endswith("?"):
        assert str(source) == text or text in ("arxiv-api:", "upload:")

"""Uploads keep to their folder, cannot be guessed, and are bounded."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import re
import stat
import time
from pathlib import Path

import pytest

from arxivtag.errors import DataError
from arxivtag.papers.schema import Layout
from arxivtag.papers.uploads import (
    delete_upload,
    keep_upload,
    make_room,
    save_upload,
    upload_layout,
    upload_path,
    with_layout,
)
from tests.loading import load

CONTENT = b"title,abstract,labels\nA,An abstract,cs.CV\n"


def test_save_and_load(home: Path) -> None:
    source = save_upload("my papers.csv", CONTENT, home)
    assert re.fullmatch(r"upload:[0-9a-f]{32}", source)
    corpus = load(source, home=home)
    assert corpus.name == "my papers.csv"
    assert corpus.papers["labels"].tolist() == [("cs.CV",)]
    assert save_upload("my papers.csv", io.BytesIO(CONTENT), home) != source


@pytest.mark.parametrize(
    "name", ["a.csv.gz", "a.jsonl", "x.y.parquet", "ö ü.csv", "A.CSV", "a" * 300 + ".csv"]
)
def test_names_keep_their_format(home: Path, name: str) -> None:
    path, shown = upload_path(save_upload(name, CONTENT, home), home)
    assert path.name.startswith("data." if len(name) > 99 else name[:2])
    assert path.suffix.lower() == Path(name).suffix.lower()
    assert len(shown) <= 100


@pytest.mark.parametrize("name", ["upload.json", "Upload.JSON", ".csv", "-.csv", "a" * 80 + ".csv"])
def test_names_that_are_no_plain_ones_are_not_stored(home: Path, name: str) -> None:
    with contextlib.suppress(DataError):  # ".csv" has no ending
        path, _ = upload_path(save_upload(name, CONTENT, home), home)
        assert path.name.startswith("data.")
        assert path.read_bytes() == CONTENT


def test_a_refused_file_is_told_by_its_own_name(home: Path) -> None:
    source = save_upload("photo.png.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), home)
    with pytest.raises(DataError, match=r"^photo\.png\.csv is a picture.* Excel, JSON.* BibTeX"):
        load(source, home=home)


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.csv",
        "/etc/cron.d/evil.csv",
        "..\\..\\evil.csv",
        "a\x00/../b.csv",
        "<script>.csv",
    ],
)
def test_names_are_never_paths(home: Path, name: str) -> None:
    path, shown = upload_path(save_upload(name, CONTENT, home), home)
    assert path.resolve().is_relative_to((home / "uploads").resolve())
    assert path.parent.parent == home / "uploads"
    assert not set('/\\<>"\x00') & set(shown)
    outside = [p for p in home.parent.rglob("*evil*") if not p.is_relative_to(home / "uploads")]
    assert outside == []


@pytest.mark.parametrize(
    "source",
    [
        "upload:",
        "upload:..",
        "upload:../../etc/passwd",
        "upload:/etc/passwd",
        "upload:" + "0" * 32,
        "upload:" + "0" * 31 + "/",
        "upload:" + "A" * 32,
        "upload:" + "0" * 32 + "\n",
        "upload:%2e%2e",
        "upload:\x00",
    ],
)
def test_ids_that_are_not_ours(home: Path, source: str) -> None:
    save_upload("a.csv", CONTENT, home)
    with pytest.raises(DataError, match="no longer here"):
        load(source, home=home)


@pytest.mark.parametrize(
    "about", ["", "[]", "{}", '{"file":"../x","name":"a"}', '{"file":1,"name":2}', "[" * 100_000,
     '{"file":"data.csv","name":"a","mapping":1}',
     '{"file":"data.csv","name":"a","mapping":{"a":1}}'],
)  # fmt: skip
def test_spoilt_record(home: Path, about: str) -> None:
    source = save_upload("a.csv", CONTENT, home)
    path, _ = upload_path(source, home)
    (path.parent / "upload.json").write_text(about)
    with pytest.raises(DataError, match="no longer here"):
        load(source, home=home)


def test_an_upload_of_another_home_is_out_of_reach(home: Path) -> None:
    source = save_upload("a.csv", CONTENT, home / "other")
    upload_id = source.removeprefix("upload:")
    for way in (f"../other/uploads/{upload_id}", f"{home}/other/uploads/{upload_id}"):
        with pytest.raises(DataError, match="no longer here"):
            upload_path(f"upload:{way}", home)


def test_refused_uploads_leave_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_MAX_UPLOAD_MB", "1")
    with pytest.raises(DataError, match="at most 1 MB"):
        save_upload("a.csv", io.BytesIO(b"x" * 1_000_001), home)
    with pytest.raises(DataError, match="empty"):
        save_upload("a.csv", b"", home)
    with pytest.raises(DataError, match="should end in"):
        save_upload("a.pkl", CONTENT, home)
    assert list((home / "uploads").iterdir()) == []
    save_upload("a.csv", b"x" * 1_000_000, home)


LAYOUT = Layout({"title": "", "abstract": "note", "labels": "kind"})
UNNAMED = b"title,note,text,kind\nA,First words\rsecond words,Other,cs.LG\n"


def test_a_mapping_is_kept_beside_the_file(home: Path) -> None:
    """Whoever names the upload reads it with the columns that its owner chose."""
    packed = gzip.compress(UNNAMED.replace(b"First words\r", b"First words "))
    source = save_upload("a.csv.gz", packed, home)
    assert load_error(source, home) == "No column for the labels was found."
    assert with_layout(source, LAYOUT, home) == source
    path, name = upload_path(source, home)
    assert (path.read_bytes(), name) == (packed, "a.csv.gz")
    papers = load(source, home=home).papers
    assert papers.iloc[0].tolist() == ["", "First words second words", ("cs.LG",)]
    said = load(source, layout=Layout({"abstract": "text", "labels": "kind"}), home=home).papers
    assert said.iloc[0].tolist() == ["A", "Other", ("cs.LG",)]


def load_error(source: str, home: Path) -> str:
    with pytest.raises(DataError) as caught:
        load(source, home=home)
    return caught.value.message.split(" Columns")[0]


def test_a_carriage_return_does_not_break_rows(home: Path) -> None:
    content = json.dumps({"note": "First words\rsecond words", "kind": "cs.LG"}).encode()
    source = with_layout(save_upload("a.jsonl", content, home), LAYOUT, home)
    papers = load(source, home=home).papers
    # As the store normalises it.
    assert papers["abstract"].tolist() == ["First words\nsecond words"]


def test_a_mapping_does_not_change_under_those_who_chose_it(home: Path) -> None:
    source = save_upload("a.csv", CONTENT, home)
    first, second = Layout({"abstract": "title"}), Layout({"abstract": "abstract"})
    assert with_layout(source, Layout({"abstract": "labels"}), home) == source
    assert with_layout(source, first, home) == source  # nobody chose it yet
    keep_upload(source, home)
    assert with_layout(source, first, home) == source
    copy = with_layout(source, second, home)
    assert copy != source
    assert (upload_layout(source, home), upload_layout(copy, home)) == (first, second)
    assert load(source, home=home).papers["abstract"].tolist() == ["A"]
    assert load(copy, home=home).papers["abstract"].tolist() == ["An abstract"]
    assert load(copy, home=home).name == "a.csv"


def test_no_mapping_means_a_guess(home: Path) -> None:
    source = save_upload("a.csv", CONTENT, home)
    assert upload_layout(source, home) == Layout()
    with_layout(source, Layout({"labels": "nothing"}), home)
    assert "no column 'nothing'" in load_error(source, home)


def test_a_separator_is_kept_beside_the_file(home: Path) -> None:
    source = save_upload("a.csv", b'abstract,labels\nA,"x y, z"\n', home)
    with_layout(source, Layout({}, "comma"), home)
    assert load(source, home=home).papers["labels"].tolist() == [("x y", "z")]
    assert upload_layout(source, home).label_separator == "comma"


def test_delete(home: Path) -> None:
    source = save_upload("a.csv", CONTENT, home)
    delete_upload(source, home)
    delete_upload(source, home)
    assert list((home / "uploads").iterdir()) == []
    with pytest.raises(DataError):
        load(source, home=home)


DAY_S = 86_400


def stored(home: Path, *, days_ago: float = 0.0, n_bytes: int = 0, chosen: bool = False) -> str:
    """An upload of some size that was last used some days ago."""
    source = save_upload("a.csv", CONTENT + b"x" * n_bytes, home)
    if chosen:
        keep_upload(source, home)
    used_at = time.time() - days_ago * DAY_S
    os.utime(upload_path(source, home)[0].parent, (used_at, used_at))
    return source


def left(home: Path, *sources: str) -> list[bool]:
    return [(home / "uploads" / source.removeprefix("upload:")).is_dir() for source in sources]


def test_uploads_expire(home: Path) -> None:
    fresh, abandoned = stored(home, days_ago=0.9), stored(home, days_ago=1.1)
    kept, forgotten = stored(home, days_ago=29, chosen=True), stored(home, days_ago=31, chosen=True)
    of_a_run = stored(home, days_ago=400, chosen=True)
    newest = stored(home)
    make_room(newest, [of_a_run], home)
    found = left(home, fresh, abandoned, kept, forgotten, of_a_run, newest)
    assert found == [True, False, True, False, True, True]


def test_half_an_upload_expires_too(home: Path) -> None:
    newest = stored(home)
    half = home / "uploads" / ("0" * 32)
    half.mkdir()
    os.utime(half, (0, 0))
    make_room(newest, [], home)
    assert not half.exists()


def test_looking_at_an_upload_keeps_it(home: Path) -> None:
    source = stored(home, days_ago=0.9)
    before = upload_path(source, home)[0].stat().st_mtime_ns
    make_room(stored(home), [], home)
    folder = home / "uploads" / source.removeprefix("upload:")
    assert time.time() - folder.stat().st_mtime < DAY_S / 2
    # The file's own time says whether a cached corpus still holds.
    assert upload_path(source, home)[0].stat().st_mtime_ns == before


@pytest.fixture
def one_mb(monkeypatch: pytest.MonkeyPatch) -> None:
    """Visitors whose uploads may take up 1 MB together."""
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    monkeypatch.setenv("ARXIVTAG_VISITOR_MAX_UPLOADS_MB", "1")


@pytest.mark.usefixtures("one_mb")
def test_uploads_out_of_use_longest_make_room(home: Path) -> None:
    young, old = (stored(home, days_ago=days, n_bytes=400_000) for days in (0.1, 0.3))
    needed = stored(home, days_ago=0.5, n_bytes=100_000)
    newest = stored(home, n_bytes=400_000)
    make_room(newest, [needed], home)
    assert left(home, old, young, needed, newest) == [False, True, True, True]


@pytest.mark.usefixtures("one_mb")
def test_no_room_beside_uploads_in_use(home: Path) -> None:
    seen, needed = stored(home, n_bytes=400_000), stored(home, days_ago=0.5, n_bytes=400_000)
    newest = stored(home, n_bytes=400_000)
    with pytest.raises(DataError, match="no room"):
        make_room(newest, [needed], home)
    assert left(home, seen, needed, newest) == [True, True, False]


def test_only_the_owner_looks_into_uploads(home: Path) -> None:
    stored(home)
    assert stat.S_IMODE((home / "uploads").stat().st_mode) == 0o700

"""Uploads keep to their folder, cannot be guessed, and are bounded."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from arxivtag.errors import DataError
from arxivtag.papers.sources import load, save_upload
from arxivtag.papers.uploads import delete_upload, upload_path

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
    assert path.name.startswith("data.")
    assert path.suffix.lower() == Path(name).suffix.lower()
    assert len(shown) <= 100


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
    "about", ["", "[]", "{}", '{"file":"../x","name":"a"}', '{"file":1,"name":2}', "[" * 100_000]
)
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


def test_delete(home: Path) -> None:
    source = save_upload("a.csv", CONTENT, home)
    delete_upload(source, home)
    delete_upload(source, home)
    assert list((home / "uploads").iterdir()) == []
    with pytest.raises(DataError):
        load(source, home=home)

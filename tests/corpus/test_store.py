"""A corpus is there as a whole or not at all, whoever works on it at the same time."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from arxivtag import locks
from arxivtag.callbacks import StoppedError
from arxivtag.config import corpora_folder
from arxivtag.corpus import store
from arxivtag.corpus.kept import REPORT_NAME
from arxivtag.corpus.store import open_corpus
from arxivtag.corpus.texts import matching, papers_at
from arxivtag.errors import DataError, StorageError
from tests.corpus.untidy import write_untidy

INGEST = (
    "import sys; from pathlib import Path; from arxivtag.corpus.store import open_corpus;"
    "open_corpus(sys.argv[1], Path(sys.argv[2]), progress=lambda *_: print('.', flush=True));"
    "print('done')"
)


def papers_file(folder: Path, n_papers: int = 50, name: str = "papers.jsonl") -> str:
    path = folder / name
    write_untidy(path, n_papers, seed=n_papers)
    return str(path)


def names_in(home: Path) -> set[str]:
    """Return what kinds of files the store holds; fingerprints aside."""
    return {path.name[64:] or "corpus" for path in corpora_folder(home).iterdir()}


def started(source: str, home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", INGEST, source, str(home)], stdout=subprocess.PIPE, text=True
    )


def test_a_corpus_is_ingested_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = papers_file(tmp_path)
    first = open_corpus(source, tmp_path)
    monkeypatch.setattr(store, "ingest", None)  # to call it again would fail
    again = open_corpus(source, tmp_path)
    copy = papers_file(tmp_path, name="copy.jsonl")
    assert {first.folder, again.folder, open_corpus(copy, tmp_path).folder} == {first.folder}
    assert names_in(tmp_path) == {"corpus", ".lock", ".seen"}
    assert again.name == "papers.jsonl"
    assert again.n_papers == len(again.labels) == len(again.tokens) == 50


def test_a_file_that_changed_is_another_corpus(tmp_path: Path) -> None:
    source = papers_file(tmp_path)
    first = open_corpus(source, tmp_path)
    Path(source).write_text(Path(source).read_text() + Path(source).read_text())
    assert open_corpus(source, tmp_path).n_papers == 2 * first.n_papers


def test_two_processes_do_the_work_once(tmp_path: Path) -> None:
    source = papers_file(tmp_path, 3_000)
    processes = [started(source, tmp_path) for _ in range(3)]
    said = [process.communicate(timeout=120)[0].split() for process in processes]
    assert all(lines[-1] == "done" for lines in said)
    assert names_in(tmp_path) == {"corpus", ".lock", ".seen"}


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_ingest_leaves_nothing_half(tmp_path: Path, seed: int) -> None:
    source = papers_file(tmp_path, 4_000)
    with started(source, tmp_path) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it is at work
        time.sleep(random.Random(seed).uniform(0, 0.8))
        process.kill()
    sound = [path for path in corpora_folder(tmp_path).glob("?" * 64) if path.is_dir()]
    assert all(store.is_sound(path) for path in sound)
    assert open_corpus(source, tmp_path).n_papers == 4_000
    assert names_in(tmp_path) == {"corpus", ".lock", ".seen"}


def test_what_killed_ingests_of_other_files_left_is_swept(tmp_path: Path) -> None:
    left = corpora_folder(tmp_path) / (".tmp-" + "a" * 64)
    at_work = corpora_folder(tmp_path) / (".tmp-" + "b" * 64)
    (left / "scratch").mkdir(parents=True)
    at_work.mkdir()
    lock = locks.try_acquire(corpora_folder(tmp_path) / ("b" * 64 + ".lock"))
    assert lock is not None
    open_corpus(papers_file(tmp_path), tmp_path)
    assert not left.exists()
    assert at_work.exists()
    locks.release(lock)


def test_a_corpus_that_is_being_removed_is_left_to_who_removes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_corpus(papers_file(tmp_path), tmp_path).close()
    root, rmtree = corpora_folder(tmp_path), shutil.rmtree
    seen: list[bool] = []

    def slowly(folder: Path) -> None:
        monkeypatch.setattr(shutil, "rmtree", rmtree)
        store.sweep(root)  # as an ingest does that begins in another process meanwhile
        seen.append(folder.is_dir())
        rmtree(folder)

    monkeypatch.setattr(shutil, "rmtree", slowly)
    monkeypatch.setattr(store, "_GB", 0)
    store.make_room(root)
    assert seen == [True]
    assert names_in(tmp_path) == {".lock", ".seen"}


def test_an_ingest_can_be_stopped(tmp_path: Path) -> None:
    said: list[str] = []
    with pytest.raises(StoppedError):
        open_corpus(
            papers_file(tmp_path),
            tmp_path,
            progress=lambda stage, _: said.append(stage),
            should_stop=lambda: "Looking for near-duplicates" in said,
        )
    assert names_in(tmp_path) == {".lock"}


def change_a_byte(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(7)
        file.write(b"\x7f")


DAMAGE = {
    "a byte is another": lambda folder: change_a_byte(folder / "labels" / "codes"),
    "a file is gone": lambda folder: (folder / "tokens" / "codes").unlink(),
    "a file is cut": lambda folder: os.truncate(folder / "papers.parquet", 100),
    "the report is cut": lambda folder: os.truncate(folder / "report.json", 10),
    "a file is too long": lambda folder: os.truncate(folder / "papers" / "n_words", 10_000),
    "another version": lambda folder: (folder / "report.json").write_text('{"format_version": 0}'),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_corpus_is_built_anew(tmp_path: Path, damage: str) -> None:
    source = papers_file(tmp_path)
    before = open_corpus(source, tmp_path)
    figures = before.n_words.tolist()
    before.close()
    DAMAGE[damage](before.folder)
    assert not store.is_sound(before.folder)
    assert open_corpus(source, tmp_path).n_words.tolist() == figures
    assert store.is_sound(before.folder)


def test_texts_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    corpus = open_corpus(papers_file(tmp_path), tmp_path)
    content = bytearray(corpus.papers_path.read_bytes())
    content[:-8] = bytes(len(content) - 8)
    corpus.papers_path.write_bytes(content)
    with pytest.raises(StorageError):
        papers_at(corpus, [1])
    with pytest.raises(StorageError):
        matching(corpus, "word")


def test_the_corpus_out_of_use_longest_makes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = [papers_file(tmp_path, n, f"{n}.jsonl") for n in (50, 60, 70)]
    folders = []
    for age, source in enumerate(sources):
        corpus = open_corpus(source, tmp_path)
        folders.append(corpus.folder)
        os.utime(corpus.folder / REPORT_NAME, (1_000 + age, 1_000 + age))
        corpus.close()
    in_use = open_corpus(sources[1], tmp_path)
    os.utime(in_use.folder / REPORT_NAME, (900, 900))
    monkeypatch.setattr(store, "limits", lambda: type("", (), {"max_store_gb": 0}))
    store.make_room(corpora_folder(tmp_path), folders[2].name)
    assert [folder.exists() for folder in folders] == [False, True, True]
    in_use.close()
    store.make_room(corpora_folder(tmp_path), folders[2].name)
    assert [folder.exists() for folder in folders] == [False, False, True]


@contextlib.contextmanager
def no_file_beyond(n_bytes: int) -> Iterator[None]:
    """Let the system refuse to write more, here and in processes started meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    source = papers_file(tmp_path, 2_000)
    with no_file_beyond(100_000), pytest.raises(StorageError):
        open_corpus(source, tmp_path)
    assert names_in(tmp_path) == {".lock"}


def test_a_home_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("not a folder")
    with pytest.raises(StorageError, match="ARXIVTAG_HOME"):
        open_corpus("sample", home)


def test_a_file_without_papers_is_told(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("title,abstract,labels\n")
    with pytest.raises(DataError, match="no papers"):
        open_corpus(str(path), tmp_path)


def test_a_file_in_an_older_encoding_is_read_from_the_start(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    rows = "".join(f"T{n},An abstract of some words {n},cs.LG\n" for n in range(60_000))
    path.write_bytes(f"title,abstract,labels\n{rows}Caf\xe9,Na\xefve,cs.LG\n".encode("cp1252"))
    corpus = open_corpus(str(path), tmp_path)
    assert corpus.n_papers == 60_001
    assert papers_at(corpus, [60_000, 0])["title"].tolist() == ["Caf\xe9", "T0"]
    assert any("encod" in note.lower() or "1252" in note for note in corpus.report.read.notes)


def test_ids_and_dates_are_kept(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    path = tmp_path / "papers.csv"
    path.write_text("id,title,abstract,labels,created\n7,T,Some words,cs.LG,2020-01-01\n")
    corpus = open_corpus(str(path), tmp_path)
    assert corpus.dates.tolist() == [20200101]
    assert corpus.years.tolist() == [2020]
    assert "'id' and 'created': 1 of 1 papers have one" in corpus.report.dates_read.sentence
    table = pq.read_table(corpus.papers_path)
    assert table.to_pylist() == [
        {"id": "7", "title": "T", "abstract": "Some words", "created": "2020-01-01",
         "labels": ["cs.LG"]}
    ]  # fmt: skip


def test_what_is_typed_is_never_a_query(tmp_path: Path) -> None:
    path = tmp_path / "papers.csv"
    path.write_text("title,abstract,labels\nT,a ') OR 1=1 -- b,cs.LG\nU,other,cs.LG\n")
    corpus = open_corpus(str(path), tmp_path)
    assert matching(corpus, "') or 1=1 --").tolist() == [True, False]
    assert matching(corpus, ".*").tolist() == [False, False]


def test_what_was_read_from_an_upload_goes_with_it(tmp_path: Path) -> None:
    from arxivtag.papers.uploads import delete_upload, save_upload

    content = b"title,abstract,labels\nT,secret words of a visitor,cs.LG\n"
    upload = save_upload("mine.csv", content, tmp_path)
    other = open_corpus(papers_file(tmp_path), tmp_path)
    corpus = open_corpus(upload, tmp_path)
    store.forget_deleted_uploads(tmp_path)
    assert corpus.folder.exists()
    delete_upload(upload, tmp_path)
    store.forget_deleted_uploads(tmp_path)
    assert corpus.folder.exists()  # somebody uses it
    corpus.close()
    store.forget_deleted_uploads(tmp_path)
    assert not corpus.folder.exists()
    assert other.folder.exists()


def test_a_reader_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    source = papers_file(tmp_path)
    folder = open_corpus(source, tmp_path).folder
    hold = INGEST.replace("print('done')", "print('open', flush=True); sys.stdin.read()")
    hold = hold.replace("open_corpus(sys.argv[1]", "kept = open_corpus(sys.argv[1]")
    with subprocess.Popen(
        [sys.executable, "-c", hold, source, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        assert locks.try_acquire(folder.with_suffix(".lock")) is None
        reader.kill()
    lock = locks.try_acquire(folder.with_suffix(".lock"), 1.0)
    assert lock is not None
    locks.release(lock)

"""Tagging in parts: the same as at once, in order, on from where it broke off, on any pool."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from pathlib import Path

import pandas as pd
import pytest

from arxivtag import config, storage
from arxivtag.callbacks import unheard
from arxivtag.errors import BundleError, RefusedError
from arxivtag.papers.schema import Layout
from arxivtag.papers.sources import load_texts
from arxivtag.tagging import many, parts, tables, tagger
from arxivtag.tagging.loading import load_bundle
from arxivtag.tagging.many import Wanted
from arxivtag.tagging.parts import Model, Pool, model_at

WANTED = Wanted(model_at(config.PRETRAINED_PATH), Layout({}))
N_ROWS = 50
# A command whose parts are small, and each kept slowly enough to be killed between two.
SLOWLY = """
import sys, time
from arxivtag import cli, storage
from arxivtag.tagging import parts
parts.ROWS_PER_PART = 200
write = storage.write_bytes
def slowly(path, content):
    write(path, content)
    time.sleep(0.2)
storage.write_bytes = slowly
cli.main(sys.argv[1:])
"""


class Here(Executor):
    """Does what it is given at once, and counts; the ``fails_at``-th raises."""

    def __init__(self, fails_at: int = 0) -> None:
        self.n, self.fails_at = 0, fails_at

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
        self.n += 1
        future: Future[bytes] = Future()
        if self.n == self.fails_at:
            future.set_exception(KeyboardInterrupt())
        else:
            future.set_result(fn(*args, **kwargs))
        return future


def tag(path: Path, out: Path, executor: Executor, wanted: Wanted = WANTED) -> many.Done:
    return many.tag_file(str(path), out, wanted, Pool(executor, 1), out.parent, unheard)


@pytest.fixture
def papers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of papers in three row groups, with words for nothing, and parts of ten rows."""
    monkeypatch.setattr(parts, "ROWS_PER_PART", 10)
    sample = load_texts(config.SAMPLE_PATH).as_given().head(N_ROWS)
    frame = pd.DataFrame({"nr": range(N_ROWS), "abstract": sample["summaries"], "title": "NA"})
    frame.to_parquet(tmp_path / "papers.parquet", row_group_size=17)
    return tmp_path / "papers.parquet"


def at_once(path: Path) -> pd.DataFrame:
    """What tagging the whole file in memory gives."""
    bundle = load_bundle(config.PRETRAINED_PATH)
    texts = load_texts(path)
    predicted = tagger.tag(bundle, tagger.frame_texts(bundle, texts.frame))
    return tables.with_predicted_labels(texts, predicted, " ")


def test_parts_make_what_is_made_at_once_in_order(papers: Path, tmp_path: Path) -> None:
    expected = at_once(papers)
    for suffix in (".csv", ".jsonl", ".parquet"):
        whole, out = tmp_path / f"whole{suffix}", tmp_path / f"out{suffix}"
        tables.write_tables([expected], whole, " ")
        here = Here()
        done = tag(papers, out, here)
        if suffix == ".parquet":
            pd.testing.assert_frame_equal(pd.read_parquet(out), pd.read_parquet(whole))
        else:
            assert out.read_bytes() == whole.read_bytes()
        assert (done.n_papers, here.n) == (N_ROWS, 5)
        assert done.read_notes == (f"Empty by a word such as NA: titles {N_ROWS}.",)
        assert not list(tmp_path.glob(".out*")), "no part is left"


def test_what_broke_off_goes_on_and_what_changed_is_done_anew(papers: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    with pytest.raises(KeyboardInterrupt):
        tag(papers, out, Here(fails_at=4))
    assert not out.exists()
    kept = len(list((tmp_path / ".out.csv.parts").iterdir()))
    assert kept > 0
    frame = pd.read_parquet(papers)
    frame.loc[0, "abstract"] = "We prove that quantum error correction is possible."
    frame.to_parquet(papers)
    again = Here()
    tag(papers, out, again)
    assert again.n == 5 - kept + 1, "one part of those kept has another row now"
    assert out.read_text() == tables.table_as_csv(at_once(papers))
    tag(papers, out, whole := Here())
    assert whole.n == 5, "a finished output is made anew when it is asked for"


@pytest.mark.parametrize(
    "other",
    [
        Wanted(WANTED.model, WANTED.layout, 3),
        Wanted(WANTED.model, WANTED.layout, None, 0.5),
        Wanted(WANTED.model, Layout({"title": ""})),
    ],
)
def test_other_wishes_take_no_part_of_before(papers: Path, tmp_path: Path, other: Wanted) -> None:
    with pytest.raises(KeyboardInterrupt):
        tag(papers, tmp_path / "out.csv", Here(fails_at=5))
    tag(papers, tmp_path / "out.csv", here := Here(), other)
    assert here.n == 5


def test_a_worker_that_sees_another_model_refuses(papers: Path, tmp_path: Path) -> None:
    other = Wanted(Model(WANTED.model.folder, "another"), WANTED.layout)
    with pytest.raises(BundleError, match="is another one"):
        tag(papers, tmp_path / "out.csv", Here(), other)


def test_a_file_without_rows_has_its_columns(tmp_path: Path) -> None:
    path, out = tmp_path / "papers.csv", tmp_path / "out.csv"
    path.write_text("nr,abstract\n")
    assert tag(path, out, Here()).n_papers == 0
    assert out.read_text() == "nr,abstract,predicted_labels,probabilities,note\n"


def test_what_is_done_is_kept_before_its_turn(papers: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        tag(papers, tmp_path / "out.csv", here := Here(fails_at=1))
    assert here.n == 3
    assert len(list((tmp_path / ".out.csv.parts").glob("*.part"))) == 2


def test_two_commands_do_not_write_one_file(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    with many.writing_alone(out):
        with pytest.raises(RefusedError, match="Another command writes"), many.writing_alone(out):
            pass
        with many.writing_alone(tmp_path / "other.csv"):
            pass
        storage.remove_folder(storage.make_folder(many.parts_folder(out)))  # as at its end
        with pytest.raises(RefusedError, match="Another command writes"), many.writing_alone(out):
            pass
    assert not list(tmp_path.iterdir()), "a lock or a folder without parts is left"


def test_names_as_long_as_the_system_allows_and_not_of_utf8(papers: Path, tmp_path: Path) -> None:
    for name in ("n" * 240 + ".csv", os.fsdecode(b"caf\xe9.csv")):
        tag(papers, tmp_path / name, Here())
        assert (tmp_path / name).stat().st_size > 0
        assert {one.name for one in tmp_path.iterdir()} == {"papers.parquet", name}
        (tmp_path / name).unlink()


@pytest.mark.parametrize("jobs", [(), ("--jobs", "2")])
def test_ctrl_c_ends_at_once_and_quietly(jobs: tuple[str, ...], tmp_path: Path) -> None:
    """In a terminal, which tells all processes of a command."""
    path = tmp_path / "papers.csv"
    pd.concat([pd.read_csv(config.SAMPLE_PATH)] * 20).to_csv(path, index=False)
    words = [sys.executable, "-m", "arxivtag", "tag", "pretrained", str(path), *jobs]
    words += ["--out", str(tmp_path / "out.csv")]
    command = subprocess.Popen(words, start_new_session=True, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (tmp_path / ".out.csv.parts").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(1)
    os.killpg(command.pid, signal.SIGINT)
    told = command.communicate(timeout=60)[1].splitlines()
    assert command.returncode == 130, told
    assert [line for line in told if "Papers tagged" not in line] == ["arxivtag: interrupted."]


def test_processes_tag_and_a_killed_command_goes_on(tmp_path: Path) -> None:
    """The command itself, with two processes, killed with all of them in the midst of its work."""
    out = tmp_path / "out.parquet"
    words = [sys.executable, "-c", SLOWLY, "tag", "pretrained", "sample", "--jobs", "2"]
    words += ["--out", str(out), "--json"]
    first = subprocess.Popen(words, start_new_session=True, stderr=subprocess.DEVNULL)
    folder = tmp_path / ".out.parquet.parts"
    deadline = time.monotonic() + 120
    while len(list(folder.glob("*.part"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    before = {one: one.stat().st_mtime_ns for one in folder.glob("*.part")}
    assert 2 <= len(before) < 10
    assert not out.exists()
    second = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while len(list(folder.glob("*.part"))) <= len(before) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert {one: one.stat().st_mtime_ns for one in before} == before
    assert '"n_papers": 2000' in second.communicate()[0]
    tables.write_tables([at_once(config.SAMPLE_PATH)], tmp_path / "whole.parquet", " ")
    pd.testing.assert_frame_equal(pd.read_parquet(out), pd.read_parquet(tmp_path / "whole.parquet"))
    assert not folder.exists()

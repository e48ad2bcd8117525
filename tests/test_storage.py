"""Atomic files: the old content or the new, never half."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag import storage
from arxivtag.errors import ArxivTagError, StorageError


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_write_json_makes_the_folder_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "status.json"
    storage.write_json(path, {"state": "running"})
    storage.write_json(path, {"state": "finished"})
    assert storage.read_json(path) == {"state": "finished"}
    assert files_in(path.parent) == ["status.json"]


def test_a_failing_write_keeps_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "x"
    storage.write_bytes(path, b"old")

    def half(file: object) -> None:
        file.write(b"new")  # type: ignore[attr-defined]
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        storage.write_atomic(path, half)
    assert path.read_bytes() == b"old"
    assert files_in(tmp_path) == ["x"]


def test_a_file_that_goes_while_it_is_written_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the note on how far a reader is does when somebody else who waited has tidied up."""
    monkeypatch.setattr(Path, "exists", lambda self, **_: True)  # it was there a moment ago
    storage.write_bytes(tmp_path / "x", b"new")
    assert files_in(tmp_path) == ["x"]


def test_nan_is_refused_because_browsers_cannot_read_it(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        storage.write_json(tmp_path / "x.json", {"loss": float("nan")})


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b"[" * 100_000, b"null"])
def test_a_damaged_json_file_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(StorageError):
        storage.read_json(path)


def test_a_missing_file_and_a_file_in_the_way_are_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="Could not read"):
        storage.read_json(tmp_path / "nothing.json")
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="Could not create the folder"):
        storage.write_text(tmp_path / "file" / "x", "text")


def test_a_full_disk_keeps_the_old_content(tmp_path: Path) -> None:
    """A file size limit makes the kernel refuse the write in the middle, as a full disk does."""
    path = tmp_path / "x"
    storage.write_bytes(path, b"old")
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from arxivtag import errors, storage\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    storage.write_bytes(Path(sys.argv[1]), b'n' * 100_000)\n"
        "except errors.StorageError as error:\n"
        "    print(error.message)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True)
    assert "File too large" in done.stdout, done.stderr
    assert path.read_bytes() == b"old"
    assert files_in(tmp_path) == ["x"]


def test_kill_in_the_middle_of_writes_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from arxivtag import storage\n"
        "n = 0\n"
        "while True:\n"
        "    n += 1\n"
        "    storage.write_json(Path(sys.argv[1]), {'n': n, 'filling': 'x' * 50_000})\n"
    )
    last = 0
    for _ in range(5):
        writer = subprocess.Popen([sys.executable, "-c", code, str(path)])
        deadline = time.monotonic() + 20
        before = path.stat().st_mtime_ns if path.exists() else 0
        while time.monotonic() < deadline:
            if path.exists() and path.stat().st_mtime_ns != before:
                break
            time.sleep(0.005)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        value = storage.read_json(path)
        assert len(value["filling"]) == 50_000
        last = max(last, value["n"])
    assert last >= 1


records = st.lists(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=20)))


@given(records=records, cut=st.integers(0, 40))
def test_reading_a_growing_log_sees_whole_lines(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]], cut: int
) -> None:
    path = tmp_path_factory.mktemp("log") / "history.jsonl"
    content = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    path.write_bytes(content[:cut])
    n_whole = content[:cut].count(b"\n")
    assert storage.read_json_lines(path) == records[:n_whole]
    path.write_bytes(content)
    assert storage.read_json_lines(path) == records


def test_append_then_read(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    with path.open("ab") as file:
        storage.append_json_line(file, {"loss": 0.5})
        assert storage.read_json_lines(path) == [{"loss": 0.5}]
    assert storage.read_json_lines(tmp_path / "none.jsonl") == []


def test_half_a_line_at_the_end_of_a_log_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    for number in range(2):
        with storage.open_for_append(path) as file:
            storage.append_json_line(file, {"number": number})
            file.write(b'{"half')
    assert storage.read_json_lines(path) == [{"number": 0}, {"number": 1}]


def test_broken_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_bytes(b'{"a": 1}\nrubbish\n[2]\n\xff\n{"a": 2}\n{"a": 3')
    assert storage.read_json_lines(path) == [{"a": 1}, {"a": 2}]


def test_publish_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "bundle"

    def fail_half_way() -> None:
        with storage.publish_folder(target) as folder:
            (folder / "weights").write_bytes(b"half")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert files_in(tmp_path) == []
    with storage.publish_folder(target) as folder:
        (folder / "weights").write_bytes(b"whole")
        assert not target.exists()
    assert (target / "weights").read_bytes() == b"whole"
    with storage.publish_folder(target) as folder:
        (folder / "other").write_bytes(b"new")
    assert files_in(target) == ["other"]
    assert files_in(tmp_path) == ["bundle"]


def test_publish_folder_puts_the_old_one_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "bundle"
    with storage.publish_folder(target) as folder:
        (folder / "weights").write_bytes(b"old")
    replace = os.replace
    calls: list[Path] = []

    def second_fails(source: Path, destination: Path) -> None:
        calls.append(source)
        if len(calls) == 2:
            raise OSError("disk is gone")
        replace(source, destination)

    monkeypatch.setattr(os, "replace", second_fails)
    with pytest.raises(StorageError), storage.publish_folder(target) as folder:
        (folder / "weights").write_bytes(b"new")
    assert (target / "weights").read_bytes() == b"old"
    assert files_in(tmp_path) == ["bundle"]


@pytest.fixture
def umask() -> Iterator[int]:
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path: Path, umask: int) -> None:
    storage.write_text(tmp_path / "new", "text")
    assert mode(tmp_path / "new") == 0o640


@pytest.mark.parametrize("before", [0o600, 0o664, 0o666])
def test_a_replaced_file_keeps_its_mode(tmp_path: Path, before: int, umask: int) -> None:
    path = tmp_path / "papers.csv"
    path.write_text("old")
    path.chmod(before)
    storage.write_text(path, "new")
    assert (path.read_text(), mode(path)) == ("new", before)


def test_a_link_stays_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    file, link = tmp_path / "folder" / "file", tmp_path / "link"
    file.write_text("old")
    link.symlink_to(file)
    storage.write_text(link, "new")
    assert link.is_symlink()
    assert file.read_text() == "new"
    assert files_in(tmp_path / "folder") == ["file"]


def test_what_is_no_file_is_written_through(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    storage.write_text(pipe, "text")
    reader.join()
    assert read == [b"text"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    storage.write_text(Path("/dev/null"), "text")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="Is a directory"):
        storage.write_text(tmp_path, "text")


def test_a_private_folder_is_its_owners_alone(tmp_path: Path, umask: int) -> None:
    assert mode(storage.make_folder(tmp_path / "a" / "private", private=True)) == 0o700
    assert mode(tmp_path / "a") == 0o750


def test_what_cannot_be_looked_up_is_no_file(tmp_path: Path) -> None:
    assert not any(map(storage.is_file, (tmp_path, tmp_path / ("x" * 300), Path("\x00"))))


def test_remove_folder(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    (folder / "bundle").mkdir(parents=True)
    (folder / "bundle" / "x").touch()
    storage.remove_folder(folder)
    assert files_in(tmp_path) == []
    with pytest.raises(StorageError, match="Could not delete"):
        storage.remove_folder(folder)


def test_errors_keep_their_hint_between_processes() -> None:
    import copy

    error = StorageError("The disk is full.", "Free some space.")
    again = copy.copy(error)
    assert (again.message, again.hint) == (error.message, error.hint)
    assert str(ArxivTagError("a.", "b.")) == "a. b."


def test_what_is_left_under_a_temporary_name_is_emptied(tmp_path: Path) -> None:
    left = tmp_path / ".tmp-x"
    left.mkdir()
    (left / "half").write_text("")
    with storage.publish_folder(tmp_path / "x", ".tmp-x") as folder:
        assert folder == left
        assert files_in(folder) == []
        with storage.open_new(folder / "a") as file:
            file.write(b"1")
    assert files_in(tmp_path) == ["x"]
    assert files_in(tmp_path / "x") == ["a"]

"""Atomic files: the old content or the new, never half."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
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
def test_reading_a_growing_log_sees_each_line_once(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]], cut: int
) -> None:
    path = tmp_path_factory.mktemp("log") / "history.jsonl"
    content = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    path.write_bytes(content[:cut])
    first, offset = storage.read_json_lines(path)
    path.write_bytes(content)
    second, end = storage.read_json_lines(path, offset)
    assert first + second == records
    assert end == len(content)


def test_append_then_read(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    with path.open("ab") as file:
        storage.append_json_line(file, {"loss": 0.5})
        assert storage.read_json_lines(path)[0] == [{"loss": 0.5}]
    assert storage.read_json_lines(tmp_path / "none.jsonl") == ([], 0)


def test_broken_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_bytes(b'{"a": 1}\nrubbish\n[2]\n\xff\n{"a": 2}\n{"a": 3')
    assert storage.read_json_lines(path)[0] == [{"a": 1}, {"a": 2}]


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

"""Reading the runs folder: every run with its state, settings and key figures.

The folder is the database. Readers take no lock and trust nothing: whatever a
folder holds, it is listed, if need be as ``corrupt`` with the reason, and never
breaks the list.
"""

from __future__ import annotations

import dataclasses
import functools
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arxivtag import config, locks, storage
from arxivtag.config import runs_folder
from arxivtag.errors import ArxivTagError, BundleError, DataError, RunError, counted
from arxivtag.fields import from_dict, is_number, to_dict
from arxivtag.papers.source import UPLOAD, parse_source
from arxivtag.runs import lease
from arxivtag.runs.history import History, read_history
from arxivtag.runs.layout import RUN_ID_PATTERN, RunFolder
from arxivtag.runs.status import CORRUPT, LOST, RUNNING, RunStatus, parse_status
from arxivtag.settings import PRESETS, RunConfig, left_open

MAX_NOTE_CHARS = 200
_MAX_NAMED = 3  # settings named; of further ones the number
MAX_NAME_CHARS = 100
# Settings that say nothing about the model.
_NOT_NAMED = (
    "data", "columns", "label_separator", "preset", "members", "random_seed", "evaluation",
)  # fmt: skip
LOG_TAIL_LINES = 20
_LOG_TAIL_BYTES = 64_000
_MAX_FILE_BYTES = 1_000_000
PRETRAINED = "pretrained"


@dataclass(frozen=True)
class RunSummary:
    """One run as the list shows it. ``figures`` holds the key figures of its evaluation."""

    run_id: str
    status: RunStatus
    data: str
    preset: str
    note: str
    made_name: str
    figures: dict[str, float]
    sizes: dict[str, int]
    has_bundle: bool

    @property
    def state(self) -> str:
        """queued, running, finished, stopped, failed, lost or corrupt."""
        return self.status.state

    @property
    def duration_s(self) -> float | None:
        """Seconds of work, by the worker's own clock."""
        return self.status.elapsed_s

    @property
    def name(self) -> str:
        """The person's note, or what its settings are, or the run id."""
        return self.note or self.made_name or self.run_id


@dataclass(frozen=True)
class Run(RunSummary):
    """One run in full. ``settings`` is ``None`` where they cannot be read."""

    folder: RunFolder
    settings: RunConfig | None
    result: dict[str, Any]

    def result_of(self, part: str) -> dict[str, Any]:
        """Return a part of its result, such as ``data``; empty where it is missing or damaged."""
        found = self.result.get(part)
        return found if isinstance(found, dict) else {}

    def history(self) -> History:
        """Return the figures of its training so far."""
        return read_history(self.folder.history)

    def log_tail(self) -> str:
        """Return the last lines of its log; a missing log is empty."""
        try:
            with self.folder.log.open("rb") as file:
                file.seek(0, io.SEEK_END)
                file.seek(max(0, file.tell() - _LOG_TAIL_BYTES))
                content = file.read()
        except OSError:
            return ""
        return "\n".join(content.decode("utf-8", "replace").splitlines()[-LOG_TAIL_LINES:])


_folder_of = functools.lru_cache(maxsize=4096)(RunFolder)
_Version = tuple[str, int, int, int]


@functools.lru_cache(maxsize=4096)
def _parsed(version: _Version) -> dict[str, Any]:
    return storage.read_json(Path(version[0]))


@functools.lru_cache(maxsize=4096)
def _parsed_status(version: _Version) -> RunStatus:
    return parse_status(_parsed(version))


def _read_cached(path: Path) -> dict[str, Any]:
    """Return the JSON object in ``path``, parsed again only when the file has changed."""
    return _parsed(_version(path))


def _version(path: Path) -> _Version:
    """Return what is another when a file has changed: it is replaced by rename, as a new inode."""
    try:
        state = path.stat()
    except OSError as error:
        raise RunError(f"{path.name} is missing or cannot be read.") from error
    if state.st_size > _MAX_FILE_BYTES:
        raise RunError(f"{path.name} is far larger than it should be.")
    return str(path), state.st_mtime_ns, state.st_size, state.st_ino


def read_state(folder: RunFolder) -> RunStatus:
    """Return the status of a run, with ``lost`` and ``corrupt`` found out.

    ``running`` while nobody holds the run's lock, or its lease, means that the
    process died before it could say how it ended.
    """
    try:
        status = _parsed_status(_version(folder.status))
        if status.state == RUNNING and _is_abandoned(folder, status):
            # The worker may have ended between the two looks.
            status = _parsed_status(_version(folder.status))
            if status.state == RUNNING:
                return dataclasses.replace(
                    status,
                    state=LOST,
                    message="The training process ended without saying why: it was killed, or the "
                    "machine stopped.",
                    hint="Resume it to go on from the last finished epoch, or run it again.",
                    seconds_left=None,
                )
    except ArxivTagError as error:
        return _corrupt(f"This run's folder is damaged: {error.message}")
    return status


def _corrupt(message: str) -> RunStatus:
    hint = "It can be deleted; other runs are not affected."
    return RunStatus(CORRUPT, message=message, hint=hint)


def _is_abandoned(folder: RunFolder, status: RunStatus) -> bool:
    if status.lease:
        return lease.is_silent(folder, status, leases=2)
    return not locks.is_held(folder.lock)


def _numbers(values: object) -> dict[str, float]:
    items = values.items() if isinstance(values, dict) else ()
    return {str(key): value for key, value in items if is_number(value)}


def _optional_json(path: Path) -> dict[str, Any]:
    try:
        return _read_cached(path)
    except ArxivTagError:
        return {}


def _summary(folder: RunFolder) -> RunSummary:
    status = read_state(folder)
    settings = _optional_json(folder.config)
    result = _optional_json(folder.result)
    note = _optional_json(folder.note).get("note")
    sizes = {key: int(value) for key, value in _numbers(result).items() if key.startswith("n_")}
    return RunSummary(
        run_id=folder.run_id,
        status=status,
        data=str(settings.get("data", ""))[:200],
        preset=str(settings.get("preset", ""))[:60],
        note=note[:MAX_NOTE_CHARS] if isinstance(note, str) else "",
        made_name=made_name(settings),
        figures=_numbers(result.get("evaluation")),
        sizes=sizes,
        has_bundle=has_bundle(folder),
    )


def made_name(settings: dict[str, Any]) -> str:
    """Return a name for a run that nobody named, such as ``tuned, 6 epochs, seed 7``.

    It says the preset and what differs from it; it is empty if the preset is not known.
    ``settings`` is what ``config.json`` holds, whatever that is.
    """
    preset = settings.get("preset")
    seed = settings.get("random_seed")
    seeds = [f"seed {seed}"] if isinstance(seed, int) else []
    if isinstance(preset, str) and settings.get("members"):
        return ", ".join([preset, *seeds])[:MAX_NAME_CHARS]
    if not isinstance(preset, str) or preset not in PRESETS:
        return ""
    usual, own = _leaves(to_dict(PRESETS[preset])), _leaves(settings)
    changed = {name: value for name, value in own.items() if usual.get(name, value) != value}
    epochs = {"epochs": changed.pop("epochs")} if "epochs" in changed else {}
    parts = [change_text(name, value) for name, value in (epochs | changed).items()]
    if len(parts) > _MAX_NAMED:
        parts[_MAX_NAMED:] = [f"{len(parts) - _MAX_NAMED} more"]
    return ", ".join([preset, *parts, *seeds])[:MAX_NAME_CHARS]


def _leaves(settings: dict[str, Any]) -> dict[str, object]:
    """Return every setting by its name, which is unique among all sections; tuples as lists."""
    found: dict[str, object] = {}
    for name, value in settings.items():
        if name in _NOT_NAMED:
            continue
        section = value if isinstance(value, dict) else {name: value}
        found |= {key: list(v) if isinstance(v, tuple) else v for key, v in section.items()}
    return found


def change_text(name: str, value: object) -> str:
    """Return a setting and its value in a few words: ``6 epochs``, ``no linear path``."""
    words = name.replace("_", " ")
    if name == "epochs" and isinstance(value, int):
        return counted(value, "epoch")
    if isinstance(value, bool):
        return words if value else f"no {words}"
    if isinstance(value, list | tuple):
        return f"{words} {'-'.join(map(str, value)) or 'none'}"
    return f"{words} {left_open(name) if value is None else value}"


def _is_folder(path: Path) -> bool:
    """Return whether ``path`` is a folder; one that cannot be looked at is not."""
    try:
        return path.is_dir()
    except (OSError, ValueError):  # no permission, a name too long, a NUL character
        return False


def has_pretrained() -> bool:
    """Return whether the bundled model is installed."""
    return storage.is_file(config.PRETRAINED_PATH / "manifest.json")


def is_for_everybody(data_source: str) -> bool:
    """Return whether visitors may see a run on ``data_source`` without knowing more.

    A run on an upload is for those who have the upload's address, and one whose data set cannot
    be told is for its owner.
    """
    try:
        return parse_source(data_source).kind != UPLOAD
    except DataError:
        return False


def has_bundle(folder: RunFolder) -> bool:
    """Return whether a run has a model that can be looked at."""
    return storage.is_file(folder.bundle / "manifest.json")


def list_runs(home: Path) -> tuple[RunSummary, ...]:
    """Return every run, the newest first; whatever a folder holds, this does not raise."""
    return tuple(map(_summary, _folders(home)))


def list_states(home: Path) -> tuple[tuple[str, RunStatus], ...]:
    """Return id and status of every run, the newest first: without reading more."""
    return tuple((folder.run_id, read_state(folder)) for folder in _folders(home))


def _folders(home: Path) -> list[RunFolder]:
    try:
        names = sorted(os.listdir(runs_folder(home)), reverse=True)
    except OSError:
        return []
    folders = [_folder_of(name, home) for name in names if RUN_ID_PATTERN.fullmatch(name)]
    return [folder for folder in folders if _is_folder(folder.path)]


def summary_as_dict(summary: RunSummary) -> dict[str, Any]:
    """Return a summary as plain values that JSON can hold."""
    status = summary.status
    return {
        "run_id": summary.run_id,
        "state": summary.state,
        "data": summary.data,
        "preset": summary.preset,
        "note": summary.note,
        "stage": status.stage,
        "started_at": status.started_at,
        "ended_at": status.ended_at,
        "duration_s": summary.duration_s,
        "message": status.message,
        "has_model": summary.has_bundle,
        "evaluation": summary.figures,
        **summary.sizes,
    }


def exists(run_id: str, home: Path) -> bool:
    """Return whether there is such a run; nonsense counts as no."""
    try:
        return _is_folder(RunFolder(run_id, home).path)
    except ArxivTagError:
        return False


def existing_folder(run_id: str, home: Path) -> RunFolder:
    """Return the paths of a run that is there.

    Raises:
        RunError: If the id is not one, or there is no such run.
    """
    folder = RunFolder(run_id, home)
    if not _is_folder(folder.path):
        raise RunError(
            f"There is no run {run_id!r}.", "It may have been deleted; see the Runs page."
        )
    return folder


def read_run(run_id: str, home: Path) -> Run:
    """Return one run.

    Raises:
        RunError: If there is no such run. A damaged one is returned as ``corrupt``.
    """
    folder = existing_folder(run_id, home)
    summary = _summary(folder)
    settings = None
    try:
        settings = from_dict(RunConfig, _read_cached(folder.config))
    except (ArxivTagError, TypeError, ValueError) as error:
        if summary.state != CORRUPT:
            reason = error.message if isinstance(error, ArxivTagError) else str(error)
            damaged = _corrupt(f"This run's settings cannot be read: {reason}")
            summary = dataclasses.replace(summary, status=damaged)
    return Run(
        **vars(summary), folder=folder, settings=settings, result=_optional_json(folder.result)
    )


def set_note(run_id: str, note: str, home: Path) -> None:
    """Give a run a name of the person's own; an empty one removes it.

    Raises:
        RunError: If there is no such run or the note is too long.
    """
    folder = existing_folder(run_id, home)
    note = " ".join(note.split())
    if len(note) > MAX_NOTE_CHARS:
        raise RunError(
            f"A note holds at most {MAX_NOTE_CHARS} characters. Received: {len(note)}.",
            "Shorten it.",
        )
    storage.write_json(folder.note, {"note": note})


def delete_run(run_id: str, home: Path) -> None:
    """Remove a run and all in it.

    Raises:
        RunError: If there is no such run, or a process works on it.
        StorageError: If the disk refuses.
    """
    folder = existing_folder(run_id, home)
    descriptor = locks.try_acquire(folder.lock, timeout_s=1.0)
    try:
        status = read_state(folder)
        if descriptor is None or (status.state == RUNNING and status.lease):
            raise RunError(f"Run {run_id} is training and cannot be deleted.", "Stop it first.")
        storage.remove_folder(folder.path)
    finally:
        if descriptor is not None:
            locks.release(descriptor)


def resolve_model(model: str, home: Path, *, allow_path: bool = False) -> Path:
    """Return the bundle folder that ``model`` names: ``pretrained``, a run id, or a folder.

    A folder may be named on the command line alone (``allow_path``): on a page the name can come
    from an address.

    Raises:
        RunError: If the run is not there or has no model.
        BundleError: If ``model`` names nothing.
    """
    if model == PRETRAINED:
        return config.PRETRAINED_PATH
    if exists(model, home):
        folder = RunFolder(model, home)
        if not has_bundle(folder):
            raise RunError(
                f"Run {model} has no model (it is {read_state(folder).state}).",
                "Choose a finished run.",
            )
        return folder.bundle
    if allow_path and _is_folder(Path(model)):
        return Path(model)
    expected = "'pretrained', a run id" + (" or a bundle folder" if allow_path else "")
    raise BundleError(
        f"A model should be {expected}. Received: {str(model)[:80]!r}.",
        "See 'arxivtag runs' or the Runs page for what there is.",
    )

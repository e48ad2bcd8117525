"""Where things are, and the limits of this machine: folders, files and visitors.

Limits are frozen dataclasses; each field can be set by a variable in the environment. A variable
that cannot be used is a :class:`ConfigError` where it is asked for.
The settings of a run are in :mod:`arxivtag.settings`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from arxivtag.errors import ConfigError
from arxivtag.fields import ConfigT, check_fields, setting

_PACKAGE = Path(__file__).resolve().parent
# What Python imports the package from.
CODE_FOLDER = _PACKAGE.parent
# The app's script, its pages and assets: beside the package in a checkout, within it in a wheel.
PROJECT_FOLDER = _PACKAGE / "_app" if (_PACKAGE / "_app").is_dir() else CODE_FOLDER
ASSETS_FOLDER = PROJECT_FOLDER / "assets"
SAMPLE_PATH = ASSETS_FOLDER / "sample.csv.xz"
PRETRAINED_PATH = ASSETS_FOLDER / "pretrained"
WORD_VECTORS_FOLDER = ASSETS_FOLDER / "word_vectors"
_cluster: ContextVar[str | None] = ContextVar("cluster", default=None)
_ORIGIN = re.compile(r"https?://(\*\.)?[a-zA-Z0-9.\-]+(:\d{1,5}|:\*)?")


def absolute(path: str) -> Path:
    """Return a path that a person wrote, in full.

    Raises:
        ConfigError: If it begins with the home folder of somebody whom this machine does not know.
    """
    try:
        return Path(path).expanduser().resolve()
    except RuntimeError as error:
        raise ConfigError(
            f"{path!r} cannot be found: this machine knows nobody of that name.",
            "Write the path in full.",
        ) from error


def python_path() -> str:
    """Return the ``PYTHONPATH`` of processes of our own: the package need not be installed."""
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return os.pathsep.join(dict.fromkeys(filter(None, (str(CODE_FOLDER), *given))))  # each once


def home_folder() -> Path:
    """Return the folder that holds runs and downloads (``ARXIVTAG_HOME`` or the platform's own).

    The folder is not created here.

    Raises:
        ConfigError: If the variable names the home of a user that is not there.
    """
    chosen = os.environ.get("ARXIVTAG_HOME")
    if chosen:
        return absolute(chosen)
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "arxivtag"


def runs_folder(home: Path) -> Path:
    """Return the folder that holds one folder per run."""
    return home / "runs"


def downloads_folder(home: Path) -> Path:
    """Return the folder for data fetched from the network."""
    return home / "downloads"


def uploads_folder(home: Path) -> Path:
    """Return the folder for files that visitors uploaded."""
    return home / "uploads"


def corpora_folder(home: Path) -> Path:
    """Return the folder that holds one folder per ingested data set."""
    return home / "corpora"


@dataclass(frozen=True)
class Limits:
    """What a file of papers may hold; each can be set by ``ARXIVTAG_<NAME>`` in the environment."""

    max_upload_mb: int = setting(200, "Largest uploaded file, in MB.", minimum=1)
    max_upload_days: int = setting(
        30, "Days after which an upload goes that nobody looked at and no run needs.", minimum=1
    )
    max_file_mb: int = setting(10_000, "Largest file of papers, in MB on disk.", minimum=1)
    max_decompressed_mb: int = setting(
        20_000, "Largest file after decompression, in MB.", minimum=1
    )
    max_rows: int = setting(5_000_000, "Most rows of papers in one data set.", minimum=1)
    max_columns: int = setting(200, "Most columns in a table.", minimum=1)
    max_cell_chars: int = setting(100_000, "Longest cell, in characters.", minimum=100)
    max_labels_per_paper: int = setting(50, "Most labels on one paper.", minimum=1)
    max_label_chars: int = setting(200, "Longest label, in characters.", minimum=1)
    max_labels: int = setting(2_000, "Most distinct labels a model can learn.", minimum=1)
    max_abstract_chars: int = setting(
        50_000, "Longest pasted abstract, in characters.", minimum=100
    )
    max_store_gb: int = setting(
        50, "Most GB of ingested data sets; those out of use longest make room.", minimum=1
    )
    max_bundle_mb: int = setting(2_000, "Largest model bundle that is loaded, in MB.", minimum=1)


@dataclass(frozen=True)
class VisitorLimits:
    """What visitors may ask for where ``ARXIVTAG_VISITORS=1`` (a public demo).

    Each can be set by ``ARXIVTAG_VISITOR_<NAME>`` in the environment.
    """

    max_epochs: int = setting(6, "Most epochs that may be asked for.", minimum=1)
    max_rows: int = setting(20_000, "Most papers in one run or one file to tag.", minimum=100)
    max_queue_length: int = setting(4, "Most runs that may wait at once.", minimum=1)
    max_runs_per_visitor: int = setting(2, "Most runs a visitor may have under way.", minimum=1)
    max_run_minutes: int = setting(
        20, "Longest training, in minutes; it then stops and keeps its best model.", minimum=1
    )
    max_parameters: int = setting(
        100_000_000, "Most parameters of a network, which decide memory.", minimum=1000
    )
    max_upload_mb: int = setting(20, "Largest uploaded file, in MB.", minimum=1)
    max_uploads_mb: int = setting(
        2_000, "Most MB of uploads on disk; those out of use longest make room.", minimum=1
    )
    max_uploads_per_visitor: int = setting(
        5, "Most uploads a visitor keeps; the oldest goes when another is chosen.", minimum=1
    )
    max_api_papers_per_minute: int = setting(
        600, "Most papers a minute that one address may tag by the API.", minimum=1
    )
    min_free_disk_mb: int = setting(
        1_000, "No run is started with less free disk than this, in MB.", minimum=0
    )


@dataclass(frozen=True)
class JobLimits:
    """How runs are trained; each can be set by ``ARXIVTAG_<NAME>`` in the environment."""

    jobs: int = setting(
        1, "Most runs that train at once on this machine, where memory allows.", minimum=1,
        maximum=64,
    )  # fmt: skip
    lease_s: int = setting(
        15, "Seconds of silence after which a run on a cluster has lost its worker.", minimum=2
    )


def visitor_mode() -> bool:
    """Return whether the app serves visitors who may not delete or see local paths."""
    return os.environ.get("ARXIVTAG_VISITORS", "").strip().lower() in {"1", "true", "yes", "on"}


def api_is_open() -> bool:
    """Return whether the API answers who has not signed in, as visitors, where people sign in."""
    return os.environ.get("ARXIVTAG_API_OPEN", "").strip() == "1"


def embedding_origins() -> tuple[str, ...]:
    """Return whose pages may frame the app besides its own: ``ARXIVTAG_EMBED_ORIGINS``."""
    return _origins("ARXIVTAG_EMBED_ORIGINS")


def api_origins() -> tuple[str, ...]:
    """Return whose pages may ask the API by their own scripts: ``ARXIVTAG_API_ORIGINS``."""
    return _origins("ARXIVTAG_API_ORIGINS")


def _origins(variable: str) -> tuple[str, ...]:
    """Return origins such as ``https://portal.example.org``, separated by spaces."""
    origins = tuple(os.environ.get(variable, "").split())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ConfigError(
                f"{variable} should hold origins alone. Received: {origin!r:.80}.",
                "Write them like https://portal.example.org, with spaces between.",
            )
    return origins


def standby_wanted() -> bool:
    """Return whether a process may wait here for the next run, so that it begins at once."""
    return os.environ.get("ARXIVTAG_STANDBY", "1").strip() != "0" and not cluster_address()


def cluster_address() -> str:
    """Return where the scheduler of the cluster is on which runs train; "" without one.

    It is what :func:`on_cluster` says, or ``ARXIVTAG_CLUSTER``, such as ``tcp://host:8786``.
    """
    return _cluster.get() or os.environ.get("ARXIVTAG_CLUSTER", "").strip()


@contextlib.contextmanager
def on_cluster(address: str | None) -> Iterator[None]:
    """Work on a cluster within this block; None is the one that the variable names, if any."""
    token = _cluster.set(address)
    try:
        yield
    finally:
        _cluster.reset(token)


def device_wanted() -> str:
    """Return what networks are trained on, ``cpu`` or ``gpu`` (``ARXIVTAG_DEVICE``)."""
    device = os.environ.get("ARXIVTAG_DEVICE", "cpu").strip().lower()
    if device not in ("cpu", "gpu"):
        raise ConfigError(
            f"ARXIVTAG_DEVICE should be cpu or gpu. Received: {device!r:.80}.",
            "Leave it out to train on the processor.",
        )
    return device


@dataclass(frozen=True)
class SourcesConfig:
    """Where papers are fetched from, and how patiently. Nothing else is ever fetched."""

    # The Keras example's published data set. Its rows stand in for a pinned SHA-256: the example
    # names the file by its address alone, and its publisher gives no checksum. Where this was
    # written the file could not be fetched, so that a checksum here could only be invented.
    # The number of rows is the example's own figure.
    arxiv_abstracts_url: str = (
        "https://github.com/soumik12345/multi-label-text-classification"
        "/releases/download/v0.2/arxiv_data.csv"
    )
    arxiv_abstracts_rows: int = 51_774
    arxiv_api_url: str = "https://export.arxiv.org/api/query"  # arXiv's search
    # Hosts that may be asked, redirects included.
    allowed_hosts: tuple[str, ...] = (
        "github.com",
        "objects.githubusercontent.com",
        "release-assets.githubusercontent.com",
        "export.arxiv.org",
        "arxiv.org",
    )
    connect_timeout_s: float = 10.0
    read_timeout_s: float = 30.0  # the longest silence within an answer
    n_retries: int = 5  # further tries after a failure
    backoff_s: float = 1.0  # the wait before the first of them; it doubles each time
    longest_wait_s: float = 60.0
    max_redirects: int = 5
    max_download_mb: int = 1_000
    api_max_answer_mb: int = 20
    api_page_size: int = 100
    api_delay_s: float = 3.0  # between requests of the search, as arXiv asks for
    api_max_results: int = 20_000
    # Of Kaggle's arXiv metadata; no categories: all.
    metadata_categories: tuple[str, ...] = ("cs.AI", "cs.CV", "cs.LG", "stat.ML")
    metadata_max_rows: int = 50_000


def limits() -> Limits:
    """Return the limits in force: the defaults, changed by ``ARXIVTAG_<NAME>`` variables."""
    return _from_environment(Limits, "ARXIVTAG_")


def job_limits() -> JobLimits:
    """Return how runs are trained: the defaults, changed by ``ARXIVTAG_<NAME>`` variables."""
    return _from_environment(JobLimits, "ARXIVTAG_")


def visitor_limits() -> VisitorLimits:
    """Return what visitors may: the defaults, changed by ``ARXIVTAG_VISITOR_<NAME>`` variables."""
    return _from_environment(VisitorLimits, "ARXIVTAG_VISITOR_")


def _from_environment(kind: type[ConfigT], prefix: str) -> ConfigT:
    changes: dict[str, int] = {}
    for item in dataclasses.fields(kind):  # type: ignore[arg-type]
        name = f"{prefix}{item.name.upper()}"
        value = os.environ.get(name)
        if value is None:
            continue
        try:
            changes[item.name] = int(value)
        except ValueError as error:
            raise ConfigError(
                f"{name} should be a whole number. Received: {value!r}.",
                "Change the variable or unset it.",
            ) from error
    config = kind(**changes)
    check_fields(config)
    return config

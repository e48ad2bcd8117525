"""Where things are, and the limits of this machine: folders, files and visitors.

Limits are frozen dataclasses; each field can be set by a variable in the environment.
The settings of a run are in :mod:`arxivtag.settings`.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from arxivtag.errors import ConfigError
from arxivtag.fields import ConfigT, check_fields, setting

PROJECT_FOLDER = Path(__file__).resolve().parent.parent
ASSETS_FOLDER = PROJECT_FOLDER / "assets"
SAMPLE_PATH = ASSETS_FOLDER / "sample.csv.xz"
PRETRAINED_PATH = ASSETS_FOLDER / "pretrained"


def home_folder() -> Path:
    """Return the folder that holds runs and downloads (``ARXIVTAG_HOME`` or the platform's own).

    The folder is not created here.
    """
    chosen = os.environ.get("ARXIVTAG_HOME")
    if chosen:
        return Path(chosen).expanduser().resolve()
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "arxivtag"


def runs_folder(home: Path | None = None) -> Path:
    """Return the folder that holds one folder per run."""
    return (home or home_folder()) / "runs"


def downloads_folder(home: Path | None = None) -> Path:
    """Return the folder for data fetched from the network."""
    return (home or home_folder()) / "downloads"


def uploads_folder(home: Path | None = None) -> Path:
    """Return the folder for files that visitors uploaded."""
    return (home or home_folder()) / "uploads"


@dataclass(frozen=True)
class Limits:
    """What a file of papers may hold; each can be set by ``ARXIVTAG_<NAME>`` in the environment."""

    max_upload_mb: int = setting(200, "Largest uploaded file, in MB.", minimum=1)
    max_upload_days: int = setting(
        30, "Days after which an upload goes that nobody looked at and no run needs.", minimum=1
    )
    max_file_mb: int = setting(600, "Largest file read into memory, in MB on disk.", minimum=1)
    max_decompressed_mb: int = setting(1500, "Largest file after decompression, in MB.", minimum=1)
    max_rows: int = setting(500_000, "Most rows of papers in one data set.", minimum=1)
    max_columns: int = setting(200, "Most columns in a table.", minimum=1)
    max_cell_chars: int = setting(100_000, "Longest cell, in characters.", minimum=100)
    max_labels_per_paper: int = setting(50, "Most labels on one paper.", minimum=1)
    max_label_chars: int = setting(200, "Longest label, in characters.", minimum=1)
    max_labels: int = setting(2_000, "Most distinct labels a model can learn.", minimum=1)
    max_abstract_chars: int = setting(
        50_000, "Longest pasted abstract, in characters.", minimum=100
    )
    max_bundle_mb: int = setting(2_000, "Largest model bundle that is loaded, in MB.", minimum=1)


@dataclass(frozen=True)
class VisitorLimits:
    """What visitors may ask for where ``ARXIVTAG_VISITORS=1`` (a public demo).

    Each can be set by ``ARXIVTAG_VISITOR_<NAME>`` in the environment.
    """

    max_epochs: int = setting(6, "Most epochs of one run.", minimum=1)
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
    min_free_disk_mb: int = setting(
        1_000, "No run is started with less free disk than this, in MB.", minimum=0
    )


def visitor_mode() -> bool:
    """Return whether the app serves visitors who may not delete or see local paths."""
    return os.environ.get("ARXIVTAG_VISITORS", "").strip().lower() in {"1", "true", "yes", "on"}


def data_paths() -> tuple[Path, ...]:
    """Return the files named in ``ARXIVTAG_DATA`` (separated like ``PATH``); none for visitors."""
    if visitor_mode():
        return ()
    named = os.environ.get("ARXIVTAG_DATA", "")
    return tuple(Path(name).expanduser().resolve() for name in named.split(os.pathsep) if name)


@dataclass(frozen=True)
class SourcesConfig:
    """Where papers are fetched from, and how patiently. Nothing else is ever fetched."""

    arxiv_abstracts_url: str = setting(
        "https://github.com/soumik12345/multi-label-text-classification"
        "/releases/download/v0.2/arxiv_data.csv",
        "The Keras example's published data set.",
    )
    arxiv_abstracts_rows: int = setting(
        51_774, "Rows of that data set; another number means a damaged file.", minimum=1
    )
    arxiv_api_url: str = setting("https://export.arxiv.org/api/query", "arXiv's search interface.")
    allowed_hosts: tuple[str, ...] = setting(
        (
            "github.com",
            "objects.githubusercontent.com",
            "release-assets.githubusercontent.com",
            "export.arxiv.org",
            "arxiv.org",
        ),
        "Hosts that may be asked, redirects included.",
    )
    connect_timeout_s: float = setting(10.0, "Longest wait for a connection.", minimum=0.01)
    read_timeout_s: float = setting(30.0, "Longest silence within an answer.", minimum=0.01)
    n_retries: int = setting(5, "Further tries after a failure.", minimum=0, maximum=20)
    backoff_s: float = setting(1.0, "Wait before the first retry; doubles each time.", minimum=0)
    max_redirects: int = setting(5, "Most redirects that are followed.", minimum=0, maximum=20)
    max_download_mb: int = setting(1_000, "Largest file that is fetched, in MB.", minimum=1)
    api_page_size: int = setting(
        100, "Papers in one answer of the search.", minimum=1, maximum=2000
    )
    api_delay_s: float = setting(3.0, "Wait between searches, as arXiv asks for.", minimum=0)
    api_max_results: int = setting(20_000, "Most papers of one search.", minimum=1, maximum=300_000)
    api_primary_categories: tuple[str, ...] = setting(
        ("cs.CV", "cs.LG", "stat.ML"), "Primary categories kept; empty: all."
    )
    metadata_categories: tuple[str, ...] = setting(
        ("cs.AI", "cs.CV", "cs.LG", "stat.ML"),
        "Categories kept from Kaggle's arXiv metadata; empty: all.",
    )
    metadata_max_rows: int = setting(
        50_000, "Most papers kept from Kaggle's arXiv metadata.", minimum=1, maximum=500_000
    )


def limits() -> Limits:
    """Return the limits in force: the defaults, changed by ``ARXIVTAG_<NAME>`` variables.

    Raises:
        ConfigError: If a variable is not a whole number within its bounds.
    """
    return _from_environment(Limits, "ARXIVTAG_")


def visitor_limits() -> VisitorLimits:
    """Return what visitors may: the defaults, changed by ``ARXIVTAG_VISITOR_<NAME>`` variables.

    Raises:
        ConfigError: If a variable is not a whole number within its bounds.
    """
    return _from_environment(VisitorLimits, "ARXIVTAG_VISITOR_")


def largest_upload_mb() -> int:
    """Return the largest uploaded file that is taken here, in MB: less for visitors."""
    most = limits().max_upload_mb
    return min(most, visitor_limits().max_upload_mb) if visitor_mode() else most


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

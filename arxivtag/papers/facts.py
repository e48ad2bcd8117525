"""Facts of arXiv in ``assets/facts``, made by ``tools/make_facts.py``: figures, words and ids.

They are counted on a sample of 430,000 papers that is not like arXiv: three fifths are computer
science, and 2020 to 2024 is little but language, speech and partial differential equations. So
shares of areas over the years tell how the sample was put together, and no page shows them.

What reads a file raises :class:`StorageError` if that cannot be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from arxivtag import storage
from arxivtag.config import ASSETS_FOLDER
from arxivtag.errors import StorageError
from arxivtag.papers.fetching.identifiers import find_identifier
from arxivtag.papers.taxonomy import archive_of, current_label, label_name

FACTS_FOLDER = ASSETS_FOLDER / "facts"
SIDE = 30_000  # places on the map go from 0 to this
# First and last years: an area's words are compared between them, without the one in which the
# sample has few areas.
PERIODS = ((1991, 1999), (2000, 2009), (2010, 2014), (2015, 2019), (2020, 2024), (2025, 2026))
THIN_PERIOD = 4
N_WORDS, N_COMPANIONS = 7, 8  # shown of an area
N_FITTING, N_NEAREST = 60, 6  # papers that a text is placed by, and of those shown
# Seven groups of archives, as many as colours that all people can tell apart.
_OTHERS = "Biology, finance, economics"
_GROUPS = {
    "Computer science, engineering": ("cs", "eess"),
    "Mathematics, statistics": ("math", "math-ph", "stat"),
    "High energy, nuclear, gravity": (
        "hep-ex", "hep-lat", "hep-ph", "hep-th", "nucl-ex", "nucl-th", "gr-qc",
    ),
    "Astrophysics": ("astro-ph",),
    "Condensed matter": ("cond-mat",),
    "Physics, quantum physics": ("physics", "quant-ph", "nlin"),
    _OTHERS: ("q-bio", "q-fin", "econ"),
}  # fmt: skip
_GROUP_OF = {archive: group for group, archives in _GROUPS.items() for archive in archives}
GROUPS = tuple(_GROUPS)


@dataclass(frozen=True, eq=False)
class ArxivMap:
    """Papers of arXiv laid out by their words.

    Attributes:
        papers: ``id``, ``labels`` (space-separated, the first one first), ``year``, ``x``, ``y``
            (0 to :data:`SIDE`) and ``group``, one of :data:`GROUPS`.
        regions: ``area``, ``name``, ``x``, ``y``: where an area's papers lie most densely.
        n_sampled: Papers that those of the map were drawn from.
    """

    papers: pd.DataFrame
    regions: pd.DataFrame
    n_sampled: int


def is_arxiv_id(text: str | None) -> bool:
    """Return whether a text is an identifier of arXiv, without a version.

    >>> is_arxiv_id("2607.28568"), is_arxiv_id("math.AG/0309136"), is_arxiv_id("javascript:1")
    (True, True, False)
    """
    found = find_identifier(text or "")
    return found == text and "v" not in found.rpartition("/")[2] and bool(found)


def has_facts(folder: Path = FACTS_FOLDER) -> bool:
    """Return whether the facts were made."""
    return storage.is_file(folder / "about.json")


def load_map(folder: Path = FACTS_FOLDER) -> ArxivMap:
    """Read the map; papers whose id is none are left out."""
    papers, regions = _table(folder, "map"), _table(folder, "regions")
    papers = papers[papers["id"].map(is_arxiv_id)].reset_index(drop=True)
    first = papers["labels"].str.partition(" ")[0]
    groups = {label: _GROUP_OF.get(archive_of(label), _OTHERS) for label in first.unique()}
    return ArxivMap(
        papers.assign(group=first.map(groups)),
        regions.assign(name=regions["area"].map(label_name)),
        int(storage.read_json(folder / "about.json")["n_papers"]),
    )


@dataclass(frozen=True, eq=False)
class MapPlace:
    """A place on the map (0 to :data:`SIDE`), and the papers it was found by.

    Attributes:
        fitting: ``(n_papers,)``, the papers whose areas fit best.
        nearest: Positions of those of them that lie nearest to the place, the nearest first.
    """

    x: int
    y: int
    fitting: NDArray[np.bool_]
    nearest: tuple[int, ...]


def place_on_map(papers: pd.DataFrame, probabilities: Mapping[str, float]) -> MapPlace:
    """Place a text where the papers whose areas fit it best lie most densely.

    The map holds ids, areas and places of papers, no words: so each area's probability decides.
    """
    fits = _fits(papers["labels"].astype(str), probabilities)
    least = np.sort(fits)[-min(N_FITTING, len(fits))]
    fitting = fits >= least  # all of those that fit equally well
    own = np.flatnonzero(fitting)
    places = papers[["x", "y"]].to_numpy(np.float64)
    middle = _densest(places[own])
    order = np.argsort(np.hypot(*(places[own] - middle).T), kind="stable")
    x, y = np.rint(middle).astype(int).tolist()
    return MapPlace(x, y, fitting, tuple(own[order[:N_NEAREST]].tolist()))


def _fits(labels: pd.Series[str], probabilities: Mapping[str, float]) -> NDArray[np.float64]:
    """Return the cosine of each paper's areas with the probabilities, up to one factor."""
    codes, kinds = pd.factorize(labels)
    of_kind = [
        sum(probabilities.get(area, 0.0) for area in kind.split()) / np.sqrt(len(kind.split()))
        for kind in kinds
    ]
    return np.array(of_kind)[codes]


def _densest(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the middle of the nearest half of the nearest half of ``(n, 2)`` places."""
    middle = np.median(places, axis=0)
    for _ in range(2):
        far = np.hypot(*(places - middle).T)
        places = places[far <= np.median(far)]
        middle = np.median(places, axis=0)
    return np.asarray(middle)


@dataclass(frozen=True, eq=False)
class AreaFacts:
    """What is known of one area.

    Attributes:
        words: ``period``, ``word``, ``rises``, ``rate`` and ``rate_before``, per 1,000 words of the
            period and of all before it; those that rose most, then those that fell most.
        companions: ``label`` and ``share`` of its papers that carry it too, most often first.
        companion_period: The years of these papers.
        years: ``year`` and ``papers`` at hand.
        lengths: ``period``, ``p10``, ``p50``, ``p90`` of the words of the archive's abstracts.
    """

    area: str
    words: pd.DataFrame
    companions: pd.DataFrame
    companion_period: str
    years: pd.DataFrame
    archive: str
    lengths: pd.DataFrame


def areas(folder: Path = FACTS_FOLDER) -> list[str]:
    """Return today's areas that there are facts of, by name."""
    found = _table(folder, "areas")["area"].unique()
    divided = {archive_of(area) for area in found if "." in area}
    return sorted(area for area in found if current_label(area) == area and area not in divided)


def load_area(area: str, folder: Path = FACTS_FOLDER) -> AreaFacts:
    """Read the facts of an area."""
    years = _table(folder, "areas").query("area == @area")[["year", "papers"]]
    period, companions = _companions(area, years, _table(folder, "pairs"))
    archive = archive_of(area)
    lengths = _table(folder, "lengths").query("archive == @archive")
    return AreaFacts(
        area,
        _words(_table(folder, "words").query("area == @area")),
        companions,
        period,
        years.reset_index(drop=True),
        archive,
        _with_years(lengths)[["period", "p10", "p50", "p90"]],
    )


def _words(words: pd.DataFrame) -> pd.DataFrame:
    """Return the words that rose and fell most in each period."""
    parts = []
    for rises in (True, False):
        part = words[(words["score"] > 0) == rises].assign(rises=rises)
        ordered = part.sort_values(["period", "score"], ascending=[True, not rises], kind="stable")
        parts.append(ordered.groupby("period").head(N_WORDS))
    return _with_years(pd.concat(parts).sort_values("period", kind="stable"))[
        ["period", "word", "rises", "rate", "rate_before"]
    ]


def _companions(area: str, years: pd.DataFrame, pairs: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """Return the newest period with companions, and the areas most often named beside one in it."""
    of_area = pairs[((pairs["first"] == area) | (pairs["second"] == area)).to_numpy()]
    of_area = of_area[of_area["period"] != THIN_PERIOD]
    if of_area.empty:
        return "", pd.DataFrame({"label": [], "share": []})
    newest = of_area[of_area["period"] == of_area["period"].max()]
    first, last = PERIODS[int(newest["period"].iloc[0])]
    n_papers = years.loc[years["year"].between(first, last), "papers"].sum()
    table = pd.DataFrame(
        {
            "label": newest["first"].where(newest["first"] != area, newest["second"]),
            "share": newest["papers"] / n_papers,
        }
    )
    is_current = table["label"].map(lambda label: current_label(label) == label)
    ordered = table[is_current].sort_values("share", ascending=False, kind="stable")
    return f"{first} to {last}", ordered.head(N_COMPANIONS).reset_index(drop=True)


def _with_years(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its periods as texts: ``2025 to 2026``."""
    texts = [f"{first} to {last}" for first, last in PERIODS]
    return table.assign(period=[texts[period] for period in table["period"]]).reset_index(drop=True)


def submissions(folder: Path = FACTS_FOLDER) -> pd.DataFrame:
    """Return how many papers arXiv got each month since April 2007: ``month`` (a date), ``papers``.

    They are the highest running numbers of a month's ids in the sample: at least so many, and
    hardly more, since it holds hundreds of each month.
    """
    table = _table(folder, "submissions")
    years, months = table["month"] // 12, table["month"] % 12 + 1
    dates = pd.to_datetime(pd.DataFrame({"year": years, "month": months, "day": 1}))
    return pd.DataFrame({"month": dates, "papers": table["highest"]})


def _table(folder: Path, name: str) -> pd.DataFrame:
    path = folder / f"{name}.parquet"
    try:
        frame: pd.DataFrame = pq.read_table(path).to_pandas()
    except (pa.ArrowException, OSError) as error:
        raise StorageError(
            f"The facts of arXiv cannot be read: {path}.",
            "Make them again: make facts DATA=FILE.",
        ) from error
    return frame

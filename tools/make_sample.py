"""The bundled sample: synthetic papers in the raw schema, written by a seeded generator.

Real abstracts cannot be redistributed here. The sample is original prose put
together from the phrase banks in ``sample_bank``: for each paper a topic, a label
combination, a plan of sentences (background, gap, method, result, meaning) and
a target length are drawn, and the sentences are filled from the topic's bank.

``python -m tools.make_sample`` writes ``assets/sample.csv.xz`` anew, with
the same bytes on each run. Only ``random.Random.random`` is drawn from, whose
stream Python keeps the same from version to version.
"""

from __future__ import annotations

import argparse
import csv
import io
import lzma
import math
import random
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from arxivtag import storage
from arxivtag.config import SAMPLE_PATH
from arxivtag.papers.schema import FIELDS, RAW_NAMES
from arxivtag.papers.words import count_spaced_words
from tools.sample_bank import TOPICS, Topic
from tools.sample_bank.frames import FRAMES
from tools.sample_bank.topic import Metric

N_ROWS = 2000
N_DUPLICATE_TITLES = 9
N_EXACT_DUPLICATES = 6  # of the duplicate titles; the others have a revised abstract
N_NEAR_DUPLICATES = 12
N_COMMON_COMBINATIONS = 67
N_RARE_COMBINATIONS = 208
RANDOM_SEED = 20240229

MEAN_WORDS, STD_WORDS, MIN_WORDS, MAX_WORDS = 158.0, 42.0, 25, 285
LENGTH_TOLERANCE = 6
WORDS_PER_SENTENCE = 15.5
AMERICAN_SHARE = 0.6  # of the papers are in American spelling
XZ_PRESET = 9 | lzma.PRESET_EXTREME

T = TypeVar("T")
Labels = tuple[str, ...]

_CHOICE = re.compile(r"\{([^{}]*)\}")
_SLOT = re.compile(r"\[([A-Za-z_]+)\]")
_NAME_TAILS = (
    "Net", "Former", "Flow", "Lite", "Mix", "Graph", "Plus", "Lab", "Kit", "Mate", "Wise", "Loop",
    "Path", "Core", "Lens", "Forge", "Link", "Scope", "Weave", "Prime", "Bridge", "Spark",
)  # fmt: skip
_SMALL_WORDS = frozenset(
    {
        "a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "its", "nor", "of",
        "on", "or", "over", "per", "than", "that", "the", "to", "under", "via", "when", "with",
        "without",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Paper:
    """One row of the raw schema."""

    title: str
    abstract: str
    labels: Labels


class Dice:
    """Random choices that rest on ``random()`` alone."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def chance(self, probability: float) -> bool:
        """Return True with ``probability``."""
        return self._random.random() < probability

    def below(self, n: int) -> int:
        """Return a whole number from 0 to ``n - 1``."""
        return int(self._random.random() * n)

    def pick(self, items: Sequence[T]) -> T:
        """Return one of ``items``."""
        return items[self.below(len(items))]

    def weighted(self, items: Sequence[tuple[T, int]]) -> T:
        """Return one item of ``(item, weight)`` pairs."""
        mark = self._random.random() * sum(weight for _, weight in items)
        for item, weight in items:
            mark -= weight
            if mark < 0:
                return item
        return items[-1][0]

    def between(self, low: float, high: float) -> float:
        """Return a number from ``low`` to ``high``."""
        return low + (high - low) * self._random.random()

    def normal(self, mean: float, std: float) -> float:
        """Return a normal variate (Box-Muller)."""
        radius = math.sqrt(-2.0 * math.log(1.0 - self._random.random()))
        return mean + std * radius * math.cos(2.0 * math.pi * self._random.random())

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return ``items`` in random order (Fisher-Yates)."""
        result = list(items)
        for i in range(len(result) - 1, 0, -1):
            j = self.below(i + 1)
            result[i], result[j] = result[j], result[i]
        return result


def capitalize(text: str) -> str:
    """Return ``text`` with a capital first letter, the rest as it stands."""
    return text[:1].upper() + text[1:]


def with_article(noun_phrase: str) -> str:
    """Return ``noun_phrase`` behind "a" or "an", by how its first word is spoken."""
    first = noun_phrase.split()[0].split("-")[0]
    spelled = first.isupper() and (len(first) < 4 or not set(first) & set("AEIOU"))
    if spelled or any(c.isdigit() for c in first):
        vowel = first[0] in "AEFHILMNORSX8"
    else:
        vowel = first[0].lower() in "aeiou" and not first.lower().startswith(("uni", "use", "eu"))
    return f"{'an' if vowel else 'a'} {noun_phrase}"


def american(text: str) -> str:
    """Return ``text`` in American spelling (the banks are in British spelling)."""
    text = re.sub(r"([a-z]{2,})isation", r"\1ization", text)
    text = _ISE.sub(lambda match: f"{match[1]}iz{match[2]}", text)
    return _BRITISH.sub(lambda match: _AMERICAN[match[0]], text)


_ISE = re.compile(
    r"\b((?:[Uu]n|[Rr]e-?|[Dd]e|[Oo]ver)?(?:[Oo]ptim|[Mm]inim|[Mm]axim|[Rr]egular|[Gg]eneral|[Nn]ormal"
    r"|[Rr]andom|[Oo]rgan|[Rr]ecogn|[Ss]ummar|[Ll]ocal|[Ii]nitial|[Cc]haracter|[Ff]actor"
    r"|[Ss]ynthes|[Pp]enal|[Ss]tabil|[Pp]ersonal|[Rr]aster|[Rr]eal|[Aa]nonym|[Dd]iscret"
    r"|[Rr]elax|[Bb]inar|[Ee]qual|[Ff]inal|[Pp]olar|[Pp]arallel|[Bb]ias|[Pp]arameter"
    r"|[Cc]alibr|[Ss]pecial|[Qq]uant|[Vv]isual|[Mm]emor|[Cc]entral|[Aa]mort))is(e|es|ed|er|ers|ing)\b"
)
_AMERICAN = {
    "neighbour": "neighbor", "Neighbour": "Neighbor", "colour": "color", "Colour": "Color",
    "behaviour": "behavior", "Behaviour": "Behavior", "tumour": "tumor", "Tumour": "Tumor",
    "favour": "favor", "rumour": "rumor", "Rumour": "Rumor", "artefact": "artifact",
    "Artefact": "Artifact", "centre": "center", "Centre": "Center", "labelled": "labeled",
    "Labelled": "Labeled", "labelling": "labeling", "Labelling": "Labeling",
    "modelling": "modeling", "Modelling": "Modeling", "modelled": "modeled",
    "analyse": "analyze", "Analyse": "Analyze", "programme": "program", "travelling": "traveling",
    "defence": "defense", "Defence": "Defense", "catalogue": "catalog", "fibre": "fiber",
    "metres": "meters", "grey": "gray", "harbour": "harbor", "per cent": "percent",
}  # fmt: skip
_BRITISH = re.compile("|".join(sorted(_AMERICAN, key=len, reverse=True)))


# A text that says one of these twice is thrown away.
_ONCE = frozenset({"background", "gap", "step", "finding", "meaning", "theorem", "term"})


@dataclass
class Writer:
    """Fills frames for one paper; a phrase is used once as long as others are left.

    ``repeats`` tells whether a clause or term had to be used again.
    """

    topic: Topic
    dice: Dice
    name: str
    repeats: bool = False
    _left: dict[str, list[str]] = field(default_factory=dict)
    _last: dict[str, str] = field(default_factory=dict)
    _metric: Metric | None = None
    _better: float = 0.0
    _worse: float = 0.0

    def used(self, slot: str) -> str:
        """Return the phrase last put into ``slot``, with its choices not yet made, or ""."""
        return self._last.get(slot, "")

    def sentence(self, frame_set: str) -> str:
        """Return one sentence from a set of frames."""
        return self.fill(self._fresh(f"frames:{frame_set}", FRAMES[frame_set]))

    def fill(self, frame: str) -> str:
        """Return ``frame`` with choices made, slots filled and the first letter a capital."""
        if "metric" in frame or "[better]" in frame or "[margin]" in frame:
            self._draw_metric()
        text = self.choose(frame)
        while slot := _SLOT.search(text):
            phrase = self.choose(self._slot(slot[1].lower()))
            if slot[1][0].isupper():
                phrase = capitalize(phrase)
            text = text[: slot.start()] + phrase + text[slot.end() :]
        text = re.sub(r"\s+", " ", text).replace(" ,", ",").strip()
        return capitalize(text)

    def _slot(self, slot: str) -> str:
        topic = self.topic
        fixed = {"topic": topic.name, "name": self.name}
        if slot in fixed:
            return fixed[slot]
        banks = {
            "setting": topic.settings, "term": topic.terms, "method": topic.methods,
            "step": topic.steps, "data": topic.data, "baselines": topic.baselines,
            "gap": topic.gaps, "background": topic.background, "finding": topic.findings,
            "meaning": topic.meanings, "theorem": topic.theorems,
        }  # fmt: skip
        if slot == "method":
            return self._method()
        if slot in banks:
            return self._fresh(slot, banks[slot])
        if slot == "terms":
            first, second, third = (self._fresh("term", topic.terms) for _ in range(3))
            return f"{first}, {second} and {third}"
        return self._figure(slot)

    def _method(self) -> str:
        """Return a method; the steps that suit it come next."""
        methods, steps = self.topic.methods, self.topic.steps
        method = self._fresh("method", methods)
        leads = [steps[i] for i in self.topic.leads[methods.index(method)]]
        others = [step for step in self._left.get("step", steps) if step not in leads]
        # _fresh takes from the end
        self._left["step"] = [*self.dice.shuffled(others), *reversed(leads)]
        return method

    def choose(self, text: str) -> str:
        """Return ``text`` with the choices in braces made."""
        while _CHOICE.search(text):
            text = _CHOICE.sub(lambda match: self.dice.pick(match[1].split("|")), text)
        return text

    def _fresh(self, slot: str, bank: Sequence[str]) -> str:
        left = self._left.get(slot)
        if not left:
            self.repeats = self.repeats or (left is not None and slot in _ONCE)
            left = self._left[slot] = self.dice.shuffled(bank)
            if left[-1] == self._last.get(slot):
                left.reverse()
        self._last[slot] = left[-1]
        return left.pop()

    def _draw_metric(self) -> None:
        metric = self._metric = self.dice.pick(self.topic.metrics)
        span = metric.high - metric.low
        gain = span * self.dice.between(0.04, 0.25)
        worse = self.dice.between(metric.low, metric.high - gain)
        self._worse, self._better = worse, worse + gain
        if metric.falls:
            self._worse, self._better = self._better, self._worse

    def _figure(self, slot: str) -> str:
        metric = self._metric
        if slot == "number":
            return self.dice.pick(("four", "six", "eight", "ten", "twelve", "twenty", "forty"))
        if metric is None:
            raise KeyError(slot)
        if slot == "metric":
            return metric.name
        if slot == "a_metric":
            return with_article(metric.name)
        value = {
            "better": self._better,
            "worse": self._worse,
            "margin": abs(self._better - self._worse),
        }[slot]
        digits = 3 if metric.high <= 2 else 0 if metric.high >= 100 and not metric.unit else 1
        unit = " points" if slot == "margin" and metric.unit == "%" else metric.unit
        return f"{value:.{digits}f}{unit}"


def _plan(dice: Dice, topic: Topic, n_words: float) -> list[str]:
    """Return the frame sets of one abstract in order, about ``n_words`` long."""
    kind = dice.weighted([*_KINDS, ("theory", 8)] if topic.theorems else _KINDS)
    opens_with_background = dice.chance(0.68)
    head = ["background", "gap_after"] if opens_with_background else []
    if kind == "method":
        core = ["propose" if head else "propose_first", "step"]
        more = ["step"] * 3 + ["design"] * 2 + ["setup", "result", "result", "finding", "ablation"]
        tail = "result" if dice.chance(0.6) else "finding"
    elif kind == "theory":
        core = ["theory_propose" if dice.chance(0.5) else "propose_first", "theorem"]
        more = ["theorem"] * 2 + ["theory_step"] * 3 + ["design", "design", "setup", "finding"]
        tail = "finding"
    elif kind == "survey":
        core = ["survey", "survey_more"]
        more = ["survey_more"] * 5 + ["survey_finding"] * 3
        tail = "survey_finding"
    else:
        core = [kind, f"{kind}_more"]
        more = [f"{kind}_more"] * 4 + ["design"] * 2
        tail = "finding"
    more += ["finding"] * 2 * (kind != "survey") + ["meaning", "meaning", "closing"]
    if opens_with_background:
        more += ["more_background", "more_background", "more_gap"]
    elif dice.chance(0.4):
        more += ["gap_first", "more_gap"]
    plan = [*core, tail] if n_words < 70 else [*head, *core, tail]
    if n_words < 45:
        plan = plan[: 1 if n_words < 33 else 2]
    for extra in dice.shuffled(more):
        if WORDS_PER_SENTENCE * (len(plan) + 0.5) >= n_words:
            break
        if extra != "more_gap" or {"gap_first", "gap_after"} & set(plan):
            plan.append(extra)
    return sorted(plan, key=_ORDER.index)


_KINDS = (("method", 12), ("analysis", 2), ("benchmark", 1), ("survey", 1))
_ORDER = (
    "background", "more_background", "gap_first", "gap_after", "more_gap",
    "propose", "propose_first", "theory_propose", "survey", "benchmark", "analysis",
    "step", "theory_step", "theorem", "design", "survey_more", "benchmark_more", "analysis_more",
    "setup", "result", "finding", "survey_finding", "ablation", "meaning", "closing",
)  # fmt: skip


def _length(dice: Dice) -> int:
    while True:
        n_words = round(dice.normal(MEAN_WORDS, STD_WORDS))
        if MIN_WORDS <= n_words <= MAX_WORDS:
            return n_words


@dataclass(frozen=True)
class Draft:
    """An abstract and what its title may refer to."""

    abstract: str
    kind: str
    name: str  # of the system; empty if the abstract does not name one
    method: str  # empty if the paper is not about a method
    setting: str


def write_abstract(dice: Dice, topic: Topic, n_words: int) -> Draft | None:
    """Return an abstract of about ``n_words`` words, or None if none was short enough or long."""
    best: Draft | None = None
    best_distance = 10**6
    asked = float(n_words)
    for _ in range(16):
        writer = Writer(topic, dice, dice.pick(topic.stems) + dice.pick(_NAME_TAILS))
        plan = _plan(dice, topic, asked)
        abstract = " ".join(writer.sentence(part) for part in plan)
        n_written = count_spaced_words(abstract)
        distance = abs(n_written - n_words)
        fits = MIN_WORDS <= n_written <= MAX_WORDS and not writer.repeats
        if fits and distance < best_distance:
            best, best_distance = _draft(writer, plan, abstract), distance
        if best_distance <= LENGTH_TOLERANCE:
            break
        asked = min(max(asked + 0.4 * (n_words - n_written), 20.0), 1.6 * n_words)
    return best


def _draft(writer: Writer, plan: Sequence[str], abstract: str) -> Draft:
    kind = (
        "survey" if "survey" in plan else "method" if {"propose", "propose_first"} & {*plan} else ""
    )
    return Draft(
        abstract=abstract,
        kind=kind,
        name=writer.name if writer.name in abstract else "",
        method=writer.used("method") if kind == "method" else "",
        setting=writer.used("setting"),
    )


_TITLES = (
    "[topic] [setting]",
    "[topic] with [term] and [term]",
    "{Rethinking|Revisiting} [term] for [topic]",
    "{Towards|Improving} [topic] [setting]",
    "On the {Role|Use} of [term] in [topic]",
    "[term] and [term] for [topic]",
    "[topic] via [term]",
    "[topic] [setting] via [term]",
    "{Combining|Beyond} [term] and [term] for [topic]",
    "How {far|much} does [topic] depend on [term]?",
)
_METHOD_TITLES = (
    "[method] for [topic]",
    "[method] for [topic] [setting]",
    "[method] with [term]",
    "[method] for [topic] based on [term]",
)
_NAMED_TITLES = ("[name]: [method] for [topic]", "[name]: [topic] [setting]", "[name]: [method]")
_SURVEY_TITLES = (
    "[topic]: {A Survey|A Review|An Overview}",
    "[topic] [setting]: {A Survey|A Critical Review|An Overview}",
    "{A Survey of|A Review of|Advances in} [topic]",
    "{A Survey of|A Review of|Recent Work on} [topic] [setting]",
    "From [term] to [term]: {A Survey of|A Review of} [topic]",
)


def title_case(text: str) -> str:
    """Return ``text`` in title case; words that hold a capital stay as they are."""
    words = text.split(" ")
    return " ".join(
        word
        if any(c.isupper() for c in word) or (i and word in _SMALL_WORDS)
        else "-".join(capitalize(part) for part in word.split("-"))
        for i, word in enumerate(words)
    )


def write_title(dice: Dice, topic: Topic, draft: Draft) -> str:
    """Return a title that fits the abstract: its method, system name and setting, if any."""
    frames = _SURVEY_TITLES if draft.kind == "survey" else _TITLES
    if draft.method:
        frames = (*frames, *_METHOD_TITLES)
    if draft.method and draft.name:
        frames = (*frames, *_NAMED_TITLES)
    method = re.sub(r"^(an?|the) ", "", draft.method)
    text = ""
    for _ in range(8):
        frame = dice.pick(frames).replace("[method]", method)
        if draft.setting:
            frame = frame.replace("[setting]", draft.setting)
        text = Writer(topic, dice, draft.name).fill(frame)
        # "Object Detector for Object Detection" is no title: words should not come back
        starts = [word[:5] for word in re.findall(r"[a-z]{4,}", text.lower())]
        if len(starts) == len(set(starts)):
            break
    return title_case(text)


def _rows_per_topic(topics: Sequence[Topic], n_rows: int) -> list[int]:
    """Divide ``n_rows`` by the topics' shares (largest remainders)."""
    total = sum(topic.share for topic in topics)
    exact = [n_rows * topic.share / total for topic in topics]
    counts = [int(value) for value in exact]
    order = sorted(range(len(topics)), key=lambda i: (counts[i] - exact[i], i))
    for i in order[: n_rows - sum(counts)]:
        counts[i] += 1
    return counts


def _usable_labels(topics: Sequence[Topic]) -> dict[str, tuple[tuple[Labels, int], ...]]:
    """Return each topic's label combinations, limited to ``N_COMMON_COMBINATIONS`` in all.

    Kept are the heaviest combination of each label and then the heaviest of all.
    A topic that is left with none takes the kept one most like its own first.
    """
    weights: Counter[Labels] = Counter()
    for topic in topics:
        total = sum(weight for _, weight in topic.labels)
        for combination, weight in topic.labels:
            weights[combination] += topic.share * weight / total  # type: ignore[assignment]
    ranked = sorted(weights, key=lambda combination: (-weights[combination], combination))
    kept: dict[Labels, None] = {}
    for label in sorted({label for combination in ranked for label in combination}):
        kept[next(combination for combination in ranked if label in combination)] = None
    for combination in ranked:
        if len(kept) >= N_COMMON_COMBINATIONS:
            break
        kept[combination] = None

    def likeness(combination: Labels, wanted: Labels) -> float:
        shared = len(set(combination) & set(wanted)) / len(set(combination) | set(wanted))
        return shared + 0.1 * (combination[0] == wanted[0])

    usable = {}
    for topic in topics:
        own = tuple(item for item in topic.labels if item[0] in kept)
        wanted = topic.labels[0][0]
        usable[topic.name] = own or ((max(kept, key=lambda c: likeness(c, wanted)), 1),)
    return usable


def _draw_labels(dice: Dice, assigned: Sequence[Topic]) -> list[Labels]:
    """Return a label combination for each paper: most common ones, some that occur once."""
    usable = _usable_labels(TOPICS)
    labels = [dice.weighted(usable[topic.name]) for topic in assigned]
    common = {combination for choices in usable.values() for combination, _ in choices}
    rare: set[Labels] = set()
    for i in dice.shuffled(range(len(assigned))):
        if len(rare) == N_RARE_COMBINATIONS:
            break
        combination = _rare_combination(dice, assigned[i], labels[i])
        if combination not in common and combination not in rare:
            rare.add(combination)
            labels[i] = combination
    counts = Counter(labels)
    for combination in sorted(common):  # a common combination occurs at least twice
        for i in dice.shuffled(range(len(assigned))):
            if counts[combination] >= 2:
                break
            fits = any(combination == choice for choice, _ in usable[assigned[i].name])
            if fits and counts[labels[i]] > 2:
                counts.subtract((labels[i],))
                counts.update((combination,))
                labels[i] = combination
    return labels


def _rare_combination(dice: Dice, topic: Topic, base: Labels) -> Labels:
    extras = [label for label in dice.shuffled(topic.extra_labels) if label not in base]
    n_extras = 1 if dice.chance(0.7) else 2
    head, *tail = [*base, *extras[:n_extras]]
    return (head, *dice.shuffled(tail))


def _unique(dice: Dice, topic: Topic, titles: set[str], abstracts: set[str]) -> tuple[str, str]:
    while True:
        draft = write_abstract(dice, topic, _length(dice))
        if draft is None:
            continue
        title, abstract = write_title(dice, topic, draft), draft.abstract
        if dice.chance(AMERICAN_SHARE):
            title, abstract = american(title), american(abstract)
        if title not in titles and abstract not in abstracts:
            titles.add(title)
            abstracts.add(abstract)
            return title, abstract


def _revised(dice: Dice, paper: Paper, topic: Topic, title: str) -> Paper:
    """Return a near-duplicate: one sentence of the abstract replaced by another."""
    sentences = re.split(r"(?<=[.?]) (?=[A-Z])", paper.abstract)
    sentences[-1] = Writer(topic, dice, "").sentence("meaning")
    return Paper(title, " ".join(sentences), paper.labels)


def generate(random_seed: int = RANDOM_SEED) -> list[Paper]:
    """Return the papers of the sample, in the order of the file."""
    dice = Dice(random_seed)
    n_own = N_ROWS - N_DUPLICATE_TITLES - N_NEAR_DUPLICATES
    counts = _rows_per_topic(TOPICS, n_own)
    assigned = [topic for topic, n in zip(TOPICS, counts, strict=True) for _ in range(n)]
    titles: set[str] = set()
    abstracts: set[str] = set()
    texts = [_unique(dice, topic, titles, abstracts) for topic in assigned]
    labels = _draw_labels(dice, assigned)
    papers = [Paper(*text, combination) for text, combination in zip(texts, labels, strict=True)]
    label_counts = Counter(labels)
    often = [i for i in range(n_own) if label_counts[labels[i]] > 1]
    chosen = dice.shuffled(often)[: N_DUPLICATE_TITLES + N_NEAR_DUPLICATES]
    repeats = []
    for k, i in enumerate(chosen):
        paper, topic = papers[i], assigned[i]
        if k < N_EXACT_DUPLICATES:
            repeats.append(paper)
        elif k < N_DUPLICATE_TITLES:
            repeats.append(_revised(dice, paper, topic, paper.title))
        else:
            title = (
                f"{paper.title}: {dice.pick(('Extended Version', 'A Second Look', 'Revisited'))}"
            )
            repeats.append(_revised(dice, paper, topic, title))
    return dice.shuffled([*papers, *repeats])


def to_csv(papers: Sequence[Paper]) -> bytes:
    """Return ``papers`` as CSV in UTF-8 with the example's raw columns."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(RAW_NAMES[field] for field in FIELDS)
    writer.writerows((paper.title, paper.abstract, str(list(paper.labels))) for paper in papers)
    return text.getvalue().encode("utf-8")


def sample_bytes() -> bytes:
    """Return the compressed sample file."""
    return lzma.compress(to_csv(generate()), preset=XZ_PRESET)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the sample file; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.make_sample", description="Write the bundled synthetic sample."
    )
    parser.add_argument("--out", type=Path, default=SAMPLE_PATH, help="the file to write")
    path: Path = parser.parse_args(arguments).out
    content = sample_bytes()
    storage.write_bytes(path, content)
    sys.stderr.write(f"Wrote {path} ({len(content) / 1e6:.2f} MB).\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

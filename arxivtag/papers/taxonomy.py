"""Names of arXiv's categories, present and former, and what kind of code a label is.

Sources: arXiv's category taxonomy page for the present categories, and its
history of archives for those that were renamed or merged (``cmp-lg`` became
``cs.CL``, ``q-fin.EC`` became ``econ.GN``, ...). ACM codes are those of the 1998
Computing Classification System, MSC codes those of the Mathematics Subject
Classification, both as authors type them when they submit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

LabelKind = Literal["arxiv", "acm", "msc", "unknown"]

_GROUPS: dict[str, dict[str, str]] = {
    "astro-ph": {
        "": "Astrophysics",
        "CO": "Cosmology and Nongalactic Astrophysics",
        "EP": "Earth and Planetary Astrophysics",
        "GA": "Astrophysics of Galaxies",
        "HE": "High Energy Astrophysical Phenomena",
        "IM": "Instrumentation and Methods for Astrophysics",
        "SR": "Solar and Stellar Astrophysics",
    },
    "cond-mat": {
        "": "Condensed Matter",
        "dis-nn": "Disordered Systems and Neural Networks",
        "mes-hall": "Mesoscale and Nanoscale Physics",
        "mtrl-sci": "Materials Science",
        "other": "Other Condensed Matter",
        "quant-gas": "Quantum Gases",
        "soft": "Soft Condensed Matter",
        "stat-mech": "Statistical Mechanics",
        "str-el": "Strongly Correlated Electrons",
        "supr-con": "Superconductivity",
    },
    "cs": {
        "": "Computer Science",
        "AI": "Artificial Intelligence",
        "AR": "Hardware Architecture",
        "CC": "Computational Complexity",
        "CE": "Computational Engineering, Finance, and Science",
        "CG": "Computational Geometry",
        "CL": "Computation and Language",
        "CR": "Cryptography and Security",
        "CV": "Computer Vision and Pattern Recognition",
        "CY": "Computers and Society",
        "DB": "Databases",
        "DC": "Distributed, Parallel, and Cluster Computing",
        "DL": "Digital Libraries",
        "DM": "Discrete Mathematics",
        "DS": "Data Structures and Algorithms",
        "ET": "Emerging Technologies",
        "FL": "Formal Languages and Automata Theory",
        "GL": "General Literature",
        "GR": "Graphics",
        "GT": "Computer Science and Game Theory",
        "HC": "Human-Computer Interaction",
        "IR": "Information Retrieval",
        "IT": "Information Theory",
        "LG": "Machine Learning",
        "LO": "Logic in Computer Science",
        "MA": "Multiagent Systems",
        "MM": "Multimedia",
        "MS": "Mathematical Software",
        "NA": "Numerical Analysis",
        "NE": "Neural and Evolutionary Computing",
        "NI": "Networking and Internet Architecture",
        "OH": "Other Computer Science",
        "OS": "Operating Systems",
        "PF": "Performance",
        "PL": "Programming Languages",
        "RO": "Robotics",
        "SC": "Symbolic Computation",
        "SD": "Sound",
        "SE": "Software Engineering",
        "SI": "Social and Information Networks",
        "SY": "Systems and Control",
    },
    "econ": {
        "": "Economics",
        "EM": "Econometrics",
        "GN": "General Economics",
        "TH": "Theoretical Economics",
    },
    "eess": {
        "": "Electrical Engineering and Systems Science",
        "AS": "Audio and Speech Processing",
        "IV": "Image and Video Processing",
        "SP": "Signal Processing",
        "SY": "Systems and Control",
    },
    "gr-qc": {"": "General Relativity and Quantum Cosmology"},
    "hep-ex": {"": "High Energy Physics - Experiment"},
    "hep-lat": {"": "High Energy Physics - Lattice"},
    "hep-ph": {"": "High Energy Physics - Phenomenology"},
    "hep-th": {"": "High Energy Physics - Theory"},
    "math-ph": {"": "Mathematical Physics"},
    "math": {
        "": "Mathematics",
        "AC": "Commutative Algebra",
        "AG": "Algebraic Geometry",
        "AP": "Analysis of PDEs",
        "AT": "Algebraic Topology",
        "CA": "Classical Analysis and ODEs",
        "CO": "Combinatorics",
        "CT": "Category Theory",
        "CV": "Complex Variables",
        "DG": "Differential Geometry",
        "DS": "Dynamical Systems",
        "FA": "Functional Analysis",
        "GM": "General Mathematics",
        "GN": "General Topology",
        "GR": "Group Theory",
        "GT": "Geometric Topology",
        "HO": "History and Overview",
        "IT": "Information Theory",
        "KT": "K-Theory and Homology",
        "LO": "Logic",
        "MG": "Metric Geometry",
        "MP": "Mathematical Physics",
        "NA": "Numerical Analysis",
        "NT": "Number Theory",
        "OA": "Operator Algebras",
        "OC": "Optimization and Control",
        "PR": "Probability",
        "QA": "Quantum Algebra",
        "RA": "Rings and Algebras",
        "RT": "Representation Theory",
        "SG": "Symplectic Geometry",
        "SP": "Spectral Theory",
        "ST": "Statistics Theory",
    },
    "nlin": {
        "": "Nonlinear Sciences",
        "AO": "Adaptation and Self-Organizing Systems",
        "CD": "Chaotic Dynamics",
        "CG": "Cellular Automata and Lattice Gases",
        "PS": "Pattern Formation and Solitons",
        "SI": "Exactly Solvable and Integrable Systems",
    },
    "nucl-ex": {"": "Nuclear Experiment"},
    "nucl-th": {"": "Nuclear Theory"},
    "physics": {
        "": "Physics",
        "acc-ph": "Accelerator Physics",
        "ao-ph": "Atmospheric and Oceanic Physics",
        "app-ph": "Applied Physics",
        "atm-clus": "Atomic and Molecular Clusters",
        "atom-ph": "Atomic Physics",
        "bio-ph": "Biological Physics",
        "chem-ph": "Chemical Physics",
        "class-ph": "Classical Physics",
        "comp-ph": "Computational Physics",
        "data-an": "Data Analysis, Statistics and Probability",
        "ed-ph": "Physics Education",
        "flu-dyn": "Fluid Dynamics",
        "gen-ph": "General Physics",
        "geo-ph": "Geophysics",
        "hist-ph": "History and Philosophy of Physics",
        "ins-det": "Instrumentation and Detectors",
        "med-ph": "Medical Physics",
        "optics": "Optics",
        "plasm-ph": "Plasma Physics",
        "pop-ph": "Popular Physics",
        "soc-ph": "Physics and Society",
        "space-ph": "Space Physics",
    },
    "q-bio": {
        "": "Quantitative Biology",
        "BM": "Biomolecules",
        "CB": "Cell Behavior",
        "GN": "Genomics",
        "MN": "Molecular Networks",
        "NC": "Neurons and Cognition",
        "OT": "Other Quantitative Biology",
        "PE": "Populations and Evolution",
        "QM": "Quantitative Methods",
        "SC": "Subcellular Processes",
        "TO": "Tissues and Organs",
    },
    "q-fin": {
        "": "Quantitative Finance",
        "CP": "Computational Finance",
        "EC": "Economics",
        "GN": "General Finance",
        "MF": "Mathematical Finance",
        "PM": "Portfolio Management",
        "PR": "Pricing of Securities",
        "RM": "Risk Management",
        "ST": "Statistical Finance",
        "TR": "Trading and Market Microstructure",
    },
    "quant-ph": {"": "Quantum Physics"},
    "stat": {
        "": "Statistics",
        "AP": "Applications",
        "CO": "Computation",
        "ME": "Methodology",
        "ML": "Machine Learning",
        "OT": "Other Statistics",
        "TH": "Statistics Theory",
    },
}

# Archives that were merged into the ones above, and one category that was renamed.
FORMER_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "acc-phys": "Accelerator Physics",
        "adap-org": "Adaptation, Noise, and Self-Organizing Systems",
        "alg-geom": "Algebraic Geometry",
        "ao-sci": "Atmospheric-Oceanic Sciences",
        "atom-ph": "Atomic, Molecular and Optical Physics",
        "bayes-an": "Bayesian Analysis",
        "chao-dyn": "Chaotic Dynamics",
        "chem-ph": "Chemical Physics",
        "cmp-lg": "Computation and Language",
        "comp-gas": "Cellular Automata and Lattice Gases",
        "dg-ga": "Differential Geometry",
        "funct-an": "Functional Analysis",
        "mtrl-th": "Materials Theory",
        "patt-sol": "Pattern Formation and Solitons",
        "plasm-ph": "Plasma Physics",
        "q-alg": "Quantum Algebra and Topology",
        "solv-int": "Exactly Solvable and Integrable Systems",
        "supr-con": "Superconductivity",
    }
)

LABEL_NAMES: Mapping[str, str] = MappingProxyType(
    {
        f"{archive}.{category}" if category else archive: name
        for archive, categories in _GROUPS.items()
        for category, name in categories.items()
    }
    | dict(FORMER_NAMES)
)

# Two names of one area each. Records list both up to about November 2025, later ones the first.
SECOND_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "math.IT": "cs.IT",
        "math.NA": "cs.NA",
        "stat.TH": "math.ST",
        "cs.SY": "eess.SY",
        "math.MP": "math-ph",
        "q-fin.EC": "econ.GN",
    }
)

# Retired archives that arXiv turned into one category each. Others (astro-ph, cond-mat, q-bio)
# were divided, so that no category stands for the papers that carry the old name.
SUCCESSORS: Mapping[str, str] = MappingProxyType(
    {
        "acc-phys": "physics.acc-ph",
        "adap-org": "nlin.AO",
        "alg-geom": "math.AG",
        "ao-sci": "physics.ao-ph",
        "atom-ph": "physics.atom-ph",
        "bayes-an": "physics.data-an",
        "chao-dyn": "nlin.CD",
        "chem-ph": "physics.chem-ph",
        "cmp-lg": "cs.CL",
        "comp-gas": "nlin.CG",
        "dg-ga": "math.DG",
        "funct-an": "math.FA",
        "mtrl-th": "cond-mat.mtrl-sci",
        "patt-sol": "nlin.PS",
        "plasm-ph": "physics.plasm-ph",
        "q-alg": "math.QA",
        "solv-int": "nlin.SI",
        "supr-con": "cond-mat.supr-con",
    }
)
_CURRENT = {**SECOND_NAMES, **SUCCESSORS}

_ACM_AREAS: Mapping[str, str] = MappingProxyType(
    {
        "A": "General Literature",
        "B": "Hardware",
        "C": "Computer Systems Organization",
        "D": "Software",
        "E": "Data",
        "F": "Theory of Computation",
        "G": "Mathematics of Computing",
        "H": "Information Systems",
        "I": "Computing Methodologies",
        "J": "Computer Applications",
        "K": "Computing Milieux",
    }
)

_ACM = re.compile(r"[A-K](?:\.(?:\d{1,2}|[mM])){1,3}\.?")
_MSC = re.compile(r"\d\d(?:[A-Z](?:\d\d|xx|XX|[A-Z]\d)?|-(?:\d\d|XX|xx))")
_WORDS_BESIDE_CODES = re.compile(
    r"\b(?:primary|secondary|prim|sec|msc|acm|ccs|class|classification)\b|\b(?:19|20)\d\d:?",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def label_kind(label: str) -> LabelKind:
    """Return whether a label is an arXiv category, ACM codes, MSC codes, or none of these.

    Authors write several codes into one label; ``"I.2.6; I.4.9"`` is "acm" and
    ``"68T05, 62H30 (Primary)"`` is "msc".

    >>> [label_kind(label) for label in ("cs.CV", "I.2.6; I.4.9", "68T05", "robots")]
    ['arxiv', 'acm', 'msc', 'unknown']
    """
    if label in LABEL_NAMES:
        return "arxiv"
    if len(label) > 500:
        return "unknown"
    codes = re.findall(r"[^\s,;:/()]+", _WORDS_BESIDE_CODES.sub(" ", label))
    if codes and all(_ACM.fullmatch(code) for code in codes):
        return "acm"
    if codes and all(_MSC.fullmatch(code) for code in codes):
        return "msc"
    return "unknown"


@lru_cache(maxsize=8192)
def label_name(label: str) -> str:
    """Return a label's name in words, or the label itself if it is not known.

    >>> label_name("cs.CV")
    'Computer Vision and Pattern Recognition'
    """
    name = LABEL_NAMES.get(label)
    if name is not None:
        return name
    kind = label_kind(label)
    if kind == "acm":
        return f"ACM class {label} ({_ACM_AREAS[_first_acm_letter(label)]})"
    if kind == "msc":
        return f"MSC class {label}"
    return label


def current_label(label: str) -> str:
    """Return the name that an arXiv category has now: the first of two, or its successor's.

    >>> current_label("math.IT"), current_label("cmp-lg"), current_label("cs.LG")
    ('cs.IT', 'cs.CL', 'cs.LG')
    """
    return _CURRENT.get(label, label)


def current_labels(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the current names of a paper's labels, in order and without repeats.

    >>> current_labels(("cs.IT", "math.IT", "eess.SP"))
    ('cs.IT', 'eess.SP')
    """
    if _CURRENT.keys().isdisjoint(labels):
        return labels
    return tuple(dict.fromkeys(map(current_label, labels)))


def _first_acm_letter(label: str) -> str:
    found = re.search(r"\b[A-K](?=\.)", label)
    return found[0] if found else "I"

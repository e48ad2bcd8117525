"""Phrase banks of the bundled sample, one module a field of research.

All of it was written for this project. Data sets, methods and metrics bear the
names they have in the field; sentences, findings and numbers are invented.
"""

from __future__ import annotations

from tools.sample_bank import (
    imaging,
    language,
    learning,
    medical,
    networks,
    neural,
    reasoning,
    robotics,
    statistics,
    systems,
    vision,
)
from tools.sample_bank.topic import Metric, Topic

TOPICS: tuple[Topic, ...] = (
    *vision.TOPICS,
    *imaging.TOPICS,
    *medical.TOPICS,
    *language.TOPICS,
    *learning.TOPICS,
    *neural.TOPICS,
    *robotics.TOPICS,
    *reasoning.TOPICS,
    *networks.TOPICS,
    *statistics.TOPICS,
    *systems.TOPICS,
)

__all__ = ["TOPICS", "Metric", "Topic"]

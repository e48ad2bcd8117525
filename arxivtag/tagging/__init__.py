"""Tagging: bundles, the tagger, explanations, neighbours and export."""

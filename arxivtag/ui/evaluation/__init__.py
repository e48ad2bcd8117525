"""The parts of the evaluation view, one a tab."""

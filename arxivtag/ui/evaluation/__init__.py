"""The evaluation of a run: what its model is worth, and where it errs."""

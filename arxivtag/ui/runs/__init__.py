"""The Runs page and the view of one run, live or ended."""

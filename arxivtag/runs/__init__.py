"""Runs: the folders they live in, the jobs that fill them, and the pipeline that trains."""

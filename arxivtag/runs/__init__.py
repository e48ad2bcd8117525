"""Runs: the registry on disk, jobs, and the worker process."""

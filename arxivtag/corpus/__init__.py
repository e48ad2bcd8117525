"""The corpus store: what an ingest leaves on disk, and what can be asked of it."""

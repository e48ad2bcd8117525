"""The Train page: the form of settings, and one run while it waits, trains and has ended."""

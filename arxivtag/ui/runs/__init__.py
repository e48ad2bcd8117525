"""The Runs page: the list of all runs, one in detail, several compared."""

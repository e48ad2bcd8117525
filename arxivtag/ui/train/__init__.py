"""The Train page: the form of settings."""

"""Reading files of papers: opened within bounds, read as tables of text."""

"""Fetching papers from the network: the published data set and arXiv's search."""

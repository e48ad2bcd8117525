"""Plotly figures: table in, Figure out."""

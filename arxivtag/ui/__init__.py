"""Streamlit helpers shared by all pages."""

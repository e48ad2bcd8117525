"""The REST door: routes over tagging, for portals and programs. No Streamlit, no Keras."""

"""Papers: sources, schema, cleaning, splits and the label taxonomy."""

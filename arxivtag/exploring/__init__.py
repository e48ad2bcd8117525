"""Statistics of a labelled corpus: DataFrame in, tables out."""

"""Learning: vectorizer, model, training, metrics and thresholds."""

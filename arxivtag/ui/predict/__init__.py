"""The Predict page: one abstract, many at once, and the model to take along."""

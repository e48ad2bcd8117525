"""Short names of metrics, the same on every page; :mod:`arxivtag.learning.metrics` explains them.

Whatever shows binary accuracy shows ``binary_accuracy_all_zeros`` beside it.
"""

METRIC_NAMES = {
    "micro_f1": "Micro-F1",
    "macro_f1": "Macro-F1",
    "samples_f1": "F1 per paper",
    "lrap": "Ranking (LRAP)",
    "precision_at_1": "Precision at 1",
    "precision_at_3": "Precision at 3",
    "precision_at_5": "Precision at 5",
    "subset_accuracy": "Exact label sets",
    "hamming_loss": "Hamming loss",
    "binary_accuracy": "Binary accuracy",
    "binary_accuracy_all_zeros": "Binary accuracy of no label",
}

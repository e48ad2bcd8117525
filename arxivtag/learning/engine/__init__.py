"""The part of learning that is made of Keras and JAX classes.

Its modules import keras and jax at the top, so nothing outside this package
imports them except inside functions (``tests/test_architecture.py`` holds that).
"""

import os
import sys

# Keras reads this once, when it is first imported.
if "keras" not in sys.modules:
    os.environ["KERAS_BACKEND"] = "jax"

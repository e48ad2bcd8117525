"""The part of learning that is made of Keras and JAX classes.

Its modules import keras and jax at the top, so nothing outside this package
imports them except inside functions (``tests/test_architecture.py`` holds that).

Keras runs on JAX here, and JAX on the processor, also where a GPU is at hand: the product of
sparse rows (``engine/sparse.py``) is a kernel that jaxlib has for processors only.
"""

import os
import sys

import jax

from arxivtag.errors import ConfigError

# Before anything asks JAX for its devices.
jax.config.update("jax_platforms", "cpu")
if "keras" not in sys.modules:
    # Keras reads this once, when it is first imported, and has no other way to be told.
    os.environ["KERAS_BACKEND"] = "jax"

import keras  # noqa: E402

if keras.backend.backend() != "jax":
    raise ConfigError(
        f"Training expects Keras on the JAX backend. Received: {keras.backend.backend()}.",
        "Start training in a process that has not imported Keras yet.",
    )


def device() -> str:
    """Return the kind of device that networks are trained on, as JAX names it: ``cpu``."""
    return str(jax.default_backend())

"""The part of learning that is made of Keras and JAX classes.

Its modules import keras and jax at the top, so nothing outside this package
imports them except inside functions (``tests/test_architecture.py`` holds that).

Keras runs on JAX here, and JAX on the processor unless ``ARXIVTAG_DEVICE=gpu`` asks for more:
no GPU is opened by chance, nor its memory taken.
"""

import os
import sys
from pathlib import Path

import jax

from arxivtag.config import device_wanted
from arxivtag.errors import ConfigError

_MAX_COMPILED_BYTES = 200_000_000

# Before anything asks JAX for its devices.
if device_wanted() == "cpu":
    jax.config.update("jax_platforms", "cpu")
else:
    # JAX would take three quarters of the GPU's memory; it reads this once, too.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
if "keras" not in sys.modules:
    # Keras reads this once, when it is first imported, and has no other way to be told.
    os.environ["KERAS_BACKEND"] = "jax"

import keras  # noqa: E402

if keras.backend.backend() != "jax":
    raise ConfigError(
        f"Training expects Keras on the JAX backend. Received: {keras.backend.backend()}.",
        "Start training in a process that has not imported Keras yet.",
    )
if device_wanted() == "gpu" and jax.default_backend() != "gpu":
    raise ConfigError(
        f"Training should run on a GPU (ARXIVTAG_DEVICE=gpu). JAX found: {jax.default_backend()}.",
        "Install JAX for this machine's GPU (pip install 'jax[cuda13]'), or leave "
        "ARXIVTAG_DEVICE out to train on the processor.",
    )


def keep_compiled(folder: Path) -> None:
    """Keep compiled programs in a folder, of bounded size, so that later processes find them.

    What is damaged there is compiled anew, and where nothing can be written, nothing is kept:
    JAX only warns.
    """
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_compilation_cache_max_size", _MAX_COMPILED_BYTES)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def device() -> str:
    """Return what networks are trained on, as JAX names it: ``cpu`` or ``gpu``."""
    return str(jax.default_backend())

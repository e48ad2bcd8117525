"""The part of learning that is made of Keras and JAX classes.

Its modules import keras and jax at the top, so nothing outside this package
imports them except inside functions (``tests/test_architecture.py`` holds that).
"""

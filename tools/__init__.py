"""Makes the bundled files: the sample and the pretrained model. The package imports none of it."""

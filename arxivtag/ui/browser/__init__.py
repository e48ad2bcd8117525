"""The project's own JavaScript: small components that run in the browser."""

from importlib import resources


def javascript(name: str) -> str:
    """Return the script ``<name>.js`` of this folder."""
    return resources.files(__name__).joinpath(f"{name}.js").read_text("utf-8")

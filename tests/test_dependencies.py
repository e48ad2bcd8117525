"""What is installed is what was tested: every package that comes along is pinned and argued for."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import PROJECT_FOLDER

PROJECT = tomllib.loads((PROJECT_FOLDER / "pyproject.toml").read_text())["project"]
INSTALLED_BY_MAKE_TEST = ("test", "dev")


def asked_for() -> list[str]:
    extras = (PROJECT["optional-dependencies"][name] for name in INSTALLED_BY_MAKE_TEST)
    return [*PROJECT["dependencies"], *(line for extra in extras for line in extra)]


def installed_versions() -> dict[str, str]:
    """The version of each package that is asked for here, or by one of those."""
    versions: dict[str, str] = {}
    waiting = [Requirement(line) for line in asked_for()]
    seen = set()
    while waiting:
        wanted = waiting.pop()
        seen.add(str(wanted))
        try:
            here = distribution(wanted.name)
        except PackageNotFoundError:  # for another system
            continue
        versions[canonicalize_name(wanted.name)] = here.version
        for one in map(Requirement, here.requires or ()):
            extras = wanted.extras or {""}
            applies = not one.marker or any(one.marker.evaluate({"extra": e}) for e in extras)
            if applies and str(one) not in seen and one.name != "setuptools":  # Python's own
                waiting.append(one)
    return versions


def test_all_that_comes_along_is_of_the_version_that_constraints_txt_names() -> None:
    lines = (PROJECT_FOLDER / "constraints.txt").read_text().split()
    pinned = {canonicalize_name(name): version for name, version in (x.split("==") for x in lines)}
    installed = installed_versions()
    assert len(installed) > 60
    assert installed.items() <= pinned.items(), set(installed.items()) - set(pinned.items())


def test_every_package_that_is_asked_for_is_argued_for() -> None:
    table = (PROJECT_FOLDER / "CONTRIBUTING.md").read_text().partition("## Dependencies")[2].lower()
    names = {Requirement(line).name.lower() for line in asked_for()} - {"tensorflow-cpu"}
    assert not {name for name in names if name not in table}

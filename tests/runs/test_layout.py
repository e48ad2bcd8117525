"""Run ids."""

from __future__ import annotations

import re
from pathlib import Path

from arxivtag.runs.layout import RunFolder, new_run_id


def test_run_ids_have_the_contract_s_form_and_differ() -> None:
    ids = {new_run_id() for _ in range(200)}
    assert len(ids) == 200
    assert all(re.fullmatch(r"[a-z0-9-]{1,40}", run_id) for run_id in ids)


def test_every_path_lies_in_the_run_s_own_folder(tmp_path: Path) -> None:
    folder = RunFolder("run-a", tmp_path)
    paths = [value for value in vars(folder).values() if isinstance(value, Path)]
    assert len(paths) == 17
    for path in paths:
        assert path in (folder.home, folder.path) or path.parent == folder.path
    assert folder.path == tmp_path / "runs" / "run-a"

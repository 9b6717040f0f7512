"""What rooms take from each other: public names, through the room's door; what is loaded late is listed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "leadline"
ROOMS = ("errors", "frameworks", "evidence", "measurement", "scoring", "reports", "workflows")
MOST_FILES = 25

LOADED_LATE = {
    "__init__.py": ['f"leadline.{_ROOM_OF[name]}"'],
    "cli/audit.py": ['"leadline.web.project.verifying"'],
    "cli/commands.py": ["module"],
    "cli/demo.py": ['"leadline.web.project.demonstration"'],
    "cli/serve.py": ['"leadline.web.project.serve"'],
    "evidence/sources/files.py": ['f"leadline.evidence.sources.{module}"'],
    "measurement/kernels/large.py": ["_KERNELS", "_KERNELS"],
    "reports/drawing.py": ['"vl_convert"'],
    "scoring/__init__.py": ['f"{__name__}.{_HOME_OF[name]}"'],
    "web/accounts/apps.py": ['"leadline.web.accounts.sessions"'],
    "web/people/apps.py": ['"leadline.web.people.joining"'],
    "web/people/trying.py": ['"leadline.web.people.reading"'],
    "web/project/apps.py": ['"leadline.web.project.checks"'],
    "web/project/modules.py": ['f"{app}.{name}"'],
    "web/project/serve.py": ['"leadline.web.project.prepare"'],
    "web/project/verifying.py": ['"leadline.web.project.verdicts"'],
    "web/rating/apps.py": ['"leadline.web.rating.kept"', '"leadline.web.rating.drafts"'],
    "web/results/apps.py": [
        '"leadline.web.results.runs"',
        '"leadline.web.results.releasing"',
        '"leadline.web.results.sealing"',
        '"leadline.web.results.remembering"',
    ],
    "web/results/runs.py": ['"leadline.web.results.scoring"'],
    "workflows/__init__.py": ['f"leadline.{_HOME_OF[name]}"'],
}
"""Imports that a program runs rather than a reader sees: import contracts know nothing of them."""


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def test_what_is_loaded_late_is_listed() -> None:
    found = {
        path: [
            ast.unparse(node.args[0]).replace("'", '"')
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__"))
        ]
        for path, tree in trees()
    }
    assert {path: names for path, names in found.items() if names} == LOADED_LATE


def test_modules_loaded_late_exist_and_the_library_does_not_load_a_face() -> None:
    for path, names in LOADED_LATE.items():
        for name in (name.strip('"') for name in names if name.startswith('"leadline')):
            assert (SOURCE.parent / Path(*name.split("."))).with_suffix(".py").is_file(), name
            assert path.split("/")[0] in ("cli", "web"), f"{path} loads {name}"


@pytest.mark.parametrize("room", ROOMS)
def test_other_rooms_take_public_names_alone(room: str) -> None:
    public = set(import_module(f"leadline.{room}").__all__)
    for path, tree in trees():
        if path.split("/")[0] == room:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"leadline.{room}"):
                assert node.module == f"leadline.{room}", f"{path} reaches into {node.module}"
                unknown = {name.name for name in node.names} - public
                assert not unknown, f"{path} takes {unknown}, which {room} does not offer"


def test_no_folder_outside_the_web_applications_has_more_files_than_a_reader_takes_in() -> None:
    for folder in [SOURCE, *(path for path in SOURCE.rglob("*") if path.is_dir())]:
        if folder.relative_to(SOURCE).parts[:1] != ("web",):
            assert len(list(folder.glob("*.py"))) <= MOST_FILES, folder

"""The house rules that a program can check; import order itself is checked by import-linter."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import leadline

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
ROOMS = ["frameworks", "evidence", "measurement", "scoring", "reports", "workflows"]
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def public_functions(room: str) -> list[tuple[str, object]]:
    module = import_module(f"leadline.{room}")
    return [(f"{room}.{name}", getattr(module, name)) for name in module.__all__]


PUBLIC = [pair for room in ROOMS for pair in public_functions(room)]
PUBLIC_FUNCTIONS = [(name, thing) for name, thing in PUBLIC if inspect.isfunction(thing)]


@pytest.mark.parametrize("path", SOURCES, ids=names(SOURCES))
def test_no_file_is_longer_than_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", SOURCES, ids=names(SOURCES))
def test_no_function_is_longer_than_60_lines_without_its_docstring(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, FUNCTION) and node.end_lineno:
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            assert node.end_lineno - first.lineno < 60, node.name


@pytest.mark.parametrize("path", SOURCES, ids=names(SOURCES))
def test_no_error_is_swallowed(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, "bare except"
            assert not all(isinstance(statement, ast.Pass) for statement in node.body), "except: pass"


@pytest.mark.parametrize(("name", "thing"), PUBLIC, ids=[name for name, _ in PUBLIC])
def test_every_public_name_is_documented(name: str, thing: object) -> None:
    if inspect.isclass(thing) or inspect.isfunction(thing):
        assert inspect.getdoc(thing)


@pytest.mark.parametrize(("name", "function"), PUBLIC_FUNCTIONS, ids=[name for name, _ in PUBLIC_FUNCTIONS])
def test_every_public_function_names_its_parameters_and_result_and_shows_an_example(
    name: str, function: object
) -> None:
    document = inspect.getdoc(function) or ""
    signature = inspect.signature(function)  # type: ignore[arg-type]
    if signature.parameters:
        assert "Parameters\n---" in document
        for parameter in signature.parameters:
            assert re.search(rf"^\**(\w+, \**)*{parameter}\b", document, re.MULTILINE), parameter
    if signature.return_annotation not in (None, "None"):
        assert "Returns\n---" in document or "Yields\n---" in document
    assert "Examples\n---" in document
    assert ">>>" in document


def test_every_name_of_the_library_loads_from_its_room() -> None:
    for name in leadline.__all__:
        assert getattr(leadline, name) is not None
    assert set(leadline.__all__) <= set(dir(leadline))
    with pytest.raises(AttributeError, match="nonsense"):
        leadline.nonsense  # noqa: B018  the access is what is tested


def test_importing_the_library_or_asking_for_help_loads_nothing_heavy() -> None:
    heavy = "{'numpy', 'polars', 'scipy', 'numba', 'rich', 'altair', 'jinja2'} & set(sys.modules)"
    for statement in ("import leadline", "import leadline.cli"):
        code = f"import sys; {statement}; sys.exit(str({heavy}) if {heavy} else 0)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_requirement_files_hold_hashes_and_no_addresses() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, path.name
        assert "--hash=sha256:" in text, path.name


def test_no_test_is_skipped() -> None:
    forbidden = re.compile(r"\b(pytest\.skip|skipif|importorskip|mark\.skip|mark\.xfail|pytest\.xfail)\b")
    for path in (ROOT / "tests").rglob("*.py"):
        if path != Path(__file__):
            assert not forbidden.search(path.read_text(encoding="utf-8")), path.relative_to(ROOT)


def test_every_reference_test_names_its_source() -> None:
    for path in (ROOT / "tests" / "reference").rglob("test_*.py"):
        document = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        assert re.search(r"\b(1[89]|20)\d\d\b|version", document), f"{path.name}: name paper or program"

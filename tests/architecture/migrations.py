"""Fingerprints of the migrations of a release: of what they do, not of how they are formatted.

``python -m tests.architecture.migrations 0.2.0 >> tests/architecture/released_migrations.toml`` freezes them.
"""

from __future__ import annotations

import ast
import hashlib
import json
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ROOT / "src" / "leadline" / "web"
TABLE = Path(__file__).with_name("released_migrations.toml")
FORMATTING = ("ctx", "kind", "type_comment")


def fingerprint(source: str) -> str:
    """The same for two sources that differ in comments, docstrings, layout or order of imports alone."""
    body = [node for node in ast.parse(source).body if not _is_docstring(node)]
    imports = (ast.Import, ast.ImportFrom)
    kept = sorted(json.dumps(_plain(node)) for node in body if isinstance(node, imports))
    kept += [json.dumps(_plain(node)) for node in body if not isinstance(node, imports)]
    return hashlib.sha256("\n".join(kept).encode()).hexdigest()[:16]


def _plain(node: object) -> object:
    """Node as lists; what newer versions of Python add to a node and leave empty is not seen."""
    if isinstance(node, list):
        return [_plain(one) for one in node if not _is_docstring(one)]
    if not isinstance(node, ast.AST):
        return repr(node)
    parts = {name: value for name, value in ast.iter_fields(node) if name not in FORMATTING}
    return [
        type(node).__name__,
        [[name, _plain(value)] for name, value in parts.items() if value not in (None, [])],
    ]


def _is_docstring(node: object) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def files() -> list[Path]:
    """All migrations there are."""
    return sorted(FOLDERS.glob("*/migrations/[0-9]*.py"))


def present() -> dict[str, str]:
    """Their fingerprints, as ``app.name``."""
    return {
        f"{path.parts[-3]}.{path.stem}": fingerprint(path.read_text(encoding="utf-8")) for path in files()
    }


def released() -> dict[str, dict[str, str]]:
    """Fingerprints by release that brought them."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    known = {name for own in released().values() for name in own}
    lines = [f'"{name}" = "{own}"' for name, own in present().items() if name not in known]
    print(f'\n["{sys.argv[1]}"]', *lines, sep="\n")  # noqa: T201  what it is for

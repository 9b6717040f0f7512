"""Output folders that appear whole or not at all, and say what is in them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from leadline import __version__
from leadline.errors import UsageError

MANIFEST = "manifest.json"


def files_of(folder: Path) -> dict[str, str]:
    """SHA-256 of every file under a folder but its manifest, by path with forward slashes, in order.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict of str to str
    """
    paths = (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    names = sorted(path.relative_to(folder).as_posix() for path in paths)
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names if name != MANIFEST
    }


def write_manifest(folder: Path, job: str, facts: Mapping[str, Any]) -> Path:
    """Write ``manifest.json``: what made the folder, from what, and the hash of every file in it.

    It holds no time, so that the same input, options and version give the same bytes.

    Parameters
    ----------
    folder : Path
        Every other file must be written already.
    job : str
        Name of the workflow.
    facts : mapping
        JSON-ready values: options, hashes of the input, framework.

    Returns
    -------
    Path
    """
    content = {"leadline": job, "engine_version": __version__, **facts, "files": files_of(folder)}
    path = folder / MANIFEST
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Content of a folder's manifest, or None where no Leadline output is."""
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return content if isinstance(content, dict) and "leadline" in content else None


def check_replaceable(out: Path) -> None:
    """Refuse a place whose present content Leadline did not write.

    Parameters
    ----------
    out : Path

    Raises
    ------
    UsageError
        A file is in the way, or the folder holds something that no manifest of Leadline lists.
    """
    if not out.exists() and not out.is_symlink():
        return
    if not out.is_dir():
        raise UsageError("workflows.not_a_folder", place=str(out))
    present = set(files_of(out))
    manifest = read_manifest(out)
    strange = sorted(present - set(manifest.get("files", ())) if manifest else present)
    if manifest is None and (out / MANIFEST).exists():
        strange.append(MANIFEST)
    if strange:
        raise UsageError("workflows.not_ours", place=str(out), file=strange[0], n=len(strange))


def check_writable(place: Path) -> None:
    """Refuse a place that cannot be written, before any work is done for it.

    Parameters
    ----------
    place : Path
        A file or folder, there already or not.

    Raises
    ------
    UsageError
        What is there of its path is no folder, or one in which this user may not write.
    """
    above = next(folder for folder in place.resolve().parents if folder.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise UsageError("workflows.not_writable", place=str(place), folder=str(above))


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder to write to that becomes ``out`` when all went well and is gone otherwise.

    Parameters
    ----------
    out : Path
        Where the result belongs; an earlier output of Leadline there is replaced.

    Yields
    ------
    Path
        An empty sibling of ``out``, on the same file system, so that the move is one step.

    Raises
    ------
    UsageError
        As :func:`check_replaceable`, or the place cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> out = Path(tempfile.mkdtemp()) / "out"
    >>> with whole_folder(out) as folder:
    ...     _ = (folder / "a.txt").write_text("a")
    ...     out.exists()
    False
    >>> out.exists()
    True
    """
    out = out.resolve()
    check_replaceable(out)
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        part.mkdir()
    except OSError as error:
        raise UsageError("workflows.not_writable", place=str(out), folder=str(out.parent)) from error
    try:
        yield part
        _move(part, out)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _move(part: Path, out: Path) -> None:
    check_replaceable(out)
    if not out.exists():
        part.rename(out)
        return
    old = part.with_suffix(".old")
    out.rename(old)
    try:
        part.rename(out)
    except OSError:
        old.rename(out)
        raise
    shutil.rmtree(old)

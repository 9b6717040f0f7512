"""What only its owner may read: the data folder and the database, put right at the start or refused."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from leadline.errors import UsageError

OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""Also the umask of all that is started: files are born without these rights."""
HELD = (
    "*.key",
    "*.lock",
    "mail.json",
    "*.sqlite3*",
    "*.log",
    "keys",
    "keys/*",
    "mail",
    "mail/*",
    "audit",
    "audit/*",
)
"""In a data folder. Not all that lies there: ``--data .`` must not change somebody's own files."""
BESIDE = ("", "-wal", "-shm", "-journal")
"""Ends of the names of SQLite's files."""


def close(data: Path, database: Path | None = None) -> None:
    """Take from others every right to what Leadline keeps.

    The folder comes first: from then on nobody else can put anything in the place of what is still open.

    Parameters
    ----------
    data : Path
        The data folder, resolved. Made when it is not there.
    database : Path, optional
        The file of a SQLite database.

    Raises
    ------
    UsageError
        ``web.project.private.foreign``, ``shared``, ``link`` or ``unclosable``.
    """
    data.mkdir(parents=True, exist_ok=True, mode=stat.S_IRWXU)
    _close(data, data)
    for pattern in HELD:
        for path in sorted(data.glob(pattern)):
            _close(path, data)
    if database:
        place = database.resolve()
        for end in BESIDE:
            _close(place.with_name(place.name + end), place.parent)


def _close(path: Path, within: Path) -> None:
    """Close one; what a link shows elsewhere is looked at and never changed."""
    if not path.exists():
        return
    found = path.stat()
    if found.st_uid != os.geteuid():
        raise UsageError("web.project.private.foreign", path=path, owner=found.st_uid, user=os.geteuid())
    if found.st_mode & stat.S_ISVTX:
        raise UsageError("web.project.private.shared", path=path)
    if not found.st_mode & OTHERS:
        return
    target = path.resolve()
    if not target.is_relative_to(within):
        raise UsageError("web.project.private.link", path=path, target=target)
    try:
        target.chmod(stat.S_IRWXU if target.is_dir() else stat.S_IRUSR | stat.S_IWUSR)
    except OSError as cause:
        raise UsageError("web.project.private.unclosable", path=path, reason=cause.strerror) from cause
    if target.stat().st_mode & OTHERS:
        # Some file systems take the change and keep their ways.
        raise UsageError("web.project.private.unclosable", path=path, reason=os.strerror(errno.EOPNOTSUPP))

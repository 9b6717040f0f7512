"""One server a data folder: a lock that is gone with the last process that holds it, however it ends."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path

from leadline.errors import UsageError

NAME = "leadline.lock"
PATIENCE = 10.0
"""Seconds that programs whose keeper was killed have to end."""


def take(data: Path, patience: float = PATIENCE) -> int:
    """Lock a data folder for this process and all that inherit the handle.

    Parameters
    ----------
    data : Path
        It exists.
    patience : float
        Seconds to wait for a server that is ending.

    Returns
    -------
    int
        The handle; the lock is held while any process has it open.

    Raises
    ------
    UsageError
        ``web.project.serve.folder_taken``; ``no_lock``: the file system has no locks.
    """
    path = data / NAME
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    end = time.monotonic() + patience
    while not _locked(handle, path):
        if time.monotonic() > end:
            told = os.pread(handle, 20, 0).decode().strip()
            os.close(handle)
            raise UsageError("web.project.serve.folder_taken", data=data, process=told or "?")
        time.sleep(0.2)
    os.ftruncate(handle, 0)
    os.pwrite(handle, str(os.getpid()).encode(), 0)
    return handle


def _locked(handle: int, path: Path) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as cause:
        if cause.errno in (errno.EAGAIN, errno.EACCES):
            return False
        os.close(handle)
        raise UsageError("web.project.serve.no_lock", path=path, reason=cause.strerror) from cause
    return True

"""Keeps a server and a worker running; loads nothing else, for it is there as long as they are."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping

SERVER, WORKER = "leadline.web.project.server", "leadline.web.project.worker"
_BOTH = {
    # Threads otherwise get a heap each, and keep what each of them once needed.
    "MALLOC_ARENA_MAX": "2",
    # Arrays of 4 MB and more go back to the system when freed; the heap would keep 70 MB of a scoring.
    "MALLOC_MMAP_THRESHOLD_": str(4 << 20),
}
_MEMORY = {
    SERVER: _BOTH,
    WORKER: {
        **_BOTH,
        # Smaller ones are made and freed all the time: asking for them anew takes .7 s of a scoring of 10 s.
        "MALLOC_TRIM_THRESHOLD_": str(8 << 20),
        # Tables have an allocator of their own, which otherwise keeps for seconds what was freed.
        "_RJEM_MALLOC_CONF": "dirty_decay_ms:0,muzzy_decay_ms:0",
    },
}
"""How each program, by its module, takes memory from the system and gives it back."""
PATIENCE = 60.0
"""Seconds to end in good order: a scoring leaves off at its next safe point, or ends what it is writing."""
LOCK, PIPE = "_LEADLINE_LOCK", "_LEADLINE_PIPE"
"""Handles that programs inherit: of the lock of the data folder, and of a pipe that ends with the keeper."""
RESTARTS, WINDOW = 5, 60.0


def keep(environ: Mapping[str, str]) -> int:
    """Run server and worker; start again what ends by itself, give up when it keeps failing."""
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda n, _: stopping.append(n))
    theirs, _ = os.pipe()  # the other end stays open here, and nowhere else
    environ = {**environ, PIPE: str(theirs)}
    running = {name: _start(name, environ) for name in _MEMORY}
    starts: list[float] = []
    try:
        while not stopping:
            time.sleep(0.2)
            for name, process in running.items():
                if process.poll() is None or stopping:
                    continue
                if process.returncode:
                    starts = [t for t in starts if time.monotonic() - t < WINDOW] + [time.monotonic()]
                    if len(starts) > RESTARTS:
                        return 1
                    time.sleep(1)
                running[name] = _start(name, environ)
    finally:
        _stop(list(running.values()))
    return 0


def end_with_keeper() -> None:
    """End this program in good order once its keeper is gone, also if it was gone before this is called.

    A keeper that is killed cannot stop it, and it would go on holding the port, and doing tasks as an older
    release does them beside the next. The system closes the keeper's end of the pipe, however it ended, on
    every system; Linux alone could send a signal instead.
    """
    if PIPE not in os.environ:
        return  # started by hand

    def wait() -> None:
        os.read(int(os.environ[PIPE]), 1)  # nobody writes: this returns when the other end is closed
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(PATIENCE)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


def _start(name: str, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    own = {**_MEMORY[name], **environ}
    # A session of its own: Ctrl+C reaches this program alone, which then stops them in order.
    handles = [int(environ[name]) for name in (LOCK, PIPE) if name in environ]
    return subprocess.Popen([sys.executable, "-m", name], env=own, start_new_session=True, pass_fds=handles)  # noqa: S603  our own


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    end = time.monotonic() + PATIENCE
    for process in processes:
        try:
            process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(keep(os.environ))

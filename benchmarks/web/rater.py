"""A person at the form: opens the queue, answers, is saved in the background, submits."""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
STATE = re.compile(r'name="(form-revision|form-page|form-since)" value="([^"]*)"')
ITEM = re.compile(r'<input type="radio" name="([^"]+)"')
OPEN = re.compile(r'href="(/rate/[0-9a-f-]{36}/)"')
NEXT = re.compile(r'class="btn btn-primary ms-auto" name="form-to" value="([^"]+)"')
COMMENT = "Shares the reasons behind a decision, so that others can carry it on."


def only(pattern: re.Pattern[str], text: str) -> str:
    """What a page must hold; a page without it is a fault of the run."""
    found = pattern.search(text)
    if found is None:
        raise LookupError(f"the page holds no {pattern.pattern}")
    return found.group(1)


@dataclass
class Times:
    """Seconds of every request by kind, and what went wrong."""

    by_kind: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, seconds: float) -> None:
        with self.lock:
            self.by_kind[kind].append(seconds)


class Browser:
    """One connection with the cookies of one person."""

    def __init__(self, port: int, session: str, times: Times) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies = {"leadline": session}
        self.times = times

    def ask(
        self, kind: str, path: str, data: dict[str, str] | None = None, *, htmx: bool = False
    ) -> tuple[int, str, str]:
        """Status, address led to, and text; the time is kept under a kind."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Accept-Language": "en"}
        body = None
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(data)
        if htmx:
            headers["HX-Request"] = "true"
        start = time.perf_counter()
        try:
            answer, text = self._once("GET" if data is None else "POST", path, body, headers)
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            # A connection that the server closed while the person thought: browsers open another one, too.
            self.connection.close()
            answer, text = self._once("GET" if data is None else "POST", path, body, headers)
        self.times.add(kind, time.perf_counter() - start)
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";", 1)[0]
        if answer.status >= 400:
            with self.times.lock:
                self.times.faults.append(f"{kind} {answer.status} {path}")
        led = answer.getheader("HX-Redirect") or answer.getheader("Location") or ""
        return answer.status, urlsplit(led).path, text

    def _once(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, str]:
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer, answer.read().decode()


def answer_one(browser: Browser, think: float, ready: threading.Barrier | None) -> bool:
    """Answer about one person, from the queue to the receipt; whether anybody was left."""

    def pause(share: float = 1.0) -> None:
        time.sleep(random.expovariate(1 / (think * share)) if think else 0)

    _, _, text = browser.ask("queue", "/rate/")
    found = OPEN.search(text)
    if not found:
        return False
    one = found.group(1)
    browser.ask("begin", one)
    _, _, text = browser.ask("begin", one)
    first = re.search(rf'href="({one}form/[a-z_0-9]+/)"', text)
    path = first.group(1) if first else f"{one}review/"
    while "/form/" in path:
        _, _, text = browser.ask("form", path)
        state = dict(STATE.findall(text)) | {"csrfmiddlewaretoken": only(TOKEN, text)}
        answers: dict[str, str] = {}
        for count, item in enumerate(dict.fromkeys(ITEM.findall(text)), 1):
            pause()
            answers[item] = random.choice(("2", "3", "4", "5", "none"))
            sent = {**state, **answers, "form-count": str(count)}
            _, _, saved = browser.ask("autosave", f"{path}save/", sent, htmx=True)
            state |= dict(STATE.findall(saved))
        if random.random() < 0.1:
            pause(3)
            answers["form-comment"] = COMMENT
            browser.ask("autosave", f"{path}save/", {**state, **answers, "form-count": "8"}, htmx=True)
        to = only(NEXT, text)
        _, path, _ = browser.ask(
            "next", path, {**state, **answers, "form-count": "9", "form-to": to}, htmx=True
        )
    _, _, text = browser.ask("review", path)
    if ready is not None:
        ready.wait()
    token = only(TOKEN, text)
    _, path, _ = browser.ask("submit", f"{one}submit/", {"csrfmiddlewaretoken": token})
    browser.ask("receipt", path)
    return True


def crowd(
    port: int, sessions: list[str], *, think: float, rounds: int, together: bool = False
) -> tuple[Times, float]:
    """Everybody answers; with ``together`` all of them submit at the same moment."""
    ready = threading.Barrier(len(sessions), timeout=600) if together else None

    def one(browser: Browser) -> None:
        time.sleep(random.random() * think * 4)
        for _ in range(rounds):
            answer_one(browser, think, ready)

    return at_once(port, [(session, one) for session in sessions])


def at_once(port: int, people: list[tuple[str, Callable[[Browser], None]]]) -> tuple[Times, float]:
    """People, by their sessions, who all do something.

    Returns
    -------
    times : Times
    seconds : float
        From the first request to the last.
    """
    times = Times()

    def one(session: str, act: Callable[[Browser], None]) -> None:
        try:
            act(Browser(port, session, times))
        except (OSError, http.client.HTTPException, LookupError, threading.BrokenBarrierError) as fault:
            with times.lock:
                times.faults.append(repr(fault))

    start = time.perf_counter()
    threads = [threading.Thread(target=one, args=each) for each in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, time.perf_counter() - start

"""Asking a server: patient with busy ones, careful with secrets.

The token and headers from the environment go to the host that was asked for and to no other, whatever
redirects and page links say.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as SlowServerError

from leadline.errors import SourceError
from leadline.evidence.sources.address import join_address, place_of, split_address
from leadline.evidence.sources.json_text import check_size

TOKEN = "LEADLINE_HTTP_TOKEN"  # noqa: S105  the name of the variable, not a token
HEADERS = "LEADLINE_HTTP_HEADERS"

Origin = tuple[str, str, int | None]

_MOST_SILENCES = 2
_LONGEST_WAIT = 120.0
_MOST_REDIRECTS = 10
_CHUNK = 1 << 16
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CODES = MappingProxyType(
    {
        401: "evidence.http_unauthorised",
        403: "evidence.http_forbidden",
        404: "evidence.http_not_found",
        410: "evidence.http_not_found",
        429: "evidence.http_busy",
    }
)


@dataclass(frozen=True)
class Client:
    """How to ask.

    Attributes
    ----------
    headers : mapping
        Sent to the first host alone.
    timeout : float
        Seconds to wait for a connection, and for each part of an answer.
    attempts : int
        Times to ask when the server is busy, fails or does not answer.
    pause : float
        Seconds before the second attempt; doubled for each further one.
    sleep : callable
        Waits for seconds.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 30.0
    attempts: int = 5
    pause: float = 0.5
    sleep: Callable[[float], object] = time.sleep

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Client:
        """Client with the bearer token and headers of the environment.

        Parameters
        ----------
        environ : mapping
            ``LEADLINE_HTTP_TOKEN``; ``LEADLINE_HTTP_HEADERS``: one ``Name: value`` a line, or a JSON object.

        Raises
        ------
        SourceError
            A variable that is no such thing; its value is not repeated.

        Examples
        --------
        >>> dict(Client.from_environment({"LEADLINE_HTTP_HEADERS": "X-Key: k"}).headers)
        {'X-Key': 'k'}
        """
        headers = _headers(environ.get(HEADERS, ""))
        token = environ.get(TOKEN, "").strip()
        if not token.isprintable():
            raise SourceError("evidence.bad_setting", name=TOKEN)
        return cls({**headers, "Authorization": f"Bearer {token}"} if token else headers)


def _headers(text: str) -> dict[str, str]:
    try:
        pairs = json.loads(text).items() if text.lstrip().startswith("{") else _lines(text)
        headers = {str(name).strip(): str(value).strip() for name, value in pairs}
    except ValueError:
        raise SourceError("evidence.bad_setting", name=HEADERS) from None
    if not all(name and (name + value).isprintable() for name, value in headers.items()):
        raise SourceError("evidence.bad_setting", name=HEADERS)
    return headers


def _lines(text: str) -> list[list[str]]:
    pairs = [line.split(":", 1) for line in text.splitlines() if line.strip()]
    if any(len(pair) < 2 for pair in pairs):
        raise ValueError
    return pairs


def origin(url: str) -> Origin:
    """Scheme, host and port: what must be equal for a secret to be sent."""
    parts = split_address(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or usual


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered in the end: the address that answered, headers, content."""

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes


class Session:
    """Asks one server, and others that it points to, again where that may help.

    Parameters
    ----------
    client : Client
    secret : mapping
        Headers for the home origin alone.
    home : Origin
    """

    def __init__(self, client: Client, secret: Mapping[str, str], home: Origin) -> None:
        self._client = client
        self._secret = secret
        self._home = home
        self._pools: dict[str | None, urllib3.PoolManager] = {}

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_error: object) -> None:
        for pool in self._pools.values():
            pool.clear()

    def get(self, url: str) -> Answer:
        """The answer to a request, redirects followed.

        Raises
        ------
        SourceError
            Refused, not found, too slow, out of reach, too large, or redirected without end.
        """
        for _ in range(_MOST_REDIRECTS):
            answer = self._patiently(url)
            target = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not target:
                return self._accepted(answer)
            url = join_address(url, target)
        raise SourceError("evidence.http_page_loop", place=place_of(url), n=_MOST_REDIRECTS)

    def _accepted(self, answer: Answer) -> Answer:
        if 200 <= answer.status < 300:
            return answer
        code = _CODES.get(answer.status, "evidence.http_status")
        raise SourceError(code, place=place_of(answer.url), status=answer.status, token=TOKEN)

    def _patiently(self, url: str) -> Answer:
        pause, attempt = self._client.pause, 1
        while True:
            is_last = attempt >= self._client.attempts
            try:
                answer = self._once(url)
            except SSLError as error:
                raise SourceError(
                    "evidence.http_insecure", place=place_of(url), reason=_short(error)
                ) from error
            except HTTPError as error:
                # Each silence costs the whole time-out, so it is not waited for as often.
                if is_last or (_is_silence(error) and attempt >= _MOST_SILENCES):
                    raise self._failed(url, error) from error
                wait = pause
            else:
                wait = max(pause, _asked_to_wait(answer.headers.get("retry-after")))
                may_help = answer.status == 429 or answer.status >= 500
                if is_last or not may_help or wait > _LONGEST_WAIT:
                    return answer
            self._client.sleep(wait)
            pause, attempt = 2 * pause, attempt + 1

    def _failed(self, url: str, error: HTTPError) -> SourceError:
        place = place_of(url)
        if _is_silence(error):
            return SourceError("evidence.http_slow", place=place, seconds=f"{self._client.timeout:g}")
        return SourceError("evidence.http_unreachable", place=place, reason=_short(error))

    def _pool(self, scheme: str, host: str) -> urllib3.PoolManager:
        """Connections, through the proxy that the environment names for the host."""
        proxy = None if proxy_bypass(host) else getproxies().get(scheme)
        if proxy not in self._pools:
            self._pools[proxy] = urllib3.ProxyManager(proxy) if proxy else urllib3.PoolManager()
        return self._pools[proxy]

    def _once(self, url: str) -> Answer:
        parts = split_address(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SourceError("evidence.unknown_scheme", value=parts.scheme)
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "leadline"}
        if origin(url) == self._home:
            headers.update(self._secret)
        response = self._pool(parts.scheme, parts.hostname).request(
            "GET", url, headers=headers, timeout=self._client.timeout, retries=False, preload_content=False
        )
        try:
            content = bytearray()
            for chunk in response.stream(_CHUNK, decode_content=True):
                content += chunk
                check_size(len(content), place_of(url))
        finally:
            response.release_conn()
        return Answer(url, response.status, response.headers, bytes(content))


def _short(error: HTTPError) -> str:
    """The end of an error's text: the beginning names objects of the program."""
    return str(error).rpartition(": ")[2]


def _is_silence(error: HTTPError) -> bool:
    return isinstance(error, SlowServerError) and not isinstance(error, NewConnectionError)


def _asked_to_wait(text: str | None) -> float:
    """Seconds of a ``Retry-After`` header, which holds a number or a date; 0 without one.

    Examples
    --------
    >>> _asked_to_wait("3"), _asked_to_wait(None), _asked_to_wait("soon")
    (3.0, 0.0, 0.0)
    """
    if not text:
        return 0.0
    if text.strip().isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())

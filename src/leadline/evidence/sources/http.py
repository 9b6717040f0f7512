"""Any HTTP address that answers with JSON, all of its pages joined into one table."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlunsplit

from leadline.errors import SourceError
from leadline.evidence.sources.address import place_of, split_address
from leadline.evidence.sources.exchange import Answer, Client, Session, origin
from leadline.evidence.sources.json_text import book_of, parse_json, record_lists, table_of
from leadline.evidence.sources.kind import kind_of_bytes
from leadline.evidence.sources.paging import next_page
from leadline.evidence.sources.raw import Book

_MOST_PAGES = 10_000
_JSON_LINES = ("application/x-ndjson", "application/jsonl", "application/json-lines", "application/ndjson")


def open_http(url: str, *, query: str | None = None, client: Client | None = None) -> Book:
    """Open an address that answers with JSON; further pages are followed and joined.

    Parameters
    ----------
    url : str
        A user and password in it are sent as basic authentication.
    query : None
        Databases only.
    client : Client, optional
        From the environment by default.

    Returns
    -------
    Book
        Lists of records by the path of keys to each.

    Raises
    ------
    SourceError
        With what the server said, or did not say, and what to do about it.
    """
    if query is not None:
        raise SourceError("evidence.query_without_database", place=place_of(url))
    client = client or Client.from_environment()
    place = place_of(url)
    documents = list(_pages(url, client))
    if len(documents) == 1:
        return book_of(documents[0], place)
    joined: dict[str, list[Any]] = {}
    for document in documents:
        for path, records in record_lists(document):
            joined.setdefault(path, []).extend(records)
    return Book(
        place, tuple(joined), lambda name: table_of(joined[name], place), book_of(documents[0], place).main
    )


def _pages(url: str, client: Client) -> Iterator[Any]:
    parts = split_address(url)
    secret = dict(client.headers)
    if parts.username and "Authorization" not in secret:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        secret.update(_basic(pair))
    following: str | None = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    seen: set[str] = set()
    with Session(client, secret, origin(url)) as session:
        while following:
            if following in seen or len(seen) == _MOST_PAGES:
                raise SourceError("evidence.http_page_loop", place=place_of(following), n=len(seen))
            seen.add(following)
            answer = session.get(following)
            document = _document(answer, place_of(answer.url))
            yield document
            following = next_page(answer.url, answer.headers.get("link"), document)


def _basic(pair: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


def _document(answer: Answer, place: str) -> Any:
    content = answer.content.strip()
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "text/html" or kind_of_bytes(content) == "html":
        raise SourceError("evidence.http_html", place=place)
    if not content:
        raise SourceError("evidence.http_empty", place=place)
    if kind in _JSON_LINES:
        return [parse_json(line, place) for line in content.splitlines() if line.strip()]
    return parse_json(content, place)

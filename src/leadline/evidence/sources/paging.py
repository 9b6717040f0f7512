"""Where the next page is: a link header, an address in the document, or a cursor in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from leadline.evidence.sources.address import join_address

_LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[^,;=\s]+\s*=\s*(?:\"[^\"]*\"|[^,;\s]*))*)")
_REL = re.compile(r"\brel\s*=\s*\"?([^\";]*)", re.IGNORECASE)

_ADDRESSES = (
    "next",
    "next_url",
    "nextUrl",
    "next_page_url",
    "nextLink",
    "@odata.nextLink",
    "links.next",
    "links.next.href",
    "_links.next",
    "_links.next.href",
    "paging.next",
    "pagination.next",
    "pagination.next_url",
    "meta.next",
)
_CURSORS = (
    ("next_cursor", "cursor"),
    ("nextCursor", "cursor"),
    ("cursor.next", "cursor"),
    ("cursors.after", "after"),
    ("paging.cursors.after", "after"),
    ("meta.next_cursor", "cursor"),
    ("pagination.next_cursor", "cursor"),
    ("response_metadata.next_cursor", "cursor"),
    ("next_page_token", "page_token"),
    ("nextPageToken", "pageToken"),
)
_MORE = ("has_more", "hasMore", "meta.has_more", "pagination.has_more")


def next_page(url: str, link: str | None, document: Any) -> str | None:
    """Address of the page after this one; None after the last.

    Parameters
    ----------
    url : str
        Address of this page.
    link : str or None
        Its ``Link`` header.
    document : parsed JSON
        Looked at for the fields that public interfaces use: an address (``next``, ``links.next``,
        ``@odata.nextLink``, ...) or a cursor (``next_cursor``, ``nextPageToken``, ...) that is sent back as
        a parameter.

    Returns
    -------
    str or None

    Examples
    --------
    >>> next_page("https://a/x?page=1", '<https://a/x?page=2>; rel="next"', [])
    'https://a/x?page=2'
    >>> next_page("https://a/x?n=5", None, {"data": [], "next_cursor": "c2"})
    'https://a/x?n=5&cursor=c2'
    """
    for target, parameters in _LINK.findall(link or ""):
        relation = _REL.search(parameters)
        if relation and "next" in relation[1].lower().split():
            return join_address(url, str(target))
    if not isinstance(document, Mapping) or any(_at(document, path) is False for path in _MORE):
        return None
    for path in _ADDRESSES:
        found = _at(document, path)
        if isinstance(found, str) and found.startswith(("http://", "https://", "/", "?")):
            return join_address(url, found)
    for path, parameter in _CURSORS:
        found = _at(document, path)
        if found and isinstance(found, str | int) and not isinstance(found, bool):
            return _with_parameter(url, parameter, str(found))
    return None


def _at(document: Mapping[str, Any], path: str) -> Any:
    if path in document:
        return document[path]
    found: Any = document
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _with_parameter(url: str, name: str, value: str) -> str:
    parts = urlsplit(url)
    query = [(key, old) for key, old in parse_qsl(parts.query, keep_blank_values=True) if key != name]
    return urlunsplit(parts._replace(query=urlencode([*query, (name, value)])))

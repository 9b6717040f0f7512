"""Addresses taken apart, and named in messages without what may be secret in them."""

from __future__ import annotations

from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from leadline.errors import SourceError


def split_address(url: str) -> SplitResult:
    """Parts of an address whose host and port can be understood.

    Raises
    ------
    SourceError
        They cannot; the address is not repeated, as it may hold a password.

    Examples
    --------
    >>> split_address("https://api.example:8443/v1").port
    8443
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise SourceError("evidence.bad_address") from None
    return parts


def join_address(url: str, target: str) -> str:
    """The address that a page means by a target, which may be relative.

    Raises
    ------
    SourceError
        The target is no address.

    Examples
    --------
    >>> join_address("https://a/x?page=1", "?page=2")
    'https://a/x?page=2'
    """
    try:
        joined = urljoin(url, target)
    except ValueError:
        raise SourceError("evidence.bad_address") from None
    split_address(joined)
    return joined


def place_of(url: str) -> str:
    """An address for messages: without user, password and parameters, any of which may be secret.

    Parameters
    ----------
    url : str

    Returns
    -------
    str

    Examples
    --------
    >>> place_of("https://ada:pw@api.example:8443/v1/ratings?key=secret#top")
    'https://api.example:8443/v1/ratings'
    """
    parts = split_address(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))

"""Names for people, pseudonyms for raters, file names for anything."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

_LONGEST = 100
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))]
)


def file_names(ids: Iterable[str]) -> dict[str, str]:
    """File name, without suffix, for every id: safe on every system and unlike all others.

    An id that is safe already is its own name. Any other is made safe and gets a mark from its hash;
    so do ids that differ in case only, or in how Unicode writes the same letters.

    Parameters
    ----------
    ids : iterable of str

    Returns
    -------
    dict of id to name

    Examples
    --------
    >>> file_names(["ada", "陈伟"])
    {'ada': 'ada', '陈伟': '陈伟'}
    >>> file_names(["../x"])["../x"].startswith("x-")
    True
    """
    ids = list(dict.fromkeys(ids))
    plain = {one: _safe(one) for one in ids}
    count = Counter(name.casefold() for name in plain.values())
    names: dict[str, str] = {}
    taken = {name.casefold() for one, name in plain.items() if name == one and count[name.casefold()] == 1}
    for one in ids:
        name = plain[one]
        if name != one or count[name.casefold()] > 1:
            name = _marked(one, name, taken)
            taken.add(name.casefold())
        names[one] = name
    return names


def _safe(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"[^\w.-]+", "-", text).strip(".-_ ")
    while len(text.encode()) > _LONGEST:
        text = text[:-1]
    if not text or text.split(".")[0].casefold() in _RESERVED:
        text = f"x-{text}".rstrip("-")
    return text


def _marked(one: str, name: str, taken: set[str]) -> str:
    mark = hashlib.sha256(one.encode("utf-8", "surrogatepass")).hexdigest()
    return next(
        candidate
        for n in range(6, len(mark) + 1)
        if (candidate := f"{name}-{mark[:n]}").casefold() not in taken
    )


def display_names(ids: Sequence[str], names: Mapping[str, str]) -> dict[str, str]:
    """Name to show for every person; namesakes get their id in brackets.

    Parameters
    ----------
    ids : sequence of str
    names : mapping of id to name
        May lack some.

    Returns
    -------
    dict of id to text

    Examples
    --------
    >>> display_names(["a1", "a2", "b"], {"a1": "Wang Wei", "a2": "Wang Wei", "b": "Ada"})
    {'a1': 'Wang Wei (a1)', 'a2': 'Wang Wei (a2)', 'b': 'Ada'}
    """
    given = {one: names.get(one) or one for one in ids}
    count = Counter(given.values())
    return {one: name if count[name] == 1 else f"{name} ({one})" for one, name in given.items()}

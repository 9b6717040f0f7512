"""Dates as files write them: read where they can only be one day, else refused."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterable
from datetime import date
from typing import Literal

Order = Literal["day", "month", ""]
"""What comes first where both are numbers and the year comes last; empty where nothing tells."""

_TIME = r"(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[AP]\.?M\.?)?(?:\s*(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?"
_FORMS = tuple(
    re.compile(form + _TIME, re.IGNORECASE)
    for form in (
        r"(?P<y>\d{4})[-./年]\s*(?P<m>\d{1,2})[-./月]\s*(?P<d>\d{1,2})日?",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
        r"(?P<d>\d{1,2})[-. ]+(?P<m>[a-z]{3,9})[-., ]+(?P<y>\d{4})",
        r"(?P<m>[a-z]{3,9})[-. ]+(?P<d>\d{1,2})[-, ]+(?P<y>\d{4})",
    )
)
_YEAR_LAST = re.compile(r"(?P<a>\d{1,2})[-./](?P<b>\d{1,2})[-./](?P<y>\d{4})" + _TIME, re.IGNORECASE)
_MONTHS = {name[:n].lower(): at for at, name in enumerate(month_name) if name for n in (3, 4, len(name))}


def order_of(texts: Iterable[str]) -> Order:
    """What comes first in a column of dates: told by those in which one number is no month, if all agree.

    Examples
    --------
    >>> order_of(["02/03/2020", "31/12/2020"]), order_of(["02/03/2020"])
    ('day', '')
    """
    pairs = [(int(found["a"]), int(found["b"])) for text in texts if (found := _YEAR_LAST.fullmatch(text))]
    day = any(first > 12 >= second for first, second in pairs)
    month = any(second > 12 >= first for first, second in pairs)
    return "day" if day and not month else "month" if month and not day else ""


def day_of(text: str, order: Order = "") -> str | None:
    """A date as ISO text; a time of day is left out. None where it is no day, or could be two.

    Parameters
    ----------
    text : str
    order : {"day", "month", ""}
        Of its column, from :func:`order_of`.

    Examples
    --------
    >>> day_of("31.12.2020"), day_of("13/02/2020 08:30"), day_of("02/03/2020"), day_of("02/03/2020", "day")
    ('2020-12-31', '2020-02-13', None, '2020-03-02')
    """
    for form in _FORMS:
        if found := form.fullmatch(text):
            month = _MONTHS.get(found["m"].lower(), 0) if found["m"].isalpha() else int(found["m"])
            return _iso(int(found["y"]), month, int(found["d"]))
    if not (found := _YEAR_LAST.fullmatch(text)):
        return None
    year, first, second = int(found["y"]), int(found["a"]), int(found["b"])
    by_day, by_month = _iso(year, second, first), _iso(year, first, second)
    if by_day and by_month and first != second:
        return {"day": by_day, "month": by_month}.get(order)
    return by_day or by_month


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None

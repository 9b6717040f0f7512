"""Errors and faults of a cycle, told in the language of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest

from leadline.errors import Fault, LeadlineError, has_words, words
from leadline.web.look.templatetags.look import dated, language


def told(fault: Fault) -> str:
    """A fault in words."""
    return _said(fault.code, {"value": fault.value, "column": fault.column, **fault.fields})


def _said(code: str, fields: Mapping[str, object]) -> str:
    """Message and hint, days in them as the language writes them."""
    parts = [f"{code}.{part}" for part in ("message", "hint") if has_words(f"{code}.{part}", language())]
    said = [words(part, language(), **dated(fields)) for part in parts]
    return ("" if language() == "zh" else " ").join(said)


def tell(form: Form, faults: Iterable[Fault]) -> None:
    """Put each fault at its field."""
    for fault in faults:
        form.add_error(fault.column if fault.column in form.fields else None, told(fault))


def attempt(request: HttpRequest, work: Callable[[], object], said: str = "") -> bool:
    """Do something; say that it is done, or why it could not be."""
    try:
        work()
    except LeadlineError as refused:
        messages.error(request, _said(refused.code, refused.fields))
        return False
    if said:
        messages.success(request, said)
    return True

"""Errors and faults of a cycle, told in the language of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest

from leadline.errors import Fault, LeadlineError, words
from leadline.web.look.templatetags.look import language


def told(fault: Fault) -> str:
    """A fault in words."""
    fields = {"value": fault.value, "column": fault.column, **fault.fields}
    said = [words(f"{fault.code}.{part}", language(), **fields) for part in ("message", "hint")]
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
        messages.error(request, refused.describe(language()))
        return False
    if said:
        messages.success(request, said)
    return True

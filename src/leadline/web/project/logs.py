"""What a log may hold: which view failed, and where in the program; nothing of whom it was about.

An address names an assignment or holds a token that signs in, and the text of an exception may quote a row.
So an address becomes the name of its view, keys and tokens are left out, and of an exception there stay its
kind and where it was raised.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from traceback import format_tb

from django.db import OperationalError
from django.urls import Resolver404, resolve

from leadline.errors import LeadlineError

_LOG = logging.getLogger(__name__)

LEFT_OUT = "…"
_NAMING = re.compile(r"\S*[/@]\S*|(?=[\w-]*\d)[\w-]{16,}|[\w-]{32,}", re.ASCII)
"""Addresses of pages and of mail; keys and tokens, which are long."""
_PATH = re.compile(r"(?:\w+://[^/\s]*)?(/[^\s?#'\"<>()\[\],;]*)")


def nameless(text: str) -> str:
    """A text without addresses, keys and tokens.

    Examples
    --------
    >>> nameless("no profile petra@acme.example for 0b5bd5ee-2f55-4b0c-a53b-0a6f7a7fd4e1")
    'no profile … for …'
    """
    return _NAMING.sub(_view, text)


def _view(found: re.Match[str]) -> str:
    path = _PATH.search(found[0])
    if path is None:
        return LEFT_OUT
    try:
        return resolve(path[1]).view_name
    except Resolver404:
        return LEFT_OUT


def trace(error: BaseException) -> str:
    """Where an exception was raised, and what led to it."""
    chain = [error]
    while (before := _before(chain[-1])) is not None and before not in chain:
        chain.append(before)
    return "\n".join("".join(format_tb(one.__traceback__)) + kind(one) for one in reversed(chain))


def _before(error: BaseException) -> BaseException | None:
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def kind(error: BaseException) -> str:
    """The kind of an exception; of ours the code, of the system's and the database's what they say.

    Those quote no row. What a mail server says does, and PostgreSQL from the second line on.
    """
    said: object = ""
    if isinstance(error, LeadlineError):
        said = error.code
    elif isinstance(error, OSError):
        said = error.strerror
    elif isinstance(error, OperationalError):
        said = (str(error).splitlines() or [""])[0]
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    return f"{name}: {nameless(str(said))}" if said else name


class Nameless(logging.Filter):
    """Leaves in a record nothing else, whatever writes it afterwards; stands on the only handler there is."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; it always passes."""
        error = record.exc_info[1] if record.exc_info else None
        record.msg = (
            kind(record.msg) if isinstance(record.msg, BaseException) else nameless(record.getMessage())
        )
        record.args = ()
        record.exc_text = trace(error) if error else None
        record.exc_info = record.stack_info = None
        record.__dict__.pop("request", None)
        return True


def take_everything() -> None:
    """Let through the log what Python would print: warnings, and what ends a thread or the program."""
    logging.captureWarnings(capture=True)
    sys.excepthook = lambda _, error, __: _LOG.critical("stopped", exc_info=error)
    threading.excepthook = lambda args: _LOG.critical("a thread stopped", exc_info=args.exc_value)
    sys.unraisablehook = lambda args: _LOG.error("ignored", exc_info=args.exc_value)

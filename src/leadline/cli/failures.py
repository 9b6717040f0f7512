"""How a call ends when it does not end well: exit status, and words or one JSON document."""

from __future__ import annotations

import sys
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType

import click

from leadline.cli.output import write_document
from leadline.cli.speech import manner, manner_of, say, speaking
from leadline.errors import Fault, FaultyInputError, LeadlineError, ReportError

FINE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
MOST_FAULTS, MOST_ALIKE = 50, 5


def settled(call: Callable[[], int | None]) -> int:
    """Exit status of a call, its failures told to the person or the program that made it.

    Parameters
    ----------
    call : callable
        Returns the exit status, or nothing for 0.

    Returns
    -------
    int
        0 fine; 1 failed, or a check found something; 2 bad input or usage; 130 interrupted.
    """
    try:
        return call() or FINE
    except click.UsageError as error:
        return _settle_usage(error)
    except click.Abort:
        return _settle("interrupted", say("interrupted"), INTERRUPTED)
    except LeadlineError as error:
        return _settle_error(error)
    except OSError as error:
        if manner().debug:
            raise
        text = say("os_error", place=error.filename or "-", reason=error.strerror or str(error))
        return _settle("os", text, FAILED)


def _settle(code: str, text: str, status: int, more: Mapping[str, object] | None = None) -> int:
    if manner().as_json:
        write_document({"error": {"code": f"cli.{code}", "message": text, **(more or {})}, "status": status})
    else:
        click.echo(text, err=True)
    return status


def _settle_usage(error: click.UsageError) -> int:
    ctx = error.ctx
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and not manner().as_json:
        click.echo(error.message, err=True)
        return BAD_INPUT
    message = _usage_message(error)
    if manner().as_json:
        return _settle("usage", message, BAD_INPUT)
    if ctx is None:
        return _settle("usage", say("error", text=message), BAD_INPUT)
    hint = say("click.try_help").format(command=ctx.command_path, option="--help")
    click.echo(f"{ctx.get_usage()}\n{hint}\n\n{say('error', text=message)}", err=True)
    return BAD_INPUT


def _usage_message(error: click.UsageError) -> str:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return say("click.missing_command")
    if isinstance(error, click.MissingParameter) and error.param is not None and error.ctx is not None:
        # click joins this sentence from parts with Latin punctuation.
        kind = "missing_argument" if isinstance(error.param, click.Argument) else "missing_option"
        name = error.param.make_metavar(error.ctx) if kind == "missing_argument" else error.param.opts[-1]
        return say(f"click.{kind}", name=name)
    return error.format_message()


def _settle_error(error: LeadlineError) -> int:
    if manner().debug:
        traceback.print_exception(error)
    language = manner().language
    status = FAILED if isinstance(error, ReportError) else BAD_INPUT
    if manner().as_json:
        write_document({"error": error.to_dict(language), "status": status})
        return status
    faults = error.faults if isinstance(error, FaultyInputError) else ()
    lines = [say("error", text=LeadlineError.describe(error, language)), *fault_lines(faults)]
    click.echo("\n".join(lines), err=True)
    return status


def fault_lines(faults: Sequence[Fault]) -> list[str]:
    """Faults as lines for a person: a few of each kind in each column, the others counted.

    A thousand cells with one and the same slip must not push the second slip off the screen.

    Parameters
    ----------
    faults : sequence of Fault

    Returns
    -------
    list of str
        At most ``MOST_FAULTS`` lines and a count of the rest.
    """
    language = manner().language
    kinds = [(fault.code, fault.place, fault.column) for fault in faults]
    met: Counter[tuple[str, str, str | None]] = Counter()
    lines = []
    for fault, kind in zip(faults, kinds, strict=True):
        met[kind] += 1
        if met[kind] <= MOST_ALIKE:
            lines.append(f"  {fault.describe(language)}")
    left = max(len(lines) - MOST_FAULTS, 0)
    lines = lines[:MOST_FAULTS]
    last = dict(zip(kinds, faults, strict=True))
    for kind, n in met.items():
        if n > MOST_ALIKE:
            where = replace(last[kind], row=None).where(language)
            lines.append("  " + say("more_alike", where=where, n=n - MOST_ALIKE))
    return [*lines, "  " + say("more_faults", n=left)] if left else lines


def report_unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tell of a fault of the program itself: what to send, not a page of code; for ``sys.excepthook``.

    Parameters
    ----------
    kind, error, trace
        As Python hands them over.
    """
    how = manner_of(sys.argv[1:])
    if how.debug:
        sys.__excepthook__(kind, error, trace)
        return
    with speaking(how):
        _settle("unexpected", say("unexpected", kind=kind.__name__, text=str(error)), FAILED)

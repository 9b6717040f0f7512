"""What may be fitted, and what to say where it may not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from leadline.errors import MeasurementError, ShapeError, UsageError
from leadline.measurement.quadrature.cells import MISSING, Codes, Floats, Ints

MOST_CATEGORIES = 30
_NAMED = 5


def named(names: Sequence[str]) -> dict[str, object]:
    """How many there are, and the first few by name, for a message.

    Examples
    --------
    >>> named(["a", "b"])
    {'n': 2, 'names': 'a, b'}
    """
    shown = ", ".join(names[:_NAMED]) + (", ..." if len(names) > _NAMED else "")
    return {"n": len(names), "names": shown}


def option(name: str, value: str, allowed: Sequence[str]) -> None:
    """Refuse a word that is not one of those allowed.

    Raises
    ------
    UsageError
    """
    if value not in allowed:
        raise UsageError("errors.no_such_option", name=name, value=value, allowed=", ".join(allowed))


def labels(names: Sequence[str] | None, count: int, what: str) -> tuple[str, ...]:
    """Names as given, or numbers from 1.

    Parameters
    ----------
    names : sequence of str, optional
    count : int
        How many there must be.
    what : str
        The argument, for the message.

    Raises
    ------
    ShapeError
        Not as many as there are.

    Examples
    --------
    >>> labels(None, 2, "items")
    ('1', '2')
    """
    if names is None:
        return tuple(str(n + 1) for n in range(count))
    if len(names) != count:
        raise ShapeError("measurement.quadrature.lengths_differ", what=what, given=len(names), expected=count)
    return tuple(str(name) for name in names)


def weights(given: ArrayLike | None, count: int, what: str) -> Floats:
    """Weights, 1 where none are given.

    Raises
    ------
    ShapeError, MeasurementError
        Not as many as there are; not finite; not greater than 0.
    """
    if given is None:
        return np.ones(count)
    found = np.asarray(given, dtype=np.float64)
    if found.shape != (count,):
        raise ShapeError("measurement.quadrature.lengths_differ", what=what, given=found.size, expected=count)
    bad = np.flatnonzero(~(np.isfinite(found) & (found > 0)))
    if len(bad):
        raise MeasurementError(
            "measurement.quadrature.weight_not_positive",
            what=what,
            row=int(bad[0]) + 1,
            value=float(found[bad[0]]),
        )
    return found


def codes(answers: Floats) -> tuple[Codes, int, int]:
    """Answers as categories from 0, -1 where missing; the lowest category's number; how many there are.

    Raises
    ------
    MeasurementError
        No answer; an answer that is no whole number; more categories than a rating scale has.

    Examples
    --------
    >>> codes(np.array([3.0, np.nan, 5.0]))
    (array([ 0, -1,  2], dtype=int16), 3, 3)
    """
    there = ~np.isnan(answers)
    found = answers[there]
    if not len(found):
        raise MeasurementError("measurement.quadrature.no_answers")
    odd = found[~(np.isfinite(found) & (found == np.round(found)))]
    if len(odd):
        raise MeasurementError("measurement.quadrature.answer_not_whole", value=float(odd[0]))
    lowest, highest = int(found.min()), int(found.max())
    if lowest == highest:
        raise MeasurementError("measurement.quadrature.one_answer", value=lowest)
    if highest - lowest >= MOST_CATEGORIES:
        raise MeasurementError(
            "measurement.quadrature.too_many_categories", n=highest - lowest + 1, most=MOST_CATEGORIES
        )
    inner = np.where(there, answers - lowest, MISSING).astype(np.int16)
    return inner, lowest, highest - lowest + 1


def chances(guess: Floats) -> None:
    """Refuse chances of guessing that are no chances.

    Raises
    ------
    MeasurementError
    """
    bad = guess[~((guess > 0) & (guess < 1))]
    if len(bad):
        raise MeasurementError("measurement.quadrature.not_a_chance", value=float(bad[0]))


def table_of(values: Sequence[str], count: int, what: str) -> tuple[tuple[str, ...], Ints]:
    """Distinct labels in alphabetical order, and the number of each value's.

    Raises
    ------
    ShapeError
        Not as many values as there are ratings.

    Examples
    --------
    >>> table_of(["warm", "cold"], 2, "temp")
    (('cold', 'warm'), array([1, 0]))
    """
    names, code = np.unique(np.asarray(labels(values, count, what), dtype=np.str_), return_inverse=True)
    return tuple(str(name) for name in names), code.ravel().astype(np.int64)

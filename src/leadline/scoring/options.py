"""How factors are combined: the framework's way unless the call says otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leadline.errors import ScoringError
from leadline.frameworks import FORMULA_ALIASES, Formula, Framework, spelling
from leadline.scoring.formulas import FORMULAS, checked_rho
from leadline.scoring.weights import checked_weights

Weights: TypeAlias = Mapping[str, float] | Sequence[float] | NDArray[np.float64]

LEAST_DRAWS = 100


def names_of_factors(framework: Framework) -> dict[str, str]:
    """Factor id by every name a person may write for it: id, title in both languages, initials.

    Parameters
    ----------
    framework : Framework

    Returns
    -------
    dict of str to str
        Names in the form of `plain_name`. Initials that two factors share are left out.

    Examples
    --------
    >>> from leadline.frameworks import load_framework
    >>> names = names_of_factors(load_framework("technical-leadership"))
    >>> names["te"], names["pg"], names["技术能力"]
    ('technical_expertise', 'performance_goals', 'technical_expertise')
    """
    names = {short: factor for factor, short in initials(framework).items()}
    for factor in framework.factors:
        names |= {plain_name(name): factor.id for name in (factor.title.en, factor.title.zh, factor.id)}
    return names


def initials(framework: Framework) -> dict[str, str]:
    """Initials by factor id, of the factors that share theirs with no other.

    Examples
    --------
    >>> from leadline.frameworks import load_framework
    >>> list(initials(load_framework("technical-leadership")).values())
    ['te', 'la', 'bi', 'pg']
    """
    found = {factor.id: "".join(word[0] for word in factor.id.split("_")) for factor in framework.factors}
    short = list(found.values())
    return {factor: one for factor, one in found.items() if short.count(one) == 1}


def plain_name(name: str) -> str:
    """Column or factor name without regard to case, blanks and hyphens.

    Examples
    --------
    >>> plain_name(" Technical-expertise ")
    'technical_expertise'
    """
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def check_named(figures: Mapping[str, float], framework: Framework) -> None:
    """Refuse figures whose name is no factor: they would be left out of the score without a word.

    Parameters
    ----------
    figures : mapping of factor to float
        By id, initials or title; ``<factor>_se`` is a standard error.
    framework : Framework

    Raises
    ------
    ScoringError
        With the nearest factor, or with all.

    Examples
    --------
    >>> from leadline.frameworks import load_framework
    >>> check_named({"te": 85, "te_se": 3}, load_framework("technical-leadership"))
    """
    names, ids = names_of_factors(framework), [factor.id for factor in framework.factors]
    for name in figures:
        _factor(name.removesuffix("_se"), names, ids)


def chosen_formula(framework: Framework, formula: str | None, rho: float | None) -> Formula:
    """Formula asked for, or the framework's; ``rho`` belongs to ``ces`` alone.

    Examples
    --------
    >>> from leadline.frameworks import load_framework
    >>> chosen_formula(load_framework("technical-leadership"), "ces", -1)
    Formula(name='ces', rho=-1.0)
    """
    own = framework.formula
    name = own.name if formula is None else formula
    known = next((one for one in FORMULAS if one == FORMULA_ALIASES.get(name, name)), None)
    if known is None:
        raise ScoringError("errors.no_such_option", name="formula", value=name, allowed=", ".join(FORMULAS))
    if rho is not None and known != "ces":
        raise ScoringError("scoring.rho_without_ces", formula=known)
    if known != "ces":
        return Formula(known)
    return Formula(known, checked_rho(own.rho if rho is None else rho))


def chosen_weights(framework: Framework, weights: Weights | None, formula: Formula) -> NDArray[np.float64]:
    """Weights asked for, or the framework's, in the order of its factors.

    Parameters
    ----------
    framework : Framework
    weights : mapping of factor to float, or sequence of F floats, or None
        A mapping names every factor, by id, initials or title.
    formula : Formula

    Returns
    -------
    array, shape (F,)

    Raises
    ------
    ScoringError
        Unknown factor (the message gives the nearest), a factor without weight, another sum than 1,
        or weights for the product, which has none.

    Examples
    --------
    >>> from leadline.frameworks import load_framework
    >>> framework = load_framework("technical-leadership")
    >>> chosen_weights(framework, {"te": 0.4, "la": 0.3, "bi": 0.2, "pg": 0.1}, framework.formula)
    array([0.4, 0.3, 0.2, 0.1])
    """
    ids = [factor.id for factor in framework.factors]
    if weights is None:
        return checked_weights([factor.weight for factor in framework.factors])
    if formula.name == "product":
        raise ScoringError("scoring.source_has_no_weights")
    if isinstance(weights, Mapping):
        return checked_weights(_in_order(weights, names_of_factors(framework), ids))
    found = checked_weights(_plain_list(weights))
    if len(found) != len(ids):
        raise ScoringError("scoring.weights_do_not_fit", given=len(ids), n=len(found))
    return found


def checked_level(level: float) -> float:
    """Coverage of intervals, strictly between 0 and 1."""
    if not 0 < level < 1:
        raise ScoringError("scoring.level_out_of_range", value=f"{level:g}")
    return float(level)


def checked_count(name: str, value: int, least: int) -> int:
    """A count that is at least so many."""
    if value < least:
        raise ScoringError("scoring.count_too_small", name=name, value=value, least=least)
    return int(value)


def _in_order(weights: Mapping[str, float], names: Mapping[str, str], ids: Sequence[str]) -> list[float]:
    by_id: dict[str, float] = {}
    for name, weight in weights.items():
        factor = _factor(name, names, ids)
        if factor in by_id:
            raise ScoringError("scoring.weight_twice", factor=factor)
        by_id[factor] = weight
    without = [factor for factor in ids if factor not in by_id]
    if without:
        raise ScoringError("scoring.weight_missing", factors=", ".join(without))
    return [by_id[factor] for factor in ids]


def _factor(name: str, names: Mapping[str, str], ids: Sequence[str]) -> str:
    factor = names.get(plain_name(name))
    if factor is None:
        code, fields = spelling("scoring.{}_factor", name, [*ids, *_short(names, ids)])
        raise ScoringError(code, **fields | {"allowed": ", ".join(ids)})
    return factor


def _short(names: Mapping[str, str], ids: Sequence[str]) -> list[str]:
    return [name for name in names if name not in ids]


def _plain_list(weights: ArrayLike) -> NDArray[np.float64]:
    try:
        return np.asarray(weights, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ScoringError("scoring.weights_are_no_list") from error

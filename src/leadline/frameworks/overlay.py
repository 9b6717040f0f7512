"""Profiles laid over a framework: a role and an industry change weights and expectations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import fsum, prod

from leadline.frameworks.model import Competency, Factor, Profile


def factor_weights(factors: Sequence[Factor], profiles: Sequence[Profile]) -> Mapping[str, float]:
    r"""Weights of the factors under several profiles.

    .. math:: w_j \propto w_j^0 \prod_k (w_{jk} / w_j^0), \qquad \sum_j w_j = 1

    over the n profiles k that state weights. One profile gives its own weights; a profile that
    repeats the framework's weights changes nothing; the order of the profiles does not matter.

    Examples
    --------
    >>> from leadline.frameworks.model import Text
    >>> t = Text("a", "b")
    >>> two = [Factor(id=i, title=t, description=t, weight=0.5, kinds={}) for i in "ab"]
    >>> role = Profile(id="r", kind="role", title=t, description=t, factor_weights={"a": 0.8, "b": 0.2})
    >>> trade = Profile(id="i", kind="industry", title=t, description=t, factor_weights={"a": 0.2, "b": 0.8})
    >>> factor_weights(two, [role])
    {'a': 0.8, 'b': 0.2}
    >>> factor_weights(two, [role, trade])
    {'a': 0.5, 'b': 0.5}
    """
    stated = [profile.factor_weights for profile in profiles if profile.factor_weights]
    raw = {
        factor.id: factor.weight * prod(weights[factor.id] / factor.weight for weights in stated)
        for factor in factors
    }
    total = fsum(raw.values())
    return {factor: weight / total for factor, weight in raw.items()}


def laid_over(competency: Competency, profiles: Sequence[Profile]) -> Competency:
    """The competency as profiles change it.

    Multipliers of its weight multiply each other; of several stated expectations the highest
    holds, since each profile asks for at least its own.

    Examples
    --------
    >>> from leadline.frameworks.model import Text
    >>> t = Text("a", "b")
    >>> c = Competency(id="c", factor="f", title=t, description=t, expectation=60.0)
    >>> role = Profile(id="r", kind="role", title=t, description=t,
    ...     competency_weights={"c": 2.0}, expectations={"c": 55.0})
    >>> laid_over(c, [role]).weight, laid_over(c, [role]).expectation
    (2.0, 55.0)
    """
    stated = [p.expectations[competency.id] for p in profiles if competency.id in p.expectations]
    weight = competency.weight * prod(p.competency_weights.get(competency.id, 1.0) for p in profiles)
    return replace(competency, weight=weight, expectation=max(stated, default=competency.expectation))

r"""Variational EM: locations by Newton, item steps by Newton, variances by a fixed point.

Each round (E) takes one Newton step for the means of all locations and halos and, now and then, renews
their posterior covariance; (M) takes one Newton step for the item steps of every source and renews the
variances (`next_covariance`, `next_variance`). Sources: Opper and Archambeau (2009); Hui, Warton and
Foster (2017), variational approximation for generalised linear latent variable models.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from leadline.measurement.kernels.arrays import Floats
from leadline.measurement.variational.averages import Averages
from leadline.measurement.variational.design import Design
from leadline.measurement.variational.posterior import DRAWS, Posterior, Variances
from leadline.measurement.variational.prior import Prior, next_covariance, next_variance
from leadline.measurement.variational.source import Source

TOLERANCE = 2e-5
"""Largest change of a location or step, in logits."""

_STEADY = 5.0
"""Largest change of the logarithm of a variance, or of a correlation, in tolerances."""

_MOST_ROUNDS = 300
_LONGEST = 2.0
_NO_HALO = 1e-4
_SETTLED = 0.02
_RENEWED = 3


@dataclass(frozen=True, eq=False, kw_only=True)
class State:
    """Where the search is: means of locations and halos, sources, prior, and the last covariance.

    Attributes
    ----------
    locations : list of A arrays, shape (E,)
    halos : array, shape (Q,)
    sources : tuple of Source
        Their combinations follow one another.
    prior : Prior
    variances : list of A arrays, shape (E,)
        Posterior variances by facet.
    known : array, shape (P, B, B)
        Posterior covariance of every ratee's dimensions.
    spread : array, shape (C,)
        Posterior variance of each combination's location, halo included.
    paired : array, shape (Q,)
        See `Variances`.
    """

    locations: list[Floats]
    halos: Floats
    sources: tuple[Source, ...]
    prior: Prior
    variances: list[Floats] = field(default_factory=list)
    known: Floats = field(default_factory=lambda: np.empty((0, 1, 1)))
    spread: Floats
    paired: Floats = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True, eq=False, kw_only=True)
class Optimum:
    """Estimates: final state, posterior, the bound on the log-likelihood, rounds taken."""

    state: State
    posterior: Posterior
    bound: float
    rounds: int
    converged: bool


def optimise(
    design: Design,
    state: State,
    *,
    halo: bool = True,
    tolerance: float = TOLERANCE,
    progress: Callable[[int, float], None] | None = None,
) -> Optimum:
    """Maximise the variational bound on the marginal likelihood.

    Parameters
    ----------
    design : Design
    state : State
        Where to begin, without halos; its ``spread`` a guess.
    halo : bool
        Whether pairs may share a halo. It is taken up only where the likelihood rises with its
        variance at zero.
    tolerance : float, logits
        Largest change of a location or step in the last round.
    progress : callable, optional
        Called with the number of the round and its largest change.

    Returns
    -------
    Marginal
    """
    path: list[Floats] = []
    moved = renewed = np.inf
    seeking = halo
    for number in range(1, _MOST_ROUNDS + 1):
        # Far from the end rough variances do.
        state, posterior, moved = _newton(design, state, DRAWS if moved < _SETTLED else DRAWS // 4)
        fresh = number <= _RENEWED or number % _RENEWED == 0 or moved < tolerance
        if fresh:
            before = state.prior
            state = _with_variances(design, state, posterior)
            renewed = _change(before, state.prior)
            state, path = _leapt(state, path)
        del posterior  # before the next is made: each holds a factor
        state, stepped = _improved(design, state)
        state = _centred(design, state)
        moved = max(moved, stepped)
        if progress is not None:
            progress(number, moved)
        if seeking and fresh and moved < _SETTLED and (found := _first_halo(design, state)) > 0:
            # Sought up to the end: on the way there may seem to be none.
            seeking, path, renewed = False, [], np.inf
            state = replace(state, prior=replace(state.prior, halo=found))
        elif fresh and moved < tolerance and renewed < _STEADY * tolerance:
            return _finished(design, state, number, converged=True)
    return _finished(design, state, _MOST_ROUNDS, converged=moved < 1e-3 and renewed < 1e-2)


def _first_halo(design: Design, state: State) -> float:
    """Moment estimate of the halos' variance from a fit without them; 0 where it is not positive.

    Given the rest, a pair's residual g has E[g^2] = V - Var(sum V x) + V^2 s2: its mean excess is also
    the slope of the log-likelihood in s2 at zero.
    """
    found = averaged_at(design, state)
    gap, total = design.by_pair(found.gap), design.by_pair(found.variance)
    excess = float((gap**2 - total + state.paired).sum())
    variance = excess / float((total**2).sum())
    return variance if variance > _NO_HALO else 0.0


def _leapt(state: State, path: list[Floats]) -> tuple[State, list[Floats]]:
    """Every third renewal, leap to the limit that the last variances point to (Aitken 1926)."""
    prior = state.prior
    each = (*np.diag(prior.covariance), *(v for v in prior.variances if v is not None), prior.halo or 1.0)
    now = np.log(np.array(each))
    path = [*path, now]
    if len(path) < 3:
        return state, path
    first, second = path[1] - path[0], path[2] - path[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = second / first
    leap = np.where((ratio > 0.2) & (ratio < 0.95), second * ratio / (1 - ratio), 0.0)
    grown = np.exp(np.clip(leap, -1.0, 1.0))
    b = len(prior.mean)
    others = iter(grown[b:])
    prior = replace(
        prior,
        covariance=prior.covariance * np.sqrt(np.outer(grown[:b], grown[:b])),
        variances=tuple(None if v is None else v * float(next(others)) for v in prior.variances),
        halo=prior.halo * float(next(others)),
    )
    return replace(state, prior=prior), []


def _posterior(design: Design, state: State, variance: Floats, n_draws: int = DRAWS) -> Posterior:
    prior = state.prior
    blocks = prior.ratee_precision()
    others = [f for f in range(len(design.sizes)) if f != design.eliminated]
    rest = [
        np.diagonal(blocks, axis1=1, axis2=2).ravel() if f == design.ratee else prior.precision(f)
        for f in others
    ]
    ratees_go = design.eliminated == design.ratee
    large = blocks if ratees_go else prior.precision(design.eliminated).reshape(-1, 1, 1)
    halo = 1 / prior.halo if prior.halo > 0 else np.inf
    return Posterior(design, variance, large, np.concatenate([*rest, np.empty(0)]), halo, n_draws)


def _eta(design: Design, state: State) -> Floats:
    return design.location(state.locations) - design.of_pairs(state.halos)


def _parts(state: State, *values: Floats) -> list[tuple[Source, list[Floats]]]:
    """Every source with its own combinations' values."""
    cuts = np.cumsum([source.size for source in state.sources])[:-1]
    by_value = [np.split(each, cuts) for each in values]
    return [(source, [parts[n] for parts in by_value]) for n, source in enumerate(state.sources)]


def averaged_at(design: Design, state: State) -> Averages:
    """Slope and curvature of every combination's averaged log-likelihood where the search is."""
    parts = _parts(state, _eta(design, state), state.spread)
    found = [source.averaged(*values) for source, values in parts]
    if len(found) == 1:
        return found[0]
    return Averages(
        np.concatenate([each.gap for each in found]), np.concatenate([each.variance for each in found])
    )


def _newton(design: Design, state: State, n_draws: int) -> tuple[State, Posterior, float]:
    """One step for locations and halos."""
    found = averaged_at(design, state)
    posterior = _posterior(design, state, found.variance, n_draws)
    halo_slope = -design.by_pair(found.gap)
    if state.prior.halo > 0:
        halo_slope = halo_slope - state.halos / state.prior.halo
    # The halo follows the locations; what it takes up of the residual is not theirs.
    gap = found.gap + found.variance * design.of_pairs(posterior.absorbed * halo_slope)
    large, rest = design.split(_pulls(design, state))
    moves = design.joined(*posterior.solve(large + design.large.T @ gap, rest + design.rest.T @ gap))
    change = found.variance * design.location(moves)
    halos = posterior.absorbed * (halo_slope + design.by_pair(change))
    longest = max(float(np.abs(move).max(initial=0.0)) for move in (*moves, halos))
    share = min(1.0, _LONGEST / longest) if longest > 0 else 1.0
    locations = [x + share * move for x, move in zip(state.locations, moves, strict=True)]
    return replace(state, locations=locations, halos=state.halos + share * halos), posterior, longest


def _pulls(design: Design, state: State) -> list[Floats]:
    """Slopes of the log prior, by facet."""
    prior, found = state.prior, []
    for f, x in enumerate(state.locations):
        away = prior.centre(f) - x
        if f == design.ratee:
            b = len(prior.mean)
            found.append(np.einsum("pij,pj->pi", prior.ratee_precision(), away.reshape(-1, b)).ravel())
        else:
            found.append(prior.precision(f) * away)
    return found


def _with_variances(design: Design, state: State, posterior: Posterior) -> State:
    """Posterior variances, and the variances of the prior they lead to."""
    state = _renewed(design, state, posterior.variances())
    prior = state.prior
    free = np.isnan(prior.held[design.ratee]).reshape(-1, design.width).all(axis=1)
    away = (state.locations[design.ratee] - prior.centre(design.ratee)).reshape(-1, design.width)
    covariance = next_covariance(prior, away[free], state.known[free]) if free.any() else prior.covariance
    facets = zip(state.locations, state.variances, prior.variances, prior.assumed, prior.held, strict=True)
    variances = tuple(
        None
        if sigma is None
        else next_variance(x[np.isnan(held)], v[np.isnan(held)], sigma, prior.prior_weight, assumed or 1.0)
        for x, v, sigma, assumed, held in facets
    )
    halo = _halo_variance(state, posterior)
    halos = state.halos if halo > 0 else np.zeros_like(state.halos)
    prior = replace(prior, covariance=covariance, variances=variances, halo=halo)
    return replace(state, prior=prior, halos=halos)


def _renewed(design: Design, state: State, found: Variances) -> State:
    """With the posterior variances found."""
    by_facet = design.joined(found.large, found.rest)
    ratees_went = design.eliminated == design.ratee
    known = found.blocks if ratees_went else by_facet[design.ratee].reshape(-1, 1, 1)
    return replace(state, variances=by_facet, known=known, spread=found.location, paired=found.pairs)


def _halo_variance(state: State, posterior: Posterior) -> float:
    """Next variance of the halos; 0 once it shrinks below what could matter."""
    sigma = state.prior.halo
    if sigma == 0:
        return 0.0
    found = next_variance(state.halos, _halos_known(state, posterior), sigma)
    return found if found > _NO_HALO else 0.0


def _halos_known(state: State, posterior: Posterior) -> Floats:
    """Posterior variance of every halo, shape (Q,)."""
    return posterior.absorbed + posterior.absorbed**2 * state.paired


def _improved(design: Design, state: State) -> tuple[State, float]:
    """One Newton step for the items of every source."""
    found = [source.improved(*values) for source, values in _parts(state, _eta(design, state), state.spread)]
    return replace(state, sources=tuple(source for source, _ in found)), max(moved for _, moved in found)


def _centred(design: Design, state: State) -> State:
    """Move what the data cannot see to where it belongs: raters, fixed facets and items have mean 0."""
    prior, locations = state.prior, list(state.locations)
    shift = np.zeros(design.width)
    judged = list({source.dimension for source in state.sources if not source.rater_free})
    for f, (sign, x, held) in enumerate(zip(design.signs, locations, prior.held, strict=True)):
        if sign < 0 and np.isnan(held).all():
            mean = float(x.mean())
            locations[f] = x - mean
            shift[judged] -= mean
    moved = [source.centred() for source in state.sources]
    for source, by in moved:
        shift[source.dimension] -= by
    free = np.isnan(prior.held[design.ratee])
    if free.all():
        locations[design.ratee] = locations[design.ratee] + np.resize(shift, len(free))
    ratees = locations[design.ratee].reshape(-1, design.width)
    whole = free.reshape(-1, design.width).all(axis=1)
    level: Floats = ratees[whole].mean(axis=0) if whole.any() else prior.mean
    level = np.where(np.arange(design.width) < prior.free, level, 0.0)
    sources = tuple(source for source, _ in moved)
    return replace(state, locations=locations, sources=sources, prior=replace(prior, mean=level))


def _change(before: Prior, after: Prior) -> float:
    pairs = [*zip(before.variances, after.variances, strict=True), (before.halo, after.halo)]
    root = np.linalg.cholesky(before.covariance)
    ratio = np.linalg.solve(root, np.linalg.solve(root, after.covariance).T)
    turned = float(np.abs(ratio - np.eye(len(ratio))).max())
    return max(turned, *(abs(float(np.log(b / a))) for a, b in pairs if a and b), 0.0)


def _finished(design: Design, state: State, rounds: int, *, converged: bool) -> Optimum:
    """Covariance and bound at the last point."""
    posterior = _posterior(design, state, averaged_at(design, state).variance)
    state = _renewed(design, state, posterior.variances())
    bound = _bound(design, state, posterior)
    return Optimum(state=state, posterior=posterior, bound=bound, rounds=rounds, converged=converged)


def _bound(design: Design, state: State, posterior: Posterior) -> float:
    """Evidence lower bound: averaged log-likelihood less the divergence of posterior and prior."""
    prior, divergence = state.prior, posterior.log_determinant()
    if np.isnan(divergence):
        return divergence
    value = sum(
        source.expected(*values) for source, values in _parts(state, _eta(design, state), state.spread)
    )
    for f, (x, v) in enumerate(zip(state.locations, state.variances, strict=True)):
        away = x - prior.centre(f)
        if f != design.ratee:
            precision = prior.precision(f)
            divergence += float((precision * (away**2 + v) - 1 - np.log(precision)).sum())
            continue
        blocks, each = prior.ratee_precision(), away.reshape(-1, design.width)
        squares = state.known + each[:, :, None] * each[:, None, :]
        divergence += float((blocks * squares).sum()) - len(x) - float(np.linalg.slogdet(blocks)[1].sum())
    if prior.halo > 0:
        squares = (state.halos**2 + _halos_known(state, posterior)) / prior.halo
        divergence += float((squares - 1 + np.log(prior.halo)).sum())
    return value - 0.5 * divergence

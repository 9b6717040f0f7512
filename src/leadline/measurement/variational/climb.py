r"""Variational EM: locations by Newton, item steps by Newton, variances by a fixed point.

Each round (E) takes one Newton step for the means of all locations and halos and, now and then, renews
their posterior covariance; (M) takes one Newton step for the item steps and renews the variances by

.. math:: \sigma^2 = \frac{\sum m^2}{n - \sum v / \sigma^2}

(MacKay 1992, Neural Computation 4, 415-447, eq. 4.5), which has the fixed points of EM and reaches them
faster. Sources: Opper and Archambeau (2009); Hui, Warton and Foster (2017), variational approximation
for generalised linear latent variable models.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from leadline.measurement.kernels.arrays import Floats, add_up
from leadline.measurement.kernels.system import Point, System
from leadline.measurement.variational.averages import (
    averaged,
    cloud,
    expected_log_likelihood,
    item_averages,
)
from leadline.measurement.variational.design import Design
from leadline.measurement.variational.posterior import Posterior

TOLERANCE = 1e-5
"""Largest change of a location or step, in logits."""

STEADY = 1e-4
"""Largest change of the logarithm of a variance."""

FIXED = 1e-6
"""Prior precision of facets with fixed effects: they are centred, not shrunk."""

HELD = 1e12
"""Prior precision of an anchored element."""

_MOST_ROUNDS = 300
_LONGEST = 2.0
_NO_HALO = 1e-4
_SETTLED = 0.02
_RENEWED = 3


@dataclass(frozen=True, eq=False)
class Prior:
    """What is assumed of locations before the ratings.

    Attributes
    ----------
    variances : tuple of float or None
        Of each facet; None for fixed effects.
    halo : float
        Variance of the halos, 0 for none.
    mean : float
        Mean of the ratees.
    held : tuple of A arrays, shape (E,)
        Where an element is anchored; NaN elsewhere.
    """

    variances: tuple[float | None, ...]
    halo: float
    mean: float
    held: tuple[Floats, ...]

    def precision(self, facet: int) -> Floats:
        """Prior precision of a facet's elements."""
        variance = self.variances[facet]
        return np.where(np.isfinite(self.held[facet]), HELD, FIXED if variance is None else 1 / variance)

    def centre(self, facet: int, sign: float) -> Floats:
        """Prior mean of a facet's elements."""
        held = self.held[facet]
        return np.where(np.isfinite(held), held, self.mean if sign > 0 else 0.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class State:
    """Where the search is: means of locations and halos, steps, prior, and the last covariance.

    Attributes
    ----------
    locations : list of A arrays, shape (E,)
    halos : array, shape (Q,)
    steps : array, shape (I, K-1)
    prior : Prior
    variances : tuple
        Posterior variances by facet.
    spread : array, shape (C,)
        Posterior variance of each combination's location, halo included.
    """

    locations: list[Floats]
    halos: Floats
    steps: Floats
    prior: Prior
    variances: list[Floats] = field(default_factory=list)
    spread: Floats


@dataclass(frozen=True, eq=False, kw_only=True)
class Marginal:
    """Estimates: final state, posterior, the bound on the log-likelihood, rounds taken."""

    state: State
    posterior: Posterior
    bound: float
    rounds: int
    converged: bool


def climb(
    system: System,
    design: Design,
    state: State,
    *,
    halo: bool = True,
    progress: Callable[[int, float], None] | None = None,
) -> Marginal:
    """Maximise the variational bound on the marginal likelihood.

    Parameters
    ----------
    system : System
    design : Design
    state : State
        Where to begin, without halos; its ``spread`` a guess.
    halo : bool
        Whether pairs may share a halo. It is taken up only where the likelihood rises with its
        variance at zero.
    progress : callable, optional
        Called with the number of the round and its largest change.

    Returns
    -------
    Marginal
    """
    path: list[Floats] = []
    moved = renewed = np.inf
    undecided = halo
    for number in range(1, _MOST_ROUNDS + 1):
        state, posterior, moved = _newton(system, design, state)
        fresh = number <= _RENEWED or number % _RENEWED == 0 or moved < TOLERANCE
        if fresh:
            before = state.prior
            state = _with_variances(system, design, state, posterior)
            renewed = _change(before, state.prior)
            state, path = _leapt(state, path)
        state, stepped = _item_step(system, design, state)
        state = _centred(system, state)
        moved = max(moved, stepped)
        if progress is not None:
            progress(number, moved)
        if undecided and fresh and moved < _SETTLED:
            undecided, path = False, []
            state = replace(state, prior=replace(state.prior, halo=_first_halo(system, design, state)))
            renewed = np.inf
        elif fresh and moved < TOLERANCE and renewed < STEADY:
            return _finished(system, design, state, number, converged=True)
    return _finished(system, design, state, _MOST_ROUNDS, converged=moved < 1e-3 and renewed < 1e-2)


def _first_halo(system: System, design: Design, state: State) -> float:
    """Moment estimate of the halos' variance from a fit without them; 0 where it is not positive.

    Given the rest, a pair's residual g has E[g^2] = V - V^2 Var(x) + V^2 s2: its mean excess is also
    the slope of the log-likelihood in s2 at zero.
    """
    found = averaged(system, cloud(system, state.steps, _eta(design, state), state.spread))
    gap = add_up(design.pair, design.n_pairs, found.gap)
    total = add_up(design.pair, design.n_pairs, found.variance)
    spread = np.zeros(design.n_pairs)
    spread[design.pair] = state.spread
    excess = float((gap**2 - total + total**2 * spread).sum())
    variance = excess / float((total**2).sum())
    return variance if variance > _NO_HALO else 0.0


def _leapt(state: State, path: list[Floats]) -> tuple[State, list[Floats]]:
    """Every third renewal, leap to the limit that the last variances point to (Aitken 1926)."""
    prior = state.prior
    now = np.log([1.0 if v is None or v <= 0 else v for v in (*prior.variances, prior.halo)])
    path = [*path, now]
    if len(path) < 3:
        return state, path
    first, second = path[1] - path[0], path[2] - path[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = second / first
    leap = np.where((ratio > 0.2) & (ratio < 0.95), second * ratio / (1 - ratio), 0.0)
    grown = np.exp(now + np.clip(leap, -1.0, 1.0))
    variances = tuple(None if v is None else float(g) for v, g in zip(prior.variances, grown, strict=False))
    halo = float(grown[-1]) if prior.halo > 0 else 0.0
    return replace(state, prior=replace(prior, variances=variances, halo=halo)), []


def _posterior(system: System, design: Design, state: State, variance: Floats) -> Posterior:
    precisions = [state.prior.precision(f) for f in range(len(system.sizes))]
    large, rest = design.split(precisions)
    halo = 1 / state.prior.halo if state.prior.halo > 0 else np.inf
    return Posterior(design, variance, large, rest, halo)


def _eta(design: Design, state: State) -> Floats:
    return design.location(state.locations) - state.halos[design.pair]


def _newton(system: System, design: Design, state: State) -> tuple[State, Posterior, float]:
    """One step for locations and halos."""
    found = averaged(system, cloud(system, state.steps, _eta(design, state), state.spread))
    posterior = _posterior(system, design, state, found.variance)
    halo_slope = -add_up(design.pair, design.n_pairs, found.gap)
    if state.prior.halo > 0:
        halo_slope = halo_slope - state.halos / state.prior.halo
    # The halo follows the locations; what it takes up of the residual is not theirs.
    gap = found.gap + found.variance * (posterior.taken * halo_slope)[design.pair]
    pulls = [
        state.prior.precision(f) * (state.prior.centre(f, sign) - x)
        for f, (sign, x) in enumerate(zip(system.sign, state.locations, strict=True))
    ]
    large, rest = design.split(pulls)
    moves = design.joined(*posterior.solve(large + design.large.T @ gap, rest + design.rest.T @ gap))
    change = found.variance * design.location(moves)
    halos = posterior.taken * (halo_slope + add_up(design.pair, design.n_pairs, change))
    longest = max(float(np.abs(move).max(initial=0.0)) for move in (*moves, halos))
    share = min(1.0, _LONGEST / longest) if longest > 0 else 1.0
    locations = [x + share * move for x, move in zip(state.locations, moves, strict=True)]
    return replace(state, locations=locations, halos=state.halos + share * halos), posterior, longest


def _with_variances(system: System, design: Design, state: State, posterior: Posterior) -> State:
    """Posterior variances, and the variances of the prior they lead to."""
    large, rest, spread = posterior.variances()
    by_facet = design.joined(large, rest)
    prior = state.prior
    known = tuple(
        None if sigma is None else _fixed_point(x[free] - prior.centre(f, sign)[free], v[free], sigma)
        for f, (sign, x, v, sigma, free) in enumerate(
            zip(
                system.sign,
                state.locations,
                by_facet,
                prior.variances,
                [np.isnan(held) for held in prior.held],
                strict=True,
            )
        )
    )
    halo = _halo_variance(design, state, posterior, spread)
    halos = state.halos if halo > 0 else np.zeros_like(state.halos)
    prior = replace(prior, variances=known, halo=halo)
    return replace(state, prior=prior, halos=halos, variances=by_facet, spread=spread)


def _fixed_point(mean: Floats, variance: Floats, sigma: float) -> float:
    if len(mean) == 0:
        return sigma
    told = max(len(mean) - float(variance.sum()) / sigma, 0.02 * len(mean))
    return max(float(mean @ mean) / told, 1e-6)


def _halo_variance(design: Design, state: State, posterior: Posterior, spread: Floats) -> float:
    """Next variance of the halos; 0 once it shrinks below what could matter."""
    sigma = state.prior.halo
    if sigma == 0:
        return 0.0
    taken = posterior.taken
    total = add_up(design.pair, design.n_pairs, posterior.variance)
    first = np.zeros(design.n_pairs)
    first[design.pair] = spread
    # Var(eta) = taken + (1/sigma taken)^2 Var(x) gives Var(x), and from it the halo's own variance.
    from_locations = np.maximum(first - taken, 0.0) * (total * sigma) ** 2
    found = _fixed_point(state.halos, taken + from_locations, sigma)
    return found if found > _NO_HALO else 0.0


def _item_step(system: System, design: Design, state: State) -> tuple[State, float]:
    """One Newton step for difficulties and thresholds."""
    found = item_averages(system, cloud(system, state.steps, _eta(design, state), state.spread))
    slope = system.project(-system.contract(found.residuals))
    curvature = found.curvature
    if not system.free_item.all():
        onto_free = np.apply_along_axis(system.project, 0, np.eye(len(curvature)))
        curvature = onto_free @ curvature @ onto_free
    values, vectors = np.linalg.eigh(curvature)
    kept = values > 1e-9 * float(values[-1])
    move = vectors[:, kept] @ ((vectors[:, kept].T @ slope) / values[kept])
    move = system.project(np.clip(move, -1.0, 1.0))
    steps = np.where(system.valid, system.expand(move), 0.0)
    return replace(state, steps=state.steps + steps), float(np.abs(steps).max(initial=0.0))


def _centred(system: System, state: State) -> State:
    """Move what the data cannot see to where it belongs: raters, fixed facets and items have mean 0."""
    shift, locations = 0.0, list(state.locations)
    for f, (sign, x, held) in enumerate(zip(system.sign, locations, state.prior.held, strict=True)):
        if sign < 0 and np.isnan(held).all():
            mean = float(x.mean())
            locations[f] = x - mean
            shift -= mean
    difficulty = np.where(system.valid, state.steps, 0.0).sum(axis=1) / np.maximum(system.top, 1)
    rated = system.top > 0
    move = float(difficulty[rated].mean()) if system.free_item.all() and rated.any() else 0.0
    shift -= move
    at = system.sign.index(1.0)
    if np.isnan(state.prior.held[at]).all():
        locations[at] = locations[at] + shift
    free = np.isnan(state.prior.held[at])
    mean = float(locations[at][free].mean()) if free.any() else state.prior.mean
    prior = replace(state.prior, mean=mean)
    return replace(state, locations=locations, steps=state.steps - move, prior=prior)


def _change(before: Prior, after: Prior) -> float:
    pairs = [*zip(before.variances, after.variances, strict=True), (before.halo, after.halo)]
    return max((abs(np.log(b / a)) for a, b in pairs if a and b), default=0.0)


def _finished(system: System, design: Design, state: State, rounds: int, *, converged: bool) -> Marginal:
    """Covariance and bound at the last point."""
    over = cloud(system, state.steps, _eta(design, state), state.spread)
    posterior = _posterior(system, design, state, averaged(system, over).variance)
    large, rest, spread = posterior.variances()
    state = replace(state, variances=design.joined(large, rest), spread=spread)
    return Marginal(
        state=state,
        posterior=posterior,
        bound=_bound(system, design, state, posterior),
        rounds=rounds,
        converged=converged,
    )


def _bound(system: System, design: Design, state: State, posterior: Posterior) -> float:
    """Evidence lower bound: averaged log-likelihood less the divergence of posterior and prior."""
    eta = _eta(design, state)
    value = expected_log_likelihood(system, cloud(system, state.steps, eta, state.spread), state.steps, eta)
    divergence = posterior.log_determinant()
    for f, (sign, x, v) in enumerate(zip(system.sign, state.locations, state.variances, strict=True)):
        precision = state.prior.precision(f)
        away = x - state.prior.centre(f, sign)
        divergence += float((precision * (away**2 + v) - 1 - np.log(precision)).sum())
    if state.prior.halo > 0:
        total = add_up(design.pair, design.n_pairs, posterior.variance)
        first = np.zeros(design.n_pairs)
        first[design.pair] = state.spread
        variance = posterior.taken + np.maximum(first - posterior.taken, 0) * (total * state.prior.halo) ** 2
        squares = (state.halos**2 + variance) / state.prior.halo
        divergence += float((squares - 1 + np.log(state.prior.halo)).sum())
    return value - 0.5 * divergence


def start_of(system: System, design: Design, point: Point, prior: Prior) -> State:
    """A state to begin with.

    Parameters
    ----------
    system : System
    design : Design
    point : Point
        Log-odds of raw scores.
    prior : Prior

    Returns
    -------
    State
    """
    locations = [
        np.where(np.isfinite(held), held, np.clip(x, -4.0, 4.0))
        for x, held in zip(point.locations, prior.held, strict=True)
    ]
    spread = np.full(len(design.pair), 0.05)
    return State(
        locations=locations, halos=np.zeros(design.n_pairs), steps=point.steps, prior=prior, spread=spread
    )

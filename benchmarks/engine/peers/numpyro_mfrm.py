"""numpyro: the same model written by hand, by stochastic variational inference or by NUTS."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
from benchmarks.engine.designs import CATEGORIES, Design
from benchmarks.engine.peers.adapter import Estimates
from benchmarks.engine.simulate import read_columns
from numpyro import distributions as dist
from numpyro.diagnostics import split_gelman_rubin
from numpyro.infer import MCMC, NUTS, SVI, Trace_ELBO
from numpyro.infer.autoguide import AutoNormal
from numpyro.optim import Adam

PACKAGE = "numpyro"
SVI_STEPS, SVI_DRAWS = 3_000, 1_000
WARMUP, DRAWS = 500, 500
MOST_RHAT = 1.1

jax.config.update("jax_platforms", "cpu")
numpyro.set_host_device_count(1)


class Prepared(NamedTuple):
    data: dict[str, jax.Array]
    design: Design
    method: str


class Fitted(NamedTuple):
    draws: dict[str, jax.Array]
    converged: bool | None


def prepare(folder: Path, design: Design, method: str) -> Prepared:
    columns = read_columns(folder)._asdict()
    return Prepared(
        {name: jnp.asarray(np.asarray(c), jnp.int32) for name, c in columns.items()}, design, method
    )


def model(design: Design, ratee: Any, rater: Any, item: Any, rating: Any) -> None:
    """The rating scale model with the simulator's families and vague priors of the spreads."""
    theta_sd = numpyro.sample("theta_sd", dist.HalfNormal(2.0))
    severity_sd = numpyro.sample("severity_sd", dist.HalfNormal(2.0))
    theta = numpyro.sample("theta", dist.Normal(0, theta_sd).expand([design.n_ratees]).to_event(1))
    severity = numpyro.sample("severity", dist.Normal(0, severity_sd).expand([design.n_raters]).to_event(1))
    difficulty = numpyro.sample("difficulty", dist.Normal(0, 2.0).expand([design.n_items]).to_event(1))
    threshold = numpyro.sample("threshold", dist.Normal(0, 2.0).expand([CATEGORIES - 1]).to_event(1))
    location = theta[ratee] - severity[rater] - difficulty[item]
    steps = jnp.cumsum(location[:, None] - threshold, axis=1)
    logits = jnp.concatenate([jnp.zeros((len(steps), 1)), steps], axis=1)
    numpyro.sample("y", dist.Categorical(logits=logits), obs=rating)


def fit(prepared: Prepared) -> Fitted:
    key, arguments = jax.random.key(0), (prepared.design,)
    if prepared.method == "nuts":
        sampler = MCMC(NUTS(model), num_warmup=WARMUP, num_samples=DRAWS, progress_bar=False)
        sampler.run(key, *arguments, **prepared.data)
        draws = sampler.get_samples()
        halves = sampler.get_samples(group_by_chain=True).values()
        converged = all(bool((split_gelman_rubin(np.asarray(half)) < MOST_RHAT).all()) for half in halves)
    else:
        guide = AutoNormal(model)
        svi = SVI(model, guide, Adam(0.02), Trace_ELBO())
        found = svi.run(key, SVI_STEPS, *arguments, progress_bar=False, **prepared.data)
        draws = guide.sample_posterior(key, found.params, sample_shape=(SVI_DRAWS,))
        converged = None
    return Fitted(jax.block_until_ready(draws), converged)


def read(fitted: Fitted) -> Estimates:
    theta, severity = (np.asarray(fitted.draws[name], np.float64) for name in ("theta", "severity"))
    return Estimates(
        theta=theta.mean(axis=0),
        theta_se=theta.std(axis=0),
        severity=severity.mean(axis=0),
        converged=fitted.converged,
    )

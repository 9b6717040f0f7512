"""Composite scores with intervals, ranks with probabilities, comparisons, and what moved each score."""

from leadline.scoring.attribution import attribution, gains
from leadline.scoring.formulas import composite
from leadline.scoring.ranks import Ranking, probability_greater, rank_acceptability, rank_people
from leadline.scoring.scorecard import Driver, Scorecard
from leadline.scoring.team import team_efficiency

__all__ = [
    "Driver",
    "Ranking",
    "Scorecard",
    "attribution",
    "composite",
    "gains",
    "probability_greater",
    "rank_acceptability",
    "rank_people",
    "team_efficiency",
]

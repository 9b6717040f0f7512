"""Composite scores with intervals, ranks with probabilities, comparisons, and what moved each score."""

from leadline.scoring.attribution import attribution, gains
from leadline.scoring.compare import Comparison, FactorDifference, Pair, compare
from leadline.scoring.disclosure import Disclosed, merged_groups, shown
from leadline.scoring.driver import Driver
from leadline.scoring.figures import Figures
from leadline.scoring.formulas import composite
from leadline.scoring.ranks import Ranking, probability_greater, rank_acceptability, rank_people
from leadline.scoring.reading import read_figures
from leadline.scoring.score import score
from leadline.scoring.scorecard import Scorecard
from leadline.scoring.team import team_efficiency

__all__ = [
    "Comparison",
    "Disclosed",
    "Driver",
    "FactorDifference",
    "Figures",
    "Pair",
    "Ranking",
    "Scorecard",
    "attribution",
    "compare",
    "composite",
    "gains",
    "merged_groups",
    "probability_greater",
    "rank_acceptability",
    "rank_people",
    "read_figures",
    "score",
    "shown",
    "team_efficiency",
]

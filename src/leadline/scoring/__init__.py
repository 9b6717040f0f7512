"""Composite scores with intervals, ranks with probabilities, comparisons, and what moved each score.

Engines load with the first name that needs them: a web server asks only who may be told apart.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leadline.scoring.attributing import attribution, gains
    from leadline.scoring.comparing import Comparison, FactorDifference, Pair, compare
    from leadline.scoring.disclosure import LeastNumbers, least_numbers, merged_groups, named_counts
    from leadline.scoring.driver import Driver
    from leadline.scoring.figures import Figures
    from leadline.scoring.formulas import composite
    from leadline.scoring.ranks import Ranking, probability_greater, rank_acceptability, rank_people
    from leadline.scoring.reading import read_figures
    from leadline.scoring.record import Calibration
    from leadline.scoring.scorecard import Scorecard
    from leadline.scoring.scores import score
    from leadline.scoring.showing import Disclosed, shown
    from leadline.scoring.team import team_efficiency

__all__ = [
    "Calibration",
    "Comparison",
    "Disclosed",
    "Driver",
    "FactorDifference",
    "Figures",
    "LeastNumbers",
    "Pair",
    "Ranking",
    "Scorecard",
    "attribution",
    "compare",
    "composite",
    "gains",
    "least_numbers",
    "merged_groups",
    "named_counts",
    "probability_greater",
    "rank_acceptability",
    "rank_people",
    "read_figures",
    "score",
    "shown",
    "team_efficiency",
]

_HOMES = {
    "attributing": ("attribution", "gains"),
    "comparing": ("Comparison", "FactorDifference", "Pair", "compare"),
    "disclosure": ("LeastNumbers", "least_numbers", "merged_groups", "named_counts"),
    "driver": ("Driver",),
    "figures": ("Figures",),
    "formulas": ("composite",),
    "ranks": ("Ranking", "probability_greater", "rank_acceptability", "rank_people"),
    "reading": ("read_figures",),
    "record": ("Calibration",),
    "scorecard": ("Scorecard",),
    "scores": ("score",),
    "showing": ("Disclosed", "shown"),
    "team": ("team_efficiency",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in _HOME_OF:
            return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")

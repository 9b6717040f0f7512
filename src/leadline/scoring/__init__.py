"""Composite scores with intervals, ranks with probabilities, comparisons, and what moved each score.

Engines load with the first name that needs them: a web server asks only who may be told apart.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leadline.scoring.attributing import attribution, gains
    from leadline.scoring.comparing import Comparison, FactorDifference, Pair, compare
    from leadline.scoring.disclosure import (
        ATTRIBUTED,
        COLLEAGUES,
        SELF,
        Groups,
        LeastNumbers,
        comment_groups,
        least_numbers,
        merged_groups,
        named_counts,
    )
    from leadline.scoring.driver import Driver
    from leadline.scoring.factors import least_raters
    from leadline.scoring.figures import Figures
    from leadline.scoring.formulas import composite
    from leadline.scoring.options import check_named
    from leadline.scoring.ranks import Ranking, probability_greater, rank_acceptability, rank_people
    from leadline.scoring.reading import read_figures
    from leadline.scoring.record import Calibration, ShownFigures, calibration_of_cycle
    from leadline.scoring.scorecard import Scorecard
    from leadline.scoring.scores import score
    from leadline.scoring.showing import Disclosed, hidden_factors, shown
    from leadline.scoring.team import team_efficiency

__all__ = [
    "ATTRIBUTED",
    "COLLEAGUES",
    "SELF",
    "Calibration",
    "Comparison",
    "Disclosed",
    "Driver",
    "FactorDifference",
    "Figures",
    "Groups",
    "LeastNumbers",
    "Pair",
    "Ranking",
    "Scorecard",
    "ShownFigures",
    "attribution",
    "calibration_of_cycle",
    "check_named",
    "comment_groups",
    "compare",
    "composite",
    "gains",
    "hidden_factors",
    "least_numbers",
    "least_raters",
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
    "disclosure": (
        "ATTRIBUTED",
        "COLLEAGUES",
        "SELF",
        "Groups",
        "LeastNumbers",
        "comment_groups",
        "least_numbers",
        "merged_groups",
        "named_counts",
    ),
    "driver": ("Driver",),
    "factors": ("least_raters",),
    "figures": ("Figures",),
    "formulas": ("composite",),
    "options": ("check_named",),
    "ranks": ("Ranking", "probability_greater", "rank_acceptability", "rank_people"),
    "reading": ("read_figures",),
    "record": ("Calibration", "ShownFigures", "calibration_of_cycle"),
    "scorecard": ("Scorecard",),
    "scores": ("score",),
    "showing": ("Disclosed", "hidden_factors", "shown"),
    "team": ("team_efficiency",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in _HOME_OF:
            return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")

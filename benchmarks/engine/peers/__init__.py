"""One adapter a program: the same data in, the same figures out, each in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent


class Peer(NamedTuple):
    """A program and a method of it.

    Attributes
    ----------
    adapter : str
        A module of this package, or an R script.
    unit : {"logits", "own"}
        Whether it estimates in the simulator's logits or on a scale of its own.
    most : float
        Ratings beyond which it is not started unless asked to: it would take hours or more memory
        than there is.
    only : str
        The option of the data without which it is not started.
    fails : bool
        Whether its search fails on some data, so that data are drawn until it converges.
    """

    name: str
    method: str
    adapter: str
    unit: str
    most: float
    only: str = ""
    fails: bool = False

    def command(self, python: str, data: Path, out: Path) -> list[str]:
        """The command of its process; ``python`` runs everybody's Python but Leadline's."""
        if self.adapter.endswith(".R"):
            return ["Rscript", str(HERE / self.adapter), self.method, str(data), str(out)]
        interpreter = sys.executable if self.name == "Leadline" else python
        return [interpreter, "-m", __name__, self.adapter, self.method, str(data), str(out)]


PEERS = (
    Peer("Leadline", "marginal", "leadline_fit", "logits", float("inf")),
    Peer("Leadline", "joint", "leadline_fit", "logits", float("inf")),
    # A grid of raters, ratees and items in memory: 6 GB for 480,000 ratings.
    Peer("RaschPy", "cp-full-rcl", "raschpy_mfrm", "logits", 1e6),
    Peer("RaschPy", "pair-cpat", "raschpy_mfrm", "logits", 1e6),
    Peer("girth", "graded", "girth_graded", "own", 1e7),
    # Dense in the number of people: a minute for 300 of them.
    Peer("statsmodels", "mixed", "statsmodels_mixed", "own", 5e4),
    Peer("numpyro", "svi", "numpyro_mfrm", "logits", 1e6),
    Peer("numpyro", "nuts", "numpyro_mfrm", "logits", 5e4),
    Peer("lme4", "lmer", "mixed.R", "own", 1e6),
    Peer("lme4", "lmer+cell", "mixed.R", "own", 1e6, only="halo"),
    Peer("ordinal", "clmm", "mixed.R", "own", 1e5, fails=True),
    Peer("ordinal", "clmm+cell", "mixed.R", "own", 1e5, only="halo"),
)

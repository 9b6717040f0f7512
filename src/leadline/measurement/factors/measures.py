"""Everything measured about a group of people: values on 0-100 with their errors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from leadline.errors import MeasurementError
from leadline.evidence import Frame, frame, write_csv
from leadline.frameworks import Framework, load_framework
from leadline.measurement.factors.combine import expected_factors, factor_draws
from leadline.measurement.factors.joint_posterior import JointPosterior
from leadline.measurement.fits.facet_fit import FacetFit
from leadline.measurement.kernels.arrays import Flags, Floats
from leadline.measurement.values.columns import measure_columns
from leadline.measurement.values.dimension import CompetencyMeasure, Counts, Dimension, QualityNote
from leadline.measurement.values.factor_map import Curve
from leadline.measurement.values.notice import Notice

if TYPE_CHECKING:
    from leadline.measurement.factors.held import Held

_ARRAYS: Mapping[str, Any] = {
    "factor_value": np.float64,
    "factor_se": np.float64,
    "factor_partial": bool,
    "information": np.float64,
    "n_raters": np.int64,
    "n_items": np.int64,
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Measures:
    """Measures of P ratees on F factors, in one cycle.

    Attributes
    ----------
    framework : Framework
    cycle : str or None
        None where the evidence names no cycle.
    ratees : tuple of str, P
    names : mapping of ratee to str
        Names to show; the id where none is known.
    factors : tuple of str, F
    dimensions : tuple of Dimension
        One for each factor and kind for which there is evidence.
    competencies : tuple of CompetencyMeasure
    factor_value, factor_se : array, shape (P, F), 0-100
        Kinds weighted as declared; NaN where a ratee has no evidence of the factor.
    factor_partial : bool array, shape (P, F)
        A kind of evidence that others have is missing.
    information : array, shape (P, F, D)
        Share of what is known of each factor that each of the D dimensions told; the rest of 1 is what
        nobody told.
    posterior : JointPosterior
        Of the D dimensions.
    n_raters, n_items : array of int, shape (P,)
        Distinct raters other than the ratee; distinct items, questions and results.
    by_relationship : mapping of relationship to array of int, shape (P,)
        Distinct raters.
    team : tuple of str or None, P
    fits : mapping of factor to FacetFit
    quality : tuple of QualityNote
    notices : tuple of Notice
    previous : Measures or None
        The cycle before, on the same scale.
    engine_version, input_hash : str
    seed : int
    held : Held or None
        What a later scoring of the cycle holds to, where it was asked for; never saved.
    """

    framework: Framework
    cycle: str | None
    ratees: tuple[str, ...]
    names: Mapping[str, str]
    factors: tuple[str, ...]
    dimensions: tuple[Dimension, ...]
    competencies: tuple[CompetencyMeasure, ...]
    factor_value: Floats
    factor_se: Floats
    factor_partial: Flags
    information: Floats
    posterior: JointPosterior
    n_raters: Counts
    n_items: Counts
    by_relationship: Mapping[str, Counts]
    team: tuple[str | None, ...]
    fits: Mapping[str, FacetFit]
    quality: tuple[QualityNote, ...]
    notices: tuple[Notice, ...]
    previous: Measures | None
    engine_version: str
    input_hash: str
    seed: int
    held: Held | None = field(default=None, repr=False)

    def draws(self, n: int, seed: int, factors: Sequence[str] | None = None) -> Floats:
        """Joint draws of factors of all ratees, who share the errors of their raters.

        Locations are drawn from the posterior and sent through the maps to 0-100. A kind, or a whole
        factor, that a ratee lacks is drawn from what the ratee's other evidence and the group let one
        expect: missing is uncertain, never zero.

        Parameters
        ----------
        n : int
        seed : int
        factors : sequence of str, F, optional
            All, unless given.

        Returns
        -------
        array, shape (n, P, F), 0-100
            NaN in factors for which nobody has evidence.
        """
        chosen = self.factors if factors is None else factors
        return factor_draws(self.dimensions, chosen, self.posterior, n, seed)

    def expected(self) -> Floats:
        """Factors as far as all evidence lets one expect them, shape (P, F), 0-100.

        ``factor_value`` where there is evidence of the factor, and a number where there is none.
        """
        return expected_factors(self.dimensions, self.factors, self.posterior)

    def to_frame(self) -> Frame:
        """Measures of every element of every factor's fit: ``measures.csv``, facets as ``ratee:factor``."""
        facets = {
            f"{name}:{factor}": facet
            for factor, fit in self.fits.items()
            for name, facet in fit.facets.items()
        }
        return frame(measure_columns(facets))

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON-ready values; missing is None. The framework by id, version and hash."""
        framework = self.framework
        return {
            "framework": {"id": framework.id, "version": framework.version, "hash": framework.hash},
            "cycle": self.cycle,
            "ratees": list(self.ratees),
            "names": dict(self.names),
            "team": list(self.team),
            "factors": list(self.factors),
            **{name: _plain(getattr(self, name)) for name in _ARRAYS},
            "by_relationship": {name: _plain(counts) for name, counts in self.by_relationship.items()},
            "dimensions": [_plain_fields(one) for one in self.dimensions],
            "competencies": [_plain_fields(one) for one in self.competencies],
            "quality": [_plain_fields(one) for one in self.quality],
            "notices": [notice.to_json() for notice in self.notices],
            "fits": {factor: fit.to_json() for factor, fit in self.fits.items()},
            "previous": None if self.previous is None else self.previous.to_json(),
            "engine_version": self.engine_version,
            "input_hash": self.input_hash,
            "seed": self.seed,
        }

    def save(self, directory: str | Path) -> Path:
        """Write measures and posterior, and in folders the framework, the fits and the last cycle.

        Parameters
        ----------
        directory : path
            Made where it does not exist.

        Returns
        -------
        Path
            The directory.
        """
        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        self.framework.save(folder / "framework")
        for factor, fit in self.fits.items():
            fit.save(folder / "fits" / factor)
        if self.previous is not None:
            self.previous.save(folder / "previous")
        self.posterior.save(folder / "posterior.npz")
        write_csv(self.to_frame(), folder / "measures.csv")
        content = {**self.to_json(), "fits": list(self.fits), "previous": self.previous is not None}
        text = json.dumps(content, ensure_ascii=False, allow_nan=False)
        (folder / "measures.json").write_text(text + "\n", encoding="utf-8", newline="\n")
        return folder

    @classmethod
    def load(cls, directory: str | Path) -> Measures:
        """Read what `save` wrote; fits come back to six decimals and without their ratings.

        Parameters
        ----------
        directory : path

        Returns
        -------
        Measures

        Raises
        ------
        MeasurementError
            A file is missing.
        """
        folder = Path(directory)
        path = folder / "measures.json"
        if not path.is_file():
            raise MeasurementError("measurement.no_measures_here", place=str(folder), file=path.name)
        content = json.loads(path.read_text(encoding="utf-8"))
        arrays: dict[str, Any] = {name: np.array(content[name], dtype=kind) for name, kind in _ARRAYS.items()}
        shape = (len(content["ratees"]), len(content["factors"]))
        arrays |= {name: arrays[name].reshape(shape) for name in arrays if name.startswith("factor_")}
        arrays["information"] = arrays["information"].reshape(*shape, -1)
        return cls(
            framework=load_framework(str(folder / "framework")),
            ratees=tuple(content["ratees"]),
            team=tuple(content["team"]),
            factors=tuple(content["factors"]),
            **arrays,
            posterior=JointPosterior.load(folder / "posterior.npz"),
            **{name: content[name] for name in ("cycle", "names", "engine_version", "input_hash", "seed")},
            by_relationship={k: np.array(v, dtype=np.int64) for k, v in content["by_relationship"].items()},
            dimensions=tuple(Dimension(**_typed(one)) for one in content["dimensions"]),
            competencies=tuple(CompetencyMeasure(**_typed(one)) for one in content["competencies"]),
            quality=tuple(
                QualityNote(**{**one, "value": _number(one["value"])}) for one in content["quality"]
            ),
            notices=tuple(Notice(one["code"], one["fields"]) for one in content["notices"]),
            fits={factor: FacetFit.load(folder / "fits" / factor) for factor in content["fits"]},
            previous=cls.load(folder / "previous") if content["previous"] else None,
        )


def _plain(values: Any) -> Any:
    """Arrays as lists, curves as their two columns, NaN as None."""
    if isinstance(values, Curve):
        return {"logits": values.logits.tolist(), "value": values.value.tolist()}
    if isinstance(values, np.ndarray):
        return _plain(values.tolist())
    if isinstance(values, list):
        return [_plain(value) for value in values]
    if isinstance(values, float):
        return values if np.isfinite(values) else None
    return dict(values) if isinstance(values, Mapping) else values


def _plain_fields(one: Dimension | CompetencyMeasure | QualityNote) -> dict[str, Any]:
    return {name: _plain(value) for name, value in vars(one).items()}


def _typed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a dimension or competency from plain values."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, list):
            found[name] = np.array(value, dtype=np.int64 if name.startswith("n") else np.float64)
        elif isinstance(value, dict):
            found[name] = Curve(np.array(value["logits"]), np.array(value["value"]))
        else:
            found[name] = value
    return found


def _number(value: float | None) -> float:
    return np.nan if value is None else value

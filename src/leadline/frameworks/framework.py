"""The framework: what good looks like, in one frozen value."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from leadline.errors import SourceError, UsageError
from leadline.frameworks.model import (
    Area,
    Band,
    Competency,
    Disclosure,
    ExamItem,
    Factor,
    Formula,
    Item,
    OutcomeItem,
    Profile,
    Relationship,
    Scale,
    Score,
    Stage,
    Text,
)
from leadline.frameworks.nearest import names, spelling
from leadline.frameworks.overlay import factor_weights, laid_over
from leadline.frameworks.plain import content_hash, plain
from leadline.frameworks.toml import toml_text

FORMAT = 1
LISTS = (
    "bands",
    "relationships",
    "factors",
    "areas",
    "competencies",
    "items",
    "exam",
    "outcomes",
    "stages",
    "profiles",
)


@dataclass(frozen=True, kw_only=True)
class Framework:
    """A version of a competency framework.

    Load one with `load_framework`; a framework built by hand is checked when it is saved and
    loaded again.

    Attributes
    ----------
    id, version : str
        Identity; a version is MAJOR.MINOR.PATCH and its content never changes once released.
    released : date or None
        Day of release; None while it is a draft.
    scale, score, bands, relationships, disclosure, factors, areas, competencies, items, exam, \
    outcomes, stages, profiles
        The content; see the class of each.
    applied : tuple of str
        Profiles laid over it, in the order in which the framework declares them.
    """

    id: str
    version: str
    released: date | None = None
    title: Text
    description: Text
    scale: Scale
    score: Score
    bands: tuple[Band, ...]
    relationships: tuple[Relationship, ...]
    disclosure: Disclosure = field(default_factory=Disclosure)
    factors: tuple[Factor, ...]
    areas: tuple[Area, ...] = ()
    competencies: tuple[Competency, ...]
    items: tuple[Item, ...] = ()
    exam: tuple[ExamItem, ...] = ()
    outcomes: tuple[OutcomeItem, ...] = ()
    stages: tuple[Stage, ...] = ()
    profiles: tuple[Profile, ...] = ()
    applied: tuple[str, ...] = ()

    @property
    def formula(self) -> Formula:
        """How factors combine into the overall score."""
        return Formula(self.score.formula, self.score.rho)

    @property
    def level(self) -> float:
        """Coverage of every interval."""
        return self.score.level

    @property
    def map(self) -> str:
        """Name and version of the map from logits to 0-100."""
        return self.score.map

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the whole content, applied profiles included."""
        return content_hash(self)

    def __hash__(self) -> int:
        return hash((self.id, self.version, self.applied))

    def factor(self, factor_id: str) -> Factor:
        """The factor with an id.

        Raises
        ------
        UsageError
            No such id; the message gives the nearest one.

        Examples
        --------
        >>> from leadline.frameworks import load_framework
        >>> framework = load_framework("technical-leadership")
        >>> framework.factor("business_insight").title["zh"]
        '商业洞察力'
        """
        found: Factor = self._find("factors", factor_id)
        return found

    def competency(self, competency_id: str) -> Competency:
        """The competency with an id.

        Raises
        ------
        UsageError
            No such id; the message gives the nearest one.

        Examples
        --------
        >>> from leadline.frameworks import load_framework
        >>> framework = load_framework("technical-leadership")
        >>> framework.competency(framework.competencies[0].id) == framework.competencies[0]
        True
        """
        found: Competency = self._find("competencies", competency_id)
        return found

    def item(self, item_id: str) -> Item:
        """The rating item with an id.

        Raises
        ------
        UsageError
            No such id; the message gives the nearest one.

        Examples
        --------
        >>> from leadline.frameworks import load_framework
        >>> framework = load_framework("technical-leadership")
        >>> framework.item(framework.items[-1].id) == framework.items[-1]
        True
        """
        found: Item = self._find("items", item_id)
        return found

    @cached_property
    def _index(self) -> dict[str, dict[str, Any]]:
        return {name: {part.id: part for part in getattr(self, name)} for name in LISTS}

    def _find(self, part: str, wanted: str) -> Any:
        known = self._index[part]
        if wanted not in known:
            code, fields = spelling("frameworks.{}_id", wanted, known)
            raise UsageError(code, **fields, part=part, framework=self.id)
        return known[wanted]

    def competencies_of(self, factor_id: str) -> tuple[Competency, ...]:
        """Competencies of a factor, in order.

        Raises
        ------
        UsageError
            No such factor; the message gives the nearest one.

        Examples
        --------
        >>> from leadline.frameworks import load_framework
        >>> framework = load_framework("technical-leadership")
        >>> {part.factor for part in framework.competencies_of("business_insight")}
        {'business_insight'}
        """
        self.factor(factor_id)
        return tuple(part for part in self.competencies if part.factor == factor_id)

    def items_of(self, part_id: str) -> tuple[Item, ...]:
        """Rating items of a factor or of a competency, in order.

        Raises
        ------
        UsageError
            Neither a factor nor a competency has the id.

        Examples
        --------
        >>> from leadline.frameworks import load_framework
        >>> framework = load_framework("technical-leadership")
        >>> of_factor = framework.items_of("leadership_ability")
        >>> {framework.competency(item.competency).factor for item in of_factor}
        {'leadership_ability'}
        """
        if part_id in self._index["factors"]:
            wanted = {part.id for part in self.competencies_of(part_id)}
        else:
            wanted = {self.competency(part_id).id}
        return tuple(item for item in self.items if item.competency in wanted)

    def with_profiles(self, *profile_ids: str) -> Framework:
        """The framework as role and industry profiles change it.

        Profiles are applied together and their order does not matter. Factor weights multiply
        relative to the framework's own and are brought back to a sum of 1, so that one profile
        gives exactly its weights; competency weights multiply; of several expectations the
        highest holds; competencies and items are added after the framework's, in the order in
        which the framework declares the profiles.

        Parameters
        ----------
        *profile_ids : str
            Without any, the framework itself.

        Returns
        -------
        Framework
            Same id and version; ``applied`` names the profiles and ``hash`` differs.

        Raises
        ------
        UsageError
            Unknown profile, or profiles were applied before: what they replaced is no longer
            known, so apply all of them in one call.

        Examples
        --------
        >>> from leadline.frameworks import load_framework
        >>> framework = load_framework("technical-leadership")
        >>> role, other = (profile.id for profile in framework.profiles[:2])
        >>> framework.with_profiles(role, other) == framework.with_profiles(other, role)
        True
        """
        known = self._index["profiles"]
        for wanted in profile_ids:
            if wanted not in known:
                code, fields = spelling("frameworks.{}_profile", wanted, known)
                raise UsageError(code, **fields, framework=self.id)
        if not profile_ids:
            return self
        if self.applied:
            raise UsageError("frameworks.profiles_applied", applied=names(self.applied))
        chosen = [profile for profile in self.profiles if profile.id in profile_ids]
        weights = factor_weights(self.factors, chosen)
        competencies = (*self.competencies, *(part for profile in chosen for part in profile.competencies))
        return replace(
            self,
            factors=tuple(replace(factor, weight=weights[factor.id]) for factor in self.factors),
            competencies=tuple(laid_over(part, chosen) for part in competencies),
            items=(*self.items, *(item for profile in chosen for item in profile.items)),
            applied=tuple(profile.id for profile in chosen),
        )

    def to_rows(self, part: str = "items") -> list[dict[str, object]]:
        """One flat row for each element of a list of the framework, ready for a table.

        Texts become a column a language (``text_en``), lists and mappings a column an entry
        (``anchors_1_zh``, ``kinds_exam``). Items and exam items also get their ``factor``.

        Parameters
        ----------
        part : str
            ``factors``, ``competencies``, ``items``, ``exam``, ``outcomes``, ``bands``, ...

        Returns
        -------
        list of dict
            Every row has the same keys; a value that is not given is None.

        Raises
        ------
        UsageError
            No such list.

        Examples
        --------
        >>> from leadline.frameworks import load_framework
        >>> load_framework("technical-leadership").to_rows("factors")[0]["id"]
        'technical_expertise'
        """
        if part not in LISTS:
            raise UsageError("errors.no_such_option", name="part", value=part, allowed=names(LISTS))
        rows = [dict(_flat(plain(element, whole=True))) for element in getattr(self, part)]
        if part in ("items", "exam"):
            rows = [{**row, "factor": self.competency(str(row["competency"])).factor} for row in rows]
        columns = list(dict.fromkeys(name for row in rows for name in row))
        return [{name: row.get(name) for name in columns} for row in rows]

    def to_json(self) -> dict[str, Any]:
        """The whole content as JSON-ready dictionaries and lists, with its hash.

        Examples
        --------
        >>> from leadline.frameworks import load_framework
        >>> load_framework("technical-leadership").to_json()["id"]
        'technical-leadership'
        """
        content = json.loads(json.dumps(plain(self, whole=True), default=str))
        return {"format": FORMAT, **content, "hash": self.hash}

    def save(self, directory: str | Path) -> Path:
        """Write the framework to ``framework.toml`` in a folder, from which it loads back equal.

        Parameters
        ----------
        directory : path
            Made where it does not exist.

        Returns
        -------
        Path
            The file written.

        Raises
        ------
        SourceError
            The folder holds other ``.toml`` files, which would be read as parts of this framework.

        Examples
        --------
        >>> import tempfile
        >>> from leadline.frameworks import load_framework
        >>> framework = load_framework("technical-leadership")
        >>> folder = tempfile.mkdtemp()
        >>> framework.save(folder).name
        'framework.toml'
        >>> load_framework(folder) == framework
        True
        """
        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / "framework.toml"
        others = sorted(path.name for path in folder.glob("*.toml") if path != target)
        if others:
            raise SourceError("frameworks.folder_in_use", place=str(folder), files=names(others))
        target.write_text(toml_text({"format": FORMAT, **plain(self)}), encoding="utf-8", newline="\n")
        return target


def _flat(value: Any, name: str = "") -> list[tuple[str, object]]:
    joint = f"{name}_" if name else ""
    if isinstance(value, dict):
        return [pair for key, part in value.items() for pair in _flat(part, f"{joint}{key}")]
    if isinstance(value, list):
        return [pair for n, part in enumerate(value, 1) for pair in _flat(part, f"{joint}{n}")]
    return [(name, value)]

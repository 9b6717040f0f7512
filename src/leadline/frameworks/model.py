"""The parts of a framework, as plain frozen values.

The classes are also the file format: a key of a TOML table is a field here, a field without a
default must be given, and a ``Literal`` lists the words a key may hold. ``reading`` follows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["ratings", "exam", "outcomes"]
FormulaName = Literal["geometric", "product", "arithmetic", "ces", "source"]

FORMULA_ALIASES: Mapping[str, FormulaName] = {"source": "product"}
"""Names of before 0.2, which frameworks, saved folders and scripts may use for ever."""
MapName = Literal["fair-average-share/1"]
OutcomeRule = Literal["attainment", "share"]
ActionWhen = Literal["low", "uncertain", "any"]
ProfileKind = Literal["role", "industry"]


@dataclass(frozen=True)
class Text:
    """A text in every language of the interface.

    Examples
    --------
    >>> Text("Delegation", "授权")["zh"]
    '授权'
    """

    en: str
    zh: str

    def __getitem__(self, language: str) -> str:
        if language not in ("en", "zh"):
            raise KeyError(language)
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class Level:
    """One step of the rating scale and its label."""

    value: int
    label: Text


@dataclass(frozen=True)
class Scale:
    """The rating scale of every item: whole numbers from ``min`` to ``max``, a level for each."""

    min: int
    max: int
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Formula:
    """How factors combine into the overall score; ``rho`` is used by ``ces`` alone."""

    name: FormulaName
    rho: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", FORMULA_ALIASES.get(self.name, self.name))


@dataclass(frozen=True)
class Score:
    """How measures become the reported score.

    Attributes
    ----------
    formula : {"geometric", "product", "arithmetic", "ces"}
    rho : float
        Substitution of ``ces``: 1 is the arithmetic mean, 0 the geometric, -inf the weakest factor.
    level : float
        Coverage of every interval, between 0 and 1.
    map : str
        Name and version of the map from logits to 0-100.
    """

    formula: FormulaName
    rho: float = 0.0
    level: float = 0.9
    map: MapName = "fair-average-share/1"


@dataclass(frozen=True)
class Band:
    """A reporting level: scores from ``start`` (0-100) up to the start of the next band."""

    id: str
    start: float
    title: Text
    meaning: Text


@dataclass(frozen=True)
class Relationship:
    """A group of raters.

    Attributes
    ----------
    least : int
        Least number of raters of the group for its figures to be shown.
    counts : bool
        Whether its ratings enter the measure; self-ratings never do.
    """

    id: str
    title: Text
    least: int
    counts: bool = True


@dataclass(frozen=True)
class Disclosure:
    """Least number of raters for figures of all groups together, and for comments."""

    all: int = 4
    comments: int = 5


@dataclass(frozen=True, kw_only=True)
class Factor:
    """A top level of the framework.

    Attributes
    ----------
    weight : float
        Share of the overall score; the weights of all factors sum to 1.
    kinds : mapping of kind of evidence to float
        Declared share of each kind in the factor's score; they sum to 1.
    """

    id: str
    title: Text
    description: Text
    weight: float
    kinds: Mapping[Kind, float]


@dataclass(frozen=True)
class Area:
    """A field of work under which competencies are listed."""

    id: str
    title: Text


@dataclass(frozen=True)
class Action:
    """A next step worth suggesting when a competency is low, uncertain, or in any case."""

    id: str
    when: ActionWhen
    text: Text


@dataclass(frozen=True, kw_only=True)
class Competency:
    """A part of a factor.

    Attributes
    ----------
    weight : float
        Relative to the other competencies of its factor; they need not sum to 1.
    expectation : float
        Score (0-100) expected of a leader.
    """

    id: str
    factor: str
    area: str | None = None
    title: Text
    description: Text
    weight: float = 1.0
    expectation: float
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Item:
    """A question to raters.

    Attributes
    ----------
    anchors : tuple of Text
        What each level of the scale looks like, lowest first.
    difficulty : float or None
        Known location in logits, where the item bank has one.
    relationships : tuple of str
        Groups who are asked; all groups when empty.
    """

    id: str
    competency: str
    text: Text
    anchors: tuple[Text, ...]
    difficulty: float | None = None
    relationships: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ExamItem:
    """A question of an exam.

    Attributes
    ----------
    options : mapping of str to Text
        Choices by the letter answered; empty where the answer is a text or a given score.
    key : str or None
        The right choice or text; None where the answer is scored by hand, 0 to ``max_score``.
    difficulty : float or None
        Known location in logits.
    """

    id: str
    competency: str
    topic: str
    text: Text
    options: Mapping[str, Text] = field(default_factory=dict)
    key: str | None = None
    max_score: int = 1
    difficulty: float | None = None


@dataclass(frozen=True, kw_only=True)
class OutcomeItem:
    """A result that is counted, such as a goal or a project.

    Attributes
    ----------
    rule : {"attainment", "share"}
        ``attainment``: ``clip((value - baseline) / (target - baseline), 0, 1)``; ``share``: the value
        is already a share of 1.
    weight : float
        Relative to the other outcomes of its factor.
    se : float
        Standard error of one reading, as attainment between 0 and 1.
    """

    id: str
    factor: str
    title: Text
    description: Text
    unit: str
    rule: OutcomeRule = "attainment"
    weight: float = 1.0
    se: float


@dataclass(frozen=True)
class Stage:
    """A stage on the way through the framework."""

    id: str
    title: Text
    description: Text


@dataclass(frozen=True)
class Step:
    """One of the first steps in a role."""

    id: str
    title: Text
    description: Text


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What a role or an industry changes in the framework.

    Attributes
    ----------
    factor_weights : mapping of factor to float
        Weights of all factors, summing to 1; empty leaves them.
    competency_weights : mapping of competency to float
        Multipliers of competency weights.
    expectations : mapping of competency to float
        Expected scores (0-100) in place of the framework's.
    competencies, items : tuples
        Added to the framework's.
    steps : tuple of Step
        What to do first.
    """

    id: str
    kind: ProfileKind
    title: Text
    description: Text
    factor_weights: Mapping[str, float] = field(default_factory=dict)
    competency_weights: Mapping[str, float] = field(default_factory=dict)
    expectations: Mapping[str, float] = field(default_factory=dict)
    competencies: tuple[Competency, ...] = ()
    items: tuple[Item, ...] = ()
    steps: tuple[Step, ...] = ()

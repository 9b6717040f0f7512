"""A table of ratings, fitted and written out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from leadline.errors import EvidenceError, Fault, UsageError
from leadline.evidence import Frame, place_of, read_blocks, read_table, rows, write_csv
from leadline.measurement import DimensionalFit, FacetFit, at_most, fit, fit_dimensions
from leadline.workflows.folder import (
    MANIFEST,
    check_replaceable,
    check_writable,
    whole_folder,
    write_manifest,
)
from leadline.workflows.progress import Progress, silent


@dataclass(frozen=True, kw_only=True)
class FitResult:
    """What a fit wrote.

    Attributes
    ----------
    out : Path
    fit : FacetFit or DimensionalFit
    """

    out: Path
    fit: FacetFit | DimensionalFit

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files written, the manifest apart, in alphabetical order."""
        return tuple(sorted(path.name for path in self.out.iterdir() if path.name != MANIFEST))


def read_anchors(path: str | Path) -> dict[str, dict[str, float]]:
    """Fixed measures by facet and element.

    Parameters
    ----------
    path : path
        Table with the columns ``facet``, ``element``, ``measure`` (logits); ``measures.csv`` of an
        earlier fit is one.

    Returns
    -------
    dict of facet to dict of element to float

    Raises
    ------
    EvidenceError
        A column is missing, or a measure is no number; every fault with its row.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "anchors.csv"
    >>> _ = path.write_text("facet,element,measure\\nitem,listens,0.25\\n")
    >>> read_anchors(path)
    {'item': {'listens': 0.25}}
    """
    table = read_table(path)
    place = Path(path).name
    missing = [name for name in ("facet", "element", "measure") if name not in table.columns]
    if missing:
        found = {"found": ", ".join(table.columns)}
        faults = [Fault("workflows.anchor_column", place, None, name, fields=found) for name in missing]
        raise EvidenceError("workflows.faulty_anchors", place=place, faults=faults)
    anchors: dict[str, dict[str, float]] = {}
    faults = []
    for number, row in enumerate(rows(table), 2):
        try:
            measure = float(row["measure"])
        except (TypeError, ValueError):
            faults.append(Fault("workflows.anchor_measure", place, number, "measure", str(row["measure"])))
            continue
        anchors.setdefault(str(row["facet"]), {})[str(row["element"])] = measure
    if faults:
        raise EvidenceError("workflows.faulty_anchors", place=place, faults=faults)
    return anchors


def groups_of(table: Frame, ratee: str, column: str, place: str) -> dict[str, str]:
    """Group of every ratee of a table.

    Parameters
    ----------
    table : polars.DataFrame
    ratee, column : str
        Columns.
    place : str
        How faults call the table.

    Returns
    -------
    dict of ratee to group
        Without ratees whose group is empty.

    Raises
    ------
    EvidenceError
        The column is missing, or names two groups for one ratee; every fault with its row.

    Examples
    --------
    >>> from leadline.evidence.frames import frame
    >>> groups_of(frame({"who": ["ada", "lin"], "site": ["x", "y"]}), "who", "site", "ratings.csv")
    {'ada': 'x', 'lin': 'y'}
    """
    if column not in table.columns:
        fault = Fault(
            "workflows.group_column", place, None, column, fields={"found": ", ".join(table.columns)}
        )
        raise EvidenceError("workflows.faulty_groups", place=place, faults=[fault])
    found: dict[str, str] = {}
    faults = []
    pairs = table.select(who=ratee, group=column).with_row_index("row", 2).drop_nulls()
    for row in rows(pairs.unique(["who", "group"], keep="first", maintain_order=True)):
        name, group = str(row["who"]), str(row["group"])
        if found.setdefault(name, group) != group:
            fields = {"first": found[name], "ratee": name}
            faults.append(Fault("workflows.two_groups", place, row["row"], column, group, fields))
    if faults:
        raise EvidenceError("workflows.faulty_groups", place=place, faults=faults)
    return found


def fit_file(
    source: str | Path,
    out: str | Path,
    *,
    model: str = "rating-scale",
    method: str = "marginal",
    ratee: str | None = "ratee",
    rater: str | None = "rater",
    item: str | None = "item",
    rating: str = "rating",
    relationship: str | None = None,
    facets: Sequence[str] = (),
    dimension: str | None = None,
    anchor: str | Path | None = None,
    weight: str | None = None,
    noncentered: str | None = None,
    stopping: str = "converged",
    dif: str | None = None,
    threads: int | None = None,
    query: str | None = None,
    progress: Progress = silent,
) -> FitResult:
    """Fit a many-facet model to a table of ratings and write its measures.

    Parameters
    ----------
    source : path
        File, address, or database address with ``query``.
    out : path
        Folder for ``measures.csv``, ``thresholds.csv``, ``variance.csv``, ``rater_effects.csv``,
        ``categories.csv``, ``links.csv``, ``summary.json`` and ``manifest.json``.
    model, method, ratee, rater, item, rating, relationship, facets, weight, noncentered, stopping, threads
        As :func:`leadline.fit`.
    dimension : str, optional
        As :func:`leadline.fit_dimensions`.
    anchor : path, optional
        As :func:`read_anchors`.
    dif : str, optional
        Column with the group of each ratee; ``dif.csv`` then tells which items favour a group.
    query : str, optional
        SQL.
    progress : callable
        Told the stage and the part done.

    Returns
    -------
    FitResult

    Raises
    ------
    LeadlineError
        Whatever is wrong with table, anchors or options; then nothing is written.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> rows_of = ["ratee,rater,item,rating", "ada,r1,a,4", "ada,r2,a,3", "lin,r1,a,2", "lin,r2,a,3"]
    >>> _ = (folder / "ratings.csv").write_text("\\n".join(rows_of))
    >>> result = fit_file(folder / "ratings.csv", folder / "out")
    >>> result.fit.facets["ratee"].elements
    ('ada', 'lin')
    """
    out = Path(out)
    check_replaceable(out)
    check_writable(out)
    columns = {"ratee": ratee, "rater": rater, "item": item, "rating": rating, "relationship": relationship}
    _check_told_apart({**columns, "weight": weight, "dimension": dimension}, facets)
    place = place_of(str(source)) if "://" in str(source) else Path(source).name
    progress("workflows.stage.read", 0.0)
    # Groups and dimensions are looked up in the whole table; a plain fit reads it block by block.
    table = read_table(source, query=query) if dif is not None or dimension is not None else None
    anchors = None if anchor is None else read_anchors(anchor)
    if dif is not None and ratee is None:
        raise UsageError("workflows.dif_needs_ratee")
    groups = None if dif is None or ratee is None or table is None else groups_of(table, ratee, dif, place)
    progress("workflows.stage.fit", 0.3)
    options: dict[str, Any] = {"model": model, "method": method, "stopping": stopping, **columns}
    options |= {"facets": list(facets), "weight": weight, "noncentered": noncentered}
    if dimension is None or table is None:
        data = read_blocks(source, query=query) if table is None else table
        with _faults_in(place):
            found: FacetFit | DimensionalFit = fit(data, **options, anchors=anchors, threads=threads)
    else:
        with _faults_in(place):
            found = _fitted_dimensions(table, dimension, {**options, "anchor": anchors, "dif": dif}, threads)
        options["dimension"] = dimension
    contrasts = found.dif(groups) if isinstance(found, FacetFit) and groups is not None else None
    options["dif"] = dif
    progress("workflows.stage.write", 0.9)
    with at_most(threads), whole_folder(out) as folder:
        found.save(folder)
        if contrasts is not None:
            write_csv(contrasts, folder / "dif.csv")
        facts = {"input": {"hash": found.input_hash}, "options": options, "anchors": anchors}
        write_manifest(folder, "fit", facts)
    return FitResult(out=out, fit=found)


@contextmanager
def _faults_in(place: str) -> Iterator[None]:
    """Faults of the ratings, told under the name of what was read."""
    try:
        yield
    except EvidenceError as error:
        faults = [replace(fault, place=place) for fault in error.faults]
        raise EvidenceError(error.code, place=place, faults=faults) from error


def _check_told_apart(columns: Mapping[str, str | None], facets: Sequence[str]) -> None:
    """Refuse a column that is named for two things."""
    roles = [*((role, name) for role, name in columns.items() if name), *(("facet", name) for name in facets)]
    taken: dict[str, str] = {}
    for role, name in roles:
        if name in taken:
            raise UsageError("workflows.column_twice", column=name, first=taken[name], second=role)
        taken[name] = role


def _fitted_dimensions(
    table: Frame, dimension: str, options: Mapping[str, Any], threads: int | None
) -> DimensionalFit:
    """Several dimensions together; options that have no meaning then are refused, not dropped."""
    settled = {"method": "marginal", "stopping": "converged", "relationship": None, "anchor": None}
    settled |= {"noncentered": None, "dif": None}
    refused = [f"--{name}" for name, value in settled.items() if options[name] != value]
    refused += [f"--no-{name}" for name in ("ratee", "item") if options[name] is None]
    if refused:
        raise UsageError("workflows.not_with_dimension", options=", ".join(refused))
    kept = {name: value for name, value in options.items() if name not in settled}
    return fit_dimensions(table, dimension=dimension, threads=threads, **kept)

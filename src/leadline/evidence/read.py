"""Reading: a source in, checked evidence or all of its faults out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote

import polars as pl

from leadline.errors import EvidenceError, Fault, Language, SourceError
from leadline.evidence.blocks import Blocks, blocks_of
from leadline.evidence.checks.table import Checked, check_table
from leadline.evidence.frames import Frame
from leadline.evidence.model import Evidence
from leadline.evidence.rules import Rules
from leadline.evidence.sources.address import split_address
from leadline.evidence.sources.files import open_blocks, open_file, opener
from leadline.evidence.sources.folder import table_files
from leadline.evidence.sources.frames import PLACE, raw_frame
from leadline.evidence.sources.raw import Book, RawTable
from leadline.evidence.tables import MEASURED, TABLES
from leadline.frameworks import Framework

Source: TypeAlias = str | Path | Any
"""A path, an address, a database URL, or a dataframe of any library."""

_GIVEAWAYS = (("rating", "ratings"), ("response", "responses"), ("value", "outcomes"), ("target", "outcomes"))


def read_evidence(
    source: Source | Mapping[str, Source],
    framework: Framework | None = None,
    *,
    keep_good: bool = False,
    last_wins: bool = False,
    language: Language = "en",
) -> Evidence:
    """Read evidence and check every rule of its tables; all faults are reported together.

    Parameters
    ----------
    source : path, str, mapping of table to source, or dataframe
        A directory of files named after the tables; a file; an ``http(s)`` address that answers with
        JSON; a ``sqlite:///`` or ``postgresql://`` URL whose tables are named so; dataframes by table.
        A single table is taken for the one whose name it has or, failing that, whose columns it has.
    framework : Framework, optional
        What items, exam questions, outcomes, relationships and ratings are allowed.
    keep_good : bool
        Leave out rows with faults, listed in ``rejected``, instead of refusing everything. Of rows that
        contradict each other (same key, two relationships of one pair) the first stays.
    last_wins : bool
        Of rows with the same key (ratings: ratee, rater, item, cycle) the last stands and the others
        are not looked at.
    language : {"en", "zh"}
        Of the reasons in ``rejected``.

    Returns
    -------
    Evidence

    Raises
    ------
    EvidenceError
        With every fault: place, row number as a spreadsheet shows it, column, value, what is allowed.
    SourceError
        The source is not there or does not answer.

    Examples
    --------
    >>> ratings = {"ratee": ["ada"], "rater": ["lin"], "item": ["clarity"], "rating": [4]}
    >>> read_evidence({"ratings": ratings}).ratings.select("relationship", "rating", "weight").rows()
    [('peer', 4, 1.0)]
    """
    raws, faults, place = raw_tables(source)
    if not faults and not any(name in MEASURED for name in raws):
        fields = {"found": ", ".join(raws) or "—", "allowed": ", ".join(MEASURED)}
        faults = [Fault("evidence.no_table", place, fields=fields)]
    rules = Rules.of(framework)
    checked = {name: check_table(raw, name, rules, last_wins=last_wins) for name, raw in raws.items()}
    check_cycles_named(checked)
    whole = [*faults, *(fault for one in checked.values() for fault in one.findings.whole)]
    good = {name: one.good for name, one in checked.items()}
    told = tuple(fault for one in checked.values() for fault in one.findings.faults())
    nothing_left = any(table.is_empty() for table in good.values())
    if whole or nothing_left or (told and not keep_good):
        # Leaving out rows is no way round a fault of a whole table.
        code = "evidence.unusable" if whole or nothing_left else "evidence.faulty"
        raise EvidenceError(code, place=place, faults=(*faults, *told))
    rejected = pl.concat([one.findings.rejected(language) for one in checked.values()]) if told else None
    places = {name: raw.place for name, raw in raws.items()}
    return Evidence(**good, places=places, faults=told, rejected=rejected)


def read_table(source: Source, *, query: str | None = None, table: str | None = None) -> Frame:
    """Read any table; nothing is checked but that it can be read.

    Parameters
    ----------
    source : path, str or dataframe
        A file (CSV and its sisters, Parquet, JSON, JSON Lines, Excel, SQLite), an ``http(s)`` address that
        answers with JSON, or a ``sqlite:///`` or ``postgresql://`` URL.
    query : str, optional
        SQL, for databases.
    table : str, optional
        Sheet, database table or JSON key, where there are several.

    Returns
    -------
    Frame
        Cells of text files are text; an empty one is missing.

    Raises
    ------
    SourceError
        The source is not there, does not answer, or is not what its name says.
    EvidenceError
        Parts of it cannot be read; every one is named.

    Examples
    --------
    >>> read_table({"ratee": ["ada"], "score": [82.3]}).columns
    ['ratee', 'score']
    """
    raw = open_source(source, query=query).choose(table)
    if raw.faults:
        raise EvidenceError("evidence.unusable", place=raw.place, faults=raw.faults)
    return raw.frame


def read_blocks(source: Source, *, query: str | None = None) -> Blocks:
    """A table to be read block by block, in constant memory where it is Parquet or delimited text.

    Parameters
    ----------
    source : path, str or dataframe
        As `read_table`; where a text file needs repair it is read whole.
    query : str, optional
        SQL, for databases.

    Returns
    -------
    Blocks

    Raises
    ------
    SourceError, EvidenceError
        As `read_table`.

    Examples
    --------
    >>> read_blocks({"ratee": ["ada"], "score": [82.3]}).columns
    ('ratee', 'score')
    """
    if isinstance(source, str | Path) and "://" not in str(source) and query is None:
        found = open_blocks(Path(source))
        if found is not None:
            return found
    return blocks_of(read_table(source, query=query))


def open_source(source: Source, *, query: str | None = None) -> Book:
    """Open a source as its kind asks for.

    Parameters
    ----------
    source : path, str or dataframe
    query : str, optional
        SQL, for databases.

    Returns
    -------
    Book
    """
    if not isinstance(source, str | Path):
        return raw_frame(source)
    scheme = source.partition("://")[0].lower() if isinstance(source, str) and "://" in source else ""
    if scheme in ("http", "https"):
        return opener("http")(source, query=query)
    if scheme == "sqlite":
        path = Path(unquote(split_address(str(source)).path.removeprefix("/")))
        return opener("sqlite")(path, path.name, query=query)
    if scheme in ("postgresql", "postgres"):
        return opener("postgresql")(source, query=query)
    if scheme:
        raise SourceError("evidence.unknown_scheme", value=scheme)
    return open_file(Path(source), query=query)


def raw_tables(
    source: Source | Mapping[str, Source], *, only_evidence: bool = True
) -> tuple[dict[str, RawTable], list[Fault], str]:
    """Tables of a source as they were read.

    Parameters
    ----------
    source : path, str, dataframe or mapping of table to source
    only_evidence : bool
        Take a single table for one of evidence in any case; else only if it has the columns.

    Returns
    -------
    tables : dict of str to RawTable
    faults : list of Fault
        Of what could not be read at all.
    place : str
        What to call the whole.
    """
    if isinstance(source, Mapping) and source and set(source) <= set(TABLES):
        raws = {name: open_source(source[name]).choose() for name in TABLES if name in source}
        named = {name: replace(raw, place=name) if raw.place == PLACE else raw for name, raw in raws.items()}
        return named, [], "evidence"
    if isinstance(source, str | Path) and "://" not in str(source) and Path(source).is_dir():
        return _from_folder(Path(source))
    try:
        book = open_source(source)
        return _from_book(book, only_evidence=only_evidence), [], book.place
    except SourceError as error:
        if isinstance(source, str | Path) and Path(str(source)).is_file():
            fault = _as_fault(error, Path(str(source)).name)
            raise EvidenceError("evidence.unusable", place=fault.place, faults=[fault]) from error
        raise


def _from_folder(folder: Path) -> tuple[dict[str, RawTable], list[Fault], str]:
    files, faults = table_files(folder)
    raws: dict[str, RawTable] = {}
    for name, path in files.items():
        try:
            book = open_file(path)
            raws[name] = book.choose(name if book.named(name) else None)
        except SourceError as error:
            faults.append(_as_fault(error, path.name))
    return raws, faults, folder.name or str(folder)


def _from_book(book: Book, *, only_evidence: bool) -> dict[str, RawTable]:
    named = {name: book.named(name) for name in TABLES}
    if any(named[name] for name in (TABLES if only_evidence else MEASURED)):
        return {name: book.read(found) for name, found in named.items() if found}
    raw = book.choose()
    stem = Path(raw.place).stem.lower()
    columns = set(raw.frame.columns)
    # The last word of an address names no table until its columns say so.
    if stem in TABLES and (only_evidence or "://" not in raw.place):
        return {stem: raw}
    if not only_evidence and not any(_required(name) <= columns for name in MEASURED):
        return {raw.place if stem in TABLES else stem or raw.place: raw}
    return {next((table for column, table in _GIVEAWAYS if column in columns), "ratings"): raw}


def _required(table: str) -> set[str]:
    return {column.name for column in TABLES[table] if column.required}


def _as_fault(error: SourceError, place: str) -> Fault:
    fields = {name: value for name, value in error.fields.items() if name not in ("place", "row", "value")}
    row, value = error.fields.get("row"), error.fields.get("value")
    return Fault(
        error.code,
        place,
        row if isinstance(row, int) else None,
        None,
        None if value is None else str(value),
        fields,
    )


def check_cycles_named(checked: Mapping[str, Checked]) -> None:
    """Where some table tells two or more cycles apart, every table of observations must."""
    cycles = {
        name: one.frame.get_column("cycle").unique().drop_nulls()
        for name, one in checked.items()
        if name in MEASURED
    }
    every = sorted({cycle for found in cycles.values() for cycle in found})
    for name, found in cycles.items():
        if not len(found) and len(every) > 1:
            checked[name].findings.of_table("evidence.no_cycle", "cycle", cycles=", ".join(every))

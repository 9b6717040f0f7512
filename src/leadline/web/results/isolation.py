r"""Whether figures that are shown, taken together, give away what fewer than the least number of people said.

The criterion. Write every figure as a row over *cells*, one for each answer sheet of a person on a
competency, with 1 where the cell went into the figure. Whatever can be worked out by adding and subtracting
figures (totals less parts, this release less the last, one filter less another, any number of them) is a
vector of the row space. The figures are safe when every vector of the row space that is not zero has nonzero
entries for at least as many *people* as the least number of their groups. So it is not enough that no single
cell can be solved for: no sum or difference of the cells of too few people can.

The vectors that touch only people of a set T are as many dimensions as the rank falls by when the columns of
T are taken away. One of them touches all of T exactly when they are fewer for T without any one of its
people, for no space is a finite union of smaller ones. A vector of the row space is constant on columns that
are alike in all figures; such columns are one, and only unions of their people can be a T. The reduced row
echelon form of the matrix falls into blocks that share no column; a vector with few people lies in one of
them. Ranks are taken modulo a prime of 61 bits, which is exact for matrices of 0 and 1 of this size
(Hadamard's bound).

A changed answer sheet is a new cell of the same person: old figure less new figure would show the change.

Sources: Chin and Ozsoyoglu (1982), Auditing and inference control in statistical databases, IEEE Trans.
Software Engineering 8(6), 574-582 (row space of all answered queries, kept over the whole history); Denning,
Denning and Schwartz (1979), The tracker, ACM TODS 4(1), 76-96 (why a least number for each answer alone does
not protect); Hundepool et al. (2012), Statistical Disclosure Control, ch. 4 (complementary suppression).
Figures of the measurement model are weighted sums; they are treated as the sums of their cells, so the
criterion speaks of which answers can be set apart, not of the rounding and modelling that make it harder.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

PRIME = (1 << 61) - 1

Row = dict[int, int]


class Cell(NamedTuple):
    """The answers of a person, as they stood, on a competency."""

    person: str
    mark: str
    competency: str


def isolated(rows: Sequence[Collection[Cell]], least: Mapping[str, int]) -> frozenset[str] | None:
    """People whose answers can be set apart although they are fewer than their least number.

    Parameters
    ----------
    rows : sequence of collection of Cell
        The cells of every figure that is shown.
    least : mapping of str to int
        Least number of each person's group; a set of people needs the greatest among its own.

    Returns
    -------
    frozenset of str or None
        A smallest such set; None when there is none.

    Examples
    --------
    >>> five = [Cell(name, "", "clarity") for name in "abcde"]
    >>> isolated([five], dict.fromkeys("abcde", 3)) is None
    True
    >>> sorted(isolated([five, five[:3]], dict.fromkeys("abcde", 3)))  # five less three are two
    ['d', 'e']
    """
    columns, matrix = _collapsed(rows)
    echelon = _echelon(matrix)
    found: list[frozenset[str]] = []
    for block in _blocks(echelon):
        people = {c: columns[c] for row in block for c in row}
        few = next((few for few in _few(people.values(), least) if _touches(block, people, few)), None)
        if few:
            found.append(few)
    return min(found, key=lambda few: (len(few), sorted(few)), default=None)


def sets_apart(rows: Sequence[Collection[Cell]], few: frozenset[str]) -> bool:
    """Whether something can be worked out that touches all of these people and nobody else."""
    columns, matrix = _collapsed(rows)
    return _touches(_echelon(matrix), columns, few)


def _touches(echelon: Sequence[Row], people: Mapping[int, frozenset[str]], few: frozenset[str]) -> bool:
    within = _dimensions(echelon, people, few)
    return within > 0 and all(_dimensions(echelon, people, few - {one}) < within for one in few)


def _dimensions(echelon: Sequence[Row], people: Mapping[int, frozenset[str]], few: frozenset[str]) -> int:
    """Of the vectors that touch only these people."""
    kept = {c for c, who in people.items() if not who <= few}
    return len(echelon) - len(_echelon([{c: v for c, v in row.items() if c in kept} for row in echelon]))


def _collapsed(rows: Sequence[Collection[Cell]]) -> tuple[dict[int, frozenset[str]], list[Row]]:
    """People of each column, and the matrix; cells that are alike in all rows are one column."""
    where: dict[Cell, list[int]] = {}
    for n, row in enumerate(rows):
        for cell in row:
            where.setdefault(cell, []).append(n)
    alike: dict[tuple[int, ...], set[str]] = {}
    for cell, pattern in where.items():
        alike.setdefault(tuple(pattern), set()).add(cell.person)
    matrix: list[Row] = [{} for _ in rows]
    for column, pattern_of in enumerate(alike):
        for n in pattern_of:
            matrix[n][column] = 1
    # Short rows first: they are the pivots that take the long ones apart cheaply.
    return {n: frozenset(who) for n, who in enumerate(alike.values())}, sorted(matrix, key=len)


def _echelon(rows: Sequence[Row]) -> list[Row]:
    """Reduced row echelon form, without zero rows."""
    pivots: dict[int, Row] = {}
    for given in rows:
        row = dict(given)
        for column in [c for c in row if c in pivots]:
            if column in row:
                _subtract(row, row[column], pivots[column])
        if not row:
            continue
        pivot = min(row)
        inverse = pow(row[pivot], -1, PRIME)
        row = {c: v * inverse % PRIME for c, v in row.items()}
        for other in pivots.values():
            if pivot in other:
                _subtract(other, other[pivot], row)
        pivots[pivot] = row
    return list(pivots.values())


def _subtract(row: Row, times: int, other: Row) -> None:
    for column, value in other.items():
        left = (row.get(column, 0) - times * value) % PRIME
        if left:
            row[column] = left
        else:
            row.pop(column, None)


def _blocks(echelon: Sequence[Row]) -> list[list[Row]]:
    """Rows that share columns, directly or through others."""
    home: dict[int, list[Row]] = {}
    for row in echelon:
        block = [row]
        for other in {id(home[c]): home[c] for c in row if c in home}.values():
            block += other
        home |= {c: block for one in block for c in one}
    return list({id(block): block for block in home.values()}.values())


def _few(people: Collection[frozenset[str]], least: Mapping[str, int]) -> list[frozenset[str]]:
    """Unions of columns' people that are fewer than their least number, the smallest first."""
    most = max((least[one] for who in people for one in who), default=0)
    parts = {who for who in people if len(who) < most}
    found = set(parts)
    fresh = set(parts)
    while fresh:
        fresh = {a | b for a in fresh for b in parts if len(a | b) < most} - found
        found |= fresh
    few = [who for who in found if len(who) < max(least[one] for one in who)]
    return sorted(few, key=lambda who: (len(who), sorted(who)))

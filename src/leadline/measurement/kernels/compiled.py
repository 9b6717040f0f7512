"""One pass over very many ratings, compiled: what numpy would need a temporary of 8 bytes a rating for.

Imported only where ratings are so many that loading the compiler is soon earned back. Ratings are in the
order of their cells, cell c being rows ``start[c]`` up to ``start[c + 1]``. A weight is ``weight[j * step]``,
so that one array of a single 1.0 with a step of 0 stands for ratings that all count once.
"""

from __future__ import annotations

import numba
import numpy as np

_compiled = numba.njit(cache=True, nogil=True, error_model="numpy")


@_compiled
def sort_by(code, size, order, found):
    """One pass of a counting sort: the rows of ``order`` by their code, stable."""
    begin = np.zeros(size + 1, np.int64)
    for j in range(len(code)):
        begin[code[j] + 1] += 1
    for c in range(size):
        begin[c + 1] += begin[c]
    for j in range(len(order)):
        row = order[j]
        c = code[row]
        found[begin[c]] = row
        begin[c] += 1


@_compiled
def gather(values, order, found):
    """``found = values[order]``."""
    for j in range(len(order)):
        found[j] = values[order[j]]


@_compiled
def ends(at, scale, label, kept, low, high, found):
    """Add up, by element, kept ratings, those on the lowest and those on the highest rung."""
    shared = len(low) == 1
    for j in range(len(at)):
        if kept[j]:
            s = 0 if shared else scale[j]
            found[at[j], 0] += 1
            found[at[j], 1] += low[s, label[j]]
            found[at[j], 2] += high[s, label[j]]


@_compiled
def totals(at, rating, weight, step, found):
    """Add up, by element, ratings, their weights, and weighted ratings."""
    for j in range(len(at)):
        w = weight[j * step]
        found[at[j], 0] += 1
        found[at[j], 1] += w
        found[at[j], 2] += w * rating[j]


@_compiled
def counts(item, rung, weight, step, found):
    """Add up weights by item and rung."""
    for j in range(len(item)):
        found[item[j], rung[j]] += weight[j * step]


@_compiled
def shared_out(start, item, rung, left, share, weight, found):
    """Give each rating of a row to the two nodes that the row lies between, by item and rung."""
    for c in range(len(start) - 1):
        for j in range(start[c], start[c + 1]):
            w = weight[j]
            found[item[j], rung[j], left[c]] += w * (1 - share[c])
            found[item[j], rung[j], left[c] + 1] += w * share[c]


@_compiled
def signatures(start, item, mixed, found):
    """Sum of the hashes of every cell's items."""
    for c in range(len(start) - 1):
        for j in range(start[c], start[c + 1]):
            found[c] += mixed[item[j]]


@_compiled
def scores(start, rung, found):
    """Total score of every cell."""
    for c in range(len(start) - 1):
        for j in range(start[c], start[c + 1]):
            found[c] += rung[j]


@_compiled
def all_in(start, item, form, forms):
    """Whether every rating's item is in the form of its cell."""
    for c in range(len(start) - 1):
        for j in range(start[c], start[c + 1]):
            if not forms[form[c], item[j]]:
                return False
    return True


@_compiled
def unite(start, item, parent):
    """Join items that share a cell; a group's parent is its smallest item."""
    for c in range(len(start) - 1):
        for j in range(start[c] + 1, start[c + 1]):
            a, b = item[j - 1], item[j]
            while parent[a] != a:
                a = parent[a]
            while parent[b] != b:
                b = parent[b]
            if a < b:
                parent[b] = a
            elif b < a:
                parent[a] = b


@_compiled
def cross(element, left, low, high, table, n):
    """Rows of a table between which cells lie, added up by element."""
    found = np.zeros((n, table.shape[1]))
    for c in range(len(element)):
        e, node, below, above = element[c], left[c], low[c], high[c]
        for m in range(table.shape[1]):
            found[e, m] += below * table[node, m] + above * table[node + 1, m]
    return found


@_compiled
def _chances(eta, base, i, cumulated, odds, plain, p):
    """Probability of each rung of item i: from powers of exp(eta) where they cannot overflow."""
    total, power = 0.0, 1.0
    if plain:
        for k in range(len(p)):
            p[k] = odds[i, k] * power
            total += p[k]
            power *= base
    else:
        peak = 0.0
        for k in range(len(p)):
            peak = max(peak, k * eta - cumulated[i, k])
        for k in range(len(p)):
            p[k] = np.exp(k * eta - cumulated[i, k] - peak)
            total += p[k]
    share = 1.0 / total
    for k in range(len(p)):
        p[k] *= share


@_compiled
def _terms(p, y, w, row, i, tails):
    """One rating's part in the first nine of `residuals.Sums`; information on its item's steps is added."""
    mean = above = 0.0
    for k in range(len(p) - 1, 0, -1):
        mean += k * p[k]
        above += p[k]
        tails[i, k - 1] += w * above * (1.0 - above)
    variance = fourth = 0.0
    for k in range(len(p)):
        square = (k - mean) * (k - mean)
        variance += p[k] * square
        fourth += p[k] * square * square
    variance, gap = max(variance, 1e-12), y - mean
    inverse, square = 1.0 / variance, gap * gap
    row[0], row[1], row[2] = w, w * square * inverse, w * (fourth * inverse * inverse - 1.0)
    row[3], row[4], row[5] = w * square, w * variance, w * (fourth - variance * variance)
    row[6], row[7], row[8] = w * gap, w * y, w * y * y


@_compiled
def _settled(touched, count, seen, likely, met):
    """Agreement within one person's contexts, which are left empty."""
    for t in range(count):
        s, n = touched[t], 0.0
        for k in range(seen.shape[1]):
            n += seen[s, k]
            met[1] += seen[s, k] * (seen[s, k] - 1.0)
            met[2] += likely[s, k] * likely[s, k]
            seen[s, k] = likely[s, k] = 0.0
        met[0] += n * (n - 1.0)


@_compiled
def _is_plain(eta, cumulated):
    """Whether powers of exp(eta) and the items' odds stay far from overflow."""
    most = 0.0
    for value in cumulated.flat:
        if np.isfinite(value):
            most = max(most, abs(value))
    return most + np.abs(eta).max() * cumulated.shape[1] < 300.0


@_compiled
def fit_sums(
    start, person, shelf, eta, item, rung, weight, step, difficulty, cumulated, by_cell, by_item, tails, met
):
    """One pass for `residuals.summed`: sums by cell and by item, information on steps, agreement.

    Columns are those of `residuals.Sums`; m is the location with the item for cells, without it for items.
    A context is a person's item on one of their shelves (combinations of further facets). ``met`` takes
    twice the pairs, twice those that agree, and two sums of squares of probabilities.
    """
    n_items, n_rungs = cumulated.shape
    p, odds, row, cell = np.empty(n_rungs), np.exp(-cumulated), np.empty(12), np.empty(12)
    plain, contexts = _is_plain(eta, cumulated), (shelf.max() + 1) * n_items
    seen, likely = np.zeros((contexts, n_rungs)), np.zeros((contexts, n_rungs))
    touched, is_touched, count, squares = np.empty(contexts, np.int64), np.zeros(contexts, np.bool_), 0, 0.0
    for c in range(len(eta)):
        if c > 0 and person[c] != person[c - 1]:
            _settled(touched, count, seen, likely, met)
            is_touched[touched[:count]] = False
            count = 0
        base = np.exp(eta[c]) if plain else 0.0
        cell[:] = 0.0
        for j in range(start[c], start[c + 1]):
            i, y, w = item[j], rung[j], weight[j * step]
            _chances(eta[c], base, i, cumulated, odds, plain, p)
            _terms(p, y, w, row, i, tails)
            row[9] = w * (eta[c] - difficulty[i])
            row[10], row[11] = row[9] * (eta[c] - difficulty[i]), row[9] * y
            for t in range(12):
                cell[t] += row[t]
            for t in range(9):
                by_item[i, t] += row[t]
            by_item[i, 9] += w * eta[c]
            by_item[i, 10] += w * eta[c] * eta[c]
            by_item[i, 11] += w * eta[c] * y
            s = shelf[c] * n_items + i
            if not is_touched[s]:
                touched[count], is_touched[s] = s, True
                count += 1
            seen[s, y] += 1.0
            for k in range(n_rungs):
                likely[s, k] += p[k]
                squares += p[k] * p[k]
        by_cell[c] = cell
    _settled(touched, count, seen, likely, met)
    met[3] += squares


@_compiled
def sandwich(start, at, value, blocks, found):
    """``a' B a`` of sparse rows whose entries lie in one block of B each."""
    width = blocks.shape[1]
    for r in range(len(start) - 1):
        total = 0.0
        for a in range(start[r], start[r + 1]):
            line = blocks[at[a] // width, at[a] % width]
            part = 0.0
            for b in range(start[r], start[r + 1]):
                part += value[b] * line[at[b] % width]
            total += value[a] * part
        found[r] = total


@_compiled
def quadratic(start, at, value, dense, found):
    """``a' S a`` for every sparse row a and a dense matrix S."""
    for row in range(len(start) - 1):
        total = 0.0
        for a in range(start[row], start[row + 1]):
            for b in range(start[row], start[row + 1]):
                total += value[a] * value[b] * dense[at[a], at[b]]
        found[row] = total


@_compiled
def crossed(rows, start, at, value, rest_start, rest_at, rest, product, begin, found):
    """``a' P r`` for some sparse rows a and r; P has the columns of a from ``begin`` on."""
    for j in range(len(rows)):
        row, total = rows[j], 0.0
        for a in range(start[row], start[row + 1]):
            line = product[at[a] - begin]
            part = 0.0
            for b in range(rest_start[row], rest_start[row + 1]):
                part += rest[b] * line[rest_at[b]]
            total += value[a] * part
        found[j] = total

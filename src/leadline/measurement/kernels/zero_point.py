r"""Where zero is: the shifts of comparable groups that the data leave open.

If :math:`\theta + c` and :math:`\lambda + c` fit as well as :math:`\theta` and :math:`\lambda`, a
rule must choose c. Groups of comparable elements shift as one, and wherever groups meet the shifts
must cancel: :math:`\sum_f s_f t_{f,g} = 0`. Within that, anchored groups do not move, and each
centred facet gets mean 0 in every group as far as the rules before it allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.kernels.arrays import Floats
from leadline.measurement.kernels.connectivity import Design

_MOST_GROUPS = 400
_ZERO = 1e-9


def shifts(
    design: Design,
    signs: Sequence[float],
    means: Sequence[Floats],
    anchored: Sequence[NDArray[np.bool_]],
    centred: Sequence[int],
) -> tuple[Floats, ...]:
    """Shift of every group of every facet.

    Parameters
    ----------
    design : Design
    signs : sequence of A float
        +1 or -1: how a facet enters the location.
    means : sequence of A arrays, shape (G_f,)
        Mean of each group now.
    anchored : sequence of A bool arrays, shape (G_f,)
        Groups that hold an anchored element and stay where they are.
    centred : sequence of int
        Facets to centre, the most important first.

    Returns
    -------
    tuple of A arrays, shape (G_f,)
        To be added to the elements of each group; the likelihood does not change.

    Examples
    --------
    >>> from leadline.measurement.kernels.connectivity import comparable
    >>> design = comparable([np.array([0, 0]), np.array([0, 1])], [1, 2])
    >>> shifts(design, [1, -1], [np.array([2.0]), np.array([0.5])], [np.zeros(1, bool)] * 2, [0])
    (array([-2.]), array([-2.]))
    """
    if sum(design.n_groups) <= _MOST_GROUPS:
        return _by_rules(design, signs, means, anchored, centred)
    return _by_subset(design, signs, means, anchored, centred)


def _by_rules(
    design: Design,
    signs: Sequence[float],
    means: Sequence[Floats],
    anchored: Sequence[NDArray[np.bool_]],
    centred: Sequence[int],
) -> tuple[Floats, ...]:
    """Rules one after the other, each met as nearly as the earlier ones allow (least squares)."""
    offsets = np.concatenate([[0], np.cumsum(design.n_groups)])
    total = int(offsets[-1])
    meet = np.zeros((len(design.meetings), total))
    for f, sign in enumerate(signs):
        meet[np.arange(len(meet)), offsets[f] + design.meetings[:, f]] = sign
    held = np.concatenate(list(anchored))
    fixed = np.vstack([meet, np.eye(total)[held]])
    shift, free = np.zeros(total), _null_space(fixed)
    for f in centred:
        if free.shape[1] == 0:
            break
        rows = free[offsets[f] : offsets[f + 1]]
        wanted = -means[f] - shift[offsets[f] : offsets[f + 1]]
        shift = shift + free @ np.linalg.lstsq(rows, wanted, rcond=_ZERO)[0]
        free = free @ _null_space(rows)
    return tuple(shift[a:b] for a, b in pairwise(offsets))


def _null_space(matrix: Floats) -> Floats:
    """Orthonormal columns that a matrix sends to 0."""
    _, values, rows = np.linalg.svd(matrix, full_matrices=True)
    rank = int((values > _ZERO * max(1.0, values.max(initial=0.0))).sum())
    return np.ascontiguousarray(rows[rank:].T)


def _by_subset(
    design: Design,
    signs: Sequence[float],
    means: Sequence[Floats],
    anchored: Sequence[NDArray[np.bool_]],
    centred: Sequence[int],
) -> tuple[Floats, ...]:
    """The same for very many subsets: facets of one group first, then one equation a meeting.

    In each meeting the last facet that is neither anchored, centred nor settled before takes up
    what the others leave.
    """
    shift = [np.where(held, 0.0, np.nan) for held in anchored]
    for f in centred:
        if design.n_groups[f] == 1 or f == centred[0]:
            shift[f] = np.where(np.isnan(shift[f]), -means[f], shift[f])
    for row in design.meetings:
        open_ = [f for f, g in enumerate(row) if np.isnan(shift[f][g])]
        if not open_:
            continue
        for f in open_[:-1]:
            shift[f][row[f]] = 0.0
        last = open_[-1]
        rest = sum(signs[f] * shift[f][g] for f, g in enumerate(row) if f != last)
        shift[last][row[last]] = -rest / signs[last]
    return tuple(np.nan_to_num(each) for each in shift)

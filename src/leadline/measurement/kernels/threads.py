"""How many threads work on large data, and blocks that do not depend on it."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import TypeVar

from threadpoolctl import threadpool_limits

Part = TypeVar("Part")
Found = TypeVar("Found")

_LIMIT: ContextVar[int | None] = ContextVar("threads", default=None)


@contextmanager
def at_most(threads: int | None) -> Iterator[None]:
    """Limit the threads that work on blocks of data.

    Parameters
    ----------
    threads : int or None
        None is every processor.

    Yields
    ------
    None

    Examples
    --------
    >>> with at_most(1):
    ...     list(in_order(abs, [-2, 1]))
    [2, 1]
    """
    token = _LIMIT.set(threads)
    try:
        with single_algebra():
            yield
    finally:
        _LIMIT.reset(token)


def single_algebra() -> AbstractContextManager[object]:
    """One thread for the linear algebra, however many work on blocks.

    Its sums would depend on how many there are, matrices of a few thousand rows gain nothing from a
    second, and those of several blocks get into each other's way.
    """
    limited: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    return limited


def cuts(n: int, size: int) -> list[slice]:
    """Slices of a size that cover n rows; one at least.

    Parameters
    ----------
    n, size : int

    Returns
    -------
    list of slice

    Examples
    --------
    >>> cuts(5, 3)
    [slice(0, 3, None), slice(3, 6, None)]
    """
    return [slice(begin, begin + size) for begin in range(0, max(n, 1), size)]


def in_order(work: Callable[[Part], Found], parts: Iterable[Part]) -> Iterator[Found]:
    """What the work on each part yields, in the order of the parts however many threads there are.

    Parameters
    ----------
    work : callable
        Given a part.
    parts : iterable
        Work runs ahead by no more than twice as many of them as there are threads.

    Yields
    ------
    object

    Examples
    --------
    >>> list(in_order(abs, [-2, 1]))
    [2, 1]
    """
    threads = _LIMIT.get() or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else [0, 0])
    each = list(parts)
    if threads == 1 or len(each) == 1:
        yield from map(work, each)
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Found]] = deque()
        for part in each:
            waiting.append(pool.submit(work, part))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

"""Multi-threaded work on batches, with a separate worker per thread."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache, partial
from queue import SimpleQueue
from typing import TypeVar

AnyWorker = TypeVar("AnyWorker")
Batch = TypeVar("Batch")
Result = TypeVar("Result")


def available_threads() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@lru_cache
def _pool(helpers: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(helpers, thread_name_prefix="nlpkit")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # a child process has no threads of its parent


def share_out(work: Callable[[int, int], None], total: int, threads: int, least: int = 1) -> None:
    """Call ``work(first, last)`` on parts of ``range(total)``, one part per thread, including the current thread.

    The threads are kept for the next call, so sharing pays off for work of less than a millisecond.
    Parameters
    ----------
    work : callable
    total, threads : int
    least : int
        Minimum size of a part, unless there is only one.
    """
    parts = max(1, min(threads, total // least))
    bounds = [total * i // parts for i in range(parts + 1)]
    others = [_pool(parts - 1).submit(work, bounds[i], bounds[i + 1]) for i in range(1, parts)]
    try:
        work(bounds[0], bounds[1])
    finally:
        for other in others:
            other.result()


def map_batches(
    work: Callable[[AnyWorker, Batch], Result], workers: Sequence[AnyWorker], batches: Iterable[Batch]
) -> list[Result]:
    """Return the results of `iter_batches` as a list."""
    return list(iter_batches(work, workers, batches))


def iter_batches(
    work: Callable[[AnyWorker, Batch], Result], workers: Sequence[AnyWorker], batches: Iterable[Batch]
) -> Iterator[Result]:
    """Yield ``work(worker, batch)`` for all batches in order, with one batch per worker at a time: see `ahead`."""
    if len(workers) == 1:
        return ahead(partial(work, workers[0]), batches, 0)
    idle = SimpleQueue[AnyWorker]()
    for worker in workers:
        idle.put(worker)

    def run(batch: Batch) -> Result:
        worker = idle.get()
        try:
            return work(worker, batch)
        finally:
            idle.put(worker)

    return ahead(run, batches, len(workers))


def ahead(work: Callable[[Batch], Result], batches: Iterable[Batch], threads: int) -> Generator[Result, None, None]:
    """Yield ``work(batch)`` for all batches in order, computed in advance by other threads; 0: when it is needed.

    Batches are drawn when needed, so only a few are in memory.
    """
    if not threads:
        yield from map(work, batches)
        return
    running: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for batch in batches:
                running.append(pool.submit(work, batch))
                if len(running) > threads:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            for future in running:
                future.cancel()


@contextmanager
def blas_threads(threads: int) -> Iterator[None]:
    """Let NumPy's products use this number of threads each; small products are slowed down by more than one."""
    from threadpoolctl import ThreadpoolController

    with ThreadpoolController().limit(limits=threads, user_api="blas"):
        yield

"""Course: the batches of each step of a training, from any step on."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from nlpkit.threads import ahead, available_threads

from .options import LoopOptions
from .task import Batch, Task, seed_of

_MOST_AHEAD = 8


@dataclass(frozen=True, kw_only=True)
class StepBatches:
    """Batches of one step of the optimizer.

    Attributes
    ----------
    batches : sequence of Batch
        Batches for this process.
    tokens : int
        Units in the batches of all processes, as counted by `Task.count`.
    is_filling : bool
        Whether the batches are another process's, computed but not counted, because there were too few for all.
    number : int
        Number of the step, from 1.
    """

    batches: Sequence[Batch]
    tokens: int
    is_filling: bool
    number: int


class Course:
    """The steps of a training, determined by the task's plan, the seed and the epoch.

    A step consists of ``accumulate`` batches per process; the batches are dealt to the processes in turn. The last step
    of an epoch may have fewer.

    Parameters
    ----------
    task : Task
    options : LoopOptions
    processes : int
    threads : int
        Threads that lay out batches in advance, beside the training; 0: they are laid out when they are needed.
    """

    def __init__(self, task: Task, options: LoopOptions, processes: int = 1, threads: int = 0) -> None:
        self._threads = threads
        self.batches_per_step = options.accumulate * processes
        self._task = task
        self._seed = options.seed
        self._processes = processes
        self._plans: dict[int, Sequence[Any]] = {}

    def plan(self, epoch: int) -> Sequence[Any]:
        """Return the batches of an epoch, as the task plans them."""
        if epoch not in self._plans:
            if len(self._plans) > 1:
                del self._plans[min(self._plans)]
            self._plans[epoch] = self._task.plan(epoch)
        return self._plans[epoch]

    def steps_in(self, epoch: int) -> int:
        """Return the number of steps of an epoch."""
        return -(-len(self.plan(epoch)) // self.batches_per_step)

    def steps(self, *, epoch: int, batch: int, step: int, process: int = 0) -> Generator[StepBatches, None, None]:
        """Yield the steps from number ``batch`` of ``epoch`` on, without end, after the first ``step`` steps."""

        def planned() -> Iterator[tuple[int, Sequence[Any]]]:
            number = step
            for each in itertools.count(epoch):
                plan = self.plan(each)
                start = batch * self.batches_per_step if each == epoch else 0
                for first in range(start, len(plan), self.batches_per_step):
                    number += 1
                    yield number, plan[first : first + self.batches_per_step]

        def laid_out(numbered: tuple[int, Sequence[Any]]) -> StepBatches:
            number, whole = numbered
            places = range(len(whole))[process :: self._processes]
            return StepBatches(
                batches=[
                    self._task.collate(whole[place], seed_of(self._seed, number, place)) for place in places or [0]
                ],
                tokens=sum(self._task.count(items) for items in whole),
                is_filling=not places,
                number=number,
            )

        return ahead(laid_out, planned(), self._threads)


def threads_ahead(place: torch.device, processes: int) -> int:
    """Return the number of threads to lay out batches with: one on a CPU with several threads, more beside a GPU."""
    if place.type == "cpu":
        return int(torch.get_num_threads() > 1)
    return min(_MOST_AHEAD, max(1, available_threads() // processes - 1))

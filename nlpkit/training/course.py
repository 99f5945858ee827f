"""Course: the batches of each step of a training, from any step on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .options import LoopOptions
from .task import Batch, Task, seed_of


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
    """

    def __init__(self, task: Task, options: LoopOptions, processes: int = 1) -> None:
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

    def steps(self, *, epoch: int, batch: int, step: int, process: int = 0) -> Iterator[StepBatches]:
        """Yield the steps from number ``batch`` of ``epoch`` on, without end, after the first ``step`` steps."""
        while True:
            plan = self.plan(epoch)
            for first in range(batch * self.batches_per_step, len(plan), self.batches_per_step):
                whole = plan[first : first + self.batches_per_step]
                step += 1
                places = range(len(whole))[process :: self._processes]
                yield StepBatches(
                    batches=[
                        self._task.collate(whole[place], seed_of(self._seed, step, place)) for place in places or [0]
                    ],
                    tokens=sum(self._task.count(items) for items in whole),
                    is_filling=not places,
                    number=step,
                )
            epoch, batch = epoch + 1, 0

"""StopSignals: Ctrl-C and SIGTERM while a training runs, which stop it after the current step."""

from __future__ import annotations

import signal
import threading
from typing import Any


class StopSignals:
    """Catches SIGINT and SIGTERM; the second one raises KeyboardInterrupt at once.

    Attributes
    ----------
    received : int
        The signal that came, or 0.
    """

    def __init__(self) -> None:
        self.received = 0
        self._handlers: dict[int, Any] = {}

    def catch(self) -> None:
        """Install the handlers; only the main thread can."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._handlers[number] = signal.signal(number, self._receive)

    def release(self) -> None:
        """Restore the handlers from before."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers = {}

    def _receive(self, number: int, frame: object) -> None:
        if self.received:
            raise KeyboardInterrupt
        self.received = number

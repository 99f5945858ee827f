"""Labels of rows as numbers."""

from __future__ import annotations

import math
from typing import Any

from nlpkit.errors import InputError


class Labels:
    """Numbers labels by first appearance, or takes them as they are if the first one is a number.

    Attributes
    ----------
    names : dict of str to int
        The labels that were numbered.

    Examples
    --------
    >>> labels = Labels()
    >>> [labels.number(label) for label in ("good", "bad", "good")]
    ['0', '1', '0']
    >>> Labels().number("4.5")
    '4.5'
    """

    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        self._are_numbers = False

    def number(self, label: Any) -> str:
        """Return the number of a label as text.

        Raises
        ------
        InputError
            If it is not a number, but the first one was.
        """
        if not self.names and _is_number(label):
            self._are_numbers = True
            return str(label).strip() if not isinstance(label, bool) else str(int(label))
        if self._are_numbers:
            raise InputError(f"found the label {label!r} after numbers: expected only numbers, or none")
        return str(self.names.setdefault(str(label), len(self.names)))


def _is_number(label: Any) -> bool:
    try:
        return math.isfinite(float(label))
    except (TypeError, ValueError):
        return False

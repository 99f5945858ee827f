"""Damage of the file that is being read: an error, or, when it is salvaged, a warning that says what is missing."""

from __future__ import annotations

import warnings

from nlpkit.errors import DamageWarning, InputError

_SALVAGE = "--salvage (salvage=True) takes what can be decoded"
_SHARE, _SECONDS = 0.01, 0.1


class Damage:
    """The damage of a file.

    Parameters
    ----------
    name : str
        Name of the file in messages.
    salvage : bool
        Whether damage is collected for `report`; otherwise it is an error at once.

    Attributes
    ----------
    first : str
        The damage that was found first; empty if none was.
    """

    def __init__(self, name: str, *, salvage: bool = False) -> None:
        self.name, self.salvage, self.first = name, salvage, ""

    def found(self, what: str, cure: str = _SALVAGE) -> None:
        """Record damage.

        Raises
        ------
        InputError
            Unless the file is salvaged.
        """
        if not self.salvage:
            raise InputError(f"{self.name}: {what}; {cure}")
        self.first = self.first or what

    def check_length(self, given: int, stated: int | None, sr: int, *, exact: bool = False) -> None:
        """Record damage if fewer samples were read than the file states.

        The `slack` may be absent; nothing may if ``exact``.
        """
        if stated is None:
            return
        if given / sr + (0 if exact else slack(stated / sr)) < stated / sr:
            self.found(f"is truncated or damaged: ends after {given / sr:.2f} of the {stated / sr:.2f} s in its header")

    def report(self, given: int, stated: int | None, sr: int) -> None:
        """Warn of what a salvaged file lacks, if it is damaged."""
        if not self.first:
            return
        if stated is None:
            lacks = f"{given / sr:.2f} s were read, and how much is missing is unknown"
        elif missing(given, stated):
            lacks = f"{missing(given, stated) / sr:.2f} of {stated / sr:.2f} s are missing"
        else:
            lacks = f"all {given / sr:.2f} s were read, some of them perhaps wrong"
        warnings.warn(f"{self.name}: {self.first}; {lacks}", DamageWarning, stacklevel=2)


def slack(seconds: float) -> float:
    """Return by how much a duration may be wrong: encoders count their delay, and manifests are rounded."""
    return max(_SECONDS, _SHARE * seconds)


def missing(given: int, stated: int | None) -> int:
    """Return how many of the ``stated`` samples are not among the ``given`` ones."""
    return 0 if stated is None else max(0, stated - given)

"""Token lists: texts that are cut already, as lists or tuples of str."""

from __future__ import annotations

from typing import Any

from nlpkit.errors import ParameterError


def is_token_list(text: Any) -> bool:
    """Whether ``text`` is a list or a tuple."""
    return isinstance(text, list | tuple)


def checked_tokens(tokens: Any) -> Any:
    """Return a list of tokens as it is.

    Raises
    ------
    ParameterError
        If a token is no str.
    """
    for token in tokens:
        if not isinstance(token, str):
            raise ParameterError(f"a token is {type(token).__name__}, expected str: a list is a text of str tokens")
    return tokens


def spelled(texts: list[Any]) -> list[str]:
    """Return texts as strings: the tokens of a list joined by spaces.

    Examples
    --------
    >>> spelled(["a text", ["new york", "taxi"]])
    ['a text', 'new york taxi']
    """
    if {list, tuple}.isdisjoint(map(type, texts)):
        return texts
    return [" ".join(text) if is_token_list(text) else text for text in texts]

"""DocumentReader and DocumentAnalyzer: from a document, in the form it is given in, to its text and to its terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nlpkit.errors import ParameterError
from nlpkit.text.analysis import Analysis
from nlpkit.text.token_lists import checked_tokens, is_token_list


@dataclass(frozen=True, kw_only=True)
class DocumentReader:
    """Gives the text of a document.

    Attributes
    ----------
    input : {"content", "filename", "file"}
        Form of a document: a str, bytes or a list of tokens; the name of a file; or an open file.
    encoding, decode_error : str
        How bytes are decoded.
    takes_objects : bool
        Whether documents may be other objects, which a function of the user's takes.
    """

    input: str
    encoding: str
    decode_error: str
    takes_objects: bool

    def __call__(self, document: Any) -> Any:
        """Return the text of a document.

        Raises
        ------
        ParameterError
            If the document is no text.
        """
        if self.input == "filename":
            with open(document, "rb") as file:
                document = file.read()
        elif self.input == "file":
            document = document.read()
        if isinstance(document, bytes):
            document = document.decode(self.encoding, self.decode_error)
        if document is np.nan:
            raise ParameterError("np.nan is an invalid document, expected byte or unicode string.")
        if not isinstance(document, str) and not self.takes_objects:
            if is_token_list(document):
                return checked_tokens(document)
            raise ParameterError(f"a text is {type(document).__name__}, expected str or bytes: convert the texts first")
        return document


@dataclass(frozen=True)
class DocumentAnalyzer:
    """Gives the terms of a document; it can be pickled, as a closure can't."""

    read: DocumentReader
    analysis: Analysis

    def __call__(self, document: Any) -> list[str]:
        """Return the terms of a document."""
        return self.analysis(self.read(document))

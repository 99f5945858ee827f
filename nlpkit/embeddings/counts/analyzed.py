"""AnalyzedTexts: the base of the embedders that cut texts into terms, with scikit-learn's parameters for that."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nlpkit import threads
from nlpkit.embeddings.saved_parameters import read_parameters, stored_parameters
from nlpkit.errors import ArtifactError, ParameterError
from nlpkit.estimator import Estimator
from nlpkit.text import normalize, tokenize
from nlpkit.text.analysis import Analysis, Scan

from .documents import DocumentAnalyzer, DocumentReader
from .parameter_checks import check_analysis, warn_of_idle

if TYPE_CHECKING:
    from nlpkit.artifact.reading import Artifact


@dataclass(kw_only=True, eq=False, repr=False)
class AnalyzedTexts(Estimator):
    r"""How texts are read, normalised and cut into terms.

    Parameters
    ----------
    input : {"content", "filename", "file"}, default="content"
        Form of the texts: themselves (str or bytes), names of files, or open files.

        A text may also be a list or a tuple of str, its tokens: it is not normalised, lower-cased or cut, but a
        preprocessor, tokenizer or analyzer of yours gets it as it is. Stop words and n-grams apply.
    encoding : str, default="utf-8"
        How texts that are bytes are encoded.
    decode_error : {"strict", "ignore", "replace"}, default="strict"
        Handling of bytes that are not of that encoding.
    normalize : {None, "NFC", "NFKC"}, default=None
        The Unicode form that each text is brought to, before all else.
    strip_accents : {None, "ascii", "unicode"} or callable, default=None
        Drop accents: keep ASCII only (quick), or drop combining marks.
    lowercase : bool, default=True
        Lower-case the texts.
    preprocessor : callable, default=None
        A function from text to text, in place of lower-casing and accent stripping.
    tokenizer : str or callable, default=None
        How words are cut: "words", "whitespace", "wordpunct", "cjk" or "sentencepiece:FILE". None cuts by
        token_pattern.

        A function gets a text and returns a list of str.
    analyzer : {"word", "char", "char_wb"} or callable, default="word"
        Terms: n-grams of words, of characters, or of the characters of each word with a space around it.

        A function gets a text and returns its terms.
    stop_words : {"english"} or list of str, default=None
        Words to leave out: scikit-learn's English list, or your own.
    token_pattern : str, default=None
        A regular expression for a word; with a group, the group is the word. None takes words of two or more letters,
        digits or _ of any script, with their accents and vowel signs.

        scikit-learn's words are those of ``r"(?u)\b\w\w+\b"``, which cuts words at combining marks. See
        `nlpkit.text.words`.
    ngram_range : tuple of int, default=(1, 1)
        The fewest and the most words, or characters, of a term.
    threads : int, default=None
        How many threads count; None takes every core that the process may use. The result does not depend on it.
    """

    gives_sparse = True
    converts_dtype = False
    """Whether values are computed in float64 where ``dtype`` is another type, with a warning."""

    input: str = "content"
    encoding: str = "utf-8"
    decode_error: str = "strict"
    normalize: str | None = None
    strip_accents: str | Callable[[str], str] | None = None
    lowercase: bool = True
    preprocessor: Callable[[str], str] | None = None
    tokenizer: str | Callable[[str], Iterable[str]] | None = None
    analyzer: str | Callable[[Any], Iterable[str]] = "word"
    stop_words: str | list[str] | None = None
    token_pattern: str | None = None
    ngram_range: tuple[int, int] = (1, 1)
    threads: int | None = None

    def build_preprocessor(self) -> Callable[[str], str]:
        """The function that is applied to a text before it is tokenized."""
        form = normalize.unicode_form(self.normalize)
        if self.preprocessor is not None:
            return normalize.chain(form, self.preprocessor) or self.preprocessor
        lower = str.lower if self.lowercase else None
        return normalize.chain(form, lower, self._strip_accents()) or _unchanged

    def _strip_accents(self) -> Callable[[str], str] | None:
        if not self.strip_accents or callable(self.strip_accents):
            return self.strip_accents or None
        if self.strip_accents not in normalize.ACCENTS:
            raise ParameterError(f'Invalid value for "strip_accents": {self.strip_accents}')
        return normalize.ACCENTS[self.strip_accents]

    def build_tokenizer(self) -> Callable[[str], Iterable[str]]:
        """The function that cuts a text into tokens."""
        return tokenize.new_tokenizer(self.tokenizer, self.token_pattern)

    def get_stop_words(self) -> frozenset[str] | None:
        """The stop words in effect."""
        if self.stop_words is None:
            return None
        if isinstance(self.stop_words, str):
            if self.stop_words != "english":
                raise ParameterError(f"not a built-in stop list: {self.stop_words}")
            from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

            return ENGLISH_STOP_WORDS
        return frozenset(self.stop_words)

    def build_analyzer(self) -> Callable[[Any], list[str]]:
        """The function from a document, as ``input`` says, to its terms. It can be pickled where its parts can."""
        return DocumentAnalyzer(self._reader(), self._analysis())

    def decode(self, document: Any) -> str:
        """The text of a document: a str, bytes, a file name or an open file, as ``input`` says."""
        return self._reader()(document)

    def _reader(self) -> DocumentReader:
        return DocumentReader(
            input=self.input,
            encoding=self.encoding,
            decode_error=self.decode_error,
            takes_objects=any(map(callable, (self.preprocessor, self.tokenizer, self.analyzer))),
        )

    def _read(self, documents: Any) -> tuple[Iterator[Any], Analysis]:
        """The texts, and how to get their terms. A preprocessor of the user's, which may take anything, is applied."""
        if isinstance(documents, str):
            raise ParameterError("Iterable over raw text documents expected, string object received.")
        analysis = self._analysis()
        texts: Iterator[Any] = map(self._reader(), documents)
        if self.input == "content" and isinstance(documents, list) and set(map(type, documents)) == {str}:
            texts = iter(documents)  # nothing to decode
        if self.preprocessor is None or callable(self.analyzer):
            return texts, analysis
        scan = analysis.scan and replace(analysis.scan, lower=False)
        return map(analysis.preprocess, texts), replace(analysis, preprocess=_unchanged, scan=scan)

    def _analysis(self) -> Analysis:
        """Analysis that the parameters describe, ready to run."""
        if callable(self.analyzer):
            return Analysis(preprocess=_unchanged, tokenize=_unchanged, analyzer=self.analyzer)
        preprocess = self.build_preprocessor()
        tokens: Callable[[str], Any] = list
        stop_words = None
        if self.analyzer == "word":
            tokens = self.build_tokenizer()
            stop_words = self.get_stop_words()
            self._warn_of_inconsistent_stop_words(stop_words, preprocess, tokens)
        return Analysis(
            preprocess=preprocess,
            tokenize=tokens,
            analyzer=self.analyzer,
            ngram_range=tuple(self.ngram_range),  # type: ignore[arg-type]
            stop_words=stop_words,
            scan=self._scan(preprocess),
            own_preprocess=self.preprocessor is not None,
            own_tokenize=callable(self.tokenizer),
        )

    def _scan(self, preprocess: Callable[[str], str]) -> Scan | None:
        """The same for the compiled scanner, where it can."""
        words = self.analyzer == "word"
        scan = tokenize.scanned(self.tokenizer, self.token_pattern) if words else Scan(cut=str(self.analyzer))
        if scan is None or self.ngram_range[0] < 1:
            return None
        scan = replace(scan, lower=self.lowercase)
        if self.preprocessor is None and (self.normalize is not None or self.strip_accents):
            always = callable(self.strip_accents)
            return replace(scan, transform=preprocess, ascii_transform=preprocess if always else None)
        return scan

    def _warn_of_inconsistent_stop_words(
        self,
        stop_words: frozenset[str] | None,
        preprocess: Callable[[str], str],
        tokens: Callable[[str], Any],
    ) -> None:
        if stop_words is None or getattr(self, "_checked_stop_words", None) is self.stop_words:
            return
        self._checked_stop_words = self.stop_words
        try:
            produced = {token for word in stop_words for token in tokens(preprocess(word))}
        except Exception:  # a user's own function may not take a lone word
            return
        if produced - stop_words:
            warnings.warn(
                "Your stop_words may be inconsistent with your preprocessing. Tokenizing the stop words generated "
                f"tokens {sorted(produced - stop_words)!r} not in stop_words.",
                stacklevel=2,
            )

    def _warn_of_unused(self) -> None:
        """Warn of parameters that others make idle, as scikit-learn does."""
        warn_of_idle(self)

    def _validate(self) -> None:
        """Refuse values that no parameter can have."""
        check_analysis(self)

    def _stored_options(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The parameters as data, and the files that they name, for a model folder."""
        parameters = self.get_params()
        return stored_parameters({**parameters, "dtype": np.dtype(parameters["dtype"]).name})

    @classmethod
    def _read_options(cls, stored: Artifact) -> dict[str, Any]:
        """The parameters that `_stored_options` gave."""
        options = read_parameters(stored)
        try:
            options["ngram_range"] = tuple(options["ngram_range"])
            options["dtype"] = np.dtype(options["dtype"]).type
        except (KeyError, TypeError) as error:
            raise ArtifactError(f"{stored.path} is damaged ({error}): make the model again") from error
        return options

    @property
    def _n_threads(self) -> int:
        if self.threads is not None:
            return int(self.threads)
        return threads.available_threads()


def _unchanged(text: str) -> str:
    return text

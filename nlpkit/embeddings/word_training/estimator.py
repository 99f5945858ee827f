"""WordEstimator: the base of the embedders that learn a vector for each word from texts."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from nlpkit import artifact
from nlpkit.embeddings.saved_parameters import read_parameters, stored_parameters
from nlpkit.errors import ParameterError
from nlpkit.estimator import Estimator, OutputShape
from nlpkit.text.word_analysis import word_analysis
from nlpkit.threads import available_threads

from .rare_words import RareWords

if TYPE_CHECKING:
    from nlpkit.embeddings.word_vectors import WordVectors
    from nlpkit.text.analysis import Analysis

    from .options import WordTrainingOptions
    from .progress import WordTrainingPlan, WordTrainingProgress


@dataclass(kw_only=True, eq=False, repr=False)
class WordEstimator(Estimator):
    """Texts cut into words, and vectors of these words that are trained.

    Parameters
    ----------
    architecture : {"skipgram", "cbow"}, default="skipgram"
        Predict a word from each of the words around it, or from their mean. Skip-gram learns better vectors from little
        text, CBOW is faster.
    loss : {"negative_sampling", "hierarchical_softmax"}, default="negative_sampling"
        Distinguish the right word from a few words drawn at random, or decide at each node of a Huffman tree of all
        words.
    vector_size : int, default=100
        The number of dimensions of a vector.
    window : int, default=5
        The greatest distance between a word and the words around it.
    shrink_windows : bool, default=True
        Draw each window's size evenly from 1 to window, so that near words weigh more.
    min_count : int, default=5
        Leave out words that are rarer.
    max_final_vocab : int, default=None
        The most words to keep: min_count is raised until there are no more.
    sample : float, default=0.001
        Words that make up a larger share of the text than this are left out at times; 0 keeps all.
    negative : int, default=5
        How many words negative sampling draws for each right one; up to 1,000.
    ns_exponent : float, default=0.75
        Words are drawn in negative sampling by their frequency to this power.
    cbow_mean : bool, default=True
        Take the mean of the vectors around a word in CBOW; otherwise take their sum.
    alpha : float, default=None
        The learning rate at the beginning; None is 0.025 for skip-gram and 0.05 for CBOW.
    min_alpha : float, default=0.0001
        The learning rate at the end, to which it falls linearly.
    epochs : int, default=5
        How many times to train on the texts.
    seed : int, default=1
        The seed of the random numbers. With one thread, the same seed gives the same vectors, bit by bit.
    threads : int, default=None
        How many threads tokenise and train; None uses every core that the process may use.
    deterministic : bool, default=False
        Give the same vectors, bit by bit, whatever the number of threads: only one thread trains then.
    device : str, default="cpu"
        The device to train on: "cpu" (compiled code, in threads), or through torch "cuda", "cuda:0" or "mps"; "auto"
        takes the best one there is.
    tokenizer : str or callable, default=None
        How words are cut: "words", "whitespace", "wordpunct", "cjk" or "sentencepiece:FILE". None cuts by
        token_pattern.

        A function gets a text and returns a list of str.
    token_pattern : str, default=None
        A regular expression for a word; with a group, the group is the word. None takes words of two or more letters,
        digits or _ of any script, with their accents and vowel signs.
    lowercase : bool, default=True
        Lower-case the texts.
    normalize : {None, "NFC", "NFKC"}, default=None
        The Unicode form that each text is brought to first.
    """

    is_trained_in_epochs = True

    architecture: str = "skipgram"
    loss: str = "negative_sampling"
    vector_size: int = 100
    window: int = 5
    shrink_windows: bool = True
    min_count: int = 5
    max_final_vocab: int | None = None
    sample: float = 1e-3
    negative: int = 5
    ns_exponent: float = 0.75
    cbow_mean: bool = True
    alpha: float | None = None
    min_alpha: float = 1e-4
    epochs: int = 5
    seed: int = 1
    threads: int | None = None
    deterministic: bool = False
    device: str = "cpu"
    tokenizer: str | Callable[[str], Iterable[str]] | None = None
    token_pattern: str | None = None
    lowercase: bool = True
    normalize: str | None = None

    _rare = None  # no field: the words that were counted and have no vector yet, see `partial_fit`

    @property
    def word_vectors(self) -> WordVectors:
        """The words and their vectors.

        Raises
        ------
        NotFittedError
            If the estimator has not been fitted.
        """
        if not hasattr(self, "word_vectors_"):
            self._not_fitted()
        return self.word_vectors_

    def fit(
        self,
        texts: Iterable[str],
        y: Any = None,
        *,
        started: Callable[[WordTrainingPlan], None] | None = None,
        progress: Callable[[WordTrainingProgress], None] | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> Self:
        """Learn vectors from texts, which are read once.

        Parameters
        ----------
        texts : iterable of str, or of lists of str
            Texts of any length; no window reaches from one text into the next. A list holds the tokens of a text.
        started : callable, optional
            Is given a `WordTrainingPlan` once the texts are read, before the training.
        progress : callable, optional
            Is given a `WordTrainingProgress` about twice a second.
        checkpoint : path, optional
            A folder for the state of the training, which is kept after each epoch, after five minutes and at Ctrl-C.
            A state of the same texts and parameters is resumed. The folder is yours to remove.

        Raises
        ------
        InputError
            If the texts don't have two different words that are frequent enough.
        ParameterError
            If a parameter is wrong, or the checkpoint is of other texts or parameters.
        DivergedError
            If the weights leave the range of numbers.

        Warns
        -----
        TrainingWarning
            If no text has two words side by side; if ``sample`` left out every pair of words; or if a vector is longer
            than 1,000, by which the training diverged.
        """
        self._validate()
        self._learn(texts, None, None, started, progress, checkpoint)
        return self

    def partial_fit(
        self,
        texts: Iterable[str],
        y: Any = None,
        *,
        started: Callable[[WordTrainingPlan], None] | None = None,
        progress: Callable[[WordTrainingProgress], None] | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> Self:
        """Continue the training on new texts; words that are frequent enough in them are added to the vocabulary.

        Words begin with the vectors they have, counts add up, and the learning rate starts again at alpha. With
        hierarchical softmax the tree and the output weights are new. The counts of words that are too rare so far are
        kept, also by `save`, and add up too: those of the 1,048,576 most frequent ones. While there are fewer than two
        words that are frequent enough, nothing is learnt but the counts; a `TrainingWarning` says so.

        Parameters and errors are those of `fit`; ParameterError is also raised if vector_size or the n-grams aren't
        those of the vectors.
        """
        self._validate()
        before = getattr(self, "word_vectors_", None)
        if before is not None:
            self._check_grows(before)
        self._learn(texts, before, self._rare or RareWords.none(), started, progress, checkpoint)
        return self

    def transform(self, texts: Iterable[str]) -> Any:
        """Return the mean of the vectors of each text's words: (n_texts, vector_size) float32, zeros if it has none.

        Raises
        ------
        NotFittedError
            If the estimator has not been fitted.
        """
        from nlpkit.embeddings.words.means import mean_vectors

        vectors = self.word_vectors
        return self._output(mean_vectors(texts, self._analysis(), vectors, self._n_threads))

    def output_shape(self) -> OutputShape:
        """Return the size of a vector, the dtype, and that the vectors are dense."""
        return OutputShape(self.word_vectors.vector_size, np.dtype(np.float32), sparse=False)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The columns' names, such as ``word2vec0``: (vector_size,) object."""
        return np.array([f"{self.kind}{i}" for i in range(self.word_vectors.vector_size)], object)

    def _learnt_parts(self) -> tuple[Sequence[str], Iterable[Any]]:
        return self.word_vectors.hashed_parts()

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write a folder that `nlpkit.load` reads.

        Raises
        ------
        ArtifactError
            If a parameter is a function.
        OutputError
            If the folder exists, or can't be written.
        """
        from nlpkit.embeddings.words.folder import stored_arrays

        vectors = self.word_vectors
        options, files = stored_parameters(self.get_params())
        rare_arrays, rare_files = self._rare.stored() if self._rare else ({}, {})
        artifact.save(
            path,
            kind=self.kind,
            options=options,
            arrays=stored_arrays(vectors, "float32") | rare_arrays,
            files={"vocabulary.txt": vectors.words.lines(), **files, **rare_files},
            provenance={"losses": self.losses_},
            force=force,
        )

    @classmethod
    def from_artifact(cls, stored: artifact.Artifact) -> Self:
        """The estimator that `save` wrote."""
        from nlpkit.embeddings.word_vectors import WordVectors
        from nlpkit.embeddings.words.folder import read_vectors

        model = cls(**read_parameters(stored))
        model.word_vectors_ = WordVectors.of(read_vectors(stored, mmap=False))
        model.losses_ = list(stored.provenance.get("losses", []))
        model._rare = RareWords.read(stored)
        return model

    def _learn(
        self,
        texts: Iterable[str],
        before: WordVectors | None,
        rare: RareWords | None,
        started: Callable[[WordTrainingPlan], None] | None,
        progress: Callable[[WordTrainingProgress], None] | None,
        checkpoint: str | os.PathLike[str] | None,
    ) -> None:
        """Read and train, and keep what was learnt once all of it is there."""
        from .learning import WordLearning, read_words
        from .unlearnt import check_learnt, has_pairs, warn_of_few_words

        corpus = read_words(
            texts,
            before,
            analysis=self._analysis(),
            min_count=self.min_count,
            max_final_vocab=self.max_final_vocab,
            threads=self._n_threads,
            rare=rare,
        )
        if len(corpus.vocabulary) < 2:
            self._rare = corpus.all_words()
            warn_of_few_words(self._rare, self.min_count)
            return
        found_pairs = has_pairs(corpus, self.min_count)
        learning = WordLearning(
            corpus,
            before,
            options=self._options(),
            described=self._described(),
            n_workers=1 if self.deterministic else self._n_threads,
            device=self.device,
        )
        learnt = learning.run(started, progress, checkpoint)
        if found_pairs:
            check_learnt(learnt.vectors, learnt.has_learnt, learning.options)
        self.word_vectors_ = learnt.vectors
        self.losses_ = learnt.losses
        self.training_seconds_ = learnt.seconds
        self._rare = corpus.rare
        self.corpus_words_ = corpus.n_words
        self.corpus_tokens_ = corpus.n_tokens

    def _options(self) -> WordTrainingOptions:
        from .options import WordTrainingOptions

        return WordTrainingOptions.of(self.get_params())

    def _described(self) -> dict[str, Any]:
        """Everything that the vectors depend on, as JSON holds it."""
        parameters = self.get_params()
        if callable(self.tokenizer):
            parameters["tokenizer"] = getattr(self.tokenizer, "__qualname__", type(self.tokenizer).__qualname__)
        del parameters["threads"]
        if self.token_pattern is None:  # as before there was one, so that trainings of that time can be resumed
            del parameters["token_pattern"]
            parameters["tokenizer"] = parameters["tokenizer"] or "words"
        return {"kind": self.kind, **{k: v.item() if isinstance(v, np.generic) else v for k, v in parameters.items()}}

    def _check_grows(self, before: WordVectors) -> None:
        if before.vector_size != self.vector_size:
            raise ParameterError(
                f"vector_size is {self.vector_size}, and the vectors have {before.vector_size} numbers:"
                " set it back, or fit anew"
            )

    def _analysis(self) -> Analysis:
        return word_analysis(
            self.tokenizer,
            token_pattern=self.token_pattern,
            lowercase=bool(self.lowercase),
            normalize=self.normalize,
        )

    @property
    def _n_threads(self) -> int:
        return int(self.threads) if self.threads is not None else available_threads()

    def _validate(self) -> None:
        """Check the parameters.

        Raises
        ------
        ParameterError
            With the first that is wrong.
        """
        self._one_of("architecture", "skipgram", "cbow")
        self._one_of("loss", "negative_sampling", "hierarchical_softmax")
        for name in "vector_size", "window", "min_count", "epochs":
            self._whole(name, 1)
        for name in "max_final_vocab", "threads":
            if getattr(self, name) is not None:
                self._whole(name, 1)
        self._whole("seed", 0)
        self._whole("negative", 1 if self.loss == "negative_sampling" else 0, 1000)
        self._number("sample", 0.0, 1.0)
        self._number("ns_exponent", -10.0, 10.0)
        if self.alpha is not None:
            self._number("alpha", 0.0)
        self._number("min_alpha", 0.0, self._options().alpha)
        self._check("device", isinstance(self.device, str), "a str, such as 'cpu' or 'cuda'")
        cut, pattern = self.tokenizer, self.token_pattern
        self._check("tokenizer", cut is None or isinstance(cut, str) or callable(cut), "a name, a callable or None")
        self._check("token_pattern", pattern is None or isinstance(pattern, str), "a str or None")
        if cut is not None and pattern is not None:
            warnings.warn("The parameter 'token_pattern' will not be used since 'tokenizer' is not None", stacklevel=3)

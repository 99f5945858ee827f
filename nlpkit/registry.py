"""Names of methods and model kinds as ``"module:Class"``; modules are imported on first use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from .errors import ParameterError

TEXT_EMBEDDERS = {
    "onehot": "nlpkit.embeddings.one_hot:OneHot",
    "bow": "nlpkit.embeddings.bag_of_words:BagOfWords",
    "tfidf": "nlpkit.embeddings.tfidf:Tfidf",
    "hashing": "nlpkit.embeddings.hashing:Hashing",
    "word2vec": "nlpkit.embeddings.word2vec:Word2Vec",
    "fasttext": "nlpkit.embeddings.fasttext:FastText",
}
"""Methods for texts, by their name on the command line, which is also the ``kind`` of their model folders."""

CLIP_EMBEDDERS = {
    "logmel": "nlpkit.speech.clip_vectors:LogMel",
    "mfcc": "nlpkit.speech.clip_vectors:Mfcc",
}
"""Methods for sound."""

EMBEDDERS = {**TEXT_EMBEDDERS, **CLIP_EMBEDDERS}

KINDS = {
    **EMBEDDERS,
    "vocabulary": "nlpkit.text.vocabulary:Vocabulary",
    "word_vectors": "nlpkit.embeddings.word_vectors:WordVectors",
    "translation": "nlpkit.translation.translator:Translator",
    "cnn_classifier": "nlpkit.speech.recognition.classifier:CnnClassifier",
    "lstm_classifier": "nlpkit.speech.recognition.classifier:LstmClassifier",
    "ctc_recognizer": "nlpkit.speech.recognition.ctc_recognizer:CtcRecognizer",
}
"""All models that can be saved as a folder, by the ``kind`` in ``config.json``."""

PRETRAINED = dict.fromkeys(("marian", "m2m_100", "mbart", "t5", "mt5"), KINDS["translation"])
"""Models of transformers, by the ``model_type`` in their ``config.json``; NLLB's is m2m_100."""

DOCUMENTS = {
    ".html": "nlpkit.documents.html:HTMLDocument",
    ".htm": "nlpkit.documents.html:HTMLDocument",
    ".md": "nlpkit.documents.markdown:Markdown",
    ".markdown": "nlpkit.documents.markdown:Markdown",
    ".srt": "nlpkit.documents.subtitles:Subtitles",
    ".vtt": "nlpkit.documents.subtitles:Subtitles",
    ".po": "nlpkit.documents.po:Catalogue",
    ".docx": "nlpkit.documents.docx:WordDocument",
}
"""Documents whose layout stays when they are translated, by the suffix of the file."""

SHIPPED = {
    "spoken-digits": "nlpkit.speech.recognition:spoken_digits",
    "everyday-fr": "nlpkit.translation:everyday_fr",
    "everyday-de": "nlpkit.translation:everyday_de",
}
"""Models that ship with nlpkit, as ``"package:folder"``; a folder of the same name takes precedence."""

TRANSLATION_PAIRS = {"everyday-fr": ("en", "fr"), "everyday-de": ("en", "de")}
"""Languages of the translation models that ship, each of which translates both ways."""

OPENERS = {
    "a file of word vectors": "nlpkit.embeddings.formats:open_file",
    "a model folder": "nlpkit.artifact.writing:open_folder",
}
"""Functions that open a path as a model, or return None if it is nothing that they know; the last one raises.

Their second argument says how words that are not UTF-8 are read, as `bytes.decode` does."""


def resolve(name: str, registry: Mapping[str, str] = EMBEDDERS) -> Any:
    """Return the class or function registered as ``name``.

    Raises
    ------
    ParameterError
        If the registry has no such name.

    Examples
    --------
    >>> resolve("tfidf").__name__
    'Tfidf'
    """
    if name not in registry:
        raise ParameterError(f"unknown name {name!r}: expected one of {', '.join(registry)}")
    module, _, attribute = registry[name].partition(":")
    return getattr(import_module(module), attribute)


def attributes_of(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a ``__getattr__`` for a package that imports its names on first use.

    Parameters
    ----------
    package : str
    homes : mapping of str to str
        Module of each name.
    """

    def attribute(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(homes[name]), name)

    return attribute

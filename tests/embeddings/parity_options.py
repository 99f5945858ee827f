"""The grid of options over which nlpkit has to agree with scikit-learn."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

Options = dict[str, Any]


def letters_of_words(text: str) -> list[str]:
    return [word[0] + word[-1] for word in text.split()]


def at_commas(text: str) -> list[str]:
    return text.split(",")


def nothing_at_all(text: str) -> list[str]:
    return []


def shout(text: str) -> str:
    return text.upper() + " !"


def without_vowels(text: str) -> str:
    return re.sub("[aeiou]", "", text)


TERMS = [
    "the",
    "fox",
    "the quick",
    "quick brown fox",
    "fish",
    "Upper",
    "no  match",
    "",
    "a",
    "слово",
    "я",
    "fish fish",
]
ODD_TERMS = [
    "fish fish",
    " fish",
    "fish ",
    "fish\0fish",
    "x\ud800",
    "\ud800",
    "fish  fish",
    " ",
    "a" * 300,
    "fish",
    "fish fish fish",
]
PLAIN_TERMS = ["rose", "fish", "dog", "слово", "two", "fish two", "ça", "οδος", "οδοσ"]
CHARACTERS = ["a", "th", "the", "he ", " t", "é", "  ", "x", "Σ", "\0", "fish"]

ANALYSIS: list[Options] = [
    {},
    *({"ngram_range": (a, b)} for a in range(1, 5) for b in range(a, 5) if (a, b) != (1, 1)),
    *({"analyzer": "char", "ngram_range": (a, b)} for a, b in [(1, 1), (1, 2), (2, 2), (1, 4), (2, 5), (3, 3), (5, 5)]),
    *(
        {"analyzer": "char_wb", "ngram_range": (a, b)}
        for a, b in [(1, 1), (1, 2), (2, 2), (1, 4), (2, 5), (3, 5), (9, 9)]
    ),
    *({"analyzer": a, "lowercase": False, "ngram_range": (1, 3)} for a in ("word", "char", "char_wb")),
    *({"analyzer": a, "strip_accents": s} for a in ("word", "char", "char_wb") for s in ("ascii", "unicode")),
    *({"strip_accents": s, "ngram_range": (1, 2), "lowercase": False} for s in ("ascii", "unicode")),
    {"strip_accents": without_vowels},
    {"strip_accents": without_vowels, "analyzer": "char_wb", "ngram_range": (2, 3)},
    {"analyzer": letters_of_words},
    {"analyzer": letters_of_words, "ngram_range": (1, 2), "stop_words": ["ab"], "token_pattern": r"\w"},
    {"analyzer": nothing_at_all},
    {"analyzer": at_commas, "preprocessor": shout, "tokenizer": str.split},
    {"analyzer": str.split},
    {"preprocessor": shout},
    {"preprocessor": shout, "analyzer": "char", "ngram_range": (1, 3)},
    {"preprocessor": str.casefold, "ngram_range": (1, 2), "strip_accents": "unicode"},
    {"tokenizer": str.split, "token_pattern": None},
    {"tokenizer": str.split},
    {"tokenizer": at_commas, "token_pattern": None, "ngram_range": (1, 3)},
    {"tokenizer": str.split, "token_pattern": None, "stop_words": ["the", "fox"]},
    {"tokenizer": nothing_at_all, "token_pattern": None},
    {"tokenizer": str.split, "analyzer": "char"},
    *(
        {"token_pattern": p}
        for p in (r"(?u)\b\w+\b", r"\w+", r"(?u)\w\w+", r"\b\w\w\w+\b", r"\S+", r"(?u)\b(\w)\w+\b", r"(?u)\b\w{2,}\b")
    ),
    *({"token_pattern": p, "ngram_range": (1, 2)} for p in (r"\w+", r"[^\W\d_]+", r"(?a)\b\w\w+\b", r"(?i)[a-f]+|é")),
    {"token_pattern": r"(?u)\b\w\w*?\b"},
    {"token_pattern": r"(\w)(\w)"},
    {"token_pattern": r"x*"},
    {"token_pattern": r"\S+", "ngram_range": (1, 3)},
    {"token_pattern": r"\S+", "stop_words": ["the", "fish\0", "a"], "lowercase": False},
    {"token_pattern": r"(?u)\b\w+\b", "ngram_range": (2, 3), "min_df": 2},
    {"token_pattern": r"zzzz"},
    {"token_pattern": r"\w+", "analyzer": "char"},
    *(
        {"stop_words": s, "ngram_range": n}
        for s in ("english", ["the", "fish", "is"])
        for n in ((1, 1), (1, 3), (2, 2))
    ),
    {"stop_words": ["The", "THE", "don't", "it's"]},
    {"stop_words": ["the", "слово", "我喜欢吃苹果", "οδος", "é", "\0"], "lowercase": False},
    {"stop_words": []},
    {"stop_words": ["the"], "analyzer": "char_wb"},
    {"stop_words": "english", "token_pattern": r"\w+", "ngram_range": (1, 2)},
    {"stop_words": "english", "strip_accents": "unicode"},
    {"binary": True},
    {"binary": True, "ngram_range": (1, 2)},
    {"binary": True, "analyzer": "char_wb", "ngram_range": (2, 3), "max_features": 40},
    *({"dtype": d} for d in (np.int64, np.int32, np.float32, np.float64, np.uint8, "int32")),
    *({"dtype": d, "ngram_range": (1, 2), "binary": True} for d in (np.int32, np.float32)),
]

VOCABULARIES: list[Options] = [
    {"vocabulary": PLAIN_TERMS},
    {"vocabulary": PLAIN_TERMS, "ngram_range": (1, 2)},
    {"vocabulary": TERMS, "ngram_range": (1, 3)},
    {"vocabulary": TERMS, "ngram_range": (2, 2)},
    {"vocabulary": ODD_TERMS},
    {"vocabulary": ODD_TERMS, "ngram_range": (1, 2)},
    {"vocabulary": ODD_TERMS, "ngram_range": (1, 3), "token_pattern": r"\S+"},
    {"vocabulary": ODD_TERMS, "analyzer": "char", "ngram_range": (1, 5)},
    {"vocabulary": ODD_TERMS, "analyzer": "char_wb", "ngram_range": (5, 6)},
    {"vocabulary": PLAIN_TERMS, "ngram_range": (1, 2), "stop_words": ["fish", "und"]},
    {"vocabulary": TERMS, "token_pattern": r"\w+", "lowercase": False},
    {
        "vocabulary": {term: len(PLAIN_TERMS) - 1 - i for i, term in enumerate(PLAIN_TERMS)},
        "ngram_range": (1, 2),
    },
    {"vocabulary": set(PLAIN_TERMS)},
    {"vocabulary": tuple(PLAIN_TERMS), "stop_words": ["rose"]},
    {"vocabulary": np.array(PLAIN_TERMS)},
    {"vocabulary": PLAIN_TERMS, "min_df": 2, "max_df": 0.5, "max_features": 2},
    {"vocabulary": PLAIN_TERMS, "binary": True, "dtype": np.float32},
    {"vocabulary": CHARACTERS, "analyzer": "char", "ngram_range": (1, 3)},
    {"vocabulary": CHARACTERS, "analyzer": "char_wb", "ngram_range": (1, 4), "lowercase": False},
    {"vocabulary": ["ae", "fx", "zz"], "analyzer": letters_of_words},
    {"vocabulary": ["the", "fox"], "tokenizer": str.split, "token_pattern": None},
    {"vocabulary": ["solitary"]},
    {"vocabulary": ["two", "two"]},
    {"vocabulary": {"one": 0, "two": 0}},
    {"vocabulary": {"one": 0, "two": 2}},
    {"vocabulary": {"one": 1, "two": 2}},
    {"vocabulary": []},
    {"vocabulary": {}},
    {"vocabulary": "the"},
]

PRUNING: list[Options] = [
    *({"min_df": low} for low in (2, 3, 0.1, 0.25, 0.0, 1.0, 0, 1000)),
    *({"max_df": high} for high in (1, 2, 0.1, 0.5, 0.05, 1.0)),
    *({"min_df": low, "max_df": high} for low, high in [(2, 3), (2, 0.5), (0.1, 0.2), (3, 2), (0.5, 0.1), (1, 1)]),
    *({"max_features": n} for n in (1, 2, 5, 10, 40, 1000)),
    *({"max_features": n, "ngram_range": (1, 3)} for n in (3, 30, 100)),
    *({"max_features": n, "analyzer": "char", "ngram_range": (1, 3)} for n in (3, 50)),
    *({"max_features": n, "min_df": 2, "ngram_range": (1, 2)} for n in (3, 30)),
    *({"max_features": 7, "dtype": d} for d in (np.float32, np.int32, np.float64)),
    *({"max_features": 60, "dtype": d, "analyzer": "char", "ngram_range": (1, 2)} for d in (np.float32, np.int32)),
    {"max_features": 20, "binary": True, "max_df": 0.9},
    {"max_features": 10, "stop_words": "english", "min_df": 1, "max_df": 0.3},
    {"min_df": 2, "ngram_range": (1, 2)},
    {"min_df": 2, "ngram_range": (2, 3)},
    {"min_df": 2, "analyzer": "char_wb", "ngram_range": (2, 5)},
    {"max_df": 0.2, "analyzer": "char", "ngram_range": (1, 2)},
]

INVALID: list[Options] = [
    {"min_df": -1},
    {"min_df": 1.5},
    {"max_df": 1.5},
    {"max_df": "1"},
    {"min_df": None},
    {"max_features": 0},
    {"max_features": 2.5},
    {"ngram_range": (2, 1)},
    {"ngram_range": [1, 2]},
    {"ngram_range": 2},
    {"analyzer": "words"},
    {"analyzer": 3},
    {"strip_accents": "latin"},
    {"stop_words": "german"},
    {"stop_words": {"the", "fox"}},
    {"lowercase": "yes"},
    {"binary": 2},
    {"token_pattern": 7},
    {"token_pattern": "("},
    {"tokenizer": 3},
    {"preprocessor": "lower"},
    {"input": "url"},
    {"encoding": None},
    {"decode_error": "drop"},
    {"vocabulary": 5},
]

WEIGHTING: list[Options] = [
    *(
        {"norm": norm, "use_idf": idf, "smooth_idf": smooth, "sublinear_tf": sublinear}
        for norm in ("l2", "l1", None)
        for idf in (True, False)
        for smooth in (True, False)
        for sublinear in (True, False)
    ),
    *({"dtype": d, "norm": n} for d in (np.float32, np.float64, np.int64, np.int32) for n in ("l2", None)),
    *({"dtype": np.float32, "sublinear_tf": True, "use_idf": idf} for idf in (True, False)),
    *({"ngram_range": (a, b)} for a, b in [(1, 2), (2, 2), (1, 4)]),
    *({"analyzer": a, "ngram_range": (2, 5), "sublinear_tf": True} for a in ("char", "char_wb")),
    *({"binary": True, "norm": norm, "sublinear_tf": True} for norm in ("l2", "l1", None)),
    *({"min_df": 2, "max_df": 0.5, "norm": norm} for norm in ("l2", "l1", None)),
    *({"max_features": n, "smooth_idf": s, "ngram_range": (1, 2)} for n in (5, 50) for s in (True, False)),
    *({"vocabulary": PLAIN_TERMS, "smooth_idf": s, "ngram_range": (1, 2)} for s in (True, False)),
    {"vocabulary": TERMS, "ngram_range": (1, 3), "norm": "l1"},
    {"vocabulary": set(PLAIN_TERMS), "use_idf": False},
    {"stop_words": "english", "strip_accents": "unicode", "sublinear_tf": True},
    {"analyzer": letters_of_words, "norm": "l1"},
    {"tokenizer": str.split, "token_pattern": None, "ngram_range": (1, 2)},
    {"tokenizer": str.split},
    {"token_pattern": r"(?u)\b\w+\b", "lowercase": False, "norm": None},
    {"token_pattern": r"zzzz"},
    {"norm": "max"},
    {"use_idf": "no"},
    {"smooth_idf": 3},
    {"sublinear_tf": None},
]

HASHING: list[Options] = [
    {},
    *({"n_features": n} for n in (1, 2, 7, 64, 2**10, 2**18, 2**31 - 1)),
    *({"n_features": 8, "alternate_sign": s, "norm": n} for s in (True, False) for n in ("l2", "l1", None)),
    *({"n_features": 16, "binary": True, "norm": n} for n in ("l2", None)),
    *({"n_features": 16, "dtype": d, "norm": n} for d in (np.float32, np.int64, np.int32) for n in ("l2", None)),
    *({"ngram_range": (a, b), "norm": None} for a, b in [(1, 2), (2, 2), (1, 4), (3, 3)]),
    *({"analyzer": a, "ngram_range": (2, 5), "n_features": 100} for a in ("char", "char_wb")),
    *({"analyzer": a, "ngram_range": (1, 1), "lowercase": False} for a in ("char", "char_wb")),
    *({"stop_words": s, "ngram_range": (1, 2)} for s in ("english", ["the", "The"])),
    *({"strip_accents": s, "norm": None} for s in ("ascii", "unicode")),
    *({"token_pattern": p, "norm": None} for p in (r"\w+", r"(\w)\w", r"(\w)(\w)")),
    {"tokenizer": str.split, "token_pattern": None},
    {"tokenizer": str.split},
    {"preprocessor": shout, "ngram_range": (1, 2)},
    {"analyzer": letters_of_words, "n_features": 32},
    {"analyzer": letters_of_words, "ngram_range": (1, 2), "stop_words": ["ab"]},
    {"binary": True, "n_features": 4, "alternate_sign": True, "norm": "l1"},
    {"n_features": 0},
    {"n_features": 2**31},
    {"n_features": 2.0},
    {"norm": "max"},
    {"alternate_sign": "yes"},
    {"ngram_range": (3, 1)},
]

ONE_HOT: list[Options] = [
    {},
    {"ngram_range": (1, 3)},
    {"analyzer": "char", "ngram_range": (1, 2)},
    {"analyzer": "char_wb", "ngram_range": (2, 4), "min_df": 2},
    {"max_features": 5},
    {"max_df": 0.3, "stop_words": "english"},
    {"vocabulary": PLAIN_TERMS},
    {"dtype": np.float32},
    {"token_pattern": r"\w+", "strip_accents": "unicode"},
    {"tokenizer": str.split, "token_pattern": None},
]

GRID: list[tuple[str, Options]] = [
    *(("bow", options) for options in ANALYSIS + VOCABULARIES + PRUNING + INVALID),
    *(("tfidf", options) for options in WEIGHTING),
    *(("hashing", options) for options in HASHING),
    *(("onehot", options) for options in ONE_HOT),
]


def label(kind: str, options: Options) -> str:
    """The name of a combination in a test's report."""

    def short(value: Any) -> str:
        if isinstance(value, type) or callable(value):
            return value.__name__
        if isinstance(value, set | frozenset):
            value = sorted(value)  # one name in every process
        return re.sub(r"\s+", "", ascii(value))[:48]

    return "-".join([kind, *(f"{name}={short(value)}" for name, value in options.items())])

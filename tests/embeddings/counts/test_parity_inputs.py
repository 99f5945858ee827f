"""Forms of texts: files, bytes, iterators, and objects that are no texts, as in scikit-learn."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from parity_oracle import Outcome, difference, embed, ours, peer, run

from nlpkit.errors import NlpkitError

KINDS = ["bow", "tfidf", "hashing", "onehot"]
BYTES = {
    "utf-8": ["Grüße", "plain text", "слово ΟΔΟΣ"],
    "latin-1": ["Grüße", "plain ÀÉ"],
    "utf-16": ["Grüße", "слово"],
    "cp1251": ["слово Слово"],
    "ascii": ["plain", "text"],
}
BROKEN = [
    b"good one",
    b"bad \xff\xfe byte \xc3",
    b"\xed\xa0\x80 surrogate",
    b"overlong \xc0\xaf",
    b"\xf4\x90\x80\x80",
]
STRANGE: dict[str, Any] = {
    "a text": "one text",
    "bytes": b"some bytes",
    "numbers": [1, 2],
    "a number": 5,
    "None": None,
    "None among texts": ["one text", None],
    "nan": [np.nan],
    "nan among texts": ["one text", np.nan],
    "float": ["one text", 1.5],
    "sets of tokens": [{"one", "text"}],
    "bytes and texts": [b"one text", "two texts"],
    "bytearray": [bytearray(b"one text")],
    "a tuple": ("one text", "two texts"),
    "a set": {"one text"},
    "an array": np.array(["one text", "two texts here"]),
    "an object array": np.array(["one text", "two"], dtype=object),
    "a column": pd.Series(["one text", "two texts"], index=[5, 9]),
    "keys of a dict": {"one text": 1, "two texts": 2},
    "subclass of str": [type("Name", (str,), {})("One Text")],
    "array of arrays": np.array([["one text"], ["two texts"]]),
}


TOKENS = [["one", "Two", "two"], ["two", "three"], [], ["the", "one"]]
RECORDS = [{"text": "one two two"}, {"text": "the three"}]


def same(tokens: Any) -> Any:
    return tokens


def text_of(record: dict[str, str]) -> str:
    return record["text"].upper()


def check_strange(mine: Outcome, theirs: Outcome) -> None:
    """Where scikit-learn stumbles over what is no text, a clear refusal in one line is as good; else all is equal."""
    if isinstance(theirs.error, AttributeError | TypeError) and isinstance(mine.error, NlpkitError):
        assert isinstance(mine.error, TypeError)
        assert "\n" not in str(mine.error)
    else:
        assert not difference(mine, theirs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("encoding", BYTES)
def test_bytes_are_decoded(kind: str, encoding: str) -> None:
    texts = [text.encode(encoding) for text in BYTES[encoding]]
    options = {"encoding": encoding, "token_pattern": r"\w+"}
    assert not difference(embed(ours(kind, **options), texts, texts), embed(peer(kind, **options), texts, texts))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("decode_error", ["strict", "ignore", "replace"])
@pytest.mark.parametrize("analyzer", ["word", "char"])
def test_broken_bytes(kind: str, decode_error: str, analyzer: str) -> None:
    options = {"decode_error": decode_error, "analyzer": analyzer}
    mine, theirs = embed(ours(kind, **options), BROKEN, BROKEN), embed(peer(kind, **options), BROKEN, BROKEN)
    assert not difference(mine, theirs)


@pytest.mark.parametrize("kind", KINDS)
def test_an_encoding_that_does_not_exist(kind: str) -> None:
    texts = [b"some bytes"]
    mine, theirs = (
        embed(ours(kind, encoding="utf-99"), texts, []),
        embed(peer(kind, encoding="utf-99"), texts, []),
    )
    assert not difference(mine, theirs)


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_files(kind: str, tmp_path: Path) -> None:
    paths = [tmp_path / "one.txt", tmp_path / "two.txt"]
    paths[0].write_bytes("Grüße an alle,\r\nGRÜßE\n".encode())
    paths[1].write_bytes(b"hello hello\n\nworld")
    options = {"input": "filename", "ngram_range": (1, 2)}
    for names in (paths, [str(path) for path in paths], [*paths, tmp_path / "three.txt"], [tmp_path], [7.5]):
        assert not difference(embed(ours(kind, **options), names, names), embed(peer(kind, **options), names, names))


@pytest.mark.parametrize("kind", KINDS)
def test_open_files(kind: str) -> None:
    def files() -> list[Any]:
        return [
            io.BytesIO("Grüße an alle".encode()),
            io.StringIO("hello hello world\nsecond line"),
            io.BytesIO(b""),
        ]

    options = {"input": "file"}
    mine, theirs = (
        embed(ours(kind, **options), files(), files()),
        embed(peer(kind, **options), files(), files()),
    )
    assert not difference(mine, theirs)
    mine, theirs = (
        embed(ours(kind, **options), ["no file"], []),
        embed(peer(kind, **options), ["no file"], []),
    )
    assert not difference(mine, theirs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", STRANGE)
def test_strange_texts(kind: str, name: str) -> None:
    texts = STRANGE[name]
    mine = run([("fit_transform", lambda: ours(kind, token_pattern=r"\w+").fit_transform(texts))])
    theirs = run([("fit_transform", lambda: peer(kind, token_pattern=r"\w+").fit_transform(texts))])
    check_strange(mine, theirs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", STRANGE)
def test_strange_texts_for_a_fitted_one(kind: str, name: str) -> None:
    texts = STRANGE[name]
    good = ["one text", "two texts"]
    mine = run([("transform", lambda: ours(kind).fit(good).transform(texts))])
    theirs = run([("transform", lambda: peer(kind).fit(good).transform(texts))])
    check_strange(mine, theirs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["a text", "a number", "None"])
def test_strange_texts_for_fit(kind: str, name: str) -> None:
    mine = run([("fit", lambda: ours(kind).fit(STRANGE[name]) and 0)])
    theirs = run([("fit", lambda: peer(kind).fit(STRANGE[name]) and 0)])
    if kind == "hashing" and theirs.error is None:  # HashingVectorizer does not look at the texts
        return
    check_strange(mine, theirs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("small", [10**12, 0], ids=["plain", "compiled"])
@pytest.mark.parametrize(
    ("options", "texts"),
    [
        ({"analyzer": same}, TOKENS),
        ({"tokenizer": same, "preprocessor": same, "token_pattern": None}, TOKENS),
        ({"tokenizer": same, "lowercase": False, "token_pattern": None, "ngram_range": (1, 2)}, TOKENS),
        ({"tokenizer": same, "lowercase": False, "token_pattern": None, "stop_words": ["the"]}, TOKENS),
        ({"preprocessor": text_of, "ngram_range": (1, 2)}, RECORDS),
        ({"preprocessor": text_of, "analyzer": "char", "ngram_range": (2, 3)}, RECORDS),
        ({"preprocessor": text_of, "vocabulary": ["TWO", "THE"]}, RECORDS),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_is_no_text_may_become_one(
    kind: str, options: dict[str, Any], texts: list[Any], small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists of tokens, and records: a user's own function knows what to do with them."""
    from nlpkit.text.counting import rows as counting

    if kind == "hashing" and "vocabulary" in options:
        pytest.skip("hashing has no vocabulary")
    monkeypatch.setattr(counting, "SMALL", small)
    mine, theirs = embed(ours(kind, **options), texts, texts), embed(peer(kind, **options), texts, texts)
    assert theirs.error is None
    assert not difference(mine, theirs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("threads", [1, 2])
def test_an_iterator_is_read_once(kind: str, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from nlpkit.text.counting import rows as counting

    texts = ["one text", "two texts here", "", "three texts"]
    read: list[str] = []

    def stream() -> Iterator[str]:
        for text in texts:
            read.append(text)
            yield text

    for small in (10**12, 0):
        monkeypatch.setattr(counting, "SMALL", small)
        read.clear()
        model = ours(kind, threads=threads)
        X = model.fit_transform(stream())
        assert read == texts
        read.clear()
        again = ours(kind, threads=threads).fit(stream())
        assert read == ([] if kind == "hashing" else texts)
        read.clear()
        Y = again.transform(stream())
        assert read == texts
        want = peer(kind).fit_transform(texts)
        assert abs(X - want).max() < 1e-12
        assert abs(Y - want).max() < 1e-12


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_is_not_held(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a stream is read, only a few of its texts are alive at a time."""
    import weakref

    from nlpkit.text.counting import rows as counting

    monkeypatch.setattr(counting, "SMALL", 0)
    monkeypatch.setattr(counting, "BATCH", 1000)

    class Text(str):
        __slots__ = ("__weakref__",)

    alive: weakref.WeakSet[Text] = weakref.WeakSet()
    most = 0

    def stream() -> Iterator[str]:
        nonlocal most
        for number in range(2000):
            text = Text(f"text number {number} " + "word " * 20)
            alive.add(text)
            most = max(most, len(alive))
            yield text

    model = ours(kind, threads=1).fit(stream())
    for _ in model.transform(stream()):
        pass
    assert most < 500


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_in_the_stream_comes_through(kind: str, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from nlpkit.text.counting import rows as counting

    def stream() -> Iterator[str]:
        yield from ["one text"] * 200
        raise OSError("the line went dead")

    for small in (10**12, 0):
        monkeypatch.setattr(counting, "SMALL", small)
        monkeypatch.setattr(counting, "BATCH", 50)
        with pytest.raises(OSError, match="the line went dead"):
            ours(kind, threads=threads).fit_transform(stream())

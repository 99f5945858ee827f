"""TMX: units by hand, and files that are damaged or mean harm."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlpkit.corpora.compressed import ByteReader
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.pairs.run import LeftOut
from nlpkit.corpora.pairs.tmx import read_tmx
from nlpkit.errors import InputError

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


class Bytes:
    """A stream that gives few bytes at a time."""

    def __init__(self, data: bytes, step: int = 7) -> None:
        self._pieces = [data[begin : begin + step] for begin in range(0, len(data), step)]

    def read(self, size: int, /) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""


def unit(attributes: str = "", **texts: str) -> str:
    variants = "".join(
        f'<tuv xml:lang="{code.replace("_", "-")}"><seg>{text}</seg></tuv>' for code, text in texts.items()
    )
    return f"<tu {attributes}>{variants}</tu>\n"


def tmx(*units: str, srclang: str = "*all*", doctype: str = "") -> str:
    return f'{HEAD}{doctype}<tmx version="1.4"><header srclang="{srclang}"/>\n<body>\n{"".join(units)}</body></tmx>\n'


def read(
    content: str | bytes,
    from_: str | None = "en",
    to: str | None = "de",
    *,
    encoding: str = "utf-8",
    errors: str = "strict",
    left_out: LeftOut | None = None,
    stream: ByteReader | None = None,
    **options: Any,
) -> list[tuple[int, str, str]]:
    runs = read_tmx(
        stream or Bytes(content.encode() if isinstance(content, str) else content),
        "a.tmx",
        languages=(from_, to),
        decoding=Decoding(encoding, errors),
        left_out=LeftOut() if left_out is None else left_out,
        **options,
    )
    return [pair for run in runs for pair in zip(run.numbers, run.src, run.trg, strict=True)]


def test_units() -> None:
    left_out = LeftOut()
    content = tmx(
        unit(en="one &amp; two", de="eins\n &lt;zwei&gt;"),
        unit(fr="un", en="one", de=""),
        unit(en="only"),
        unit(de="nur"),
        '<tu><tuv xml:lang="en"/><tuv xml:lang="de"><seg>nur</seg></tuv></tu>',
    )
    assert read(content, left_out=left_out) == [(4, "one & two", "eins\n <zwei>"), (6, "one", "")]
    assert left_out == {"no text in the target language": 1, "no text in the source language": 2}


def test_codes_go_and_their_text_stays() -> None:
    """``ph`` and its like hold a program's code; what stands between them, or in ``hi``, is the sentence."""
    text = (
        'A <bpt i="1">&lt;b></bpt><hi type="x">big <hi>red</hi></hi><ept i="1">&lt;/b></ept> dog'
        '<ph>{0}<sub>alt <hi>text</hi></sub>%s</ph>,<it pos="begin">x</it> yes<ut>\\b</ut><![CDATA[ <&> ]]><!-- no -->.'
    )
    assert read(tmx(unit(en=text, de="x"))) == [(4, "A big red dog, yes <&> .", "x")]


def test_languages_with_regions() -> None:
    content = tmx(unit(en_GB="colour", de_AT="Farbe", en_US="color"))
    assert read(content, "en-US", "de") == [(4, "color", "Farbe")]
    assert read(content, "en_us", "DE") == [(4, "color", "Farbe")]
    assert read(content, "en", "de-AT") == [(4, "colour", "Farbe"), (4, "color", "Farbe")]
    with pytest.raises(InputError, match=r"no unit has a text in 'en' and 'de-DE'.*: en-GB, de-AT, en-US"):
        read(content, "en", "de-DE")


def test_several_texts_in_a_language() -> None:
    content = tmx(unit(en="a") + '<tu><tuv lang="en"><seg>a</seg></tuv>' + unit(de="b")[5:-6] + unit(de="c")[5:])
    assert read(content) == [(5, "a", "b"), (5, "a", "c")]


def test_languages_that_are_not_given() -> None:
    content = tmx(unit(de="eins", en="one"), unit(en="two", de="zwei"), srclang="en-US")
    assert read(content, None, None) == [(4, "one", "eins"), (5, "two", "zwei")]
    assert read(content, "de", None) == [(4, "eins", "one"), (5, "zwei", "two")]
    assert read(content, None, "en") == [(4, "eins", "one"), (5, "zwei", "two")]
    assert read(tmx(unit(de="eins", en="one")), None, None) == [(4, "eins", "one")]
    with pytest.raises(InputError, match="line 5: found fr beside de and en; choose two with --from and --to"):
        read(tmx(unit(de="eins", en="one"), unit(fr="deux", en="two")), None, None)
    with pytest.raises(InputError, match="no unit has texts in two languages"):
        read(tmx(unit(de="eins")), None, None)
    assert read(tmx(), None, None) == []


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1", "cp1252"])
def test_encodings(codec: str) -> None:
    declared = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16"}.get(codec, codec)
    data = tmx(unit(en="caf\xe9", de="\xdc")).replace("UTF-8", declared).encode(codec)
    told = "utf-16-le" if codec == "utf-16-le" else "utf-8"
    assert read(data, encoding=told) == [(4, "caf\xe9", "\xdc")]


def test_bad_bytes() -> None:
    data = tmx(unit(en="a", de="b"), unit(en="caf\xe9", de="d"), unit(en="e", de="f")).encode("latin-1")
    with pytest.raises(InputError, match=r"a\.tmx, line 5, byte \d+: 0xe9 is not utf-8") as caught:
        read(data)
    assert f"byte {data.index(0xE9)}:" in str(caught.value)
    assert read(data, errors="replace")[1] == (5, "caf\ufffd", "d")
    left_out = LeftOut()
    assert [pair[1] for pair in read(data, errors="skip", left_out=left_out)] == ["a", "e"]
    assert left_out == {"can't be decoded": 1}
    assert read(data, encoding="latin-1")[1] == (5, "caf\xe9", "d")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "line 1, column 1: damaged XML \\(the file is empty\\)"),
        ("<html/>", "line 1: found <html>, expected <tmx>"),
        (tmx(unit(en="a", de="b"))[:-20], "line 4, column \\d+: damaged XML \\(no element found\\).*truncated"),
        (tmx(unit(en="a & b", de="b")), "line 4, column \\d+: damaged XML"),
        (tmx(unit(en="a</seg>", de="b")), "line 4, column \\d+: damaged XML \\(mismatched tag\\)"),
        (tmx(unit(en="a\x01", de="b")), "line 4, column \\d+: damaged XML"),
        (tmx("<tu><tuv><seg>a</seg></tuv></tu>"), "line 4: <tuv> has no language; add xml:lang"),
        (tmx(unit(en="&#x1F;", de="b")), "line 4, column \\d+: damaged XML .*leave such units out with --on-bad skip"),
        (tmx(unit(en="&oops;", de="b")), "line 4: the entity 'oops' is unknown.*--on-bad skip"),
    ],
)
def test_damaged_files(content: str, message: str) -> None:
    with pytest.raises(InputError, match=rf"^a\.tmx, {message}"):
        read(content)


def test_pairs_before_the_damage_are_read() -> None:
    runs = read_tmx(
        Bytes(tmx(unit(en="a", de="b"), "<oops").encode()),
        "a.tmx",
        languages=("en", "de"),
        decoding=Decoding(),
        left_out=LeftOut(),
    )
    assert next(runs).src == ["a"]
    with pytest.raises(InputError, match="damaged"):
        next(runs)


def bomb() -> str:
    levels = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE tmx [<!ENTITY b0 "lol">{levels}]>'


@pytest.mark.parametrize(
    ("doctype", "text"),
    [
        (bomb(), "&b9;"),
        ('<!DOCTYPE tmx [<!ENTITY q "x">]>', "&q;"),
        ('<!DOCTYPE tmx [<!ENTITY q SYSTEM "file:///etc/passwd">]>', "&q;"),
        ('<!DOCTYPE tmx [<!ENTITY % q SYSTEM "file:///etc/passwd"> %q;]>', "a"),
    ],
)
def test_entities_are_refused_where_they_are_declared(doctype: str, text: str) -> None:
    with pytest.raises(InputError, match=r"line 2: declares the entity '\w+', which is not allowed"):
        read(tmx(unit(en=text, de="b"), doctype=doctype))


def test_a_dtd_is_not_fetched(tmp_path: Path) -> None:
    (tmp_path / "tmx14.dtd").write_text('<!ENTITY nbsp "x">')
    doctype = f'<!DOCTYPE tmx SYSTEM "{(tmp_path / "tmx14.dtd").as_uri()}">'
    assert read(tmx(unit(en="a", de="b"), doctype=doctype)) == [(4, "a", "b")]
    assert read(tmx(unit(en="a&nbsp;b", de="b"), doctype=doctype)) == [(4, "a\u00a0b", "b")]
    (tmp_path / "tmx14.dtd").write_text('<!ENTITY own "x">')
    with pytest.raises(InputError, match="line 4: the entity 'own' is unknown, because external files are not read"):
        read(tmx(unit(en="a&own;b", de="b"), doctype=doctype))
    assert read(tmx(unit(en="a&own;b", de="b"), unit(en="a", de="b"), doctype=doctype), on_bad="skip") == [
        (5, "a", "b")
    ]
    for on_bad in ("error", "skip"):
        with pytest.raises(InputError, match="declares the entity 'q'"):
            read(tmx(unit(en="a"), doctype='<!DOCTYPE tmx [<!ENTITY q "x">]>'), on_bad=on_bad)


@pytest.mark.parametrize("on_bad", ["error", "skip"])
def test_memory_does_not_grow_with_the_file(on_bad: str) -> None:
    class Endless:
        def __init__(self) -> None:
            self.n = 0

        def read(self, size: int, /) -> bytes:
            self.n += 1
            if self.n == 1:
                return tmx().partition("</body>")[0].encode()
            if self.n == 100:
                return b"</body></tmx>"
            return unit(en="x" * 400, de="y" * 400).encode() * 100 if self.n < 100 else b""

    runs: Any = read_tmx(
        Endless(), "a.tmx", languages=("en", "de"), decoding=Decoding(), left_out=LeftOut(), on_bad=on_bad
    )
    tracemalloc.start()
    try:
        assert sum(len(run.src) for run in runs) == 9_800
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4_500_000  # the file has 9 million bytes


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))


@settings(deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT)))
def test_what_is_written_is_read(written: list[tuple[str, str]]) -> None:
    content = tmx(*(unit(en=escape(src), de=escape(trg)) for src, trg in written))
    assert [(src, trg) for _, src, trg in read(content)] == written
    assert read(content, on_bad="skip") == read(content)

"""TMX files with bad units: each costs itself, and is counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_tmx import HEAD, read, tmx, unit

from nlpkit.corpora import Pairs
from nlpkit.corpora.pairs.run import LeftOut
from nlpkit.corpora.pairs.tmx_units import UnitCutter
from nlpkit.errors import InputError, ParameterError

FIRST, LAST = unit(en="The cat sleeps.", de="Die Katze."), unit(en="The dog barks.", de="Der Hund.")
KEPT = [(4, "The cat sleeps.", "Die Katze."), (6, "The dog barks.", "Der Hund.")]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (unit(en="Page&#x1F; break", de="b"), "damaged XML (reference to invalid character number)"),
        (unit(en="a\x0bb", de="b"), "damaged XML (not well-formed (invalid token))"),
        (unit(en="a & b", de="b"), "damaged XML (not well-formed (invalid token))"),
        (unit(en="a < b", de="b"), "damaged XML (not well-formed (invalid token))"),
        (unit(en="<b>a", de="b"), "damaged XML (mismatched tag)"),
        (unit(en="a", de="b").replace("</tu>", ""), "damaged XML (mismatched tag)"),
        (unit(en="&oops;", de="b"), "an unknown entity"),
        ("<tu><tuv><seg>a</seg></tuv></tu>\n", "a text without xml:lang"),
        ("<tu><!-- never closed </tu>\n", "damaged XML (unclosed token)"),
        ("<tu><tuv xml:lang='en'><seg><![CDATA[ </seg></tuv></tu>\n", "damaged XML (unclosed CDATA section)"),
        ("lost text\n", "text between units"),
        ("</tu>\n", "text between units"),
        (unit(en="one") + "", "no text in the target language"),
    ],
)
def test_a_bad_unit_costs_itself(bad: str, reason: str) -> None:
    left_out = LeftOut()
    assert read(tmx(FIRST, bad, LAST), on_bad="skip", left_out=left_out) == KEPT
    assert left_out == {reason: 1}


@pytest.mark.parametrize("options", [{"errors": "skip"}, {"on_bad": "skip"}], ids=str)
def test_bytes_that_are_no_text_cost_their_unit(options: dict[str, str]) -> None:
    data = tmx(FIRST, unit(en="caf\xe9", de="d"), LAST).encode("latin-1")
    left_out = LeftOut()
    assert read(data, left_out=left_out, **options) == KEPT
    assert left_out == {"can't be decoded": 1}
    in_tag = tmx(FIRST, unit(en="a", de="b").replace("tuv", "t\xe9v"), LAST).encode("latin-1")
    assert read(in_tag, **options) == KEPT
    assert read(data, errors="replace", on_bad="skip")[1] == (5, "caf\ufffd", "d")


def test_many_bad_units_among_many() -> None:
    units = [unit(en=f"{n} &#x1F;" if n % 7 == 3 else f"{n}", de="x" * 300) for n in range(2000)]
    left_out = LeftOut()
    found = read(tmx(*units), on_bad="skip", left_out=left_out)
    assert [(line, src) for line, src, _ in found] == [(n + 4, f"{n}") for n in range(2000) if n % 7 != 3]
    assert sum(left_out.values()) == 286


def test_a_truncated_file_is_said() -> None:
    left_out = LeftOut()
    assert read(tmx(FIRST, LAST)[:-60], on_bad="skip", left_out=left_out) == [KEPT[0]]
    assert left_out == {"damaged XML (not well-formed (invalid token))": 1, "the end of the file is missing": 1}
    left_out = LeftOut()
    assert read(tmx(FIRST).removesuffix("</body></tmx>\n"), on_bad="skip", left_out=left_out) == [KEPT[0]]
    assert left_out == {"the end of the file is missing": 1}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "line 1, column 1: damaged XML (the file is empty)"),
        ("<html/>", "line 1: found <html>, expected <tmx>"),
        (tmx(FIRST, LAST).replace("<header", "<header <"), "line 2, column 28: damaged XML"),
        (tmx().replace("</body>", ""), "damaged XML (mismatched tag)"),
    ],
)
def test_the_beginning_must_be_whole(content: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(content, on_bad="skip")
    assert message in str(caught.value)
    assert "--on-bad" not in str(caught.value)


def test_entities_of_html_are_their_characters() -> None:
    content = tmx(unit(en="a&nbsp;b &eacute;&hellip; &amp;lt; &apos;", de="&rarr;<ph>&copy;</ph>&Auml;"))
    expected = [(4, "a\u00a0b é… &lt; '", "→Ä")]
    alone = content.replace('encoding="UTF-8"', 'encoding="UTF-8" standalone="yes"')
    for text in (content, alone):
        assert read(text) == read(text, on_bad="skip") == expected


def test_variants_of_a_language_make_pairs() -> None:
    several = unit(en_US="elevator", en_GB="lift", de_DE="Aufzug", de_AT="Lift")
    both = [("elevator", "Aufzug"), ("elevator", "Lift"), ("lift", "Aufzug"), ("lift", "Lift")]
    assert [pair[1:] for pair in read(tmx(several))] == both
    assert [pair[1:] for pair in read(tmx(several), "en-GB", "de")] == both[2:]
    assert [pair[1:] for pair in read(tmx(several), "en", "de-AT")] == both[1::2]
    with_plain = unit(pt="a", pt_BR="b", de="c")
    assert [pair[1:] for pair in read(tmx(with_plain), "pt", "de")] == [("a", "c"), ("b", "c")]
    assert [pair[1:] for pair in read(tmx(with_plain), "pt-BR", "de")] == [("b", "c")]


@pytest.mark.parametrize(
    ("segment", "plain", "tagged"),
    [
        ("one<ph/>two", "one two", "one{1}two"),
        ("one <ph/>two", "one two", "one {1}two"),
        ("one<ph/>, two", "one, two", "one{1}, two"),
        ("one<ph/>\u00a0two", "one\u00a0two", "one{1}\u00a0two"),
        ("<ph/>one<ph/>", "one", "{1}one{2}"),
        ("one<ph/><ph/>two", "one two", "one{1}{2}two"),
        ("page<it pos='begin'>x</it>12", "page 12", "page{1}12"),
        ("(<ut>x</ut>a)", "(a)", "({1}a)"),
        ("e\u0301<ph/>a", "e\u0301 a", "e\u0301{1}a"),
        ("手<ph/>机", "手机", "手{1}机"),
        ("ร่ม<ph/>แดง", "ร่มแดง", "ร่ม{1}แดง"),
        ("전화<ph/>기", "전화 기", "전화{1}기"),
        ("a<hi>b</hi>c", "abc", "abc"),
        ("a<!-- x -->b<![CDATA[<]]>", "ab<", "ab<"),
        ("<bpt i='1' x='2'>&lt;b></bpt>one<ept i='1'>&lt;/b></ept> <ph x='1'>%s</ph>", "one ", "{2>one<2} {1}"),
        ("<bpt i='1'/>a<bpt i='2'/>b<ept i='2'/><ept i='1'/>", "a b", "{1>a{2>b<2}<1}"),
        ("a<ph>x<sub>note</sub></ph>b", "a b", "a{1}b"),
    ],
)
def test_inline_codes(segment: str, plain: str, tagged: str) -> None:
    for on_bad in ("error", "skip"):
        assert read(tmx(unit(en=segment, de="x")), on_bad=on_bad) == [(4, plain, "x")]
        assert read(tmx(unit(en=segment, de="x")), on_bad=on_bad, keep_tags=True) == [(4, tagged, "x")]


def test_pairs_of_a_file_and_an_unknown_choice(tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    path.write_text(tmx(FIRST, unit(en="a&#x1F;", de="b"), LAST))
    pairs = Pairs(pairs=path, from_="en", to="de", decode_errors="skip")
    assert [(pair.number, pair.src, pair.trg) for pair in pairs] == KEPT
    assert sum(pairs.left_out.values()) == 1
    with pytest.raises(InputError, match=r"a\.tmx, line 5, column .* leave such units out with --on-bad skip"):
        list(Pairs(pairs=path, from_="en", to="de"))
    with pytest.raises(ParameterError, match="on_bad is 'ignore': choose error or skip"):
        read(tmx(FIRST), on_bad="ignore")


TAGS = ["<tu>", "</tu>", "<tu/>", "<tu a='>'/>", "<tuv>", "<!--", "-->", "<![CDATA[", "]]>", "<?x", "?>"]
MARKUP = [*TAGS, *'a\n<>"']


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(MARKUP)), st.integers(1, 9))
def test_parts_are_the_file_wherever_it_is_cut(markup: list[str], step: int) -> None:
    text = HEAD + "".join(markup)
    whole = list(UnitCutter().parts([text]))
    assert "".join(part.text for part in whole) == text
    assert [part.line for part in whole] == [
        1 + "".join(part.text for part in whole[:n]).count("\n") for n in range(len(whole))
    ]
    assert all(part.text.startswith("<tu") for part in whole if part.is_unit)
    assert list(UnitCutter().parts([text[n : n + step] for n in range(0, len(text), step)])) == whole

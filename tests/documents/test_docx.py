"""Word documents: formatting, links, fields and notes stay, and other parts of the file are copied."""

from __future__ import annotations

import io
import zipfile

import pytest

from nlpkit.documents.docx import WordDocument
from nlpkit.errors import InputError

etree = pytest.importorskip("lxml.etree")

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def run(text: str, inner: str = "") -> str:
    return f'<w:r>{inner}<w:t xml:space="preserve">{text}</w:t></w:r>'


BOLD = "<w:rPr><w:b/></w:rPr>"
LANGUAGE = '<w:rPr><w:lang w:val="en"/></w:rPr>'
LINK = f'<w:hyperlink r:id="rId1">{run(" here", BOLD)}</w:hyperlink>'
FIELD = "".join(
    f"<w:r>{part}</w:r>"
    for part in (
        '<w:fldChar w:fldCharType="begin"/>',
        "<w:instrText>PAGE</w:instrText>",
        '<w:fldChar w:fldCharType="separate"/>',
        "<w:t>7</w:t>",
        '<w:fldChar w:fldCharType="end"/>',
    )
)
LAST = '<w:r><w:tab/><w:t>end</w:t><w:footnoteReference w:id="2"/></w:r>'
LAST += "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
CELLS = "".join(f"<w:tc><w:p>{run(text)}</w:p></w:tc>" for text in ("Cell", "12"))
BODY = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>
<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr>{run("One")}</w:p>
<w:p>{run("See the ")}{run("red", LANGUAGE)}<w:proofErr w:type="x"/>{run(" ")}{run("dog", BOLD)}{LINK}{run(".")}</w:p>
<w:p>{run("Page ")}{FIELD}{LAST}</w:p>
<w:tbl><w:tr>{CELLS}</w:tr></w:tbl>
<w:p/></w:body></w:document>"""
NOTES = f'<w:footnotes xmlns:w="{W}"><w:footnote w:id="2"><w:p>{run("A note")}</w:p></w:footnote></w:footnotes>'


def archive(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("word/media/image1.png", b"\x89PNG\0")
        for name, content in parts.items():
            made.writestr(f"word/{name}.xml", content)
    return out.getvalue()


def shown(content: bytes, part: str = "document") -> list[str]:
    """The paragraphs: text, with *bold*, [links], and the names of other things in braces."""
    tree = etree.fromstring(zipfile.ZipFile(io.BytesIO(content)).read(f"word/{part}.xml"))
    found = []
    for paragraph in tree.iter(f"{{{W}}}p"):
        text = ""
        for element in paragraph.iter():
            name = etree.QName(element).localname
            if name in ("t", "delText", "instrText"):
                is_bold = element.getparent().find(f"{{{W}}}rPr/{{{W}}}b") is not None
                is_link = any(etree.QName(above).localname == "hyperlink" for above in element.iterancestors())
                part_text = f"*{element.text}*" if is_bold else element.text
                text += f"[{part_text}]" if is_link else part_text
            elif name in ("tab", "footnoteReference", "fldChar", "pStyle"):
                text += f"{{{name}}}"
        found.append(text)
    return found


def test_units_and_what_stays() -> None:
    content = archive(document=BODY, footnotes=NOTES)
    document = WordDocument(content)
    assert [unit.text for unit in document.units] == [
        "One", "See the red dog here.", "Page <0/><1/>end<2/><3/>", "Cell", "A note"
    ]  # fmt: skip
    same = document.filled([unit.filled(unit.text, list(range(len(unit.text.split())))) for unit in document.units])
    assert (
        shown(same)
        == [
            "{pStyle}One",
            "See the red *dog*[* here*].",
            "Page {fldChar}PAGE{fldChar}7{fldChar}{tab}end{footnoteReference}gone",
            "Cell",
            "12",
            "",
        ]
        or shown(same)[1] == "See the red *dog* [*here*]."
    )
    assert shown(same, "footnotes") == ["A note"]
    old, new = (zipfile.ZipFile(io.BytesIO(each)) for each in (content, same))
    assert new.namelist() == old.namelist()
    assert new.read("word/media/image1.png") == b"\x89PNG\0"


def test_formatting_moves_with_the_words() -> None:
    document = WordDocument(archive(document=BODY))
    texts = ["Eins", document.units[1].filled("Den Hund, rot, siehe hier.", [1, 3, 2, 0, 4])]
    others = zip(document.units[2:], ("Ende <1/> <0/><2/><3/>", "Zelle"), strict=True)
    texts += [unit.filled(text, []) for unit, text in others]
    assert shown(document.filled(texts))[:4] == [
        "{pStyle}Eins",
        "Den *Hund,* rot, siehe [*hier*].",
        "Ende {tab} {fldChar}PAGE{fldChar}7{fldChar}{footnoteReference}gone",
        "Zelle",
    ]


@pytest.mark.parametrize("content", [b"", b"PK", archive(document="<w:p"), archive(header1=NOTES)])
def test_files_that_are_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="is no Word document"):
        WordDocument(content)

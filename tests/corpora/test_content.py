"""Content decides what a file is: compressed, an archive, a table, text; or it is refused by its name."""

from __future__ import annotations

import gzip
import io
import pickle
import tarfile
import zipfile
from pathlib import Path

import pytest

from nlpkit.corpora import Pairs, Texts, archives
from nlpkit.corpora.content import content_of
from nlpkit.errors import InputError


def read(path: Path, **options: object) -> list[tuple[str, str]]:
    return [(row.source.replace(str(path), path.name), row.text) for row in Texts([path], **options)]  # type: ignore[arg-type]


MEMBERS = {
    "c/b.txt": b"three birds\n",
    "c/a.csv": b"id;text\n1;one cat\n",
    "c/c.jsonl": b'{"text": "two dogs"}\n',
    "c/.hidden": b"no\n",
    "__MACOSX/c/b.txt": b"no\n",
    "c/d.png": b"\x89PNG\r\n\x1a\n" + bytes(40),
    "c/e.txt.gz": gzip.compress(b"four fish\n"),
    "f.zip": b"PK\x05\x06" + bytes(18),
}
FOUND = [
    ("b.txt", "three birds"),
    ("a.csv", "one cat"),
    ("c.jsonl", "two dogs"),
    ("e.txt.gz", "four fish"),
]


def packed(path: Path, members: dict[str, bytes] = MEMBERS) -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return path
    with tarfile.open(path, "w:" + {".tar": "", ".gz": "gz", ".tgz": "gz", ".xz": "xz"}[path.suffix]) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.uname = len(content), "someone"
            archive.addfile(info, io.BytesIO(content))
    return path


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tgz", "a.tar.xz"])
def test_members_in_archive_order(name: str, tmp_path: Path) -> None:
    path = packed(tmp_path / name)
    texts = Texts([path])
    assert [(row.source.split("!c/")[1], row.text) for row in texts] == FOUND
    assert texts.left_out == {"member of an archive that is not text": 1, "archive in an archive": 1}
    renamed = path.rename(tmp_path / "download")
    assert [text for _, text in read(renamed)] == [text for _, text in FOUND]
    whole = Texts([renamed], per="file")
    assert next(iter(whole)).text == "three birds\n"


def test_archives_of_pairs(tmp_path: Path) -> None:
    path = packed(
        tmp_path / "a.zip", {"README": b"about", "x/a.tsv": b"one\teins\n", "b.jsonl": b'{"src":"a","trg":"b"}'}
    )
    pairs = Pairs(pairs=path)
    assert [(pair.source.split("!")[1], pair.src, pair.trg) for pair in pairs] == [
        ("x/a.tsv", "one", "eins"),
        ("b.jsonl", "a", "b"),
    ]
    assert pairs.left_out == {"member of an archive that is no file of pairs": 1}
    with pytest.raises(InputError, match=r"the archive holds no file of pairs .*; unpack it, and give its files"):
        list(Pairs(pairs=packed(tmp_path / "b.zip", {"a.en": b"one\n", "a.de": b"eins\n"})))


def test_encrypted_members_and_links_are_counted(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"a.txt": b"one\n", "b.txt": b"two\n"})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rindex(signature) + offset] |= 1
    path.write_bytes(bytes(data))
    texts = Texts([path])
    assert (list(texts.texts()), texts.left_out) == (["one"], {"encrypted member": 1})
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        info = tarfile.TarInfo("../../outside.txt")
        info.size = 4
        archive.addfile(info, io.BytesIO(b"one\n"))
    texts = Texts([tmp_path / "a.tar"])
    assert (list(texts.texts()), texts.left_out) == (["one"], {"link or device in an archive": 1})
    assert not (tmp_path.parent.parent / "outside.txt").exists()


def test_archives_that_expand_without_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LEAST_LIMIT", 10_000)
    for name in ("a.zip", "a.tar.gz"):
        path = packed(tmp_path / name, {"a.txt": b"word \n" * 500_000})
        with pytest.raises(
            InputError, match=r"expands to more than .*; if you trust it, unpack it, and give the folder"
        ):
            list(Texts([path]).texts())
    for name in ("b.zip", "b.tar"):
        path = packed(tmp_path / name, {"a.txt": b"word\n" * 100})
        path.write_bytes(path.read_bytes()[: -10 if name == "b.zip" else 600])
        with pytest.raises(InputError, match="archive is damaged or not supported"):
            list(Texts([path]).texts())


CLOSED = {
    "a.pdf": (b"%PDF-1.7\n1 0 obj\n", "is a PDF file, not text: extract its text first"),
    "a.txt": (b"\x89PNG\r\n\x1a\n\0\0", r"is a picture \(PNG\)"),
    "a.csv": (b"\xff\xd8\xff\xe0\0\x10JFIF", r"is a picture \(JPEG\)"),
    "a.jsonl": (pickle.dumps({"a": [1, 2]}), "is a pickle, not text: a pickle can run code"),
    "model": (b"\x80\x04\x95\0\0\0\0\0\0\0\0\x8c\x15gensim.models.word2vec", "save_word2vec_format"),
    "a.rtf": (b"{\\rtf1\\ansi text}", "is an RTF document"),
    "sound": (b"RIFF\0\0\0\0WAVEfmt ", r"is audio \(WAV\), not text: --method logmel or mfcc"),
    "song.dat": (b"ID3\x04\0\0\0\0\0\0", r"is audio \(MP3\)"),
    "a.7z": (b"7z\xbc\xaf\x27\x1c\0\x04", "is a 7z archive, not text: unpack it"),
    "a.db": (b"SQLite format 3\0\x10\0", "is an SQLite database"),
    "a.npy.txt": (b"\x93NUMPY\x01\0", "is a NumPy array"),
}


@pytest.mark.parametrize("name", CLOSED)
def test_what_is_no_text_is_refused_by_name(name: str, tmp_path: Path) -> None:
    content, message = CLOSED[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        list(Texts([path]).texts())
    assert str(path) in str(caught.value)
    with pytest.raises(InputError, match=message):
        list(Pairs(path, path))
    (tmp_path / "z.md").write_text("one cat\n")
    folder = Texts([tmp_path], on_bad="skip")
    assert list(folder.texts()) == ["one cat\n"]
    assert sum(folder.left_out.values()) == 1


def test_documents_are_refused_by_name(tmp_path: Path) -> None:
    for members, message in (
        ({"[Content_Types].xml": b"", "word/document.xml": b"<w/>"}, r"is a document \(Word\), not text: save it as"),
        ({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b""}, "OpenDocument"),
        ({"mimetype": b"application/epub+zip"}, "EPUB"),
        ({"a.npy": b"", "b.npy": b""}, "NumPy archive"),
    ):
        path = packed(tmp_path / "a.zip", members).rename(tmp_path / "a")
        with pytest.raises(InputError, match=message):
            list(Texts([path]).texts())


@pytest.mark.parametrize(
    "text",
    [b"PK fire\n", b"ID3 is a tag\n", b"FORM of words\n", b"ORC\n", b"a\0b\n", b"\0", b"", b"BZhello", b"GIF\n"],
)
def test_text_that_begins_like_something_else(text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(text)
    assert content_of(text).kind == "text"
    assert "\n".join(Texts([path]).texts()) == text.decode().removesuffix("\n")


@pytest.mark.parametrize("name", ["app.po", "app.pot", "m.tmx", "m.tmx.gz", "film.srt", "film.vtt", "a.xliff"])
def test_files_whose_lines_are_no_texts(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    content = b'msgid "one"\nmsgstr ""\n'
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    with pytest.raises(InputError, match=r"whose lines are not texts: .*rename it to \.txt to read every line"):
        list(Texts([path]).texts())
    with pytest.raises(InputError, match="whose lines are not texts"):
        list(Pairs(path, path))
    assert list(Texts([path], per="file").texts()) == [content.decode()]
    texts = Texts([path, path], on_bad="skip")
    assert (list(texts.texts()), texts.skipped) == ([], 2)


def test_members_that_cannot_be_read_cost_themselves_alone(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"a.csv": b"text\none\n", "README.md": b"about\n", "b.csv": b"text\ntwo\n"})
    with pytest.raises(InputError, match=r"README\.md: there is no column 'text'.*; --on-bad skip leaves it out"):
        list(Texts([path], column="text").texts())
    texts = Texts([path], column="text", on_bad="skip")
    assert list(texts.texts()) == ["one", "two"]
    assert texts.left_out == {"member of an archive that cannot be read": 1}
    with zipfile.ZipFile(path, "w") as archive:  # stored, so that a byte of the text can be changed
        for name in ("a.txt", "b.txt"):
            archive.writestr(name, f"text of {name}\n")
    path.write_bytes(path.read_bytes().replace(b"text of a", b"text of b", 1))
    with pytest.raises(InputError, match=r"Bad CRC-32.*; --on-bad skip leaves it out"):
        list(Texts([path]).texts())
    texts = Texts([path], on_bad="skip")
    assert list(texts.texts())[-1] == "text of b.txt"
    assert texts.left_out == {"member of an archive that cannot be read": 1}


def test_a_translation_memory_with_another_suffix(tmp_path: Path) -> None:
    path = tmp_path / "memory.xml"
    unit = '<tu><tuv xml:lang="en"><seg>one</seg></tuv><tuv xml:lang="de"><seg>eins</seg></tuv></tu>'
    path.write_text(f'<?xml version="1.0"?>\n<tmx version="1.4"><header srclang="en"/><body>{unit}</body></tmx>')
    with pytest.raises(InputError, match=r"is a translation memory \(TMX\), whose lines are not texts"):
        list(Texts([path]).texts())
    assert [(pair.src, pair.trg) for pair in Pairs(pairs=path, from_="en", to="de")] == [("one", "eins")]


def test_a_zip_file_from_a_stream(tmp_path: Path) -> None:
    data = packed(tmp_path / "a.zip").read_bytes()
    assert list(Texts(["-"], stdin=io.BytesIO(data)).texts()) == [text for _, text in FOUND]


def test_a_damaged_member_that_lzma_packed(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.txt", "one cat two dogs\n" * 400)
    data = bytearray(path.read_bytes())
    begin = data.index(b"a.txt") + 5
    data[begin + 12 : begin + 40] = bytes(byte ^ 0x5A for byte in data[begin + 12 : begin + 40])
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match=r"a\.zip: the archive is damaged or not supported"):
        list(Texts([path]).texts())

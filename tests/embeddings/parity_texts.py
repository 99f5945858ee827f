"""The texts on which nlpkit has to agree with scikit-learn: small sets that each hold one kind of trouble."""

from __future__ import annotations

import os
import random
import zipfile
from functools import cache
from pathlib import Path

import pytest

ASCII = """\
The quick brown fox jumps over the lazy dog.
the quick, brown fox -- and THE LAZY DOG!
A rose is a rose is a rose; a_rose __is__ a _rose_.
Don't panic: it's only 42 o'clock, isn't it?
I a b c d e f g
x1 y2 z33 1 22 333 4444 0x1F 3.14 1,000,000 1e-9
e-mail me@example.com or visit http://www.example.org/path?query=1&other=two#part
To be, or not to be, that is the question: to be to be to be

ab abc abcd abcdefg abcdefgh abcdefghijklmno abcdefghijklmnop abcdefghijklmnopqrstuvwxyz
abcdefghijklmnoq abcdefghijklmno abcdefghijklmnopqrstuvwxyy abcdefg abcdefgi
   leading and   inner\tspaces \t and trailing   \t
CamelCase snake_case kebab-case SCREAMING_SNAKE mixedCASE
"quoted" 'single' (round) [square] {curly} <angle> `back`
one fish two fish red fish blue fish one fish
fish fish fish fish fish fish fish fish fish
zebra yak xerus wolf vole urchin tiger snake rat quail
we will, we will rock you; will we rock you? We will
the of and to in is was he for it with as his on be at by
!@#$%^&*() ... --- ??? !!!
no more words than these words""".splitlines()

MULTILINGUAL = """\
Ein schöner Tag: Straße, Füße, GROẞ und ÄÖÜ größer als äöü
Ça va très bien, merci; où est l'école déjà fermée? ÇA VA TRÈS BIEN
El niño comió piñas y la niña bebió agua. ¿Qué más? ¡EL NIÑO!
Příliš žluťoučký kůň úpěl ďábelské ódy. PŘÍLIŠ ŽLUŤOUČKÝ KŮŇ
Zażółć gęślą jaźń; ZAŻÓŁĆ GĘŚLĄ JAŹŃ
Árvíztűrő tükörfúrógép, ÁRVÍZTŰRŐ TÜKÖRFÚRÓGÉP
İstanbul'da ılık bir gün, ISPARTA, DİYARBAKIR, Iğdır
Ο Σίσυφος έσπρωχνε τον βράχο. Ο ΣΊΣΥΦΟΣ ΈΣΠΡΩΧΝΕ ΤΟΝ ΒΡΆΧΟ ΤΗΣ ΟΔΟΎ
Съешь же ещё этих мягких французских булок, да выпей чаю. СЪЕШЬ ЖЕ ЕЩЁ
Њ и Љ су слова; ЊЕГОШ и љубав
נֵר לְרַגְלִי דְבָרֶךָ וְאוֹר לִנְתִיבָתִי שלום עולם
أهلا وسهلا بكم في العالم، السلام عليكم ١٢٣ ٤٥
यह एक परीक्षण है और यह हिन्दी में है क्षि १२३
তিনি বাংলায় কথা বলেন এবং তিনি লেখেন
ภาษาไทยไม่มีช่องว่างระหว่างคำ ภาษาไทย
我喜欢吃苹果。我喜欢吃苹果和香蕉，你呢？
東京都に住んでいます。カタカナとひらがなと漢字。東京都
나는 한국어를 공부합니다. 나는 학생입니다
Tôi đang học tiếng Việt ở Hà Nội, TIẾNG VIỆT
ქართული ენა და Ⴀ Ა მხედრული
Հայերեն լեզու, ՀԱՅԵՐԵՆ ԼԵԶՈՒ և եւ
ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ ꭰꭱꭲ ꮳꮃꭹ
አማርኛ ቋንቋ ነው። አማርኛ
ɐ ʘ ǆ ǅ Ǆ ﬁ ﬂ ﬃ ĳ Ĳ
naïve café résumé coöperate, façade. NAÏVE CAFÉ
ABC абв αβγ mixed слово word λόγος слово word""".splitlines()

NAUGHTY = [
    "nul\0inside and\0\0two \0",
    "\0",
    "lone \ud800 high, \udfff low, x\ud83dy glued\udc00",
    "pair \ud83d\ude00 of surrogates \ud83d \ude00\ud83d",
    "\udc80bytes\udcff surrogateescape",
    "İ iİi İSTANBUL Iİ ı I i̇ İ́",
    "ΣΊΣΥΦΟΣ ΟΔΟΣ ΑΣ Σ ΣΣ ΑΣΑ ΑΣ. ΑΣ\u0301 ΑΣ\u0301Α \u0301Σ Α\u00adΣ Α'Σ' ΑΣ'Α",
    "ΑΣ",
    "Σ",
    "K \u212a 20\u212a kelvin \u212aelvin \u212b \u2126 OHM\u2126",
    "Ⱥ ⱥ ȺȾ Ⱦⱦ aȺa ȺȺȺȺȺȺȺȺȺȺ",
    "e\u0301 é E\u0301 ÉE\u0301 a\u0323\u0307 \u0301 \u0301\u0301 q\u0301\u0302\u0303\u0304",
    "क्षत्रिय ऩ न\u093c ﷺ ㎏ ™ ² ½ Ⅷ ⅷ ① ❶",
    "😀 👩‍👩‍👧‍👦 👍🏽 a😀b 🇩🇪🇫🇷 ☃️ 😀😀",
    "zero\u200bwidth zero\u200cnon\u200djoiner \ufeffbom word\u2060joiner soft\u00adhyphen",
    "\u202eright to left\u202c \u200fmark\u200e שלום abc \u2066iso\u2069",
    "file\x1cgroup\x1drecord\x1eunit\x1fend \x1c\x1d \x1e\x1e x\x1f",
    "next\x85line \x85\x85 \u2028line\u2028 \u2029para\u2029 \x0bvt\x0c ff",
    "nbsp\u00a0nbsp \u1680 \u2000\u2001\u200a \u202f \u205f \u3000wide\u3000\u3000space \u180e",
    "𝒜𝓁𝓅𝒽𝒶 𝔄𝔟𝔠 𐐀𐐁𐐨𐐩 𞤀𞤁𞤢 𝟘𝟙𝟚 𠀀𠀁",
    "ß ẞ SS ss ŉ ǰ ΐ և ẖ ﬀ ᾼ ᾳ Ώ",
    "a" * 300 + " " + "b" * 15 + " " + "b" * 16 + " " + "b" * 17 + " " + "é" * 7 + " " + "é" * 8,
    "_ __ _a a_ 1_ _1 ___ a_b_c ‿ ⁀ a‿b",
    "\n\n\r\n line \r\n\n\n two \r three\r\r",
    "A",
    "a b",
    "Ab",
    "é",
    "éa",
    "aé",
    "\U0010ffff \ue000 \ufffe\uffff \ufffd x\ufffdy \x7f \x80 \xad",
    "ΑΣ\0ΑΣ ΑΣ\ud800 İ\ud800",
]

SETS: dict[str, list[str]] = {
    "ascii": ASCII,
    "multilingual": MULTILINGUAL,
    "naughty": NAUGHTY,
    "valid": [text for text in NAUGHTY if not any("\ud800" <= c <= "\udfff" for c in text)],
    "empty": ["", "one two, two three", "", "", "two", ""],
    "blank": ["", ""],
    "whitespace": [" ", "\n\t ", "\u3000\u2003", "\x1c\x1d\x1e\x1f\x85", "   ", "\xa0", " \xa0 \u2029 "],
    "one": ["Aa"],
    "nothing": [],
}

UNSEEN = [
    "The rose and an unseen flower, Straße, naïve ΟΔΟΣ",
    "",
    "nothing_known_here1 QQQQ ÿÿÿÿ 😀 two",
    "fish слово и слово; 我喜欢 a\0b İstanbul",
    "the quick brown fox of the quick brown fox and abcdefghijklmnop",
]


@cache
def long_line(size: int = 1 << 20) -> str:
    """One line of ``size`` characters: words of a few scripts, drawn unevenly."""
    chance = random.Random(20240229)
    words = sorted({word for text in ASCII + MULTILINGUAL for word in text.split()})
    pieces = []
    length = 0
    while length < size:
        word = words[int(len(words) * chance.random() ** 2)] + (
            str(chance.randrange(3000)) if chance.random() < 0.3 else ""
        )
        pieces.append(word)
        length += len(word) + 1
    return " ".join(pieces)[:size]


def shared(name: str) -> Path:
    """The path of a shared data set; skips the test where there is none."""
    folder = os.environ.get("NLPKIT_DATA")
    if not folder:
        pytest.skip("NLPKIT_DATA does not name the folder of the shared data sets")
    path = Path(folder) / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


@cache
def declaration() -> list[str]:
    """Lines of the Declaration of Human Rights in all languages of the shared archive, some of each."""
    lines = []
    with zipfile.ZipFile(shared("text/udhr2.zip")) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".txt"):
                text = archive.read(name).decode("utf-8")
                lines += [line for line in text.split("\n") if line.strip()][5:12]
    return lines


@cache
def naughty_strings() -> list[str]:
    """The lines of the shared list of naughty strings."""
    return shared("edge/blns.txt").read_text("utf-8").split("\n")

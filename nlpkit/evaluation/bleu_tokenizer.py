"""The tokenizer with which BLEU counts words: by the target language, or by the script of the references.

sacreBLEU's default, 13a, splits at spaces and punctuation, and takes a Chinese or Thai sentence for one word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.util import find_spec

from nlpkit.text.unspaced import unspaced_script

DEFAULT = "13a"

_JAPANESE = "japanese"
_LANGUAGES = (
    dict.fromkeys(("zh", "zho", "chi", "cmn", "yue", "wuu", "nan", "hak", "lzh", "gan", "hsn"), "han")
    | dict.fromkeys(("ja", "jpn"), _JAPANESE)
    | dict.fromkeys(("th", "tha", "lo", "lao", "km", "khm", "my", "mya", "bur", "bo", "bod", "tib", "dz"), "other")
)
_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*")


def bleu_tokenizer(references: Iterable[str], language: str | None = None) -> str:
    """Return sacreBLEU's name of the tokenizer for a target language.

    Parameters
    ----------
    references : iterable of str
        The right translations, whose script decides if the language is not known.
    language : str, optional
        Code of the target language, such as ``zh`` or ``zh-TW``. What isn't a code is not regarded.

    Returns
    -------
    str
        ``"zh"`` for Chinese; for Japanese ``"ja-mecab"`` if MeCab and its dictionary are installed (``pip install
        'sacrebleu[ja]'``), else ``"char"``; ``"char"`` for Thai, Lao, Khmer, Burmese and Tibetan; ``"13a"`` for all
        others.

    Examples
    --------
    >>> bleu_tokenizer(["我看到了一只小狗。"]), bleu_tokenizer(["I saw a small dog."]), bleu_tokenizer([], "th")
    ('zh', '13a', 'char')
    """
    if language is not None and _CODE.fullmatch(language):
        script = _LANGUAGES.get(re.split("[-_]", language)[0].lower())
    else:
        script = unspaced_script(references)
    if script is None:
        return DEFAULT
    if script == "han":
        return "zh"
    return "ja-mecab" if script == _JAPANESE and find_spec("MeCab") and find_spec("ipadic") else "char"

"""Codes of one language in ISO 639: of two letters, of three, and of its usual member where it is a group."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TABLE = """
af afr|am amh|ar ara arb|as asm|ast|ay aym ayr|az aze azj|ba bak|be bel|bg bul|bm bam|bn ben|bo bod|br bre|bs bos|
ca cat|ceb|cs ces|cy cym|da dan|de deu|dz dzo|ee ewe|el ell|en eng|eo epo|es spa|et est ekk|eu eus|fa fas pes|
ff ful fuv|fi fin|fj fij|fo fao|fr fra|fy fry|ga gle|gd gla|gl glg|gn grn gug|gu guj|ha hau|he heb iw|hi hin|hr hrv|
ht hat|hu hun|hy hye|id ind|ig ibo|ilo|is isl|it ita|ja jpn|jv jav jw|ka kat|kg kon|ki kik|kk kaz|km khm|kn kan|
ko kor|ks kas|ku kur kmr|ky kir|la lat|lb ltz|lg lug|li lim|ln lin|lo lao|lt lit|lv lav lvs|mg mlg plt|mi mri|
mk mkd|ml mal|mn mon khk|mr mar|ms msa zsm|mt mlt|my mya|nb nob|ne nep npi|nl nld|nn nno|no nor nob|ns nso|ny nya|
oc oci|om orm gaz|or ori ory|pa pan|pl pol|ps pus pbt|pt por|qu que quy|rn run|ro ron|ru rus|rw kin|sa san|sd snd|
sg sag|si sin|sk slk|sl slv|sm smo|sn sna|so som|sq sqi als|sr srp|ss ssw|st sot|su sun|sv swe|sw swa swh|ta tam|
te tel|tg tgk|th tha|ti tir|tk tuk|tl tgl fil|tn tsn|tr tur|ts tso|tt tat|tw twi|ug uig|uk ukr|ur urd|uz uzb uzn|
vi vie|wo wol|xh xho|yi yid ydd|yo yor|yue|zh zho cmn|zu zul
"""
_GROUPS = [group.split() for group in _TABLE.split("|")]
_SCRIPT_OF_REGION = {"tw": "hant", "hk": "hant", "mo": "hant", "cn": "hans", "sg": "hans"}


def own_code(code: str, known: Iterable[str]) -> str | None:
    """Return the code among those of a model that means the language of a code; None if there is none.

    Parameters
    ----------
    code : str
        A code of the model itself, or one as ``fr``, ``fra``, ``fr-CA``, ``zh-Hant``.
    known : iterable of str
        Codes of the model; the first of several that fit is taken.

    Examples
    --------
    >>> own_code("fr", ["eng_Latn", "fra_Latn"]), own_code("fr-CA", ["en_XX", "fr_XX"]), own_code("fra", ["en", "fr"])
    ('fra_Latn', 'fr_XX', 'fr')
    >>> own_code("zh", ["zho_Hans", "zho_Hant"]), own_code("zh-TW", ["zho_Hans", "zho_Hant"])
    ('zho_Hans', 'zho_Hant')
    """
    known = list(known)
    if code in known:
        return code
    language, *rest = _parts(code)
    same = next((group for group in _GROUPS if language in group), [language])
    fitting = [each for each in known if _parts(each)[0] in same]
    wanted = {*rest, *(_SCRIPT_OF_REGION[part] for part in rest if part in _SCRIPT_OF_REGION)}
    return next(iter([each for each in fitting if wanted & set(_parts(each)[1:])] or fitting), None)


def _parts(code: str) -> list[str]:
    return re.split("[-_]", code.strip("<>_ ").lower())

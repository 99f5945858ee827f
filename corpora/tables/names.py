"""Names of columns: whether the first record of a table holds them, and which column a user means."""

from __future__ import annotations

from collections.abc import Sequence

from nlpkit.errors import InputError, ParameterError

LANGUAGES = {
    "arabic": "ar",
    "bengali": "bn",
    "bulgarian": "bg",
    "catalan": "ca",
    "chinese": "zh",
    "croatian": "hr",
    "czech": "cs",
    "danish": "da",
    "dutch": "nl",
    "english": "en",
    "estonian": "et",
    "finnish": "fi",
    "french": "fr",
    "german": "de",
    "greek": "el",
    "hebrew": "he",
    "hindi": "hi",
    "hungarian": "hu",
    "indonesian": "id",
    "irish": "ga",
    "italian": "it",
    "japanese": "ja",
    "khmer": "km",
    "korean": "ko",
    "lao": "lo",
    "latvian": "lv",
    "lithuanian": "lt",
    "malay": "ms",
    "norwegian": "no",
    "persian": "fa",
    "polish": "pl",
    "portuguese": "pt",
    "romanian": "ro",
    "russian": "ru",
    "serbian": "sr",
    "slovak": "sk",
    "slovenian": "sl",
    "spanish": "es",
    "swahili": "sw",
    "swedish": "sv",
    "tamil": "ta",
    "thai": "th",
    "turkish": "tr",
    "ukrainian": "uk",
    "urdu": "ur",
    "vietnamese": "vi",
    "welsh": "cy",
    "yoruba": "yo",
    "deutsch": "de",
    "englisch": "en",
    "français": "fr",
    "anglais": "en",
    "español": "es",
    "italiano": "it",
    "português": "pt",
    "русский": "ru",
    "türkçe": "tr",
    "polski": "pl",
    "nederlands": "nl",
    "中文": "zh",
    "日本語": "ja",
    "한국어": "ko",
    "العربية": "ar",
    "हिन्दी": "hi",
    "svenska": "sv",
    "čeština": "cs",
}
"""Codes of languages by name."""

_CODES = frozenset({*LANGUAGES.values(), "af", "am", "az", "be", "eu", "gl", "ha", "ig", "is", "ka", "kk", "mk", "mr"})
_NAMES = frozenset(
    {
        *("id", "ids", "idx", "index", "no", "nr", "num", "number", "key", "uid", "guid", "date", "time", "year"),
        *("timestamp", "lang", "language", "locale", "source", "target", "src", "trg", "tgt", "text", "texts", "title"),
        *("body", "content", "message", "review", "comment", "sentence", "sentence1", "sentence2", "document"),
        *("description", "summary", "question", "answer", "query", "passage", "name", "author", "user", "category"),
        *("label", "labels", "class", "sentiment", "score", "rating", "stars", "polarity", "split", "url", "path"),
        *("file", "filename", "audio", "audio_filepath", "wav", "transcript", "transcription", "speaker", "duration"),
        *("start", "end", "count", "frequency", "original", "translation", "src_text", "tgt_text", "source_text"),
        "target_text",
    }
)


def looks_like_names(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Whether the first record holds the names of columns.

    It does if no cell is a number, all differ, and either each one is a usual name or a language, or it stands above a
    column of numbers.

    Examples
    --------
    >>> looks_like_names(["English", "German"], [["The cat sleeps.", "Die Katze schläft."]])
    True
    >>> looks_like_names(["kommentar", "punkte"], [["gut", "1"], ["schlecht", "2"]])
    True
    >>> looks_like_names(["good film", "pos"], [["bad film", "neg"]])
    False
    """
    cells = [cell.strip().casefold() for cell in first if cell.strip()]
    if not cells or len(set(cells)) < len(cells) or any(map(_is_number, cells)):
        return False
    if all(map(_is_known, cells)):
        return True
    rows = [row for row in others if len(row) == len(first)]
    columns = zip(*rows, strict=True) if rows else []
    return any(name.strip() and all(map(_is_number, column)) for name, column in zip(first, columns, strict=False))


def language_of(name: str) -> str:
    """Return the code of the language that a column is named after, or the name itself.

    Examples
    --------
    >>> language_of("German"), language_of("de"), language_of("id")
    ('de', 'de', 'id')
    """
    return LANGUAGES.get(name.strip().casefold(), name.strip())


def number_of(column: str, width: int, names: Sequence[str] | None) -> int | None:
    """Return the index of a column given by number (from 1), or None if ``column`` is a name.

    A number larger than the number of columns is a name if there is a column with that name.

    Raises
    ------
    ParameterError
        If the number is 0.
    """
    if not column.isdecimal() or (not 0 < int(column) <= width and column in (names or ())):
        return None
    if int(column) == 0:
        raise ParameterError("column is 0: expected a number from 1, or a name")
    return int(column) - 1


def find_column(names: Sequence[str], wanted: str, path: str, *, option: str = "--column") -> int:
    """Return the index of a column by its name; ``NAME#2`` is the second column of that name.

    Raises
    ------
    InputError
        If there is no such column, or several.
    """
    found = [index for index, name in enumerate(names) if name == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(
            f"{path}: {len(found)} columns have the name {wanted!r}; set {option} to {wanted}#1 or {wanted}#2"
        )
    name, _, number = wanted.rpartition("#")
    same = [index for index, other in enumerate(names) if other == name]
    if number.isdecimal() and 0 < int(number) <= len(same):
        return same[int(number) - 1]
    raise InputError(
        f"{path}: there is no column {wanted!r}; set {option} to a name or a number; the columns are {listed(names)}"
    )


def listed(cells: Sequence[str]) -> str:
    """Return names for a message."""
    names = ", ".join(repr(cell if len(cell) <= 40 else cell[:39] + "…") for cell in cells[:20])
    return names + (f" and {len(cells) - 20} more" if len(cells) > 20 else "")


def _is_known(cell: str) -> bool:
    return cell in _NAMES or cell in LANGUAGES or cell.replace("_", "-").partition("-")[0] in _CODES


def _is_number(cell: str) -> bool:
    try:
        float(cell.strip().replace(",", "."))
    except ValueError:
        return False
    return True

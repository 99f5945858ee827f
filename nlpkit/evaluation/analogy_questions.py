"""Analogy questions: sections of four words per question, as in Google's ``questions-words.txt``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from os import PathLike

from nlpkit.errors import InputError, ParameterError

from .known_words import StrPath, read_text

Question = tuple[str, str, str, str]


@dataclass(frozen=True)
class AnalogyQuestions:
    """The questions a : b :: c : expected of all sections, in order.

    Attributes
    ----------
    sections : list of str
        Distinct names of the sections, in order.
    questions : list of (a, b, c, expected)
    section_of : list of int
        Section number of each question.
    data : str
        Source of the questions.
    """

    sections: list[str]
    questions: list[Question]
    section_of: list[int]
    data: str

    @classmethod
    def of(cls, source: StrPath | Mapping[str, Iterable[Question]]) -> AnalogyQuestions:
        """Read a file, or take the questions of each section.

        A line that begins with a colon and a space opens a section. Lines that do not have four words are skipped.

        Raises
        ------
        InputError
            If the file cannot be read, has questions before its first section, or has no questions.
        ParameterError
            If ``source`` has another type.
        """
        numbers: dict[str, int] = {}
        questions: list[Question] = []
        section_of: list[int] = []
        if isinstance(source, Mapping):
            for name, entries in source.items():
                numbers[name] = len(numbers)
                for entry in entries:
                    if isinstance(entry, str) or len(entry) != 4:
                        raise ParameterError(f"section {name!r} holds {entry!r}: a question is a tuple of four words")
                    questions.append(entry)
                    section_of.append(numbers[name])
            data = "given questions"
        elif isinstance(source, str | PathLike):
            text, data = read_text(source, "analogy questions")
            section = None
            for number, line in enumerate(text.split("\n"), 1):
                words = line.split()
                if line.startswith(": "):
                    section = numbers.setdefault(line.lstrip(": ").strip(), len(numbers))
                elif section is None and words:
                    raise InputError(
                        f"line {number} of {data.partition('#')[0]} stands before any section: begin with ': NAME'"
                    )
                elif section is not None and len(words) == 4:
                    questions.append((words[0], words[1], words[2], words[3]))
                    section_of.append(section)
        else:
            raise ParameterError(f"questions is a {type(source).__name__}: give a path, or sections of questions")
        if not questions:
            raise InputError(f"{data} has no questions: give lines of four words below a line ': NAME'")
        return cls(list(numbers), questions, section_of, data)

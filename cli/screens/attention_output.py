"""AttentionOutput: attention of translations as a picture, on the terminal, and as alignments."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nlpkit.cli.screens.screen import note
from nlpkit.errors import ParameterError
from nlpkit.jobs.places import check_place, real_place

if TYPE_CHECKING:
    from nlpkit.translation.translations import Translation
    from nlpkit.translation.translator import Translator


class AttentionOutput:
    """Output of attention: a picture, a map on the terminal, alignments in a file."""

    def __init__(
        self,
        translator: Translator,
        picture: str | None,
        alignments: str | None,
        layer: int,
        head: int | None,
        of_source: bool,
    ) -> None:
        from nlpkit.outputs.files import PendingFile

        self.wanted = picture is not None or alignments is not None
        self._translator, self._layer, self._head, self._of_source = translator, layer, head, of_source
        self._picture = picture
        if of_source and (picture is None or alignments is not None):
            raise ParameterError("--self-attention is shown by --attention: give it too, and no --alignments")
        if picture not in (None, "-") and os.path.splitext(str(picture))[1].lower() != ".png":
            raise ParameterError(f"--attention is {picture!r}: expected a name that ends in .png, or -")
        if not self.wanted and (layer != -1 or head is not None):
            raise ParameterError(
                "--layer and --head are of what --attention and --alignments show: give one of these too"
            )
        if self.wanted:
            translator.check_attention(layer, head, of_source=of_source)
        self._alignments = None if alignments is None else PendingFile(alignments)

    def see(self, translation: Translation) -> None:
        """Take the next text's translation."""
        from nlpkit.outputs.files import output_errors
        from nlpkit.translation.attention_picture import attention_png

        attention = self._translator.word_attention(
            translation, layer=self._layer, head=self._head, of_source=self._of_source
        )
        if self._alignments is not None:
            with output_errors(self._alignments.path):
                self._alignments.file.write((attention.pharaoh + "\n").encode())
        if self._picture == "-":
            from nlpkit.cli.screens.attention_view import show_attention

            show_attention(attention)
        elif self._picture is not None and attention.target:
            from nlpkit.outputs.files import PendingFile

            with PendingFile(self._picture) as file:
                file.write(attention_png(attention))
            self._picture = None

    def __enter__(self) -> AttentionOutput:
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if self._alignments is not None:
            self._alignments.__exit__(kind, error, traceback)
        if self._picture not in (None, "-") and error is None:
            note(f"{self._picture}: there is no picture, since there is no translation with words")


def check_pictures(attention: str | None, alignments: str | None, others: list[str | None]) -> None:
    """Refuse what can't be written, or would replace what is read or written already, before work goes into it."""
    named = {real_place(other) for other in others if other not in (None, "-")}
    for option, path in (("--attention", attention), ("--alignments", alignments)):
        if path is None or (option, path) == ("--attention", "-"):
            continue
        if path == "-":
            raise ParameterError("--alignments is '-', where translations go: name a file")
        if real_place(path) in named:
            raise ParameterError(f"{option} is {path!r}, which is read or written already: name another file")
        check_place(path, is_folder=False, force=False)
        named.add(real_place(path))

"""`quantize_model`: a translation model with matrices of 8 bits."""

from __future__ import annotations

from dataclasses import dataclass

from .inputs import StrPath
from .places import check_place


@dataclass(frozen=True, kw_only=True)
class QuantizeReport:
    """Result of `quantize_model`.

    Attributes
    ----------
    before, after : int
        Bytes of the weights of both models.
    """

    before: int
    after: int


def quantize_model(model: StrPath, output: StrPath, *, force: bool = False) -> QuantizeReport:
    """Write a translation model whose matrices are rounded to 8 bits, in about a quarter of the size.

    Parameters
    ----------
    model : path
        Folder of a translation model.
    output : path
        Folder to write.
    force : bool
        Replace a folder that nlpkit wrote.

    Returns
    -------
    QuantizeReport

    Raises
    ------
    ArtifactError
        If the model cannot be read, or its matrices have 8 bits already.
    OutputError
        If the folder exists or cannot be written.
    """
    from nlpkit.translation.model_folder import save_quantized

    check_place(output, is_folder=True, force=force)
    before, after = save_quantized(model, output, force=force)
    return QuantizeReport(before=before, after=after)

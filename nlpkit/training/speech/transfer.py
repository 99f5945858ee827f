"""Transfer: a trained network with a new head, whose body stays as it is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from torch import nn

from nlpkit.errors import ParameterError

HEAD = "output."
"""Names of the weights of the last layer begin so."""


def transferred(
    weights: Mapping[str, np.ndarray],
    base: Mapping[str, np.ndarray],
    rows: Mapping[int, int] | None = None,
) -> dict[str, np.ndarray]:
    """Return the weights of a trained model, with a new head.

    Parameters
    ----------
    weights : mapping of str to array
        The new model's initial weights.
    base : mapping of str to array
        Weights of the trained model.
    rows : mapping of int to int, optional
        Outputs of the trained model that are known, by those of the new one: their rows of the head are copied, and the
        others are those of ``weights``. Default: the whole head is copied if it has the same shape.

    Raises
    ------
    ParameterError
        If the body is another one.
    """
    found = dict(weights)
    for name, array in weights.items():
        there = base.get(name)
        if there is not None and rows is not None and name.startswith(HEAD) and there.shape[1:] == array.shape[1:]:
            found[name] = array.copy()
            found[name][list(rows)] = there[list(rows.values())]
        elif there is not None and there.shape == array.shape:
            found[name] = there
        elif not name.startswith(HEAD):
            is_there = "none" if there is None else str(there.shape)
            raise ParameterError(
                f"the model to start from has other sizes ({name} is {is_there}, expected {array.shape}): leave out"
                " options of the model's size"
            )
    return found


def freeze_body(model: nn.Module) -> None:
    """Let only the last layer be trained; statistics of batch normalisation before it stay, too."""
    for name, weight in model.named_parameters():
        weight.requires_grad_(name.startswith(HEAD))

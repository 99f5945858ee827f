"""Transfer: a trained network with a new head, whose body stays as it is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from torch import nn

from nlpkit.errors import ParameterError

HEAD = "output."
"""Names of the weights of the last layer begin so."""


def transferred(weights: Mapping[str, np.ndarray], base: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the weights of a trained model, with those of ``weights`` where its head has another shape.

    Raises
    ------
    ParameterError
        If the body is another one.
    """
    found = dict(weights)
    for name, array in weights.items():
        there = base.get(name)
        if there is not None and there.shape == array.shape:
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

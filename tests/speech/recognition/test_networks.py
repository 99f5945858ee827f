"""Networks of recognition: torch's and the compiled ones agree, and padding changes nothing."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch

from nlpkit.registry import resolve
from nlpkit.speech.recognition import CnnClassifier, CnnOptions, CtcOptions, CtcRecognizer, LstmClassifier, LstmOptions
from nlpkit.training.weights import weights_of

CASES: dict[str, tuple[Any, Any]] = {
    "cnn": (CnnClassifier, CnnOptions(n_mels=13, n_labels=4, channels=(6, 8, 5))),
    "lstm": (LstmClassifier, LstmOptions(n_mels=13, n_labels=4, hidden_size=7, stack=3)),
    "ctc": (CtcRecognizer, CtcOptions(n_mels=13, n_tokens=5, hidden_size=7, channels=4)),
    "ctc, gru, 40 ms": (
        CtcRecognizer,
        CtcOptions(n_mels=13, n_tokens=5, hidden_size=7, channels=4, cell="gru", stride=4),
    ),
    "ctc, blocks": (CtcRecognizer, CtcOptions(n_mels=13, n_tokens=5, hidden_size=7, channels=4, blocks=(6, 6))),
    "ctc, 10 ms": (CtcRecognizer, CtcOptions(n_mels=13, n_tokens=5, hidden_size=7, channels=4, layers=1, stride=1)),
}
LENGTHS = (37, 20, 5, 1)


def trained(name: str) -> tuple[Any, Any, Any]:
    """Return a network whose statistics are not those of the beginning, and what computes it without torch."""
    cls, options = CASES[name]
    torch.manual_seed(0)
    network = resolve("network", {"network": cls.network})(options)
    x, lengths = features()
    network.train()
    for _ in range(3):
        network(x, lengths)
    network.eval()
    return network, resolve("inference", {"inference": cls.inference})(options, weights_of(network)), options


def features() -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.randn(len(LENGTHS), 13, LENGTHS[0], generator=torch.Generator().manual_seed(1))
    for row, n in zip(x, LENGTHS, strict=True):
        row[:, n:] = 0
    return x, torch.tensor(LENGTHS)


@pytest.mark.parametrize("name", CASES)
def test_without_torch_the_logits_are_those_of_torch(name: str) -> None:
    network, inference, _ = trained(name)
    x, lengths = features()
    with torch.no_grad():
        found = network(x, lengths)
    for number, n in enumerate(LENGTHS):
        expected = found[0][number, : found[1][number]] if isinstance(found, tuple) else found[number]
        ours = inference(x[number, :, :n].numpy())
        np.testing.assert_allclose(ours, expected.numpy(), rtol=1e-4, atol=1e-6)
        assert ours.dtype == np.float32


@pytest.mark.parametrize("name", CASES)
def test_a_clip_beside_longer_ones_has_the_logits_that_it_has_alone(name: str) -> None:
    network, _, _ = trained(name)
    x, lengths = features()
    with torch.no_grad():
        together = network(x, lengths)
        for number, n in enumerate(LENGTHS):
            alone = network(x[number : number + 1, :, :n], torch.tensor([n]))
            if isinstance(alone, tuple):
                torch.testing.assert_close(together[0][number, : alone[1][0]], alone[0][0], rtol=1e-4, atol=1e-6)
            else:
                torch.testing.assert_close(together[number], alone[0], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("stride", [1, 2, 4])
def test_ctc_gives_a_token_every_so_many_frames(stride: int) -> None:
    options = CtcOptions(n_mels=13, n_tokens=5, hidden_size=3, channels=2, stride=stride)
    network = resolve("network", {"network": CtcRecognizer.network})(options).eval()
    for frames in (1, 2, 3, 4, 5, 16, 17):
        _, lengths = network(torch.zeros(1, 13, frames), torch.tensor([frames]))
        assert lengths.tolist() == [-(-frames // stride)]


@pytest.mark.parametrize("channels", [(1, 2), (4, 8), (4, 8, 16)], ids=str)
def test_gradients_of_few_channels_are_those_in_float64(channels: tuple[int, ...]) -> None:
    """Strided convolutions of one by one that oneDNN computes write beyond the arrays of few channels."""
    torch.manual_seed(0)
    network = resolve("network", {"network": CnnClassifier.network})(
        CnnOptions(n_mels=40, n_labels=10, channels=channels)
    )
    exact = copy.deepcopy(network).double()
    for _ in range(30):
        n, frames = int(torch.randint(1, 33, ())), int(torch.randint(20, 200, ()))
        x, lengths = torch.randn(n, 40, frames), torch.randint(frames // 2, frames + 1, (n,))
        lengths[0] = frames
        for model, given in ((network, x), (exact, x.double())):
            model.zero_grad()
            model.pooled(given, lengths).square().sum().backward()
        for ours, theirs in zip(network.parameters(), exact.parameters(), strict=True):
            if theirs.grad is not None:
                assert (ours.grad - theirs.grad).abs().max() <= 0.02 * theirs.grad.abs().max() + 1e-3

"""Devices: what is chosen, and what is said where there is none."""

from __future__ import annotations

import sys

import pytest

from nlpkit.device import resolve_device
from nlpkit.errors import MissingDependencyError, ParameterError


@pytest.mark.parametrize("name", ["gpu", "", "cuda:", "cuda:x", "CPU", "cuda:0:1", "auto "])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ParameterError, match="expected 'auto'") as raised:
        resolve_device(name)
    assert "\n" not in str(raised.value)


def test_missing_torch_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingDependencyError, match="pip install"):
        resolve_device("cpu")


@pytest.mark.parametrize(
    ("cuda", "mps", "chosen"), [(2, True, "cuda"), (1, False, "cuda"), (0, True, "mps"), (0, False, "cpu")]
)
def test_cuda_then_mps_then_cpu(monkeypatch: pytest.MonkeyPatch, cuda: int, mps: bool, chosen: str) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch isn't installed")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert resolve_device("auto") == torch.device(chosen)
    assert resolve_device() == resolve_device(torch.device(chosen))
    assert resolve_device("cpu") == torch.device("cpu")
    for number in range(3):
        if number < cuda:
            assert resolve_device(f"cuda:{number}") == torch.device("cuda", number)
        else:
            with pytest.raises(ParameterError, match=f"finds {cuda} CUDA GPUs"):
                resolve_device(f"cuda:{number}")
    if not mps:
        with pytest.raises(ParameterError, match="no Apple GPU"):
            resolve_device("mps")

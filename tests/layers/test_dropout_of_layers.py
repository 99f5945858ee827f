"""`nlpkit.layers.dropout` against the definition of dropout."""

import pytest
import torch

from nlpkit.layers.dropout import dropout


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("rate", [0.05, 0.1, 0.5])
def test_the_share_of_zeros_and_the_scale(dtype, rate):
    torch.manual_seed(3)
    made = dropout(torch.ones(401, 999, dtype=dtype), rate)
    zeros = made == 0
    assert float(zeros.float().mean()) == pytest.approx(rate, abs=4 * (rate * (1 - rate) / made.numel()) ** 0.5)
    assert torch.allclose(made[~zeros].float(), torch.tensor(1 / (1 - rate)), rtol=2**-7)


def test_neighbours_are_independent():
    torch.manual_seed(4)
    zeros = (dropout(torch.ones(400_000), 0.3) == 0).float()
    for apart in (1, 2, 3, 4, 8):
        both = float((zeros[apart:] * zeros[:-apart]).mean())
        assert both == pytest.approx(0.09, abs=0.003)


def test_the_gradient_is_that_of_what_is_kept():
    x = torch.randn(50, 7, requires_grad=True)
    made = dropout(x, 0.4)
    made.sum().backward()
    assert torch.equal(x.grad == 0, made == 0)
    assert torch.allclose(x.grad * x, made)


def test_the_same_seed_gives_the_same_zeros_and_evaluation_changes_nothing():
    x = torch.randn(30, 5)
    torch.manual_seed(1)
    first = dropout(x, 0.2)
    torch.manual_seed(1)
    assert torch.equal(first, dropout(x, 0.2))
    assert dropout(x, 0.2, training=False) is x
    assert dropout(x, 0.0) is x
    assert torch.equal(dropout(x, 1e-9), x)
    assert torch.equal(dropout(x, 1.0), torch.zeros_like(x))

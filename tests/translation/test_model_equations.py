"""Whole models against others' arithmetic: loops over NumPy's float64, and torch's own Transformer."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch isn't installed")
from torch import nn  # noqa: E402

from nlpkit.translation import RNNOptions, Seq2SeqRNN, Seq2SeqTransformer, TransformerOptions  # noqa: E402  # noqa: E402

SRC, LENGTHS = [[7, 5, 8, 4, 3], [6, 9, 3, 0, 0]], [5, 3]
TRG = [[2, 8, 5, 4], [2, 9, 9, 7]]
State = list[np.ndarray]


def randomly(model: Any) -> Any:
    torch.manual_seed(4)
    for weight in model.parameters():
        nn.init.uniform_(weight, -0.7, 0.7)
    return model.double().eval()


def ours(model: Any) -> np.ndarray:
    with torch.inference_mode():
        return model(torch.tensor(SRC), torch.tensor(LENGTHS), torch.tensor(TRG)).numpy()


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


class Equations:
    """A model of one layer, by the equations that `nlpkit.translation.recurrent` begins with, a sentence at a time."""

    def __init__(self, model: Seq2SeqRNN) -> None:
        self.options = model.options
        self.w = {name: value.numpy() for name, value in model.state_dict().items()}

    def cell(self, start: str, end: str, x: np.ndarray, state: State) -> State:
        w = {kind: self.w[f"{start}.rnn.{kind}_l0{end}"] for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
        inward, back = w["weight_ih"] @ x + w["bias_ih"], w["weight_hh"] @ state[0] + w["bias_hh"]
        if self.options.cell == "rnn":
            return [np.tanh(inward + back)]
        if self.options.cell == "lstm":
            i, f, g, o = np.split(inward + back, 4)
            c = sigmoid(f) * state[1] + sigmoid(i) * np.tanh(g)
            return [sigmoid(o) * np.tanh(c), c]
        (r, z, n), (hr, hz, hn) = np.split(inward, 3), np.split(back, 3)
        new = np.tanh(n + sigmoid(r + hr) * hn)
        return [(1 - sigmoid(z + hz)) * new + sigmoid(z + hz) * state[0]]

    def read(self, ids: list[int]) -> tuple[np.ndarray, State]:
        """Each position's two directions side by side, and the two ends'."""
        kinds = 2 if self.options.cell == "lstm" else 1
        sides, ends = [], []
        for end, order in (("", ids), ("_reverse", ids[::-1])):
            state = [np.zeros(self.options.hidden_size // 2)] * kinds
            made = []
            for token in order:
                state = self.cell("encoder", end, self.w["trg_embedding.weight"][token], state)
                made.append(state[0])
            sides.append(np.array(made[::-1] if end else made))
            ends.append(state)
        return np.concatenate(sides, axis=1), [np.concatenate(pair) for pair in zip(*ends, strict=True)]

    def context(self, s: np.ndarray, memory: np.ndarray) -> np.ndarray:
        match self.options.attention:
            case "additive":
                inner = memory @ self.w["attention.of_source.weight"].T + self.w["attention.of_source.bias"]
                inner = np.tanh(inner + self.w["attention.of_state.weight"] @ s)
                scores = inner @ self.w["attention.score.weight"][0]
            case "dot":
                scores = memory @ s
            case "general":
                scores = memory @ self.w["attention.of_source.weight"].T @ s / np.sqrt(len(s))
        shares = np.exp(scores - scores.max())
        return shares / shares.sum() @ memory

    def logits(self, src: list[int], trg: list[int]) -> np.ndarray:
        w, attention = self.w, self.options.attention
        memory, last = self.read(src)
        state = [np.tanh(w[f"bridge.{k}.weight"] @ part + w[f"bridge.{k}.bias"]) for k, part in enumerate(last)]
        o = np.zeros(self.options.embedding_size)
        rows = []
        for token in trg:
            e = w["trg_embedding.weight"][token]
            if attention in ("none", "additive"):
                c = last[0] if attention == "none" else self.context(state[0], memory)
                state = self.cell("decoder", "", np.concatenate([e, c]), state)
            else:
                state = self.cell("decoder", "", np.concatenate([e, o]) if self.options.input_feeding else e, state)
                c = self.context(state[0], memory)
            o = np.tanh(w["readout.weight"] @ np.concatenate([c, state[0]]) + w["readout.bias"])
            rows.append(w["trg_embedding.weight"] @ o + w["logits_bias"])
        return np.array(rows)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize(
    ("attention", "feeding"),
    [("none", True), ("additive", True), ("dot", True), ("dot", False), ("general", True), ("general", False)],
)
def test_a_recurrent_model_is_its_equations(cell: str, attention: str, feeding: bool) -> None:
    options = {"cell": cell, "attention": attention, "input_feeding": feeding, "embedding_size": 5, "hidden_size": 6}
    model = randomly(Seq2SeqRNN(RNNOptions(src_size=10, trg_size=10, **options)))
    equations = Equations(model)
    expected = [equations.logits(src[:n], trg) for src, n, trg in zip(SRC, LENGTHS, TRG, strict=True)]
    np.testing.assert_allclose(ours(model), expected, rtol=0, atol=1e-12)


def test_a_decoder_deeper_than_the_encoder_begins_from_its_topmost_layer() -> None:
    """Decoder layers 1, 2 and 3 begin from the encoder's layers 1, 2 and 2; of an LSTM the cells do so too."""
    options = {"encoder_layers": 2, "decoder_layers": 3, "embedding_size": 4, "hidden_size": 4, "attention": "none"}
    model = randomly(Seq2SeqRNN(RNNOptions(src_size=10, trg_size=10, cell="lstm", **options)))
    src, lengths = torch.tensor(SRC[:1]), torch.tensor(LENGTHS[:1])
    with torch.no_grad():
        _, last = model.encoder(model.trg_embedding(src), lengths)
        h, c = last[:2, 0], last[2:, 0]
        state = [torch.tanh(b(x)) for b, x in zip(model.bridge, [h[0], h[1], h[1], c[0], c[1], c[1]], strict=True)]
        first, _ = model.decoder.step(
            torch.cat([model.trg_embedding(torch.tensor([2])), h[1:]], dim=1), torch.stack(state)[:, None]
        )
        expected = model.logits(torch.tanh(model.readout(torch.cat([h[1:], first], dim=1))))
        made = model(src, lengths, torch.tensor([[2]]))[:, 0]
    torch.testing.assert_close(made, expected, rtol=0, atol=1e-12)


def copy_attention(module: Any, theirs: nn.MultiheadAttention) -> None:
    parts = [module.inward] if module.to_itself else [module.inward, module.source]
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        theirs.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
    theirs.out_proj.load_state_dict(module.outward.state_dict())


@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
@pytest.mark.parametrize("tie", ["all", "target", "none"])
@pytest.mark.parametrize("norm", ["pre", "post"])
def test_a_transformer_equals_torchs(norm: str, tie: str) -> None:
    d, heads = 8, 2
    options = {"d_model": d, "heads": heads, "ffn_dim": 12, "encoder_layers": 2, "decoder_layers": 3, "norm": norm}
    model = randomly(Seq2SeqTransformer(TransformerOptions(src_size=10, trg_size=10, tie=tie, **options)))
    shape = {"dropout": 0.0, "batch_first": True, "norm_first": norm == "pre"}
    theirs = nn.Transformer(d, heads, 2, 3, 12, **shape).double()
    for layer, other in [*zip(model.encoder, theirs.encoder.layers, strict=True),
                         *zip(model.decoder, theirs.decoder.layers, strict=True)]:  # fmt: skip
        copy_attention(layer.attention, other.self_attn)
        norms = [layer.around_attention.norm, layer.around_feed_forward.norm]
        if hasattr(layer, "to_source"):
            copy_attention(layer.to_source, other.multihead_attn)
            norms.insert(1, layer.around_source.norm)
        for number, one in enumerate(norms, 1):
            getattr(other, f"norm{number}").load_state_dict(one.state_dict())
        other.linear1.load_state_dict(layer.feed_forward.inner.state_dict())
        other.linear2.load_state_dict(layer.feed_forward.outer.state_dict())
    if norm == "pre":
        theirs.encoder.norm.load_state_dict(model.encoder_norm.state_dict())
        theirs.decoder.norm.load_state_dict(model.decoder_norm.state_dict())
    else:
        theirs.encoder.norm = theirs.decoder.norm = None

    of_target = model.trg_embedding.weight
    of_source = of_target if tie == "all" else model.src_embedding.weight
    angles = [[p / 10000 ** (2 * i / d) for i in range(d // 2)] for p in range(5)]
    positions = torch.tensor(
        [[*map(math.sin, row), *map(math.cos, row)] for row in angles], dtype=torch.float32
    ).double()
    padding = torch.tensor([[j >= n for j in range(5)] for n in LENGTHS])
    later = torch.ones(4, 4, dtype=torch.bool).triu(1)
    with torch.no_grad():
        made = theirs(
            of_source[torch.tensor(SRC)] * d**0.5 + positions,
            of_target[torch.tensor(TRG)] * d**0.5 + positions[:4],
            tgt_mask=later,
            src_key_padding_mask=padding,
            memory_key_padding_mask=padding,
        )
        expected = made @ (model.output.weight if tie == "none" else of_target).T
    np.testing.assert_allclose(ours(model), expected.numpy(), rtol=0, atol=1e-12)


def test_the_cells_differ() -> None:
    """The same weights' shapes in other equations would be seen: no two cells or attentions give the same."""
    made = []
    for cell, attention in itertools.product(["rnn", "lstm", "gru"], ["none", "additive", "dot", "general"]):
        options = {"cell": cell, "attention": attention, "embedding_size": 5, "hidden_size": 6}
        made.append(ours(randomly(Seq2SeqRNN(RNNOptions(src_size=10, trg_size=10, **options)))))
    assert all(abs(one - other).max() > 1e-3 for one, other in itertools.combinations(made, 2))

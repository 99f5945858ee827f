"""The interface of every translation model: steps equal teacher forcing, padding is nothing."""

from __future__ import annotations

import copy
import itertools
import random
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch isn't installed")

from nlpkit.translation import RNNOptions, Seq2SeqRNN, Seq2SeqTransformer, TransformerOptions  # noqa: E402  # noqa: E402
from nlpkit.translation.model import TranslationModel  # noqa: E402

EXACT = {"rtol": 0.0, "atol": 1e-12}
SRC_SIZE, TRG_SIZE = 17, 13
PAD, START, EOS = 0, 2, 3


def sizes(tie: str) -> dict[str, Any]:
    return {"src_size": TRG_SIZE if tie == "all" else SRC_SIZE, "trg_size": TRG_SIZE, "tie": tie}


def recurrent() -> dict[str, Any]:
    made: dict[str, Any] = {}
    for cell, attention in itertools.product(["rnn", "gru", "lstm"], ["none", "additive", "dot", "general"]):
        for feeding in [True, False] if attention in ("dot", "general") else [True]:
            shape = {"cell": cell, "attention": attention, "input_feeding": feeding}
            name = "-".join([cell, attention, *["unfed"] * (not feeding)])
            made[name] = RNNOptions(embedding_size=5, hidden_size=6, **shape, **sizes("all"))
    more = {"embedding_size": 5, "hidden_size": 6, "attention": "general"}
    for cell, (deep, high) in itertools.product(["gru", "lstm"], [(2, 2), (1, 3), (3, 1)]):
        layers = {"encoder_layers": deep, "decoder_layers": high}
        made[f"{cell}-{deep}+{high}"] = RNNOptions(cell=cell, **layers, **more, **sizes("target"))
    made["lstm-one-way"] = RNNOptions(cell="lstm", bidirectional=False, **more, **sizes("none"))
    made["lstm-none-2+2"] = RNNOptions(
        cell="lstm", encoder_layers=2, decoder_layers=2, **{**more, "attention": "none"}, **sizes("none")
    )
    made["gru-additive-2+2"] = RNNOptions(
        cell="gru", encoder_layers=2, decoder_layers=2, **{**more, "attention": "additive"}, **sizes("none")
    )
    return made


def transformers() -> dict[str, Any]:
    made: dict[str, Any] = {}
    for norm, tie in itertools.product(["pre", "post"], ["all", "target", "none"]):
        made[f"transformer-{norm}-{tie}"] = TransformerOptions(
            d_model=8, heads=2, ffn_dim=12, encoder_layers=2, decoder_layers=2, norm=norm, **sizes(tie)
        )
    shape = {"d_model": 9, "heads": 3, "ffn_dim": 7, "logits_bias": True, "scale_embedding": False}
    for deep, high in [(1, 3), (3, 1)]:
        layers = {"encoder_layers": deep, "decoder_layers": high}
        made[f"transformer-{deep}+{high}"] = TransformerOptions(**shape, **layers, activation="gelu", **sizes("all"))
    return made


OPTIONS = {**recurrent(), **transformers()}
ONE_OF_EACH = [
    "gru-none",
    "lstm-additive",
    "lstm-general",
    "gru-dot-unfed",
    "transformer-pre-all",
    "transformer-post-none",
]
every_model = pytest.mark.parametrize("name", OPTIONS)
each_transformer = pytest.mark.parametrize("name", ["transformer-pre-all", "transformer-post-none"])
one_of_each = pytest.mark.parametrize("name", ONE_OF_EACH)


def build(name: str) -> TranslationModel:
    """The model in float64, ready to be asked."""
    torch.manual_seed(1)
    options = OPTIONS[name]
    model = Seq2SeqRNN(options) if isinstance(options, RNNOptions) else Seq2SeqTransformer(options)
    for weight in model.parameters():  # none is 0 or 1, so that one left out would be seen
        torch.nn.init.normal_(weight, std=0.5)
    return model.double().eval()


def batch(name: str, lengths: list[int], n_trg: int, seed: int = 2) -> tuple[Any, Any, Any]:
    """Sources filled up with the pad, their lengths, and targets that begin with the start."""
    draw = torch.Generator().manual_seed(seed)
    src = torch.full((len(lengths), max(lengths)), PAD)
    for row, length in zip(src, lengths, strict=True):
        row[:length] = torch.randint(4, OPTIONS[name].src_size, (length,), generator=draw)
        row[length - 1] = EOS
    trg = torch.randint(3, TRG_SIZE, (len(lengths), n_trg), generator=draw)
    trg[:, 0] = START
    return src, torch.tensor(lengths), trg


@every_model
def test_steps_equal_teacher_forcing(name: str) -> None:
    model = build(name)
    src, lengths, trg = batch(name, [4, 1, 6], 7)
    with torch.inference_mode():
        taught = model(src, lengths, trg)
        state = model.start(model.encode(src, lengths))
        for t in range(trg.shape[1]):
            step = state.step(trg[:, t : t + 1])
            assert step.shape == (3, 1, TRG_SIZE)
            torch.testing.assert_close(step[:, 0], taught[:, t], **EXACT)
    assert taught.abs().max() > 0.1


@every_model
def test_beams_go_on_from_the_parents_they_were_given(name: str) -> None:
    """Beams are re-ordered, grow and shrink, sentences leave; each beam's logits are its own text's."""
    model = build(name)
    src, lengths, _ = batch(name, [5, 3, 6, 1], 1)
    draw = random.Random(name)
    with torch.inference_mode():
        state = model.start(model.encode(src, lengths))
        alive, texts = [0, 1, 2, 3], [[[START]] for _ in range(4)]
        for beams in [1, 3, 3, 5, 2, 2, 1, 4, 4]:
            step = state.step(torch.tensor([[text[-1] for text in beam] for beam in texts]))
            width = len(texts[0])
            rows = [row for row in alive for _ in range(width)]
            flat = torch.tensor([text for beam in texts for text in beam])
            expected = model(src[rows], lengths[rows], flat)[:, -1].view(len(alive), width, -1)
            torch.testing.assert_close(step, expected, **EXACT)

            parents = [[draw.randrange(width) for _ in range(beams)] for _ in alive]
            state.choose(torch.tensor(parents))
            texts = [
                [beam[parent] + [draw.randrange(3, TRG_SIZE)] for parent in chosen]
                for beam, chosen in zip(texts, parents, strict=True)
            ]
            if draw.random() < 0.5 and len(alive) > 1:
                stay = draw.sample(range(len(alive)), len(alive) - draw.randrange(2))
                state.keep(torch.tensor(stay))
                alive, texts = [alive[i] for i in stay], [texts[i] for i in stay]


@each_transformer
def test_a_long_decoding_is_as_exact_as_a_short_one(name: str) -> None:
    """Longer than any room set aside at first: 270 steps, of two beams that change places now and then."""
    model = build(name)
    src, lengths, trg = batch(name, [4, 2], 270)
    other = trg.flip(0)
    with torch.inference_mode():
        state = model.start(model.encode(src, lengths))
        state.step(trg[:, :1])
        state.choose(torch.zeros(2, 2, dtype=torch.long))
        first, second = trg, torch.cat([trg[:, :1], other[:, 1:]], dim=1)
        for t in range(1, 270):
            step = state.step(torch.stack([first[:, t], second[:, t]], dim=1))
            if t % 7 == 0:
                state.choose(torch.tensor([[1, 0], [1, 0]]))
                first, second = second, first
        for beam, text in enumerate([second, first] if 269 % 7 == 0 else [first, second]):
            torch.testing.assert_close(step[:, beam], model(src, lengths, text)[:, -1], **EXACT)


@every_model
def test_padding_never_changes_a_sentence(name: str) -> None:
    model = build(name)
    src, lengths, trg = batch(name, [2, 7, 1, 4], 5)
    trg[2, 3:] = PAD
    with torch.inference_mode():
        together = model(src, lengths, trg)
        for row, length in enumerate(lengths.tolist()):
            n = 3 if row == 2 else 5
            alone = model(src[row : row + 1, :length], lengths[row : row + 1], trg[row : row + 1, :n])
            torch.testing.assert_close(together[row, :n], alone[0], **EXACT)
            assert not torch.allclose(together[row, :n], together[row - 1, :n], atol=1e-4)


@one_of_each
def test_what_fills_a_row_up_is_never_read(name: str) -> None:
    model = build(name)
    src, lengths, trg = batch(name, [2, 5], 4)
    with torch.inference_mode():
        before = model(src, lengths, trg)
        src[0, 2:] = 7
        torch.testing.assert_close(model(src, lengths, trg), before, **EXACT)


@one_of_each
def test_a_position_sees_none_that_follow(name: str) -> None:
    model = build(name)
    src, lengths, trg = batch(name, [3, 3], 6)
    with torch.inference_mode():
        before = model(src, lengths, trg)
        for t in range(1, 6):
            changed = trg.clone()
            changed[:, t:] = 3 + (trg[:, t:] - 2) % (TRG_SIZE - 3)
            after = model(src, lengths, changed)
            torch.testing.assert_close(after[:, :t], before[:, :t], **EXACT)
            assert not torch.allclose(after[:, t], before[:, t], atol=1e-6)


@one_of_each
def test_every_token_of_the_source_counts(name: str) -> None:
    model = build(name)
    src, lengths, trg = batch(name, [4], 3)
    with torch.inference_mode():
        before = model(src, lengths, trg)
        for s in range(3):
            changed = src.clone()
            changed[0, s] = 4 + (src[0, s] - 3) % (OPTIONS[name].src_size - 4)
            assert not torch.allclose(model(changed, lengths, trg), before, atol=1e-7)


@one_of_each
def test_a_memory_keeps_the_sentences_asked_for(name: str) -> None:
    model = build(name)
    src, lengths, trg = batch(name, [2, 7, 1, 4], 5)
    with torch.inference_mode():
        whole = model.encode(src, lengths)
        taught = model(src, lengths, trg)
        for rows in [[0], [3, 1], [2, 2, 0, 0], [0, 1, 2, 3], [2]]:
            kept = whole.keep(torch.tensor(rows))
            assert kept.lengths.tolist() == lengths[rows].tolist()
            torch.testing.assert_close(model.logits(model.teach(kept, trg[rows])), taught[rows], **EXACT)
            again = kept.keep(torch.tensor([0]))
            state = model.start(again)
            torch.testing.assert_close(state.step(trg[rows[:1], :1])[:, 0], taught[rows[:1], 0], **EXACT)
        torch.testing.assert_close(model.logits(model.teach(whole, trg)), taught, **EXACT)


@one_of_each
def test_states_of_one_memory_know_nothing_of_each_other(name: str) -> None:
    model = build(name)
    src, lengths, trg = batch(name, [2, 5], 4)
    with torch.inference_mode():
        memory = model.encode(src, lengths)
        taught = model.logits(model.teach(memory, trg))
        one, other = model.start(memory), model.start(memory)
        for t in range(4):
            torch.testing.assert_close(one.step(trg[:, t : t + 1])[:, 0], taught[:, t], **EXACT)
            if t == 1:
                one.keep(torch.tensor([0, 1]))
                other.step(trg[:, :1])
                other.choose(torch.zeros(2, 3, dtype=torch.long))
                other.keep(torch.tensor([1]))
        torch.testing.assert_close(model.logits(model.teach(memory, trg)), taught, **EXACT)


@every_model
def test_sampling_always_is_feeding_the_models_own_guesses(name: str) -> None:
    """A recurrent model's guess is made as it goes; the Transformer's by a first pass over the true tokens."""
    model = build(name)
    src, lengths, trg = batch(name, [3, 5], 6)
    with torch.inference_mode():
        memory = model.encode(src, lengths)
        if isinstance(model, Seq2SeqRNN):
            own, state = trg[:, :1], model.start(memory)
            for _ in range(5):
                own = torch.cat([own, state.step(own[:, -1:]).argmax(-1)], dim=1)
        else:
            guesses = model(src, lengths, trg).argmax(-1)
            own = torch.cat([trg[:, :1], guesses[:, :-1]], dim=1)
        assert not torch.equal(own, trg)
        torch.testing.assert_close(model.teach(memory, trg, sampling=1.0), model.teach(memory, own), **EXACT)
        torch.testing.assert_close(model.teach(memory, trg, sampling=1e-12), model.teach(memory, trg), **EXACT)


@one_of_each
def test_sampling_replaces_about_as_many_as_asked(name: str) -> None:
    """The hidden states of the second position show whether its token was replaced."""
    model = build(name)
    src, lengths, trg = batch(name, [3], 2)
    src, lengths, trg = src.repeat(4000, 1), lengths.repeat(4000), trg.repeat(4000, 1)
    trg[:, 1] = 3 + (int(model(src[:1], lengths[:1], trg[:1])[0, 0].argmax()) - 2) % (TRG_SIZE - 3)  # a wrong one
    with torch.inference_mode():
        memory = model.encode(src, lengths)
        changed = (model.teach(memory, trg, sampling=0.3) - model.teach(memory, trg)).abs().amax(-1) > 1e-9
    assert not changed[:, 0].any()
    assert 0.3 - 4 * 0.0073 < changed[:, 1].double().mean() < 0.3 + 4 * 0.0073  # four standard errors of 4000 draws


@every_model
def test_gradients_reach_every_parameter(name: str) -> None:
    model = build(name).train()
    src, lengths, trg = batch(name, [4, 6, 3], 5)
    torch.nn.functional.cross_entropy(model(src, lengths, trg).flatten(0, 1), trg.roll(-1, 1).flatten()).backward()
    without = [name for name, weight in model.named_parameters() if weight.grad is None or not weight.grad.any()]
    assert not without
    assert all(weight.grad.isfinite().all() for weight in model.parameters())


@one_of_each
def test_attention_maps_are_shares_of_the_tokens(name: str) -> None:
    model = build(name)
    src, lengths, trg = batch(name, [2, 7, 1], 5)
    with torch.inference_mode():
        maps = model.attention_maps(src, lengths, trg)
        if maps is None:
            assert OPTIONS[name].attention == "none"
            return
        layers, heads = 1, 1
        if isinstance(model, Seq2SeqTransformer):
            layers, heads = model.options.decoder_layers, model.options.heads
        assert maps.shape == (3, layers, heads, 5, 7)
        assert maps.dtype == torch.float32
        torch.testing.assert_close(maps.sum(-1), torch.ones(maps.shape[:-1]), rtol=0, atol=1e-6)
        for row, length in enumerate(lengths.tolist()):
            assert not maps[row, ..., length:].any()
            assert (maps[row, ..., :length] > 0).all()
            alone = model.attention_maps(src[row : row + 1, :length], lengths[row : row + 1], trg[row : row + 1])
            torch.testing.assert_close(maps[row : row + 1, ..., :length], alone, rtol=0, atol=1e-6)
        assert maps[1].std(-1).max() > 1e-3


@one_of_each
@pytest.mark.parametrize(("dtype", "near"), [(torch.float32, 1e-4), (torch.bfloat16, 0.5)], ids=["float32", "bfloat16"])
def test_fewer_bits_give_nearly_the_same(name: str, dtype: Any, near: float) -> None:
    model = build(name)
    src, lengths, trg = batch(name, [2, 5], 4)
    with torch.inference_mode():
        exact = model(src, lengths, trg)
        model.to(dtype)
        rough = model(src, lengths, trg)
        assert rough.dtype == dtype
        torch.testing.assert_close(rough.double(), exact, rtol=0, atol=near)
        state = model.start(model.encode(src, lengths))
        state.step(trg[:, :1])
        state.choose(torch.zeros(2, 2, dtype=torch.long))
        step = state.step(trg[:, 1:3])
        assert step.dtype == dtype
        torch.testing.assert_close(step[:, 0].double(), exact[:, 1], rtol=0, atol=near)
        assert (model.attention_maps(src, lengths, trg) is None) == (getattr(model, "attention", model) is None)


@one_of_each
def test_mixed_precision_trains_and_steps(name: str) -> None:
    model = build(name).float().train()
    src, lengths, trg = batch(name, [2, 5], 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model.logits(model.teach(model.encode(src, lengths), trg, sampling=0.5))
        logits.float().logsumexp(-1).sum().backward()
    assert all(weight.grad.isfinite().all() for weight in model.parameters())
    with torch.autocast("cpu", dtype=torch.bfloat16), torch.inference_mode():
        state = model.eval().start(model.encode(src, lengths))
        state.step(trg[:, :1])
        state.choose(torch.zeros(2, 2, dtype=torch.long))
        state.keep(torch.tensor([1]))
        assert state.step(trg[1:, 1:3]).isfinite().all()


@one_of_each
def test_a_model_is_its_options_and_its_state(name: str) -> None:
    model = build(name)
    src, lengths, trg = batch(name, [2, 5], 4)
    other = type(model)(copy.deepcopy(model.options)).double().eval()
    assert set(other.state_dict()) == set(dict(model.named_parameters()))
    with torch.inference_mode():
        before = model(src, lengths, trg)
        assert not torch.allclose(other(src, lengths, trg), before, atol=1e-3)
        other.load_state_dict(model.state_dict())
        assert torch.equal(other(src, lengths, trg), before)


@one_of_each
def test_a_model_that_was_in_bfloat16_is_as_exact_afterwards(name: str) -> None:
    model = build(name)
    src, lengths, trg = batch(name, [2, 5], 4)
    state = copy.deepcopy(model.state_dict())
    with torch.inference_mode():
        before = model(src, lengths, trg)
        model.bfloat16()(src, lengths, trg)
        model.double().load_state_dict(state)
        torch.testing.assert_close(model(src, lengths, trg), before, **EXACT)


@each_transformer
def test_training_goes_on_after_a_long_decoding(name: str) -> None:
    """Decoding leaves nothing that breaks sending a model's buffers from one process to others."""
    model, fresh = build(name), build(name)
    src, lengths, trg = batch(name, [2, 5], 260)
    with torch.inference_mode():
        model(src, lengths, trg)
    assert [buffer.shape for buffer in model.buffers()] == [buffer.shape for buffer in fresh.buffers()]
    assert not any(buffer.is_inference() for buffer in model.buffers())
    copy.deepcopy(model).train()(src, lengths, trg).sum().backward()


@one_of_each
def test_what_is_no_word_is_never_generated(name: str) -> None:
    model = build(name)
    assert (model.pad_id, model.start_id, model.eos_id) == (PAD, START, EOS)
    assert set(model.never) == {PAD, START}
    assert (model.options.src_size, model.options.trg_size) == (OPTIONS[name].src_size, TRG_SIZE)

"""The decoders that `translation.py` compares, with the same weights: nlpkit, transformers, and CTranslate2.

`to_marian` writes a model trained by nlpkit in transformers' Marian format; `difference` computes the score difference
between two beam searches in float64.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import LogitsProcessor, LogitsProcessorList, MarianConfig, MarianMTModel
from transformers.utils import logging as transformers_logging

from nlpkit.decoding.beam import BeamSearch
from nlpkit.decoding.constraints import Constraints
from nlpkit.decoding.options import DecodingOptions
from nlpkit.decoding.state import DecoderState
from nlpkit.translation.array_decoding import ArrayModel, decode_arrays
from nlpkit.translation.decoding import decode, pad_sources
from nlpkit.translation.decoding_batches import in_order, plan_batches
from nlpkit.translation.export.spec import transformer_spec
from nlpkit.translation.transformer import Seq2SeqTransformer

Ids = Sequence[int]
Lines = list[list[int]]
POSITIONS = 1024
transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()


def random_marian(folder: Path, *, size: int, d_model: int, layers: int, heads: int, ffn_dim: int, seed: int) -> None:
    """Write a Marian model with random weights."""
    torch.manual_seed(seed)
    config = _config(size=size, d_model=d_model, layers=(layers, layers), heads=heads, ffn_dim=ffn_dim, start_id=0)
    MarianMTModel(config).save_pretrained(folder)


def to_marian(model: Seq2SeqTransformer, folder: Path) -> None:
    """Write a nlpkit model as a Marian model; raise an error for options that Marian does not have."""
    options = model.options
    activation = {"relu": "relu", "gelu": "gelu", "silu": "swish"}.get(options.activation)
    if options.norm != "post" or options.tie != "all" or activation is None:
        raise SystemExit(
            f"the model has norm={options.norm!r}, tie={options.tie!r} and activation={options.activation!r}: Marian's"
            " architecture needs 'post', 'all' and one of relu, gelu, silu; train one with these"
        )
    config = _config(
        size=options.trg_size,
        d_model=options.d_model,
        layers=(options.encoder_layers, options.decoder_layers),
        heads=options.heads,
        ffn_dim=options.ffn_dim,
        start_id=options.start_id,
        activation=activation,
        scale=options.scale_embedding,
        ids=(options.pad_id, options.eos_id),
    )
    ours = {name: tensor.detach().float() for name, tensor in model.state_dict().items()}
    theirs = {"final_logits_bias": ours.get("logits_bias", torch.zeros(options.trg_size))[None]}
    for name in ("model.shared", "model.encoder.embed_tokens", "model.decoder.embed_tokens", "lm_head"):
        theirs[f"{name}.weight"] = ours["trg_embedding.weight"]
    for stack, layers in (("encoder", model.encoder), ("decoder", model.decoder)):
        for number in range(len(layers)):
            for kind in ("weight", "bias"):
                layer = {
                    name.removeprefix(f"{stack}.{number}.").removesuffix(f".{kind}"): tensor
                    for name, tensor in ours.items()
                    if name.startswith(f"{stack}.{number}.") and name.endswith(kind)
                }
                for name, tensor in _layer(layer).items():
                    theirs[f"model.{stack}.layers.{number}.{name}.{kind}"] = tensor
    marian = MarianMTModel(config)
    missing, unexpected = marian.load_state_dict(theirs, strict=False)
    wrong = [name for name in missing if "embed_positions" not in name] + list(unexpected)
    if wrong:
        raise SystemExit(f"transformers' Marian model and the one written differ in {wrong}")
    marian.save_pretrained(folder)


def _layer(ours: dict[str, Tensor]) -> dict[str, Tensor]:
    """Split and rename a layer's weights or biases for Marian."""
    queries, keys, values = ours["attention.inward"].chunk(3)
    theirs = {
        "self_attn.q_proj": queries,
        "self_attn.k_proj": keys,
        "self_attn.v_proj": values,
        "self_attn.out_proj": ours["attention.outward"],
        "self_attn_layer_norm": ours["around_attention.norm"],
        "fc1": ours["feed_forward.inner"],
        "fc2": ours["feed_forward.outer"],
        "final_layer_norm": ours["around_feed_forward.norm"],
    }
    if "to_source.inward" in ours:
        keys, values = ours["to_source.source"].chunk(2)
        theirs |= {
            "encoder_attn.q_proj": ours["to_source.inward"],
            "encoder_attn.k_proj": keys,
            "encoder_attn.v_proj": values,
            "encoder_attn.out_proj": ours["to_source.outward"],
            "encoder_attn_layer_norm": ours["around_source.norm"],
        }
    return theirs


def _config(
    *,
    size: int,
    d_model: int,
    layers: tuple[int, int],
    heads: int,
    ffn_dim: int,
    start_id: int,
    activation: str = "swish",
    scale: bool = True,
    ids: tuple[int, int] = (0, 3),
) -> MarianConfig:
    return MarianConfig(
        vocab_size=size,
        d_model=d_model,
        encoder_layers=layers[0],
        decoder_layers=layers[1],
        encoder_attention_heads=heads,
        decoder_attention_heads=heads,
        encoder_ffn_dim=ffn_dim,
        decoder_ffn_dim=ffn_dim,
        activation_function=activation,
        scale_embedding=scale,
        pad_token_id=ids[0],
        eos_token_id=ids[1],
        decoder_start_token_id=start_id,
        forced_eos_token_id=None,
        max_position_embeddings=POSITIONS,
    )


def write_ctranslate2(model: Seq2SeqTransformer, folder: Path) -> None:
    """Write a model for CTranslate2, where a token is its number."""
    words = [str(number) for number in range(model.options.trg_size)]
    weights = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    spec = transformer_spec(model.options, weights, (words, words), unknown=words[1])
    spec.validate()
    spec.optimize()
    (folder / "ctranslate2").mkdir()
    spec.save(str(folder / "ctranslate2"))


class Forced(LogitsProcessor):
    """Bans ids that must not be generated, and ends each row at its length, as `nlpkit.translation.decode` does.

    ``seen`` collects the beams of each row at each step.
    """

    def __init__(self, never: Ids, eos_id: int, beam: int, lengths: Ids | None, seen: list[Tensor] | None) -> None:
        self._never, self._eos, self._seen = torch.tensor(list(never), dtype=torch.long), eos_id, seen
        self._lengths = None if lengths is None else torch.tensor(lengths).repeat_interleave(beam)

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        if self._seen is not None:
            self._seen.append(input_ids.clone())
        step = input_ids.shape[1] - 1
        scores.index_fill_(1, self._never, -torch.inf)
        if self._lengths is not None:
            scores[:, self._eos].masked_fill_(self._lengths > step, -torch.inf)
            ending = (self._lengths == step).nonzero()[:, 0]
            if len(ending):
                kept = scores[ending, self._eos]
                scores[ending] = -torch.inf
                scores[ending, self._eos] = kept
        return scores


@dataclass(frozen=True, kw_only=True)
class Work:
    """Inputs of a decoder: sources, with exact target lengths or a maximum ``limit``, including end tokens."""

    sources: Sequence[Ids]
    beam: int
    batch: int
    lengths: Sequence[int] | None = None
    limit: int = 200


def ours(model: Seq2SeqTransformer, work: Work, *, stop: str = "heuristic") -> Lines:
    """Decode with nlpkit: the whole input, with at most ``work.batch`` sentences per batch."""
    found = decode(model, work.sources, options_of(work, stop), lengths=work.lengths)
    return [hypotheses[0].tokens for hypotheses in in_order(found)]


def compiled(model: ArrayModel, work: Work, threads: int, *, stop: str = "heuristic") -> Lines:
    """Same as `ours` with a model in compiled code; the batches of all threads have ``work.batch`` together."""
    options = replace(options_of(work, stop), max_sentences=max(1, work.batch // threads))
    found = decode_arrays(model, work.sources, options, lengths=work.lengths, threads=threads)
    return [hypotheses[0].tokens for hypotheses in in_order(found)]


def options_of(work: Work, stop: str = "heuristic") -> DecodingOptions:
    limit = work.limit
    return DecodingOptions(
        beam=work.beam,
        stop=stop,
        max_sentences=work.batch,
        max_length=limit,
        max_ratio=0.0,
        max_extra=limit,
        scores=False,  # generate's greedy search does not compute them either
    )


@torch.inference_mode()
def theirs(
    marian: MarianMTModel, never: Ids, work: Work, *, is_sorted: bool = False, seen: list[Tensor] | None = None
) -> Lines:
    """Decode with ``generate``, in batches of consecutive sentences: in input order, or by length."""
    config = marian.config
    order = list(range(len(work.sources)))
    if is_sorted:
        order.sort(key=lambda number: -len(work.sources[number]))
    found: Lines = [[] for _ in order]
    for first in range(0, len(order), work.batch):
        numbers = order[first : first + work.batch]
        src, sizes = pad_sources(
            [work.sources[i] for i in numbers], pad_id=config.pad_token_id, eos_id=config.eos_token_id
        )
        lengths = None if work.lengths is None else [work.lengths[i] for i in numbers]
        rows = marian.generate(
            input_ids=src,
            attention_mask=(torch.arange(src.shape[1]) < sizes[:, None]).long(),
            num_beams=work.beam,
            do_sample=False,
            early_stopping=False,
            length_penalty=1.0,
            max_new_tokens=work.limit if lengths is None else max(lengths) + 1,
            logits_processor=LogitsProcessorList([Forced(never, config.eos_token_id, work.beam, lengths, seen)]),
        )
        for number, row in zip(numbers, rows.tolist(), strict=True):
            line = row[1:]
            found[number] = line[: line.index(config.eos_token_id)] if config.eos_token_id in line else line
    return found


@torch.inference_mode()
def logits_apart(
    model: Seq2SeqTransformer, marian: MarianMTModel, sources: Sequence[Ids], targets: Lines
) -> list[float]:
    """Return the largest differences of logits: all positions at once, and step by step with each cache."""
    src, sizes = pad_sources(sources, pad_id=model.pad_id, eos_id=model.eos_id)
    mask = (torch.arange(src.shape[1]) < sizes[:, None]).long()
    length = min(len(target) for target in targets)
    trg_in = torch.tensor([[model.start_id, *target[:length]] for target in targets])
    once = marian(input_ids=src, attention_mask=mask, decoder_input_ids=trg_in).logits
    memory = model.encode(src, sizes)
    apart = [float((model.logits(model.teach(memory, trg_in)) - once).abs().max())]
    state, cache = model.start(memory), None
    encoded = marian.get_encoder()(input_ids=src, attention_mask=mask)
    worst = 0.0
    for step in range(length + 1):
        tokens = trg_in[:, step : step + 1]
        output = marian(
            encoder_outputs=encoded,
            attention_mask=mask,
            decoder_input_ids=tokens,
            past_key_values=cache,
            use_cache=True,
        )
        cache = output.past_key_values
        worst = max(worst, float((state.step(tokens)[:, 0] - output.logits[:, 0]).abs().max()))
    return [*apart, worst]


class Watched(DecoderState):
    """A decoding state that records the beams of each row at each step."""

    def __init__(self, state: DecoderState, rows: int) -> None:
        self._state, self._rows = state, list(range(rows))
        self._lines: list[list[tuple[int, ...]]] = [[()] for _ in self._rows]
        self.seen: list[list[set[tuple[int, ...]]]] = [[] for _ in self._rows]

    def step(self, tokens: Tensor) -> Tensor:
        self._lines = [
            [(*line, token) for line, token in zip(own, row, strict=True)]
            for own, row in zip(self._lines, tokens.tolist(), strict=True)
        ]
        for row, own in zip(self._rows, self._lines, strict=True):
            self.seen[row].append(set(own))
        return self._state.step(tokens)

    def choose(self, parents: Tensor) -> None:
        self._lines = [[own[i] for i in row] for own, row in zip(self._lines, parents.tolist(), strict=True)]
        self._state.choose(parents)

    def keep(self, rows: Tensor) -> None:
        self._lines = [self._lines[i] for i in rows.tolist()]
        self._rows = [self._rows[i] for i in rows.tolist()]
        self._state.keep(rows)


class Judge:
    """Computes in float64 by how much two runs differ at their first difference."""

    def __init__(self, model: Seq2SeqTransformer, marian: MarianMTModel, work: Work) -> None:
        self._model, self._marian, self._work = model, marian, work
        self._exact = MarianMTModel.from_pretrained(marian.name_or_path, dtype=torch.float64).eval()

    def difference(self, number: int, pair: tuple[Ids, Ids]) -> float:
        """Return the score difference in float64 between the candidates behind sentence ``number``'s two outputs."""
        with torch.inference_mode():
            if self._work.beam == 1:
                return self._of_greedy(number, pair)
            return self._of_beams(number, pair, self._our_beams(number), self._their_beams(number))

    def _of_greedy(self, number: int, pair: tuple[Ids, Ids]) -> float:
        common = 0
        one, other = ([self._model.start_id, *line, self._model.eos_id] for line in pair)
        while one[common] == other[common]:
            common += 1
        best = self._log_p(number, [tuple(one[:common])])[0].topk(2).values
        return float(best[0] - best[1])

    def _our_beams(self, number: int) -> list[set[tuple[int, ...]]]:
        """Decode the batch of the sentence again, and return its beams at each step."""
        model, options, sources = self._model, options_of(self._work), self._work.sources
        plan = plan_batches([len(line) + 1 for line in sources], options, trg_size=model.options.trg_size)
        batch = next(numbers for numbers in plan if number in numbers)
        src, sizes = pad_sources([sources[i] for i in batch], pad_id=model.pad_id, eos_id=model.eos_id)
        state = Watched(model.start(model.encode(src, sizes)), len(batch))
        constraints = Constraints(model, options, (sizes - 1).tolist(), device=src.device)
        BeamSearch(state, constraints, options, start_id=model.start_id, eos_id=model.eos_id).run()
        return state.seen[batch.index(number)]

    def _their_beams(self, number: int) -> list[set[tuple[int, ...]]]:
        batch, beam = self._work.batch, self._work.beam
        first = number // batch * batch
        seen: list[Tensor] = []
        work = Work(sources=self._work.sources[first : first + batch], beam=beam, batch=batch, limit=self._work.limit)
        theirs(self._marian, self._model.never, work, seen=seen)
        start = (number - first) * beam
        return [set(map(tuple, lines[start : start + beam].tolist())) for lines in seen]

    def _of_beams(self, number: int, pair: tuple[Ids, Ids], *runs: list[set[tuple[int, ...]]]) -> float:
        """Search in float64 along the beams of both runs, up to their first difference.

        They may also differ in whether an end token is among the best, when the search stops, or the order of finished
        hypotheses. The smallest of these differences counts.
        """
        beam, eos, alike = self._work.beam, self._model.eos_id, zip(*runs, strict=False)
        finished: list[float] = []
        least = abs(self._score(number, pair[0]) - self._score(number, pair[1]))
        sums: dict[tuple[int, ...], float] = {(self._model.start_id,): 0.0}
        kept_apart = float("inf")
        for length, (one, other) in enumerate(alike, start=1):
            if one != other:
                return kept_apart
            lines = sorted(one)
            log_p = self._log_p(number, lines)
            before = [sums[line] if line in sums else self._sum(number, line) for line in lines]
            scores = log_p + torch.tensor(before, dtype=log_p.dtype)[:, None]
            values, places = scores.flatten().topk(2 * beam + 1)
            size = scores.shape[1]
            best = [
                (value, (*lines[place // size], place % size))
                for value, place in zip(values.tolist(), places.tolist(), strict=True)
            ]
            ends = [line[-1] == eos or length == self._work.limit for _, line in best]
            if ends[beam - 1] != ends[beam]:
                least = min(least, best[beam - 1][0] - best[beam][0])
            finished += [value / length for (value, _), is_end in list(zip(best, ends, strict=True))[:beam] if is_end]
            following = [candidate for candidate in best if candidate[1][-1] != eos]
            sums = {line: value for value, line in following}
            kept_apart = following[beam - 1][0] - following[beam][0]
            if len(finished) >= beam:
                margin = following[0][0] / length - sorted(finished)[-beam]
                least = min(least, abs(margin))
                if margin <= 0:
                    break
        return least

    def _score(self, number: int, line: Ids) -> float:
        whole = (self._model.start_id, *line, self._model.eos_id)
        return self._sum(number, whole) / (len(whole) - 1)

    def _sum(self, number: int, line: tuple[int, ...]) -> float:
        log_p = self._log_p(number, [line[:-1]], every=True)[0]
        return float(log_p.gather(1, torch.tensor(line[1:])[:, None]).sum())

    def _log_p(self, number: int, lines: list[tuple[int, ...]], *, every: bool = False) -> Tensor:
        """Return log p of the next token after lines of equal length; with ``every``, at each position."""
        src = torch.tensor([[*self._work.sources[number], self._model.eos_id]]).expand(len(lines), -1)
        logits: Any = self._exact(input_ids=src, decoder_input_ids=torch.tensor(lines)).logits
        log_p = logits.log_softmax(-1)
        log_p[..., list(self._model.never)] = -torch.inf
        return log_p if every else log_p[:, -1]

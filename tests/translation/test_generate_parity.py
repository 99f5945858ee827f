"""Greedy and ``stop="heuristic"`` against transformers' ``generate``, on small random Marian models."""

from __future__ import annotations

import pytest
import torch
from search_oracle import beam_search, next_log_probs

from nlpkit.decoding.options import DecodingOptions
from nlpkit.translation.decoding import decode, pad_sources
from nlpkit.translation.pretrained import read_pretrained

SIZE, EOS, PAD = 60, 0, 59
SLOW = pytest.mark.slow


@pytest.fixture(scope="module", params=[(0, 1.0), (1, 3.0)])
def both(request, tmp_path_factory):
    """Return a Marian model as transformers has it, the same as ours, and sources of mixed length."""
    from transformers import MarianConfig, MarianMTModel

    seed, ends = request.param
    torch.manual_seed(seed)
    config = MarianConfig(
        vocab_size=SIZE,
        d_model=16,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        max_position_embeddings=64,
        pad_token_id=PAD,
        eos_token_id=EOS,
        decoder_start_token_id=PAD,
        forced_eos_token_id=None,
        init_std=0.6,
    )
    model = MarianMTModel(config).eval()
    with torch.no_grad():
        model.final_logits_bias[0, EOS] = ends
    folder = tmp_path_factory.mktemp("marian")
    model.save_pretrained(folder)
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(0, 12, (48,), generator=generator).tolist()
    sources = [torch.randint(1, PAD, (n,), generator=generator).tolist() for n in lengths]
    return model, read_pretrained(folder), sources


def generated(model, sources, **options):
    """Return the tokens that ``generate`` gives, without start, end and padding, and whether there was an end."""
    src, lengths = pad_sources(sources, pad_id=PAD, eos_id=EOS)
    mask = torch.arange(src.shape[1]) < lengths[:, None]
    lines = model.generate(
        src, attention_mask=mask.long(), do_sample=False, bad_words_ids=[[PAD]], early_stopping=False, **options
    )
    found = []
    for line in lines[:, 1:].tolist():
        ended = EOS in line
        end = line.index(EOS) if ended else len(line)
        found.append((([token for token in line[:end] if token != PAD]), ended))
    return found


def ours(model, sources, **options):
    found = dict(decode(model, sources, DecodingOptions(stop="heuristic", max_ratio=0, **options)))
    return [[(one.tokens, one.finished) for one in found[number]] for number in range(len(sources))]


@pytest.mark.parametrize("beam", [1, 2, 4, 5])
@pytest.mark.parametrize(
    ("limit", "ngram"), [(6, 0), (25, 1), pytest.param(25, 0, marks=SLOW), pytest.param(15, 3, marks=SLOW)]
)
@pytest.mark.parametrize("alpha", [1.0, *(pytest.param(alpha, marks=SLOW) for alpha in (0.0, 0.6, 1.4))])
def test_the_same_tokens_as_generate(both, beam, limit, ngram, alpha):
    theirs, model, sources = both
    n_best = min(beam, 2)
    expected = generated(
        theirs,
        sources,
        num_beams=beam,
        length_penalty=alpha,
        max_new_tokens=limit,
        num_return_sequences=n_best,
        no_repeat_ngram_size=ngram,
    )
    options = {"beam": beam, "alpha": alpha, "n_best": n_best, "no_repeat_ngram": ngram}
    found = ours(model, sources, max_extra=limit, max_sentences=20, **options)
    for number, own in enumerate(found):
        if own != expected[number * n_best : (number + 1) * n_best]:
            after = next_log_probs(model, sources[number], ngram=ngram)
            _, narrowest = beam_search(after, EOS, limit, beam, alpha, "heuristic", n_best)
            assert narrowest < 1e-4, (number, own, expected[number * n_best : (number + 1) * n_best])


def test_there_is_something_to_differ_in(both):
    _, model, sources = both
    found = [own[0] for own in ours(model, sources, max_extra=25, no_repeat_ngram=1)]
    assert len({tuple(tokens) for tokens, _ in found}) > len(sources) / 2
    assert sum(len(set(tokens)) for tokens, _ in found) > 5 * len(sources)
    assert sum(finished for _, finished in found) > len(sources) / 2


@pytest.mark.parametrize("beam", [1, 4])
def test_no_repeated_ngrams_and_least_lengths_as_generate_has_them(both, beam):
    theirs, model, sources = both
    expected = generated(theirs, sources, num_beams=beam, max_new_tokens=20, no_repeat_ngram_size=2, min_new_tokens=5)
    found = ours(model, sources, beam=beam, max_extra=20, no_repeat_ngram=2, min_length=6)
    assert [own[0] for own in found] == expected

"""Sub-words: what goes in comes out, and training never falls over its texts."""

from __future__ import annotations

import io
import pickle
import random
import re

import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st

from nlpkit.errors import ArtifactError, InputError, ParameterError
from nlpkit.text.subword import Subwords, propose_vocab_size
from nlpkit.text.subword_training import cut_anew, sample_sentences

DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
RNG = random.Random(3)
TOY = [" ".join(RNG.choice(DIGITS) for _ in range(RNG.randint(3, 8))) for _ in range(3_000)]
TEXTS = [
    "Two dogs are running through the green grass.",
    "Ein Mann mit einem orangefarbenen Hut starrt etwas an.",
    "Zwei Männer stehen am Herd und bereiten Essen zu.",
    "Ein kleines Mädchen klettert in ein Spielhaus aus Holz.",
    "A little girl climbing into a wooden playhouse.",
] * 20
UNIGRAM = Subwords.train(TEXTS, vocab_size=400)
BPE = Subwords.train(TEXTS, vocab_size=400, model_type="bpe")
PLAIN = Subwords.train(TEXTS, vocab_size=400, byte_fallback=False)


@pytest.mark.parametrize("subwords", [UNIGRAM, BPE], ids=["unigram", "bpe"])
@settings(max_examples=150, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"])) | st.text("▁ a<s>0x41\u2047\u00a0\U0010fffd"))
def test_any_text_comes_back_up_to_spaces(subwords: Subwords, text: str) -> None:
    [ids] = subwords.encode([text])
    assert subwords.decode([ids]) == [" ".join(text.split())]
    assert min(ids, default=4) > 3
    words = [subwords.decode([ids[begin:end]])[0] for begin, end in subwords.words(ids)]
    assert words == text.split()


@settings(max_examples=100, deadline=None)
@given(ids=st.lists(st.integers(0, len(PLAIN) - 1)))
def test_words_of_whatever_a_model_writes_are_those_of_its_text(ids: list[int]) -> None:
    words = [PLAIN.decode([ids[begin:end]])[0] for begin, end in PLAIN.words(ids)]
    assert words == PLAIN.decode([ids])[0].split()


@given(ids=st.lists(st.integers(0, len(UNIGRAM) - 1)))
def test_whatever_a_model_writes_is_one_line_of_text(ids: list[int]) -> None:
    [text] = UNIGRAM.decode([ids])
    assert text.encode().decode() == " ".join(text.split())


@pytest.mark.parametrize("subwords", [UNIGRAM, BPE], ids=["unigram", "bpe"])
@pytest.mark.parametrize("text", ["<s>", "</s>", "<unk>", "<pad>", "<0x41>", "▁", "a▁b ▁▁", "\0", "\ufeffy", "e\u0301"])
def test_text_never_becomes_a_special_piece(subwords: Subwords, text: str) -> None:
    texts = [f"{first}{text}{last}" for first in "abcd" for last in "efgh"] * 30
    for model in (subwords, Subwords.train(texts, vocab_size=400)):
        [ids] = model.encode([text])
        assert min(ids) > 3
        assert model.decode([ids]) == [text]


def test_lone_surrogates_become_replacement_characters() -> None:
    assert UNIGRAM.decode(UNIGRAM.encode(["a\ud800b", "\ud83d\ude00"])) == ["a\ufffdb", "😀"]


def test_pieces_are_sentencepieces_own() -> None:
    oracle = sentencepiece.SentencePieceProcessor(model_proto=UNIGRAM.proto)
    assert UNIGRAM.encode(TEXTS[:5]) == oracle.encode(TEXTS[:5])
    many = TEXTS * 11  # enough for several threads
    assert UNIGRAM.encode(many, threads=2) == oracle.encode(many)
    assert UNIGRAM.pieces(UNIGRAM.encode(TEXTS)[0]) == oracle.encode(TEXTS[0], out_type=str)
    assert len(UNIGRAM) == UNIGRAM.vocab_size == len(oracle)


def test_special_pieces_stand_first_and_are_passed_over() -> None:
    assert UNIGRAM.pieces([0, 1, 2, 3]) == ["<pad>", "<unk>", "<s>", "</s>"]
    assert (Subwords.pad_id, Subwords.unk_id, Subwords.bos_id, Subwords.eos_id) == (0, 1, 2, 3)
    [ids] = UNIGRAM.encode(["Two dogs"])
    assert UNIGRAM.decode([[2, *ids, 3, 0, 0]]) == ["Two dogs"]
    spans = UNIGRAM.words(ids)
    assert UNIGRAM.words([2, *ids, 3, 0]) == [(begin + 1, end + 1) for begin, end in spans]


def test_nothing_in_nothing_out() -> None:
    assert UNIGRAM.encode([]) == UNIGRAM.decode([]) == []
    assert UNIGRAM.encode(["", " \t\u3000"]) == [[], []]
    assert UNIGRAM.decode([[], [2, 3]]) == ["", ""]
    assert UNIGRAM.words([]) == []


def test_each_word_of_a_toy_task_is_one_piece() -> None:
    size = propose_vocab_size(len(TOY), len(DIGITS))
    subwords = Subwords.train(TOY, vocab_size=size)
    assert subwords.pieces(subwords.encode([" ".join(DIGITS)])[0]) == [f"▁{word}" for word in DIGITS]
    assert len(subwords) < 300


@pytest.mark.parametrize("model_type", ["unigram", "bpe"])
@pytest.mark.parametrize("byte_fallback", [True, False])
@pytest.mark.parametrize("vocab_size", [1, 20, 262, 275, 276, 277, 278, 300, 100_000])
def test_the_size_is_kept_within_what_the_texts_bear(model_type: str, byte_fallback: bool, vocab_size: int) -> None:
    subwords = Subwords.train(
        TOY[:200],
        vocab_size=vocab_size,
        model_type=model_type,  # type: ignore[arg-type]
        byte_fallback=byte_fallback,
    )
    least = 4 + 256 * byte_fallback + 1 + len(set("".join(DIGITS)))
    assert least <= subwords.vocab_size <= max(least, vocab_size)
    assert subwords.decode(subwords.encode(TOY[:5])) == TOY[:5]


@pytest.mark.parametrize("model_type", ["unigram", "bpe"])
@pytest.mark.parametrize(
    "texts",
    [
        ["a"],
        ["one line only"],
        ["", "  ", "x", ""],
        ["a\0b\tc\x1c d"] * 5,
        ["▁▁", "a▁b"],
        ["\u2585x"] * 4,
        ["<s> a </s> <0x41> <pad>"] * 40,
        ["字" * 3 + chr(0x4E00 + number) for number in range(3_000)],
        ["\ud800"],
        ["ab" * 50_000],
        ["".join(chr(97 + (number * number) % 26) for number in range(70_000))],
    ],
    ids=["letter", "line", "blanks", "controls", "meta", "reserved", "special", "ideographs", "half", "long", "longer"],
)
def test_training_takes_any_texts_and_says_nothing(
    texts: list[str], model_type: str, capfd: pytest.CaptureFixture[str]
) -> None:
    subwords = Subwords.train(texts, vocab_size=300, model_type=model_type)  # type: ignore[arg-type]
    assert subwords.decode(subwords.encode(["any text"])) == ["any text"]
    assert capfd.readouterr() == ("", "")


def test_nothing_is_dropped_for_its_length(capfd: pytest.CaptureFixture[str]) -> None:
    """sentencepiece by itself leaves out what is longer than 4,192 bytes."""
    long = " ".join(["common"] * 2_000 + ["quixotry"] * 2_000)
    subwords = Subwords.train(["common word", long], vocab_size=300)
    assert subwords.pieces(subwords.encode(["quixotry"])[0]) == ["▁quixotry"]
    cut = sample_sentences([long, "x" * 2_500], 100, 1)
    assert " ".join(cut[:-3]) == long
    assert "".join(cut[-3:]) == "x" * 2_500
    assert max(map(len, cut)) <= 1_000


def test_words_that_never_end_a_sentence_are_pieces_too() -> None:
    """sentencepiece by itself has no piece for a word that always stands between two spaces."""
    texts = [f"{first} between {last}" for first in DIGITS for last in DIGITS]
    subwords = Subwords.train(texts, vocab_size=400)
    assert subwords.pieces(subwords.encode(["between"])[0]) == ["▁between"]


@given(texts=st.lists(st.lists(st.sampled_from("abcdef"), min_size=1).map(" ".join), min_size=1))
def test_cutting_anew_keeps_the_words_and_ends_each_once(texts: list[str]) -> None:
    cut = cut_anew(texts)
    words = " ".join(texts).split()
    assert " ".join(cut).split() == words
    assert {sentence.split()[-1] for sentence in cut} == set(words)
    followed = {word for sentence in cut for word in sentence.split()[:-1]}
    assert {word for word in words[:-1] if words[:-1].count(word) > 1} <= followed


def test_training_is_deterministic() -> None:
    assert Subwords.train(TEXTS, vocab_size=400) == UNIGRAM
    assert Subwords.train(iter(TEXTS), vocab_size=400).proto == UNIGRAM.proto
    sampled = Subwords.train(TOY, vocab_size=300, max_sentences=50, seed=2)
    assert sampled == Subwords.train(TOY, vocab_size=300, max_sentences=50, seed=2)


def test_a_sample_is_fair_and_in_order() -> None:
    texts = [f"{number:03}" for number in range(200)]
    assert sample_sentences(texts, 200, 1) == texts
    counts = dict.fromkeys(texts, 0)
    for seed in range(400):
        sample = sample_sentences(iter(texts), 20, seed)
        assert sample == sorted(sample)
        assert len(set(sample)) == 20
        for text in sample:
            counts[text] += 1
    # Each is drawn 40 times on average; 400 draws of probability 0.1 have a deviation of 6.
    assert 10 < min(counts.values()) <= max(counts.values()) < 70


def test_coverage_leaves_rare_characters_to_bytes() -> None:
    texts = ["aaaa bbbb"] * 200 + ["ü"]
    full, most = (Subwords.train(texts, vocab_size=1, character_coverage=share) for share in (1.0, 0.99))
    assert full.pieces(full.encode(["ü"])[0])[-1] == "ü"
    assert most.pieces(most.encode(["ü"])[0])[-2:] == ["<0xC3>", "<0xBC>"]


def test_without_bytes_unseen_characters_are_unknown() -> None:
    [ids] = PLAIN.encode(["Männer▁☃x"])
    assert 1 in ids
    assert re.fullmatch("Männer⁇+x?⁇?", PLAIN.decode([ids])[0])


@pytest.mark.parametrize("subwords", [UNIGRAM, BPE], ids=["unigram", "bpe"])
def test_samples_differ_and_mean_the_same(subwords: Subwords) -> None:
    texts = [TEXTS[1]] * 30
    drawn = subwords.encode(texts, sample=0.2, seed=4)
    assert subwords.decode(drawn) == texts
    assert len({tuple(ids) for ids in drawn}) > 5
    assert drawn == subwords.encode(texts, sample=0.2, seed=4)
    assert drawn != subwords.encode(texts, sample=0.2, seed=5)


def test_it_travels_between_processes() -> None:
    copy = pickle.loads(pickle.dumps(UNIGRAM))
    assert copy == UNIGRAM
    assert copy.encode(TEXTS) == UNIGRAM.encode(TEXTS)


@pytest.mark.parametrize(
    "proto", [b"", b"xx", bytes(50), UNIGRAM.proto[:500], UNIGRAM.proto[:-7], UNIGRAM.proto[7:], b"{}" * 99]
)
def test_damage_is_refused_in_one_line(proto: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ArtifactError, match=r"^.*save or copy it again$"):
        Subwords(proto)
    assert capfd.readouterr() == ("", "")


def test_other_special_pieces_are_refused() -> None:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXTS), model_writer=model, vocab_size=60, minloglevel=2
    )
    with pytest.raises(ArtifactError, match=r"pieces \(-1, 0, 1, 2\); expected \(0, 1, 2, 3\)"):
        Subwords(model.getvalue())


def test_what_cannot_be_is_refused() -> None:
    for texts in ([], ["", " \n"], ["\0"]):
        with pytest.raises(InputError, match="no word"):
            Subwords.train(texts, vocab_size=300)
    for options in ({"vocab_size": 0}, {"model_type": "word"}, {"character_coverage": 0}, {"threads": 0}):
        with pytest.raises(ParameterError, match=next(iter(options))):
            Subwords.train(TEXTS, **{"vocab_size": 300, **options})  # type: ignore[arg-type]
    for texts in ("one text", [b"bytes"]):
        with pytest.raises(ParameterError, match="expected"):
            Subwords.train(texts, vocab_size=300)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="list"):
        UNIGRAM.encode("one text")
    with pytest.raises(ParameterError, match="sample is 0"):
        UNIGRAM.encode(["a"], sample=0)
    for call in (lambda: UNIGRAM.decode([[4, 99_999]]), lambda: UNIGRAM.pieces([-1]), lambda: UNIGRAM.words([99_999])):
        with pytest.raises(ParameterError, match=f"no piece's id; expected 0 to {len(UNIGRAM) - 1}"):
            call()


def test_the_proposed_size_follows_the_pairs_and_the_words() -> None:
    assert 4_000 <= propose_vocab_size(29_000, 45_000) <= 8_000
    assert 8_000 <= propose_vocab_size(500_000, 400_000) <= 16_400
    assert propose_vocab_size(10**9, 10**7) == 32_000
    assert propose_vocab_size(29_000, 45_000, shared=False) < propose_vocab_size(29_000, 45_000)
    assert propose_vocab_size(0, 0) == 360
    sizes = [propose_vocab_size(pairs, 10**6) for pairs in range(0, 100_000, 500)]
    assert sizes == sorted(sizes)
    with pytest.raises(ParameterError, match="n_pairs is -1"):
        propose_vocab_size(-1, 5)


RESERVED = Subwords.train(TEXTS, vocab_size=400, reserved=[" ⟦fr⟧", "⟦0⟧", "{a,b}"])


def test_a_reserved_text_is_one_piece_wherever_it_stands() -> None:
    assert RESERVED.vocabulary[4:7] == ["▁⟦fr⟧", "⟦0⟧", "{a,b}"]
    for text, begin in (("⟦fr⟧ Two dogs", [4]), ("⟦0⟧x", [5]), ("{a,b}{a,b}", [6, 6])):
        [ids] = RESERVED.encode([text])
        assert [number for number in ids if number in (4, 5, 6)] == begin
        assert RESERVED.decode([ids]) == [text]


@settings(max_examples=50, deadline=None)
@given(text=st.lists(st.sampled_from(["⟦fr⟧", "⟦0⟧", "⟦", "0", "{a,b}", " ", "a", "▁"])).map("".join))
def test_texts_with_reserved_ones_come_back(text: str) -> None:
    assert RESERVED.decode(RESERVED.encode([text])) == [" ".join(text.split())]


@pytest.mark.parametrize("reserved", ["⟦0⟧", [""], [" "], ["a b"], ["a\u00a0"], ["▁"], ["⟦0⟧", "⟦0⟧"], ["\ud800"]])
def test_what_can_not_be_reserved(reserved: list[str]) -> None:
    with pytest.raises(ParameterError, match="reserved"):
        Subwords.train(TEXTS, vocab_size=400, reserved=reserved)

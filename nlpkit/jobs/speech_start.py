"""Start of a training of speech: an untrained model, or a trained one with a new head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from nlpkit.errors import ParameterError
from nlpkit.registry import KINDS as MODELS
from nlpkit.registry import resolve

from .inputs import StrPath
from .speech_clips import Clip
from .speech_targets import LabelTargets, TextTargets
from .transcriber import load_speech_model

if TYPE_CHECKING:
    from nlpkit.speech.recognition.speech_model import SpeechModel
    from nlpkit.training.speech.clip_store import ClipStore

KINDS = {"cnn": "cnn_classifier", "lstm": "lstm_classifier", "ctc": "ctc_recognizer"}
"""Kind of the model of each architecture."""


def check_start(
    architecture: str,
    given: Mapping[str, Any],
    base: SpeechModel | None,
    *,
    unfreeze: bool,
    sr: int | None,
    letters: str,
    vocabulary: str,
    pieces: int | None,
) -> None:
    """Refuse options that would be without effect.

    Raises
    ------
    ParameterError
        With the reason.
    """
    if base is None and unfreeze:
        raise ParameterError("unfreeze trains all layers of a model to start from: name one with --base (base)")
    if base is not None:
        sizes = {name: value for name, value in asdict(base.options).items() if name != "dropout"} | {"sr": base.sr}
        for name, value in {**given, "sr": sr or base.sr}.items():
            if name in sizes and value != sizes[name]:
                raise ParameterError(f"{name} is {value!r}, and the model of --base has {sizes[name]!r}: leave it out")
    text = {"letters": letters != "lower", "vocabulary": vocabulary != "auto", "pieces": pieces is not None}
    if architecture != "ctc" and (names := [name for name, is_given in text.items() if is_given]):
        raise ParameterError(f"{names[0]} belongs to ctc, and {architecture} learns labels: leave it out")


def model_to_start_from(base: StrPath | None, architecture: str) -> SpeechModel | None:
    """Return the model to start from.

    Raises
    ------
    ParameterError
        If it is of another architecture.
    """
    if base is None:
        return None
    from nlpkit.speech.recognition.speech_model import SpeechModel

    found = load_speech_model(base)
    wanted = resolve(KINDS[architecture], MODELS)
    if not isinstance(found, SpeechModel) or not isinstance(found, wanted):
        raise ParameterError(
            f"{base}: is a {type(found).__name__}, and {architecture} (--arch) starts from a {wanted.__name__}"
        )
    return found


def targets_of(
    architecture: str,
    letters: str,
    vocabulary: str,
    reject: Sequence[str],
    pieces: int | None,
    base: SpeechModel | None,
) -> LabelTargets | TextTargets:
    """Return what a training learns, by its options."""
    if architecture != "ctc":
        return LabelTargets(rejects=reject)
    alphabet = getattr(base, "alphabet", None)
    return TextTargets(letters=letters, vocabulary=vocabulary, rejects=reject, alphabet=alphabet, pieces=pieces)


def untrained_model(
    architecture: str,
    given: Mapping[str, Any],
    seed: int,
    targets: LabelTargets | TextTargets,
    clips: Sequence[Clip],
    sr: int,
    base: SpeechModel | None,
) -> SpeechModel:
    """Return the model with the weights that its training begins with."""
    from nlpkit.speech.recognition.front import Front, front_features
    from nlpkit.training.speech.proposal import model_options
    from nlpkit.training.speech.training import initial_weights
    from nlpkit.training.speech.transfer import transferred

    cls: Any = resolve(KINDS[architecture], MODELS)
    network = resolve("network", {"network": cls.network})
    size = {"n_tokens" if architecture == "ctc" else "n_labels": len(targets)}
    if base is not None:
        dropout = given.get("dropout", base.options.dropout)
        options, front = replace(base.options, **size, dropout=dropout), base.front
        weights = transferred(initial_weights(network, options, seed), base.weights, known_outputs(targets, base))
    else:
        options = model_options(architecture, given, **size)
        features = front_features(sr, options.n_mels)
        step = max(1, len(clips) // 500)
        front = Front.fitted(features, [clip.samples for clip in clips[::step]])
        weights = initial_weights(network, options, seed)
    return cls(options, front, weights, **targets.stored())


def known_outputs(targets: LabelTargets | TextTargets, base: SpeechModel) -> dict[int, int]:
    """Return the outputs of a model to start from, by the outputs of the new one that stand for the same."""
    tokens = base.alphabet.tokens if isinstance(targets, TextTargets) else base.labels  # type: ignore[attr-defined]
    places = {token: place for place, token in enumerate(tokens)}
    return {place: places[token] for place, token in enumerate(targets.outputs) if token in places}


def clip_store(clips: Sequence[Clip], targets: LabelTargets | TextTargets, sr: int) -> ClipStore:
    """Return clips with what is said in them, for the training."""
    from nlpkit.training.speech.clip_store import ClipStore

    return ClipStore.of([clip.samples for clip in clips], [targets.encode(clip) for clip in clips], sr)

"""`train_translation`: sentence pairs in, a translation model out."""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlpkit.device import check_count, resolve_device
from nlpkit.errors import ParameterError

from .inputs import PairReading, Paths, StrPath, spelled_out
from .passes import Progress
from .train import check_model_place
from .training_pairs import (
    check_form,
    choose_form,
    encode_pairs,
    learn_subwords,
    naming_options_of,
    read_pairs,
    sentences_per_text,
    split_pairs,
    warn_of_shared_pairs,
)
from .translation_plan import TranslationPlan
from .translation_start import architecture_of, freeze_parts, model_to_start_from
from .translator import missing
from .unfinished import check_logs, unfinished_folder, unfinished_training

if TYPE_CHECKING:
    from nlpkit.training.report import TrainingProgress, TrainingResult, ValidationReport
    from nlpkit.training.translation.options import TrainingOptions
    from nlpkit.translation.translator import Translator


@dataclass(frozen=True, kw_only=True)
class TranslationTrainReport:
    """Result of `train_translation`.

    Attributes
    ----------
    plan : TranslationPlan
    result : TrainingResult
        See `nlpkit.training.report`.
    translator : Translator
        The trained model, saved already.
    """

    plan: TranslationPlan
    result: TrainingResult
    translator: Translator


@spelled_out
def train_translation(
    output: StrPath,
    *,
    pairs: Paths | None = None,
    src: Paths | None = None,
    trg: Paths | None = None,
    valid: Paths | None = None,
    valid_src: Paths | None = None,
    valid_trg: Paths | None = None,
    architecture: str | None = None,
    attention: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    vocab_size: int | None = None,
    separate_vocabularies: bool = False,
    reserved: Sequence[str] = (),
    base: StrPath | None = None,
    freeze: Sequence[str] = (),
    normalize: str | None = "auto",
    read_as: PairReading = PairReading(),
    read_valid: PairReading | None = None,
    threads: int | None = None,
    device: str = "auto",
    devices: int = 1,
    tensorboard: StrPath | None = None,
    force: bool = False,
    resume: bool = False,
    reading: Progress | None = None,
    started: Callable[[TranslationPlan], None] | None = None,
    progress: Callable[[TrainingProgress], None] | None = None,
    validated: Callable[[ValidationReport], None] | None = None,
) -> TranslationTrainReport:
    """Train a translation model on sentence pairs, and save it.

    Sizes, vocabulary, dropout and the length of the training are proposed from the number of pairs where they aren't
    given: see `nlpkit.training.propose`. What was chosen stands in the model's ``config.json``. Each epoch, at
    least every five minutes, and when it is stopped by Ctrl-C, the state of the training is kept in ``OUTPUT.partial``.

    Parameters
    ----------
    output : path
        The folder to save the model in.
    pairs, src, trg : path or sequence of paths, optional
        Training pairs in one file or two, as in `nlpkit.corpora.Pairs`. They are held in memory.
    valid, valid_src, valid_trg : path or sequence of paths, optional
        Pairs to validate with, in one file or two. Without, 1 % of the pairs (20 to 1,000) is kept for it.
    architecture : {"transformer", "lstm", "gru", "rnn"}, optional
        Default: that of ``base``, else transformer.
    attention : {"general", "dot", "additive", "none"}, optional
        Attention of the last three; default: general.
    parameters : mapping, optional
        Options of `nlpkit.translation.TransformerOptions` or `nlpkit.translation.RNNOptions`, and of
        `nlpkit.training.options.TrainingOptions`, by name.
    vocab_size : int, optional
        Number of sub-words; of each side if they are separate.
    separate_vocabularies : bool
        Learn sub-words of source and target separately.
    reserved : sequence of str, optional
        Texts that are one sub-word each, such as tags of languages and placeholders: see
        `nlpkit.text.subword.Subwords.train`.
    base : path, optional
        Folder of a trained model to start from. Its sub-words, sizes and form of texts stay, and the learning rate is
        a fifth by default.
    freeze : sequence of {"embeddings", "encoder", "decoder"}, optional
        Parts of ``base`` that stay as they are.
    normalize : {"auto", "NFC", "NFD", "NFKC", None}
        Unicode form to which all texts are brought, in training and later the texts to translate, without soft hyphens
        and zero-width spaces; None changes nothing. Default: NFC, or NFD if most translations are in NFD.
    read_as : PairReading
        How the pairs are read. Its options may be given one by one: ``train_translation(..., columns="en,de")``.
    read_valid : PairReading, optional
        How the pairs to validate with are read; default: as UTF-8, with the languages of ``read_as``, and with its
        columns, fields and table options if the files have the same suffix.
    device, devices, threads, tensorboard
        As in `nlpkit.training.train_model`.
    force : bool
        Replace a folder that nlpkit wrote before; and without ``resume`` drop an unfinished training.
    resume : bool
        Resume an unfinished training of the same pairs and parameters, or begin one.
    reading : callable, optional
        Called with the progress of the reading: see `nlpkit.jobs.passes.Progress`.
    started, progress, validated : callable, optional
        Called with a `TranslationPlan` before the training, and as by `nlpkit.training.train_model`.

    Returns
    -------
    TranslationTrainReport

    Raises
    ------
    InputError
        If a file can't be read, or there is nothing to learn from.
    OutputError
        If the model can't be written where it should be, or there is an unfinished training and neither ``resume`` nor
        ``force``.
    ParameterError
        If parameters are unknown or wrong, or the unfinished training is of other pairs or parameters.
    DivergedError
        If the weights leave the range of numbers; the last good state stays in ``OUTPUT.partial``.
    """
    begun = time.monotonic()
    check_model_place(output, force=force, resume=resume)
    try:
        from nlpkit.training.lightning_trainer import process_rank
        from nlpkit.training.translation.model_choice import check_asked, choose_model
        from nlpkit.training.translation.task import train_model
    except ModuleNotFoundError as error:
        raise missing(error) from error
    from nlpkit.translation.translator import Translator

    check_form(normalize)
    given = dict(parameters or {})
    fixed: dict[str, Any] = {
        "attention": attention,
        "vocab_size": vocab_size,
        "separate_vocabularies": separate_vocabularies,
    }
    fixed |= {"reserved": tuple(reserved), "normalize": None if normalize == "auto" else normalize}
    start = model_to_start_from(base, given, freeze=freeze, architecture=architecture, **fixed)
    architecture = architecture or ("transformer" if start is None else architecture_of(start))
    check_asked(architecture, attention, given)
    check_count("threads", threads)
    check_count("devices", devices)
    place = resolve_device(device)
    _check_devices(devices, (src, trg, pairs, valid, valid_src, valid_trg))
    check_logs(tensorboard, output)
    read = read_pairs(read_as.pairs(src, trg, pairs), reading, output)
    if (valid_src is None) != (valid_trg is None):
        raise ParameterError("valid_src and valid_trg belong together: give both, or both sides in one file by valid")
    form = choose_form(read, normalize) if start is None else start.text_form
    if valid is None and valid_src is None:
        train, held, valid_source = split_pairs(read, form)
        left_out = read.left_out
    else:
        train = read
        own = read_valid or read_as.for_other_files(pairs, valid)
        with naming_options_of("valid"):
            held = read_pairs(own.pairs(valid_src, valid_trg, valid), None, output)
        warn_of_shared_pairs(train, held)
        valid_source = "given"
        left_out = dict(Counter(read.left_out) + Counter(held.left_out))
    seed = int(given.get("seed", 1))
    if start is None:
        subwords = learn_subwords(train, vocab_size, separate_vocabularies, seed, form, reserved)
    else:
        subwords = start.src_subwords, start.trg_subwords
    data = encode_pairs(train, subwords, form)
    validation = encode_pairs(held, subwords, form) if held.src else None
    model, options = choose_model(
        data,
        subwords,
        architecture=architecture,
        attention=attention,
        asked=given,
        device=place.type,
        base=None if start is None else start.model,
    )
    freeze_parts(model, freeze)
    plan = TranslationPlan(
        architecture=architecture,
        pairs=len(data),
        valid_pairs=len(held.src),
        valid_source=valid_source,
        empty=read.empty + (held.empty if valid_source == "given" else 0),
        too_long=sum(len(each) - len(each.within(options.max_length)) for each in (data, validation) if each),
        left_out=left_out,
        vocabulary=len(subwords[0]) if subwords[0] is subwords[1] else (len(subwords[0]), len(subwords[1])),
        parameters=sum(weight.numel() for weight in model.parameters()),
        normalize=form.name,
        languages=(read_as.from_, read_as.to),
        sentences=sentences_per_text(train.src, read_as.from_),
    )
    if started is not None:
        started(plan)
    claimed: AbstractContextManager[Path] = nullcontext(unfinished_folder(output))
    if process_rank() == 0:
        claimed = unfinished_training(output, resume=resume, force=force)
    with claimed as folder:
        result = train_model(
            model,
            data,
            validation,
            options,
            state_folder=folder,
            resume=resume,
            detokenise=subwords[1].decode,
            references=held.trg if validation is not None else None,
            language=read_as.to,
            progress=progress,
            validated=validated,
            device=device,
            devices=devices,
            threads=threads,
            tensorboard=tensorboard,
            begun=begun,
        )
        src_subwords, trg_subwords = subwords
        translator = Translator(
            model, src_subwords=src_subwords, trg_subwords=trg_subwords, device=device, normalize=form.name
        )
        if result.is_main:
            _save(translator, Path(output), plan, result, options, force)
            shutil.rmtree(folder, ignore_errors=True)
    return TranslationTrainReport(plan=plan, result=result, translator=translator)


def _save(
    translator: Translator,
    output: Path,
    plan: TranslationPlan,
    result: TrainingResult,
    options: TrainingOptions,
    force: bool,
) -> None:
    from nlpkit.training.learning_curve import learning_curve

    summary = {key: value for key, value in result.as_json().items() if key != "history"}
    provenance = {
        "data": {key: value for key, value in asdict(plan).items() if key not in ("parameters", "normalize")},
        "training": asdict(options),
        "result": summary,
        "history": [row.as_json() for row in result.history],
    }
    files = {}
    with suppress(Exception):  # a model without a picture is better than none
        files["learning-curve.png"] = learning_curve(
            result.history,
            chosen_steps=result.chosen_steps,
            metric="bleu",
            labels=("loss: -log p of a token", "BLEU, greedy"),
        )
    translator.save(output, provenance=provenance, files=files, force=force)


def _check_devices(devices: int, inputs: Sequence[Paths | None]) -> None:
    """Refuse what several processes can't do: each of them runs the same command."""
    if devices > 1 and any(each == "-" or (isinstance(each, list | tuple) and "-" in each) for each in inputs):
        raise ParameterError(f"devices is {devices}, and standard input can be read by one process alone: give a file")
    if devices > 1 and os.name == "nt":
        raise ParameterError(f"devices is {devices}, and on Windows one device trains: expected 1")

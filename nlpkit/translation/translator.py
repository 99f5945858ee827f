"""Translator: a model with its subwords; translates raw text to raw text."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlpkit import artifact as artifacts
from nlpkit.decoding.options import DecodingOptions
from nlpkit.errors import ArtifactError, ParameterError
from nlpkit.text.subword import Subwords
from nlpkit.text.text_form import TextForm, form_of_pieces

from . import model_folder
from .confidence import Confidence
from .engines import Computer
from .given_texts import checked_texts
from .glossary import Glossary
from .marks import Marks
from .pretrained.opening import is_pretrained, open_pretrained
from .provenance import languages_of, sentences_of, source_into
from .run import TranslationRun
from .sentence_wise import splits_sentences, translate_by_sentences, warn_of_several
from .text_layout import TextLayout
from .translations import Translation

if TYPE_CHECKING:
    from .attention_map import WordAttention
    from .model import TranslationModel

PRECISIONS = ("auto", "float32", "bfloat16", "int8")


class Translator:
    """Translates texts.

    Parameters
    ----------
    model : path or TranslationModel
        Folder of a trained model, or a model, which needs ``src_subwords``.
    src_subwords, trg_subwords : Subwords, optional
        Subwords of a model that is not a folder; default of ``trg_subwords``: those of the source.
    device : str, default="auto"
        See `nlpkit.device.resolve_device`.
    precision : {"auto", "float32", "bfloat16", "int8"}
        Precision of weights and products. bfloat16 halves the memory, and is faster on devices that support it. int8,
        in compiled code on a CPU, quarters the memory, and is about twice as fast. With both some translations differ.
        Default: that of the folder.
    engine : {"auto", "torch", "compiled", "numpy"}
        Implementation of the model. "compiled" and "numpy" need no PyTorch, and compute on the CPU in float32. Default:
        these two for a folder on a CPU in float32, numpy for little work; compiled for int8; else torch.
    normalize : {"auto", "NFC", "NFD", "NFKC", None}
        Unicode form of the texts that a model read in training, if it is not a folder, which stores its own. Inputs,
        prefixes and phrases are brought to it, without soft hyphens and zero-width spaces; None changes nothing.
        Default: the form of the sub-words, which is usually NFC.

    Attributes
    ----------
    model : TranslationModel
        The model in PyTorch, which is imported when this is asked for.
    options : RNNOptions or TransformerOptions
        Options of the model.
    src_subwords, trg_subwords : Subwords
    text_form : TextForm
        Brings texts to the model's form. A folder without one, from before it was stored, has the form of its
        sub-words, and nothing is removed from its inputs.
    marks : Marks
        Sub-words for target languages and for parts that are not translated; of most models none.
    confidence : Confidence or None
        Computes how probable it is that a translation is good: see `nlpkit.jobs.fit_confidence`.
    provenance : dict
        How the model was trained.
    path : path or None
        Folder, or name on the hub, from which the model was read.

    Raises
    ------
    ArtifactError
        If the folder does not hold a translation model, or is damaged.
    ParameterError
        If the vocabularies of model and subwords differ.
    """

    stored_options = ("architecture", "confidence", "model", "normalize", "precision")

    def __init__(
        self,
        model: TranslationModel | str | os.PathLike[str],
        *,
        src_subwords: Subwords | None = None,
        trg_subwords: Subwords | None = None,
        device: str = "auto",
        precision: str = "auto",
        engine: str = "auto",
        normalize: str | None = "auto",
    ) -> None:
        if precision not in PRECISIONS:
            raise ParameterError(f"precision is {precision!r}: choose one of {', '.join(PRECISIONS)}")
        self.provenance: dict[str, Any] = {}
        self.confidence: Confidence | None = None
        self.path = model if isinstance(model, str | os.PathLike) else None
        given: TranslationModel | artifacts.Artifact
        pretrained = None
        if isinstance(model, str | os.PathLike):
            if src_subwords or trg_subwords or normalize != "auto":
                raise ParameterError(
                    "a folder has sub-words and a form of texts of its own: give it alone, or a model with these"
                )
            if is_pretrained(model):
                pretrained = open_pretrained(model, engine=engine, device=device, precision=precision)
        if pretrained is not None:
            self.options, text_form, self.provenance = pretrained.options, pretrained.text_form, pretrained.provenance
            src_subwords, trg_subwords = pretrained.src_subwords, pretrained.trg_subwords
        elif isinstance(model, str | os.PathLike):
            read = artifacts.read(model)
            if read.kind != "translation":
                raise ArtifactError(f"{os.fspath(model)}: is a model of kind {read.kind!r}: expected 'translation'")
            read.check_options(self.stored_options)
            given, self.options = read, model_folder.read_options(read)
            src_subwords, trg_subwords = model_folder.read_subwords(read)
            text_form = model_folder.read_text_form(read, src_subwords)
            self.confidence = model_folder.read_confidence(read)
            self.provenance = read.provenance
        elif src_subwords is None:
            raise ParameterError("a model by itself reads no text: give src_subwords too")
        else:
            given, self.options = model, model.options
            text_form = TextForm(form_of_pieces(src_subwords.vocabulary) if normalize == "auto" else normalize)
        self.text_form = text_form
        self.src_subwords, self.trg_subwords = src_subwords, trg_subwords or src_subwords
        self.marks = Marks.of(src_subwords.vocabulary) if pretrained is None else pretrained.marks
        sizes = len(self.src_subwords), len(self.trg_subwords)
        if (self.options.src_size, self.options.trg_size) != sizes:
            raise ParameterError(
                f"the model has vocabularies of {self.options.src_size} and {self.options.trg_size}, and the"
                f" sub-words {sizes[0]} and {sizes[1]}: give those it was trained with"
            )
        if pretrained is None:
            self._computer = Computer(given, self.options, engine=engine, device=device, precision=precision)
        else:
            self._computer = pretrained.computer

    @property
    def model(self) -> TranslationModel:
        """The model in PyTorch."""
        return self._computer.torch_model

    @property
    def engine(self) -> str:
        """Engine of the last translation: torch, compiled or numpy; before it the engine that was asked for."""
        return self._computer.taken

    def start_engine(self, name: str) -> None:
        """Load the engine of an earlier translation: with engine "auto", compiled code is kept once it is loaded."""
        self._computer.start(name)

    @property
    def computed_by(self) -> tuple[str, str, str]:
        """Engine and precision that were asked for, and the device."""
        return self._computer.engine, self._computer.precision, self._computer.device

    @property
    def device(self) -> str:
        """Where the model is computed: cpu, cuda:0, mps, ..."""
        return self._computer.device

    @property
    def languages(self) -> tuple[str | None, str | None]:
        """Codes of the source and target language, None where they were not given in the training."""
        return languages_of(self.provenance)

    @property
    def sentences(self) -> int:
        """The number of sentences that 90 % of the sources in the training have at most; 1 if it is not known."""
        return sentences_of(self.provenance)

    @classmethod
    def from_artifact(cls, artifact: artifacts.Artifact) -> Translator:
        """Return the translator of an opened model folder: see `nlpkit.load`."""
        return cls(artifact.path)

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        provenance: Mapping[str, Any] | None = None,
        files: Mapping[str, bytes] | None = None,
        force: bool = False,
    ) -> Path:
        """Write the model folder.

        Parameters
        ----------
        path : path
        provenance : mapping, optional
            Description of the training; default: unchanged.
        files : mapping of str to bytes, optional
            Additional files, such as a picture of the training.
        force : bool
            Replace an existing folder written by nlpkit.

        Raises
        ------
        OutputError
            If the folder exists or is not writable.
        ParameterError
            If the precision is not float32, because the weights have been rounded.
        """
        options = {"architecture": model_folder.architecture_of(self.options), "model": asdict(self.options)}
        return artifacts.save(
            path,
            kind="translation",
            options=options | model_folder.stored(self.text_form, self.confidence),
            arrays=self._computer.weights(),
            files=model_folder.subword_files(self.src_subwords, self.trg_subwords) | dict(files or {}),
            provenance={**self._computer.versions, **(provenance or self.provenance)},
            force=force,
        )

    def translate(
        self,
        texts: Iterable[str],
        options: DecodingOptions | None = None,
        *,
        beam: int | None = None,
        to: str | None = None,
        from_: str | None = None,
        split_sentences: bool | None = None,
        guard: bool | None = None,
        glossary: Glossary | None = None,
        threads: int | None = None,
    ) -> list[str]:
        """Return the best translation of each text.

        Parameters
        ----------
        texts : iterable of str
            Texts of any length; an empty text stays empty.
        options : DecodingOptions, optional
            Parameters of the search.
        beam : int, optional
            Replaces ``options.beam``.
        to : str, optional
            Code of the target language, for a model of several: see `Marks`.
        from_ : str, optional
            Code of the language of the texts, by whose rules sentences are split; default: that of the model.
        split_sentences : bool, optional
            True: translate each sentence of a text by itself, and join the translations. False: translate each text as
            a whole; a model that was trained on single sentences makes one of several, and a warning says so. Default:
            True for texts of more sentences than those in the training. Unless False, tabs and line ends separate what
            is translated, long sentences are cut, and all around them is copied: see
            `nlpkit.translation.text_layout.TextLayout`.
        guard : bool, optional
            Translate again what has a loop, or lost a number, rare name or protected part, and flag what stays
            doubtful: see `nlpkit.translation.guard.Guard`. Default: True for models with marks for protected parts,
            unless something is asked for that only whole texts have.
        glossary : Glossary, optional
            Terms with their translations, which take the place of the words that are aligned to them; where there are
            none, the text is translated again with the translation required, and flagged if it is still missing.
        """
        given: dict[str, Any] = {"to": to, "from_": from_, "guard": guard, "glossary": glossary, "threads": threads}
        found = self.translate_full(texts, options, beam=beam, split_sentences=split_sentences, **given)
        return [translation.text for translation in found]

    def translate_full(
        self,
        texts: Iterable[str],
        options: DecodingOptions | None = None,
        *,
        beam: int | None = None,
        to: str | None = None,
        from_: str | None = None,
        prefixes: Sequence[str] | None = None,
        phrases: Sequence[Sequence[str]] | None = None,
        split_sentences: bool | None = None,
        guard: bool | None = None,
        glossary: Glossary | None = None,
        threads: int | None = None,
    ) -> list[Translation]:
        """Return each text's translation with tokens, scores and n-best list.

        Parameters
        ----------
        texts, options, beam, to, from_, split_sentences, guard, glossary, threads
            See `translate`. Sentences by themselves have no ``prefixes``, ``phrases`` and n-best lists; with these, the
            default of ``split_sentences`` is False.
        prefixes : sequence of str, optional
            Required beginning of each translation.
        phrases : sequence of sequences of str, optional
            Phrases that each translation must contain.
        """
        texts = checked_texts(texts, prefixes, phrases)
        asked = options or DecodingOptions()
        if not splits_sentences(split_sentences, asked, prefixes, phrases):
            warn_of_several(texts, from_ or self.languages[0], self.sentences)
        given: dict[str, Any] = {"to": to, "from_": from_, "prefixes": prefixes, "phrases": phrases}
        given |= {"split_sentences": split_sentences, "guard": guard, "glossary": glossary, "threads": threads}
        return list(self.stream(texts, options, beam=beam, **given))

    def stream(
        self,
        texts: Iterable[str],
        options: DecodingOptions | None = None,
        *,
        beam: int | None = None,
        to: str | None = None,
        from_: str | None = None,
        prefixes: Sequence[str] | None = None,
        phrases: Sequence[Sequence[str]] | None = None,
        split_sentences: bool | None = None,
        guard: bool | None = None,
        glossary: Glossary | None = None,
        threads: int | None = None,
    ) -> Iterator[Translation]:
        """Same as `translate_full`, but yield each translation in the order of the texts, as soon as it is ready.

        Texts are processed by length, longest first, and duplicates once; there is no warning of several sentences.
        """
        texts = checked_texts(texts, prefixes, phrases)
        to = self.marks.target(to, self.languages[1], from_)
        options = options or DecodingOptions()
        if beam is not None:
            options = replace(options, beam=beam, n_best=min(options.n_best, beam))
        from_ = from_ or self.languages[0] or source_into(self.path, to)
        run = TranslationRun(
            translator=self,
            computer=self._computer,
            options=options,
            to=to,
            languages=(from_, to or self.languages[1]),
            threads=threads,
            glossary=glossary,
        )
        is_split = splits_sentences(split_sentences, options, prefixes, phrases)
        if not splits_sentences(None, options, prefixes, phrases):
            if glossary is not None:
                raise ParameterError("a glossary needs translations without n_best, prefixes and phrases")
            yield from run.whole(texts, prefixes, phrases)
            return
        guard = bool(self.marks.placeholders or glossary) if guard is None else guard
        translated = run.guarded if guard else run.whole
        if not is_split:
            yield from translated(texts)
            return
        most = 1 if split_sentences else self.sentences
        layouts = [self.layout(text, from_, most=most) for text in texts]
        yield from translate_by_sentences(layouts, translated, alpha=options.alpha)

    def layout(self, text: str, from_: str | None = None, *, most: int = 1) -> TextLayout:
        """Return the layout of a text in a language, split if it has more than ``most`` sentences."""
        return TextLayout.of(text, from_ or self.languages[0], most=most, count_pieces=self.count_pieces)

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """Return the number of sub-words of each text."""
        return [len(ids) for ids in self.src_subwords.encode([self.text_form(text) for text in texts])]

    def word_attention(
        self, translation: Translation, *, layer: int = -1, head: int | None = None, of_source: bool = False
    ) -> WordAttention:
        """Return the attention of the words of a translation to those of its source; sub-words in Chinese, Thai, ….

        Parameters
        ----------
        translation : Translation
            Translation, whose best candidate is used.
        layer : int
            Layer of the decoder; default: the last.
        head : int, optional
            Attention head; default: the mean of all.
        of_source : bool
            Return the self-attention of the source instead, in the encoder of a Transformer; ``layer`` is then the
            encoder's.

        Returns
        -------
        WordAttention
            Attention weights without the source's end token: see `nlpkit.translation.attention_map.between_words`.

        Raises
        ------
        ParameterError
            If the model has no attention, the layer or head does not exist, or the text was translated by sentences.
        """
        if translation.sentences:
            raise ParameterError("the text was translated by sentences: give one of translation.sentences")
        from .attention_map import attention_of

        self.check_attention(layer, head, of_source=of_source)
        maps = self._computer.attention_maps(translation.source_ids, None if of_source else translation.n_best[0].ids)
        subwords = self.src_subwords, self.trg_subwords
        return attention_of(maps, subwords, self.marks, translation, layer=layer, head=head, of_source=of_source)

    def check_attention(self, layer: int = -1, head: int | None = None, *, of_source: bool = False) -> None:
        """Raise ParameterError if the model has no attention, or the layer or head does not exist."""
        from .attention_map import check_layer

        check_layer(self.options, layer, head, of_source=of_source)

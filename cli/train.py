"""``nlpkit train``: a command for each method that trains in epochs, and for models of translation and speech."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from nlpkit.cli.command import SETTINGS, Command, strangers
from nlpkit.errors import ParameterError
from nlpkit.jobs.train import trained_methods
from nlpkit.registry import EMBEDDERS, resolve

LEARNT = {
    "transformer": "nlpkit.translation.transformer:TransformerOptions",
    "rnn, lstm, gru": "nlpkit.translation.recurrent:RNNOptions",
    "training": "nlpkit.training.translation.options:TrainingOptions",
}
DERIVED = ("src_size", "trg_size", "pad_id", "start_id", "eos_id", "cell")
PROPOSED = {
    *("d_model", "heads", "ffn_dim", "encoder_layers", "decoder_layers", "embedding_size", "hidden_size", "dropout"),
    *("learning_rate", "schedule", "warmup", "batch_tokens", "epochs", "patience", "validate_every", "precision"),
}
TRANSLATION = Command(
    function="nlpkit.cli.train_translation:translation", classes=LEARNT, derived=DERIVED, proposed=PROPOSED
)

SPEECH_LEARNT = {
    "cnn": "nlpkit.speech.recognition.cnn:CnnOptions",
    "lstm": "nlpkit.speech.recognition.lstm:LstmOptions",
    "ctc": "nlpkit.speech.recognition.ctc:CtcOptions",
    "training": "nlpkit.training.speech.options:SpeechTrainingOptions",
}
SPEECH = Command(
    function="nlpkit.cli.train_speech:speech",
    classes=SPEECH_LEARNT,
    derived=("n_labels", "n_tokens"),
    proposed={"learning_rate", "batch_clips", "epochs", "monitor", "mixup"},
)
MODELS = {"translation": TRANSLATION, "speech": SPEECH}


class Trainings(TyperGroup):
    """The commands of ``nlpkit train``."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*trained_methods(), *MODELS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return self._command(cmd_name).build(cmd_name)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Accept a command's options before its name too: ``nlpkit train -i corpus.txt word2vec``."""
        names = self.list_commands(ctx)
        for place, name in enumerate(args if args and args[0].startswith("-") else []):
            if name in names and not _takes_value(self.get_command(ctx, name), args[place - 1]):
                args = [name, *args[:place], *args[place + 1 :]]
                break
        else:
            if args and args[0].startswith("-"):
                if {"-h", "--help"} & {*args}:
                    args = ["--help"]
                else:
                    raise ParameterError(f"name what to train: {', '.join(names[:-1])} or {names[-1]}")
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, rest = args[0], args[1:]
        command = self._command(name).build(name, rest)
        for option in strangers(command, rest):
            parameter = option[2:].replace("-", "_")
            owners = [method for method in trained_methods() if parameter in resolve(method).defaults()]
            if owners:
                raise ParameterError(f"{name} has no {option}: it belongs to {', '.join(owners)}")
        return name, command, rest

    def _command(self, name: str) -> Command:
        if name in MODELS:
            return MODELS[name]
        if name not in trained_methods():
            known = ", ".join(self.list_commands(None))
            raise ParameterError(f"there is no training {name!r}: choose one of {known}")
        return Command(function="nlpkit.cli.train_words:train_words", classes={name: EMBEDDERS[name]}, method=name)


def _takes_value(command: Any, option: str) -> bool:
    return any(option in parameter.opts and not getattr(parameter, "is_flag", False) for parameter in command.params)


train = typer.Typer(
    name="train",
    cls=Trainings,
    rich_markup_mode="rich",
    invoke_without_command=True,
    add_completion=False,
    context_settings=SETTINGS,
)


@train.callback()
def _train(context: typer.Context) -> None:
    """Train word vectors, a translation model or a recogniser of speech, into a model folder.

    \b
    nlpkit train word2vec -i corpus.txt -o model
    nlpkit train fasttext -i corpus/*.txt.gz -o model --vector-size 300 --epochs 10
    nlpkit train translation --src train.en --trg train.de -o en-de
    nlpkit train speech --manifest commands/ --arch cnn -o commands
    """
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(2)

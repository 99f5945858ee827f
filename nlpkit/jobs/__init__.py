"""Whole jobs in one call: files in, rows or a model out. The command line calls these and little else."""

from __future__ import annotations

from .confidence import ConfidenceReport, fit_confidence
from .convert import ConvertReport, convert_vectors
from .corpus_check.check import check_pairs
from .corpus_check.report import CorpusReport
from .embed import EmbedReport, embed_files, embed_texts
from .evaluate import EvaluationReport, evaluate_translations
from .evaluate_speech import SpeechAnswer, SpeechEvaluationReport, evaluate_speech
from .export import ExportReport, export_model
from .quantize import QuantizeReport, quantize_model
from .record import RecordReport, record_sound
from .search import Hit, search_files
from .similar import Answer, similar_words, solve_analogies
from .sound import Sound
from .sound_totals import SoundTotals, audio_info, sound_totals
from .spectrograms import SpectrogramReport, save_spectrograms, verify_files
from .terms import Term, terms
from .train import TrainReport, train_files
from .train_speech import SpeechTrainReport, train_speech
from .train_translation import TranslationTrainReport, train_translation
from .transcribe import transcribe_files
from .transcribe_report import RecordingTranscript, TranscribeReport
from .translate import TranslateReport, translate_files, translate_texts

__all__ = [
    "Answer",
    "ConfidenceReport",
    "ConvertReport",
    "CorpusReport",
    "EmbedReport",
    "EvaluationReport",
    "ExportReport",
    "Hit",
    "QuantizeReport",
    "RecordReport",
    "RecordingTranscript",
    "Sound",
    "SoundTotals",
    "SpectrogramReport",
    "SpeechAnswer",
    "SpeechEvaluationReport",
    "SpeechTrainReport",
    "Term",
    "TrainReport",
    "TranscribeReport",
    "TranslateReport",
    "TranslationTrainReport",
    "audio_info",
    "check_pairs",
    "convert_vectors",
    "embed_files",
    "embed_texts",
    "evaluate_speech",
    "evaluate_translations",
    "export_model",
    "fit_confidence",
    "quantize_model",
    "record_sound",
    "save_spectrograms",
    "search_files",
    "similar_words",
    "solve_analogies",
    "sound_totals",
    "terms",
    "train_files",
    "train_speech",
    "train_translation",
    "transcribe_files",
    "translate_files",
    "translate_texts",
    "verify_files",
]

"""Recognition: networks that turn sound into labels or words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlpkit.registry import attributes_of

if TYPE_CHECKING:
    from nlpkit.speech.recognition.classifier import Classification, CnnClassifier, LstmClassifier
    from nlpkit.speech.recognition.cnn import CnnOptions
    from nlpkit.speech.recognition.ctc import CtcOptions
    from nlpkit.speech.recognition.ctc_recognizer import CtcRecognizer
    from nlpkit.speech.recognition.front import Front, front_features
    from nlpkit.speech.recognition.lstm import LstmOptions
    from nlpkit.speech.transcripts.transcript import Transcript, Word

__all__ = [
    "Classification",
    "CnnClassifier",
    "CnnOptions",
    "CtcOptions",
    "CtcRecognizer",
    "Front",
    "LstmClassifier",
    "LstmOptions",
    "Transcript",
    "Word",
    "front_features",
]

_HOMES = {
    "Classification": "nlpkit.speech.recognition.classifier",
    "CnnClassifier": "nlpkit.speech.recognition.classifier",
    "CnnOptions": "nlpkit.speech.recognition.cnn",
    "CtcOptions": "nlpkit.speech.recognition.ctc",
    "CtcRecognizer": "nlpkit.speech.recognition.ctc_recognizer",
    "Front": "nlpkit.speech.recognition.front",
    "LstmClassifier": "nlpkit.speech.recognition.classifier",
    "LstmOptions": "nlpkit.speech.recognition.lstm",
    "Transcript": "nlpkit.speech.transcripts.transcript",
    "Word": "nlpkit.speech.transcripts.transcript",
    "front_features": "nlpkit.speech.recognition.front",
}

__getattr__ = attributes_of(__name__, _HOMES)

"""Recognition: networks that turn sound into labels or words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlpkit.registry import attributes_of

if TYPE_CHECKING:
    from nlpkit.speech.recognition.classification import Classification
    from nlpkit.speech.recognition.cnn_classifier import CnnClassifier
    from nlpkit.speech.recognition.cnn_options import CnnOptions
    from nlpkit.speech.recognition.ctc_options import CtcOptions
    from nlpkit.speech.recognition.ctc_recognizer import CtcRecognizer
    from nlpkit.speech.recognition.lstm_classifier import LstmClassifier
    from nlpkit.speech.recognition.lstm_options import LstmOptions

__all__ = [
    "Classification",
    "CnnClassifier",
    "CnnOptions",
    "CtcOptions",
    "CtcRecognizer",
    "LstmClassifier",
    "LstmOptions",
]

_HOMES = {
    "Classification": "nlpkit.speech.recognition.classification",
    "CnnClassifier": "nlpkit.speech.recognition.cnn_classifier",
    "CnnOptions": "nlpkit.speech.recognition.cnn_options",
    "CtcOptions": "nlpkit.speech.recognition.ctc_options",
    "CtcRecognizer": "nlpkit.speech.recognition.ctc_recognizer",
    "LstmClassifier": "nlpkit.speech.recognition.lstm_classifier",
    "LstmOptions": "nlpkit.speech.recognition.lstm_options",
}

__getattr__ = attributes_of(__name__, _HOMES)

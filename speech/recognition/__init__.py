"""Recognition: networks that turn sound into labels or words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlpkit.registry import attributes_of

if TYPE_CHECKING:
    from .classification import Classification
    from .cnn_classifier import CnnClassifier
    from .cnn_options import CnnOptions
    from .ctc_options import CtcOptions
    from .ctc_recognizer import CtcRecognizer
    from .lstm_classifier import LstmClassifier
    from .lstm_options import LstmOptions

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

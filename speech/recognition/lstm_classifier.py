"""LstmClassifier: a bidirectional LSTM over the frames of each clip, summed up by attention.

An LSTM (Hochreiter and Schmidhuber 1997) reads the frames in both directions (Graves and Schmidhuber 2005). The states
h are weighted by softmax(v · tanh(W h)) (Lin et al. 2017), and their sum gives the label.
"""

from __future__ import annotations

from nlpkit.speech.recognition.classifier import Classifier
from nlpkit.speech.recognition.lstm_options import LstmOptions


class LstmClassifier(Classifier):
    """Classifies clips by a recurrent network; see `nlpkit.speech.recognition.classifier.Classifier`."""

    kind = "lstm_classifier"
    inference = "nlpkit.speech.recognition.inference.lstm:LstmInference"
    network = "nlpkit.speech.recognition.networks.lstm:LstmNetwork"
    options_of = LstmOptions

"""CnnClassifier: a small residual network on the spectrogram of each clip.

The spectrogram is a picture, in which the network finds patterns of some frames and bands, whenever they occur. Each
block adds its convolutions to its input (He et al. 2016), as in small networks for spoken commands (Tang and Lin 2018):
y = relu(x + conv(relu(conv(x)))). The mean and the maximum over time of each channel and band
give the label. Batch normalisation is left out of
the statistics of padding.
"""

from __future__ import annotations

from nlpkit.speech.recognition.classifier import Classifier
from nlpkit.speech.recognition.cnn_options import CnnOptions


class CnnClassifier(Classifier):
    """Classifies clips by a convolutional network; see `nlpkit.speech.recognition.classifier.Classifier`."""

    kind = "cnn_classifier"
    inference = "nlpkit.speech.recognition.inference.cnn:CnnInference"
    network = "nlpkit.speech.recognition.networks.cnn:CnnNetwork"
    options_of = CnnOptions

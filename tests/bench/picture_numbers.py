#!/usr/bin/python3
"""Three numbers for a stylised picture, by the real VGG-16 that tools/real-network installs and independently of the engine.

content: the cosine between the picture's and the content's centred features of relu4_2. 1 is the content itself.
style:   ‖S − A‖ / ‖A‖, the mean over relu1_1, relu2_1, relu3_1, relu4_1 and relu5_1. S is the features' covariance beside
         √C times their mean, A the style picture's. 0 is a perfect match; the content itself has about 1.

high:    the share of the brightness' spectrum above half of the highest frequency, less the style's share: above 0.02 there
         is noise that the style does not have.

Everything is measured at the content's own size, the style scaled to the same longest edge.

usage: tests/bench/picture_numbers.py WEIGHTS CONTENT STYLE RESULT ...
"""
import sys

import numpy
import torch
import torch.nn.functional as functional
from PIL import Image

from peer_loop import read_state

SEQUENCE = (("1_1", 0), ("1_2", 2), "pool", ("2_1", 5), ("2_2", 7), "pool", ("3_1", 10), ("3_2", 12), ("3_3", 14), "pool",
            ("4_1", 17), ("4_2", 19), ("4_3", 21), "pool", ("5_1", 24))
STYLE_LAYERS = ("1_1", "2_1", "3_1", "4_1", "5_1")
CONTENT_LAYER = "4_2"
MEAN = (103.939, 116.779, 123.68)  # of the blue, green and red bytes that the network was trained on


def to_tensor(picture):
    """1×3×h×w of bytes, as float32, from a PIL picture."""
    return torch.from_numpy(numpy.asarray(picture.convert("RGB")).copy()).permute(2, 0, 1).unsqueeze(0).float()


def fitted_style(style, content):
    """The style with the content's longest edge, as the engine takes it with style-scale 1."""
    factor = max(content.size) / max(style.size)
    return style.resize([max(1, round(length * factor)) for length in style.size], Image.LANCZOS)


class Vgg16:
    """Rectified features by layer, each C×N; convolutions mirror the picture's edges."""

    def __init__(self, weights):
        self.tensors = read_state(weights)

    def features(self, picture):
        with torch.no_grad():
            features = to_tensor(picture).flip(1) - torch.tensor(MEAN).view(1, 3, 1, 1)
            found = {}
            for step in SEQUENCE:
                if step == "pool":
                    features = functional.max_pool2d(features, 2)
                    continue
                name, position = step
                weight, bias = (self.tensors[f"features.{position}.{kind}"] for kind in ("weight", "bias"))
                features = functional.relu(functional.conv2d(functional.pad(features, (1, 1, 1, 1), "reflect"), weight, bias))
                if name in STYLE_LAYERS or name == CONTENT_LAYER:
                    found[name] = features[0].flatten(1)
            return found


def statistic(features):
    """C×(C+1): the covariance, and √C times the mean."""
    mean = features.mean(1, keepdim=True)
    centred = features - mean
    return torch.cat([centred @ centred.t() / features.shape[1], mean * features.shape[0] ** 0.5], 1)


def likeness(features, others):
    """The cosine between two maps, each less its channels' means."""
    a, b = (map_ - map_.mean(1, keepdim=True) for map_ in (features, others))
    return float((a * b).sum() / (a.norm() * b.norm()))


def high_share(picture):
    """The share of the power spectrum of a PIL picture's brightness that lies above half of the highest frequency, 0..1."""
    bright = numpy.asarray(picture.convert("RGB")).astype(numpy.float64) @ (0.299, 0.587, 0.114)
    power = numpy.abs(numpy.fft.fft2(bright - bright.mean())) ** 2
    across, down = numpy.abs(numpy.fft.fftfreq(bright.shape[1])), numpy.abs(numpy.fft.fftfreq(bright.shape[0]))
    return float(power[numpy.maximum(down[:, None], across) > 0.25].sum() / power.sum())


class Judge:
    """Measures pictures of one content and one style (PIL pictures)."""

    def __init__(self, network, content, style):
        self.network, self.size = network, content.size
        self.content = network.features(content)[CONTENT_LAYER]
        fitted = fitted_style(style, content)
        self.style_share, of_style = high_share(fitted), network.features(fitted)
        self.style = {layer: statistic(of_style[layer]) for layer in STYLE_LAYERS}

    def numbers(self, picture):
        """(content, style) of a picture, which is brought to the content's size."""
        if picture.size != self.size:
            picture = picture.resize(self.size, Image.LANCZOS)
        features = self.network.features(picture)
        apart = [float((statistic(features[layer]) - goal).norm() / goal.norm()) for layer, goal in self.style.items()]
        return likeness(features[CONTENT_LAYER], self.content), sum(apart) / len(apart)


    def noise(self, picture):
        return high_share(picture) - self.style_share


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    network = Vgg16(sys.argv[1])
    judge = Judge(network, Image.open(sys.argv[2]), Image.open(sys.argv[3]))
    for result in sys.argv[4:]:
        picture = Image.open(result)
        content, style = judge.numbers(picture)
        print(f"{result}: content {content:.3f}, style {style:.3f}, high {judge.noise(picture):+.3f}")


if __name__ == "__main__":
    main()

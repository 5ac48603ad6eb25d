#!/usr/bin/python3
"""The first row of --log against the same losses written down independently in PyTorch, in double precision.

tutorial_losses_test.py NEURAL_STYLE   (ends with 77, which Meson takes for skipped, without PyTorch for Python)
"""
import csv
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    import torch
    import torch.nn.functional as functional
except ImportError:
    print("no PyTorch for Python here")
    sys.exit(77)

import pictures
import random_vgg

PROGRAM = os.path.abspath(sys.argv.pop(1))
WIDTH, HEIGHT = 96, 72
TOLERANCE = 1e-4
GATYS_CONTENT = 300  # content_factor() in core/src/run/method.cpp: what its content term is multiplied by
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CONVOLUTIONS = {"conv1_1": 1, "conv1_2": 2, "conv2_1": 3, "conv2_2": 4, "conv3_1": 5}


def to_tensor(picture):
    return torch.from_numpy(picture.copy()).permute(2, 0, 1).unsqueeze(0).double()


class Network:
    """Feature maps (C x N) by name: conv_1 and relu_1 are the first convolution before and after its ReLU."""

    def __init__(self, tensors, padding="zero", pooling="max", normalised=False):
        self.tensors = {name: torch.from_numpy(tensor).double() for name, tensor in tensors.items()}
        self.padding, self.pooling, self.normalised = padding, pooling, normalised

    def convolve(self, map_, position):
        weight, bias = (self.tensors[f"features.{position}.{kind}"] for kind in ("weight", "bias"))
        if self.padding == "zero":
            return functional.conv2d(map_, weight, bias, padding=1)
        return functional.conv2d(functional.pad(map_, (1, 1, 1, 1), self.padding), weight, bias)

    def features(self, picture):
        map_ = to_tensor(picture)
        if self.normalised:
            map_ = (map_ - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(DEVIATION).view(1, 3, 1, 1)
        maps, position, count = {}, 0, 0
        for item in random_vgg.VGG19:
            if item == "pool":
                pool = functional.max_pool2d if self.pooling == "max" else functional.avg_pool2d
                map_, position = pool(map_, 2), position + 1
                continue
            count += 1
            map_ = self.convolve(map_, position)
            maps[f"conv_{count}"] = map_[0].flatten(1)
            map_ = functional.relu(map_)
            maps[f"relu_{count}"] = map_[0].flatten(1)
            position += 2
        return maps


def layers(text):
    """name:weight pairs; conv2_1 and relu2_1 are counted."""
    result = []
    for item in text.split(","):
        name, _, weight = item.partition(":")
        counted = CONVOLUTIONS.get("conv" + name[4:])
        result.append((f"{name[:4]}_{counted}" if counted else name, float(weight or 1)))
    return result


def gram(features, divisor):
    return features @ features.T / divisor


def variation(picture):
    tensor = to_tensor(picture)
    return float((tensor.diff(dim=3) ** 2).mean() + (tensor.diff(dim=2) ** 2).mean())


class Losses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)
        cls.tensors = random_vgg.weights(random_vgg.VGG19)
        random_vgg.write_safetensors(cls.path / "weights.safetensors", cls.tensors)
        cls.content, cls.style = pictures.scene(WIDTH, HEIGHT), pictures.strokes(WIDTH, HEIGHT)
        cls.given = 0.7 * cls.content[:, ::-1] + 0.3 * cls.style[::-1]
        cls.third = cls.style[:, ::-1] ** 2
        for name in ("content", "style", "given", "third"):
            pictures.write_pfm(cls.path / f"{name}.pfm", getattr(cls, name))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def first_row(self, *options):
        command = [PROGRAM, "content.pfm", "--style", "style.pfm", "--output", "result.pfm", "--network", "vgg19",
                   "--weights", "weights.safetensors", "--scales", "1", "--iterations", "1", "--log", "log.csv",
                   "--device", "cpu", "--threads", "1", "--progress", "none", *options]
        done = subprocess.run(command, cwd=self.path, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.path / "log.csv") as file:
            row = next(csv.DictReader(file))
        self.assertEqual((row["evaluation"], row["width"], row["height"]), ("1", str(WIDTH), str(HEIGHT)))
        values = [float(row[f"{name}_loss"]) for name in ("content", "style", "tv", "total")]
        self.assertAlmostEqual(values[3], sum(values[:3]), delta=1e-6 * abs(values[3]))
        return values

    def expect(self, got, wanted, what):
        self.assertGreater(float(wanted), 0, what)
        self.assertLess(abs(got - float(wanted)), TOLERANCE * float(wanted), f"{what}: {got} for {float(wanted)}")

    def tutorial(self, start, content_layers="conv_4", style_layers="conv_1,conv_2,conv_3,conv_4,conv_5",
                 content_weight=1, style_weight=1000, **network):
        """The tutorial's ContentLoss and StyleLoss, weights multiplied in before the squares."""
        network = Network(self.tensors, **network)
        now, content, style = (network.features(picture) for picture in (start, self.content, self.style))
        if network.padding == "circular":  # a style's sides do not meet
            network.padding = "reflect"
            style = network.features(self.style)
        of_content = sum(((content_weight * weight * (now[name] - content[name])) ** 2).mean()
                         for name, weight in layers(content_layers))
        of_style = sum(((style_weight * weight * (gram(now[name], now[name].numel())
                                                  - gram(style[name], style[name].numel()))) ** 2).mean()
                       for name, weight in layers(style_layers))
        return of_content, of_style

    def test_tutorial_from_the_content(self):
        content, style, tv, _ = self.first_row("--loss", "tutorial")
        self.assertEqual(content, 0)
        self.assertEqual(tv, 0)
        self.expect(style, self.tutorial(self.content)[1], "style")

    def test_tutorial_from_a_given_picture(self):
        content, style, _, _ = self.first_row("--loss", "tutorial", "--init", "given.pfm")
        wanted = self.tutorial(self.given)
        self.expect(content, wanted[0], "content")
        self.expect(style, wanted[1], "style")

    def test_tutorial_from_the_style(self):
        content, style, _, _ = self.first_row("--loss", "tutorial", "--init", "style")
        self.expect(content, self.tutorial(self.style)[0], "content")
        self.assertLess(style, 1e-6 * float(self.tutorial(self.content)[1]))

    def test_tutorial_with_everything_else_set(self):
        choices = dict(content_layers="conv_2:0.5,relu_3", style_layers="relu_1:2,conv_3:0.25,relu3_1",
                       content_weight=3, style_weight=20)
        options = [word for key, value in choices.items() for word in ("--" + key.replace("_", "-"), str(value))]
        for pooling, padding in (("average", "zero"), ("max", "reflect"), ("average", "replicate"),
                                 ("max", "circular")):
            with self.subTest(pooling=pooling, padding=padding):
                content, style, _, _ = self.first_row("--loss", "tutorial", "--init", "given.pfm", "--pooling",
                                                      pooling, "--padding", padding, *options)
                wanted = self.tutorial(self.given, **choices, pooling=pooling, padding=padding)
                self.expect(content, wanted[0], "content")
                self.expect(style, wanted[1], "style")

    def test_total_variation_is_added(self):
        _, _, tv, _ = self.first_row("--loss", "tutorial", "--init", "given.pfm", "--tv-weight", "5")
        self.expect(tv, 5 * variation(self.given), "tv")

    def test_gatys(self):
        """Shares of the weights by the layers' own; Gram over positions; input with ImageNet's mean and deviation."""
        network = Network(self.tensors, padding="reflect", normalised=True)
        maps = {name: network.features(getattr(self, name)) for name in ("content", "style", "given", "third")}
        options = ["--loss", "gatys", "--content-layers", "relu2_2", "--style-layers", "relu1_1,relu2_1:3,relu3_1"]
        shares = {"relu_1": 0.2, "relu_3": 0.6, "relu_5": 0.2}

        def style_loss(start, targets):
            loss = 0
            for name, share in shares.items():
                target = sum(part * gram(maps[which][name], maps[which][name].shape[1]) for which, part in targets)
                loss += 1000 * share * ((gram(maps[start][name], maps[start][name].shape[1]) - target) ** 2).mean()
            return loss

        content, style, _, _ = self.first_row(*options)
        self.assertEqual(content, 0)
        self.expect(style, style_loss("content", [("style", 1)]), "style")
        content, style, _, _ = self.first_row(*options, "--init", "given.pfm", "--content-weight", "7")
        self.expect(content, 7 * GATYS_CONTENT * ((maps["given"]["relu_4"] - maps["content"]["relu_4"]) ** 2).mean(), "content")
        self.expect(style, style_loss("given", [("style", 1)]), "style")
        _, style, _, _ = self.first_row(*options, "--style", "third.pfm:3")
        self.expect(style, style_loss("content", [("style", 0.25), ("third", 0.75)]), "style of two pictures")

    def test_covariance(self):
        """(||S - A||^2 + C ||m - a||^2) over its value at the content, or over a hundredth of the style's own size."""
        network = Network(self.tensors, padding="reflect", normalised=True)
        maps = {name: network.features(getattr(self, name)) for name in ("content", "style", "given")}
        options = ["--loss", "covariance", "--content-layers", "relu2_2", "--style-layers", "relu1_1,relu2_1,relu3_1:2"]
        shares = {"relu_1": 0.25, "relu_3": 0.25, "relu_5": 0.5}

        def statistic(features):
            mean = features.mean(1, keepdim=True)
            return gram(features - mean, features.shape[1]), mean * features.shape[0] ** 0.5

        def distance(one, other):
            return sum(((a - b) ** 2).sum() for a, b in zip(one, other))

        def style_loss(start):
            loss = 0
            for name, share in shares.items():
                now, first, target = (statistic(maps[which][name]) for which in (start, "content", "style"))
                size = max(distance(first, target), 0.01 * sum((part ** 2).sum() for part in target))
                loss += 1000 * share * distance(now, target) / size
            return loss

        def content_loss(start):  # but for a factor that is the same for every picture
            now, content = maps[start]["relu_4"], maps["content"]["relu_4"]
            return ((now - content) ** 2).sum() / ((content - content.mean(1, keepdim=True)) ** 2).sum()

        content, style, _, _ = self.first_row(*options)
        self.assertEqual(content, 0)
        self.expect(style, style_loss("content"), "style")
        given, style, _, _ = self.first_row(*options, "--init", "given.pfm")
        self.expect(style, style_loss("given"), "style")
        from_style, _, _, _ = self.first_row(*options, "--init", "style")
        self.expect(given / from_style, content_loss("given") / content_loss("style"), "content")
        doubled, _, _, _ = self.first_row(*options, "--init", "given.pfm", "--content-weight", "2")
        self.expect(doubled, 2 * given, "content of twice the weight")


if __name__ == "__main__":
    unittest.main()

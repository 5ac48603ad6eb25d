#!/usr/bin/python3
"""tools/real-network installs VGG-16 with its authors' weights. Its losses are those that PyTorch computes, and default
pictures hold the two numbers of tests/bench/picture_numbers.py.

real_network_test.py NEURAL_STYLE DUMP_WEIGHTS   (ends with 77, which Meson takes for skipped, where it cannot be had)
"""
import csv
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

import numpy
from PIL import Image

try:
    import torch  # noqa: F401, picture_numbers needs it
except ImportError:
    print("no PyTorch for Python here")
    sys.exit(77)

DUMP = os.path.abspath(sys.argv.pop())
PROGRAM = os.path.abspath(sys.argv.pop())
TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/bench"))
import picture_numbers  # noqa: E402
import picture_table  # noqa: E402

CHANNELS = [64, 64, 128, 128, 256, 256, 256] + 6 * [512]

FOLDER = tempfile.TemporaryDirectory()
INSTALLING = subprocess.run([TOP / "tools/real-network", FOLDER.name, PROGRAM], stderr=subprocess.PIPE, text=True)
if INSTALLING.returncode == 77:
    print(INSTALLING.stderr)
    sys.exit(77)


class RealNetwork(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(FOLDER.name)
        cls.weights = cls.folder / "neural-style/networks/vgg16-caffe.safetensors"
        cls.environment = dict(os.environ, XDG_DATA_HOME=FOLDER.name)

    def program(self, *words):
        return subprocess.run([PROGRAM, *words], env=self.environment, check=True, capture_output=True, text=True).stdout

    def test_it_is_installed(self):
        self.assertEqual(INSTALLING.returncode, 0, INSTALLING.stderr)
        said = self.program("--list-networks").split("vgg16-caffe: ")[1]
        self.assertIn(f"{self.weights} (59 MB), from ", said)

    def test_its_numbers_are_the_authors(self):
        floats = subprocess.run([DUMP, TOP / "data/networks/vgg16-caffe.ini", self.weights, "13"], check=True,
                                capture_output=True).stdout
        into = [3] + CHANNELS[:-1]
        self.assertEqual(len(floats), 4 * sum(9 * a * b + b for a, b in zip(into, CHANNELS)))
        numbers = struct.unpack_from("<4f", floats, 4 * 9 * 3 * 64)  # the first biases
        for number, known in zip(numbers, (0.73429835, 0.09340367, 0.06775674, 0.8862966)):
            self.assertAlmostEqual(number, known, delta=1e-7)

    def paint(self, content, style, name, *options):
        """The result of a run with this network, and its losses."""
        self.program(content, "--style", style, "--network", "vgg16-caffe", "--seed", "1", "--output",
                     self.folder / f"{name}.png", "--log", self.folder / "log.csv", "--progress", "none", *map(str, options))
        with open(self.folder / "log.csv", newline="") as file:
            return Image.open(self.folder / f"{name}.png").convert("RGB"), list(csv.DictReader(file))

    def drawn(self, name, seed):
        coarse = numpy.random.default_rng(seed).integers(0, 256, (12, 16, 3), numpy.uint8)
        picture = Image.fromarray(coarse).resize((128, 96), Image.BICUBIC)
        picture.save(self.folder / f"{name}.png")
        return picture

    def test_losses_are_those_of_pytorch(self):
        """Ratios between two pictures, which are free of the terms' constants."""
        network = picture_numbers.Vgg16(self.weights)
        of_content, of_style, *of_starts = (
            network.features(self.drawn(name, seed))
            for seed, name in enumerate(("content", "style", "start1", "start2"), 1))

        def content_loss(features):
            return float((features["4_2"] - of_content["4_2"]).square().mean())

        def gatys(features):
            def gram(of):
                return of @ of.t() / of.shape[1]
            return sum(float((gram(features[layer]) - gram(of_style[layer])).square().mean())
                       for layer in picture_numbers.STYLE_LAYERS)

        def covariance(features):
            def apart(of, layer):
                goal = picture_numbers.statistic(of_style[layer])
                return float((picture_numbers.statistic(of[layer]) - goal).square().sum())
            return sum(apart(features, layer) / apart(of_content, layer) for layer in picture_numbers.STYLE_LAYERS)

        for loss, style_loss in ("gatys", gatys), ("covariance", covariance):
            rows = [self.paint(self.folder / "content.png", self.folder / "style.png", "result", "--loss", loss, "--scales", 1,
                               "--iterations", 1, "--init", self.folder / f"{start}.png")[1][0] for start in ("start1", "start2")]
            for key, expected in ("content_loss", content_loss), ("style_loss", style_loss):
                ratio = float(rows[0][key]) / float(rows[1][key])
                self.assertAlmostEqual(ratio, expected(of_starts[0]) / expected(of_starts[1]), delta=1e-4 * ratio, msg=(loss, key))

    def test_default_pictures_keep_the_content_and_take_on_the_style(self):
        network, sheet = picture_numbers.Vgg16(self.weights), picture_table.contact_sheet()
        for pair in sheet.PAIRS[0], sheet.PAIRS[2], sheet.PAIRS[6]:
            painting = sheet.painted_style(pair[1], self.folder)
            photograph = sheet.photograph(pair[0], 256, self.folder)
            content = Image.open(photograph)
            judge = picture_numbers.Judge(network, content, Image.open(painting).convert("RGB"))
            picture = self.paint(photograph, painting, "painted", "--iterations", 60)[0]
            kept, apart = judge.numbers(picture)
            self.assertGreater(kept, 0.42, pair)
            self.assertLess(apart, 0.40, pair)

    def test_the_content_weight_counts_with_every_loss(self):
        network = picture_numbers.Vgg16(self.weights)
        content, style = self.drawn("content", 1), self.drawn("style", 2)
        judge = picture_numbers.Judge(network, content, style)
        for loss in "covariance", "gatys", "sliced":
            numbers = [judge.numbers(self.paint(self.folder / "content.png", self.folder / "style.png", "weighed", "--loss", loss,
                                                "--iterations", 30, "--content-weight", weight)[0])
                       for weight in (0.2, 5)]
            self.assertGreater(numbers[1][0], numbers[0][0] + 0.15, loss)


if __name__ == "__main__":
    unittest.main()

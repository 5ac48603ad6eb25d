#!/usr/bin/python3
"""tools/real-network installs VGG-16 with its authors' weights, and the program paints with it.

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

DUMP = os.path.abspath(sys.argv.pop())
PROGRAM = os.path.abspath(sys.argv.pop())
TOP = pathlib.Path(__file__).resolve().parents[2]
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

    def test_it_paints(self):
        for name, seed in ("content", 1), ("style", 2):
            coarse = numpy.random.default_rng(seed).integers(0, 256, (12, 16, 3), numpy.uint8)
            Image.fromarray(coarse).resize((128, 96), Image.BICUBIC).save(self.folder / f"{name}.png")
        self.program(self.folder / "content.png", "--style", self.folder / "style.png", "--network", "vgg16-caffe", "--size",
                     "128", "--iterations", "2", "--log", self.folder / "log.csv", "--output", self.folder / "result.png",
                     "--progress", "none")
        self.assertEqual(Image.open(self.folder / "result.png").size, (128, 96))
        with open(self.folder / "log.csv", newline="") as file:
            losses = [float(row["total_loss"]) for row in csv.DictReader(file)]
        self.assertEqual(len(losses), 2)
        self.assertLess(losses[1], losses[0])


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""In bfloat16 a run comes down as far as in float32, and is never no number.

bfloat16_descent_test.py NEURAL_STYLE

A narrow network of VGG's form with random weights; the loss `tutorial`, whose last digits count most, for it comes down by
four orders of magnitude. What counts is the picture: its loss is computed in float32 in the end.
"""
import csv
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import pictures
import random_vgg

PROGRAM = os.path.abspath(sys.argv.pop(1))
EVALUATIONS = 200


class Bfloat16Descent(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = pathlib.Path(held.name)
        random_vgg.write_description(self.folder / "narrow.ini", random_vgg.NARROW)
        random_vgg.write_safetensors(self.folder / "weights.safetensors", random_vgg.weights(random_vgg.NARROW, 1))
        pictures.write_pfm(self.folder / "content.pfm", pictures.scene(64, 48))
        pictures.write_pfm(self.folder / "style.pfm", pictures.strokes(64, 48))

    def losses(self, precision, output, *words):
        log = self.folder / "log.csv"
        subprocess.run([PROGRAM, "content.pfm", "--style", "style.pfm", "--output", output, "--network", "narrow.ini",
                        "--weights", "weights.safetensors", "--scales", "1", "--precision", precision, "--convolutions",
                        "direct", "--device", "cpu", "--threads", "1", "--preview-every", "0", "--progress", "none",
                        "--log", log, *words], cwd=self.folder, check=True)
        with log.open() as file:
            return [float(row["total_loss"]) for row in csv.DictReader(file)]

    def test_reaches_what_float32_reaches(self):
        reached = {}
        for precision in ("float32", "bfloat16"):
            losses = self.losses(precision, f"{precision}.pfm", "--iterations", str(EVALUATIONS))
            self.assertTrue(all(map(math.isfinite, losses)))
            reached[precision] = self.losses("float32", "again.pfm", "--iterations", "1", "--init",
                                             f"{precision}.pfm")[0]
            self.assertLess(reached[precision], 1e-2 * losses[0])
        self.assertLess(reached["bfloat16"], 1.2 * reached["float32"])


if __name__ == "__main__":
    unittest.main()

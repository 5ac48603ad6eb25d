#!/usr/bin/python3
"""The sheet of variations: each cell is the picture that a call with its settings makes, in the right place.

variations_test.py NEURAL_STYLE FOLDER_OF_TESTS/core
"""
import signal
import subprocess
import unittest

import numpy
from PIL import Image

from called_program import FAST, PROGRAM, Program, levels
import pictures


def places(sheet, cell):
    """(x, y) of each place where `cell` lies in `sheet`."""
    height, width = cell.shape[:2]
    corner = (sheet[:sheet.shape[0] - height + 1, :sheet.shape[1] - width + 1] == cell[0, 0]).all(axis=2)
    return [(x, y) for y, x in zip(*numpy.nonzero(corner)) if (sheet[y:y + height, x:x + width] == cell).all()]


class Variations(Program):
    def variations(self, *options, content="content.png", output="result.png"):
        return self.call("--variations", content, "--style", "style.png", "--output", output, *FAST, "--progress", "none",
                         *options)

    def test_cells_are_what_single_calls_make(self):
        some = ("--iterations", 5)  # the first step goes downhill as far whatever the weights are
        self.expect_done(self.variations("--grid", "3x2", "--style-weight", 500, *some))
        sheet = numpy.asarray(Image.open(self.path / "result.png"))
        across, down = {}, {}
        for weight in (50, 500, 5000):
            for scale in (0.5, 2):
                self.expect_done(self.stylise("--style-weight", weight, "--style-scale", scale, *some,
                                              output="single.png"))
                found = places(sheet, numpy.asarray(Image.open(self.path / "single.png")))
                self.assertEqual(len(found), 1, (weight, scale))
                across.setdefault(weight, set()).add(found[0][0])
                down.setdefault(scale, set()).add(found[0][1])
        self.assertTrue(all(len(place) == 1 for place in (*across.values(), *down.values())), (across, down))
        left = [across[weight].pop() for weight in (50, 500, 5000)]
        top = [down[scale].pop() for scale in (0.5, 2)]
        self.assertGreaterEqual(left[1] - left[0], 48)
        self.assertEqual(left[1] - left[0], left[2] - left[1])
        self.assertGreaterEqual(top[1] - top[0], 40)
        # the words above the columns and beside the rows are there, each as wide as it must be, and nowhere else
        self.assertLess(sheet[:top[0], left[0]:left[0] + 48].min(), 128)
        self.assertLess(sheet[top[1]:top[1] + 40, :left[0]].min(), 128)
        self.assertEqual(sheet[:, -6:].min(), 255)

    def test_large_pictures_become_small_and_values_stay_in_range(self):
        Image.fromarray(levels(pictures.scene(600, 300))).save(self.path / "large.png")
        self.expect_done(self.variations("--grid", "1x3", "--style-scale", 4, content="large.png", output="result.tif"))
        with Image.open(self.path / "result.tif") as sheet:
            self.assertLess(sheet.width, 512)
            self.assertGreater(sheet.width, 256)
            self.assertGreater(sheet.height, 3 * 128)
            self.assertLess(sheet.height, 6 * 128)

    def test_what_is_stopped_is_written(self):
        process = subprocess.Popen([PROGRAM, "--variations", "content.png", "--style", "style.png", "--output", "result.png",
                                    *FAST, "--iterations", "10000", "--progress", "plain"], cwd=self.path,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        for line in process.stderr:
            if line.startswith("Evaluation"):
                break
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 130)
        with Image.open(self.path / "result.png") as sheet:
            sheet.load()

    def test_wrong_calls(self):
        for grid in ("3", "0x3", "3x10", "3x", "x3", "3x3x3", "ax3"):
            self.expect_sentence(self.variations("--grid", grid), grid, status=2)
        self.expect_sentence(self.stylise("--grid", "3x3"), "--variations", status=2)
        self.expect_sentence(self.variations("--log", "log.csv"), "--log", status=2)
        self.expect_sentence(self.variations(content="missing.png"), "missing.png")
        self.expect_sentence(self.variations(output="result.jpg"), "result.jpg")


if __name__ == "__main__":
    unittest.main()

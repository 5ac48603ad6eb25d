"""The real program called from outside, in a folder of its own with a content and a style: what its tests share.

Takes the program and the folder tests/core from the command line.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy
from PIL import Image

PROGRAM = os.path.abspath(sys.argv.pop(1))
sys.path.insert(0, sys.argv.pop(1))
import pictures  # noqa: E402

FAST = ["--network", "builtin", "--scales", "1", "--iterations", "2", "--threads", "1", "--device", "cpu"]


def levels(picture, largest=255):
    return numpy.round(picture * largest).astype(numpy.uint8 if largest == 255 else numpy.uint16)


class Program(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        self.content, self.style = pictures.scene(48, 40), pictures.strokes(40, 48)
        Image.fromarray(levels(self.content)).save(self.path / "content.png")
        Image.fromarray(levels(self.style)).save(self.path / "style.png")

    def call(self, *words):
        environment = dict(os.environ, XDG_DATA_HOME=str(self.path / "data"), TORCH_HOME=str(self.path / "torch"))
        return subprocess.run([PROGRAM, *map(str, words)], cwd=self.path, capture_output=True, text=True, timeout=120,
                              env=environment)

    def stylise(self, *options, content="content.png", style="style.png", output="result.png"):
        return self.call(content, "--style", style, "--output", output, *FAST, "--progress", "none", *options)

    def expect_done(self, done):
        self.assertEqual((done.returncode, done.stderr, done.stdout), (0, "", ""))

    def expect_sentence(self, done, *parts, status=1):
        """One line on standard error that holds `parts` and ends as a sentence does; no result, nothing left over."""
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stdout, "")
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertTrue(lines[0].startswith("neural-style: ") and lines[0].endswith("."), lines[0])
        for part in parts:
            self.assertIn(str(part), lines[0])
        left = {item.name for item in self.path.iterdir()}
        self.assertFalse({name for name in left if name.startswith(".") or name.startswith("result")}, left)

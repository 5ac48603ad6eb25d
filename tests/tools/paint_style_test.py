#!/usr/bin/python3
"""Every style of tools/paint-style paints a picture of the asked size and a varied one; the seed alone decides."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy as np
from PIL import Image

from source_tree import TOP

sys.path.insert(0, str(TOP / "tools"))
from painting.styles import STYLES, painted  # noqa: E402: the path comes first

PROGRAM = str(TOP / "tools/paint-style")


class PaintStyle(unittest.TestCase):
    def paint(self, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            output = pathlib.Path(folder) / "style.png"
            subprocess.run([PROGRAM, arguments[0], str(output), *arguments[1:]], check=True)
            return np.asarray(Image.open(output), np.float32)

    def test_every_style(self):
        listed = subprocess.run([PROGRAM, "--list"], capture_output=True, text=True, check=True).stdout.split()
        self.assertEqual(listed, list(STYLES))
        for style in STYLES:
            with self.subTest(style):
                picture = painted(style, 64, 80, 1)  # a small one, higher than wide: the hardest to fill
                self.assertEqual((picture.size, picture.mode), ((64, 80), "RGB"))
                self.assertGreater(np.asarray(picture, np.float32).std(), 25)

    def test_every_file_is_a_style_or_serves_one(self):
        files = {path.stem for path in (TOP / "tools/painting").glob("*.py")} - {"styles"}
        self.assertLessEqual(set(STYLES), files)
        sources = "".join(path.read_text() for path in (TOP / "tools/painting").glob("*.py"))
        for other in files - set(STYLES):
            self.assertIn(f"from painting.{other} import", sources)

    def test_the_seed_decides(self):
        first = self.paint("woodcut", "--size", "128x96", "--seed", "1")
        np.testing.assert_array_equal(first, self.paint("woodcut", "--size", "128x96"))
        self.assertGreater(np.abs(first - self.paint("woodcut", "--size", "128x96", "--seed", "2")).mean(), 0.2)

    def test_wrong_arguments(self):
        for arguments in (["oil", "x.png"], ["swirls"], ["swirls", "x.png", "--size", "big"], ["swirls", "x.png", "--size", "9x9"]):
            done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2)
            self.assertIn("error:", done.stderr)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""The gallery's pictures and catalogue agree with each other and with the styles; tools/paint-gallery is repeatable."""
import configparser
import pathlib
import subprocess
import tempfile
import unittest

import numpy as np
from PIL import Image

from source_tree import TOP

GALLERY = TOP / "data/gallery"
PROGRAM = str(TOP / "tools/paint-gallery")
LARGEST_EDGE = 768
LARGEST_TOTAL = 8 << 20  # bytes: the packages grow by them


def catalogue(folder=GALLERY):
    groups = configparser.ConfigParser(interpolation=None)
    groups.read(folder / "gallery.ini", encoding="utf-8")
    return groups


def styles():
    return subprocess.run([TOP / "tools/paint-style", "--list"], capture_output=True, text=True, check=True).stdout.split()


class Gallery(unittest.TestCase):
    def test_every_style_is_there_and_nothing_else(self):
        self.assertEqual(catalogue().sections(), styles())
        self.assertEqual({path.name for path in GALLERY.iterdir()} - {"meson.build"},
                         {name + ".jpg" for name in styles()} | {"gallery.ini"})

    def test_every_picture_is_as_its_group_says(self):
        groups = catalogue()
        for name in groups.sections():
            with self.subTest(name), Image.open(GALLERY / (name + ".jpg")) as picture:
                self.assertEqual((picture.format, picture.mode), ("JPEG", "RGB"))
                self.assertEqual(picture.size, (groups.getint(name, "width"), groups.getint(name, "height")))
                self.assertEqual(max(picture.size), LARGEST_EDGE)
                self.assertFalse(picture.getexif())
                self.assertEqual(set(groups[name]), {"title", "author", "licence", "width", "height", "seed"})
                self.assertEqual((groups[name]["author"], groups[name]["licence"]), ("Neural Style", "CC0-1.0"))

    def test_titles_and_pictures_are_told_apart(self):
        titles = [catalogue()[name]["title"] for name in catalogue().sections()]
        self.assertTrue(all(titles))
        self.assertEqual(len(set(titles)), len(titles))
        files = {(GALLERY / (name + ".jpg")).read_bytes() for name in catalogue().sections()}
        self.assertEqual(len(files), len(titles))

    def test_all_together_are_small(self):
        self.assertLessEqual(sum(path.stat().st_size for path in GALLERY.glob("*.jpg")), LARGEST_TOTAL)

    def test_the_build_installs_all_of_them(self):
        listed = (GALLERY / "meson.build").read_text()
        for name in styles():
            self.assertIn(f"'{name}'", listed)


class PaintGallery(unittest.TestCase):
    def paint(self, folder, *arguments):
        subprocess.run([PROGRAM, "kilim", "--folder", folder, *arguments], check=True, stdout=subprocess.DEVNULL)
        return (pathlib.Path(folder) / "kilim.jpg").read_bytes()

    def test_the_seed_decides_and_is_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            first = self.paint(folder)
            self.assertEqual(first, self.paint(folder))
            other = self.paint(folder, "--seed", "5")
            self.assertNotEqual(first, other)
            self.assertEqual(catalogue(pathlib.Path(folder)).getint("kilim", "seed"), 5)
            self.assertEqual(other, self.paint(folder))
            self.assertEqual(catalogue(pathlib.Path(folder)).sections(), ["kilim"])

    def test_what_is_shipped_is_what_the_script_paints(self):
        """But for the last bits of sines, which are another processor's own."""
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "gallery.ini").write_bytes((GALLERY / "gallery.ini").read_bytes())
            self.paint(folder)
            with Image.open(GALLERY / "kilim.jpg") as shipped, Image.open(pathlib.Path(folder) / "kilim.jpg") as painted:
                difference = np.abs(np.asarray(shipped, float) - np.asarray(painted, float))
                self.assertLess(difference.mean(), 2)

    def test_wrong_arguments_are_refused(self):
        for arguments, said in ((["oils"], "there is no style 'oils'"), (["--seed", "2"], "name one")):
            done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)


if __name__ == "__main__":
    unittest.main()

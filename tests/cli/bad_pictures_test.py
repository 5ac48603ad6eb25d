#!/usr/bin/python3
"""Pictures that nobody would draw, as files through the command line: a result of the right size with finite pixels, or
one sentence.

bad_pictures_test.py NEURAL_STYLE FOLDER_OF_TESTS/core
"""
import unittest

import numpy
from PIL import Image

from called_program import Program, levels
import pictures


class BadPictures(Program):
    def expect_size(self, name, width, height, *options, **files):
        self.expect_done(self.stylise("--iterations", "1", *options, output=name, **files))
        if name.endswith(".pfm"):
            result = pictures.read_pfm(self.path / name)
            self.assertEqual(result.shape, (height, width, 3))
            self.assertTrue(numpy.isfinite(result).all())
            return result
        with Image.open(self.path / name) as result:
            self.assertEqual(result.size, (width, height))
            return numpy.asarray(result)

    def draw(self, name, width, height, mode="RGB"):
        Image.fromarray(levels(pictures.scene(width, height))).convert(mode).save(self.path / name)

    def test_sizes_at_the_edge(self):
        for width, height in ((1, 1), (1, 5000), (30000, 2)):
            with self.subTest(size=(width, height)):
                self.draw("odd.png", width, height)
                self.expect_size("result.png", width, height, content="odd.png", style="odd.png")

    def test_nothing_shows(self):
        Image.new("RGBA", (20, 10), (90, 20, 200, 0)).save(self.path / "clear.png")
        self.expect_sentence(self.stylise(content="clear.png"), "Nothing", "shows")
        self.expect_sentence(self.stylise(style="clear.png"), "Nothing", "shows")

    def test_one_colour_only(self):
        for colour, loss in (((0, 0, 0), "gatys"), ((255, 255, 255), "covariance"), ((200, 30, 30), "tutorial")):
            with self.subTest(colour):
                Image.new("RGB", (20, 17), colour).save(self.path / "flat.png")
                self.expect_size("result.png", 20, 17, "--colours", "match", content="flat.png")
                self.expect_size("result.pfm", 48, 40, "--colours", "content", style="flat.png")
                self.expect_size("result.pfm", 20, 17, "--loss", loss, content="flat.png", style="flat.png")

    def test_numbers_that_are_none_or_far_outside(self):
        for name, value in (("nan", numpy.nan), ("inf", numpy.inf), ("minus", -numpy.inf), ("far", 3e38), ("deep", -1e30)):
            with self.subTest(name):
                picture = pictures.scene(30, 20)
                picture[3:6, 4:9] = value
                pictures.write_pfm(self.path / "odd.pfm", picture)
                self.expect_size("result.pfm", 30, 20, content="odd.pfm")
                self.expect_size("result.pfm", 48, 40, "--init", "odd.pfm", style="odd.pfm")
        pictures.write_pfm(self.path / "all.pfm", numpy.full((20, 30, 3), numpy.nan, numpy.float32))
        self.expect_size("result.pfm", 30, 20, content="all.pfm", style="all.pfm")

    def test_profiles(self):
        """A profile that cannot be used is ignored, as viewers do."""
        picture = Image.fromarray(levels(self.content))
        for name, profile in (("broken", b"\x00\x00\x02\x0c" + bytes(range(256)) * 2), ("short", b"x"), ("none", b"")):
            for ending, source in ((".png", picture), (".jpg", picture), (".tif", picture.convert("CMYK")),
                                   (".jpg", picture.convert("CMYK"))):
                with self.subTest(name=name, ending=ending, mode=source.mode):
                    source.save(self.path / ("odd" + ending), icc_profile=profile)
                    self.expect_size("result.png", 48, 40, content="odd" + ending)

    def test_what_is_cut_short(self):
        for ending in (".png", ".jpg", ".tif", ".webp", ".ppm"):
            Image.fromarray(levels(self.content)).save(self.path / ("cut" + ending))
            whole = (self.path / ("cut" + ending)).read_bytes()
            for length in (0, len(whole) // 2):
                with self.subTest(ending=ending, length=length):
                    (self.path / ("cut" + ending)).write_bytes(whole[:length])
                    self.expect_sentence(self.stylise(content="cut" + ending), "cut" + ending, "cannot be read")


if __name__ == "__main__":
    unittest.main()

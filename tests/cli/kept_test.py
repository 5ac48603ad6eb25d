#!/usr/bin/python3
"""What of a content's file is kept in the result: resolution, and of EXIF the dates and the author; never the place.

kept_test.py NEURAL_STYLE FOLDER_OF_TESTS/core
"""
import struct
import unittest

import numpy
from PIL import Image

from called_program import Program, levels
from written_pictures import Tiff, png

TAKEN, STORED, AUTHOR, RIGHTS = "2019:07:14 12:00:01", "2020:01:02 03:04:05", "Zoe Mueller", "(c) Zoe"


class Kept(Program):
    def picture(self):
        return Image.fromarray(levels(self.content))

    def exif(self):
        exif = Image.Exif()
        exif[306], exif[315], exif[33432] = STORED, AUTHOR, RIGHTS
        exif[271], exif[272] = "Maker of cameras", "Camera"
        exif[34665] = {36867: TAKEN, 36881: "+02:00", 42033: "SERIAL-123"}
        exif[34853] = {1: "N", 2: (48.0, 12.0, 30.0), 29: "2019:07:14"}
        return exif

    def result(self, name, output="result.png"):
        self.expect_done(self.stylise("--iterations", 1, content=name, output=output))
        picture = Image.open(self.path / output)
        picture.load()
        self.addCleanup(picture.close)
        return picture

    def test_resolution(self):
        self.picture().save(self.path / "a.jpg", dpi=(300, 150))
        self.picture().save(self.path / "a.png", dpi=(300, 150))
        self.picture().save(self.path / "a.tif", dpi=(300, 150))
        exif = Image.Exif()
        exif[282], exif[283], exif[296] = 300.0, 150.0, 2
        self.picture().save(self.path / "b.jpg", exif=exif)
        Tiff().add(self.content, tags={282: ("I", [118110, 1000]), 283: ("I", [59055, 1000]), 296: ("H", [3])}).save(self.path / "b.tif")
        for name in ("a.jpg", "a.png", "a.tif", "b.tif", "b.jpg"):
            for output in ("result.png", "result.tif"):
                with self.subTest(name=name, output=output):
                    across, down = self.result(name, output).info["dpi"]
                    self.assertAlmostEqual(float(across), 300, delta=.05)
                    self.assertAlmostEqual(float(down), 150, delta=.05)

    def test_a_turned_picture_turns_its_resolution(self):
        turned = Image.Exif()
        turned[274] = 6
        self.picture().save(self.path / "a.jpg", dpi=(300, 150), exif=turned)
        result = self.result("a.jpg")
        self.assertEqual(result.size, (40, 48))
        self.assertAlmostEqual(float(result.info["dpi"][0]), 150, delta=.05)

    def test_no_resolution_where_there_was_none(self):
        for name in ("a.png", "a.jpg", "a.webp", "a.ppm"):
            self.picture().save(self.path / name)
        Tiff().add(levels(self.content)).save(self.path / "a.tif")
        Tiff().add(levels(self.content), tags={282: ("I", [72, 1]), 283: ("I", [72, 1]), 296: ("H", [1])}).save(self.path / "b.tif")
        png(self.path / "b.png", levels(self.content), 2, chunks=[(b"pHYs", struct.pack(">IIB", 3000, 3000, 0))])
        for name in ("a.png", "a.jpg", "a.webp", "a.ppm", "a.tif", "b.tif", "b.png"):
            with self.subTest(name):
                self.assertNotIn("dpi", self.result(name).info)
                tags = self.result(name, "result.tif").tag_v2
                self.assertFalse({282, 283} & set(tags), name)

    def test_dates_and_author(self):
        self.picture().save(self.path / "a.jpg", exif=self.exif())
        self.picture().save(self.path / "a.png", exif=self.exif())
        self.picture().save(self.path / "a.webp", lossless=True, exif=self.exif())
        self.picture().save(self.path / "a.tif", exif=self.exif().tobytes())
        for name in ("a.jpg", "a.png", "a.webp", "a.tif"):
            for output in ("result.png", "result.tif"):
                with self.subTest(name=name, output=output):
                    result = self.result(name, output)
                    exif = result.getexif()
                    self.assertEqual(exif[306], STORED)
                    photo = exif.get_ifd(34665)
                    self.assertEqual((photo[36867], photo[36881]), (TAKEN, "+02:00"))
                    for tag, text in ((315, AUTHOR), (33432, RIGHTS)):
                        got = exif[tag]
                        self.assertIn(text, (got, got.encode("latin-1", "replace").decode("utf-8", "replace")))
                    self.assertEqual(dict(exif.get_ifd(34853)), {})
                    data = (self.path / output).read_bytes()
                    for private in (b"SERIAL-123", b"Maker of cameras"):
                        self.assertNotIn(private, data)
                    # the pixels are still there, and the description too
                    self.assertEqual(result.size, (48, 40))
                    self.assertIn(b"content=" + name.encode(), data)

    def test_nothing_comes_from_nothing(self):
        self.assertEqual(dict(self.result("content.png").getexif()), {})
        blank = Image.Exif()
        blank[306] = "    :  :     :  :  "
        self.picture().save(self.path / "a.jpg", exif=blank)
        self.assertEqual(dict(self.result("a.jpg").getexif()), {})

    def test_every_reader_still_reads_the_result(self):
        """What was put behind the pixels disturbs nobody: sizes and levels are those of the file without notes."""
        self.picture().save(self.path / "a.jpg", dpi=(300, 300), exif=self.exif(), quality=98)
        unchanged = ["--style-weight", 0, "--optimiser", "lbfgs", "--iterations", 1]
        expected = numpy.asarray(Image.open(self.path / "a.jpg")).astype(int)
        for output in ("result.png", "result.tif"):
            self.expect_done(self.stylise(*unchanged, content="a.jpg", output=output))
            seen = numpy.asarray(Image.open(self.path / output)).astype(int)
            self.assertLessEqual(abs(seen - expected).max(), 3)
            self.expect_done(self.stylise(*unchanged, content=output, output="again.ppm"))
            numpy.testing.assert_array_equal(numpy.asarray(Image.open(self.path / "again.ppm")), seen)


if __name__ == "__main__":
    unittest.main()

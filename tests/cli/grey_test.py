#!/usr/bin/python3
"""Where neither content nor style has colour the picture has none: from any start, with every loss and network, over
scales. And where one has, it is as before.

grey_test.py NEURAL_STYLE FOLDER_OF_TESTS/core
"""
import unittest

import numpy
from PIL import Image

from called_program import Program, levels
import pictures
import random_vgg


def spread(path):
    with Image.open(path) as picture:
        levels_ = numpy.asarray(picture.convert("RGB")).astype(int)
    return (levels_.max(2) - levels_.min(2)).max()


class Grey(Program):
    def setUp(self):
        super().setUp()
        random = numpy.random.default_rng(3)

        def save(name, picture, mode="RGB"):
            level = levels(picture.mean(2))
            # grey to a step, as a profile's rounding leaves it
            rough = level[:, :, None] - (random.integers(0, 2, (*level.shape, 3)) * (level > 0)[:, :, None]).astype(numpy.uint8)
            Image.fromarray(rough if mode == "RGB" else level).save(self.path / name)
        save("content-grey.png", self.content)
        save("style-grey.png", self.style)
        save("style-l.png", self.style, "L")

    def paint(self, *options, content="content-grey.png", style="style-grey.png"):
        self.expect_done(self.stylise("--scales", "24,48", "--iterations", 6, *options, content=content, style=style))
        return spread(self.path / "result.png")

    def test_every_start_and_loss(self):
        for loss, start in (("tutorial", "content"), ("gatys", "noise"), ("covariance", "style-noise"), ("sliced", "noise"),
                            ("gatys", "style"), ("covariance", "style.png")):
            with self.subTest(loss=loss, start=start):
                self.assertEqual(self.paint("--loss", loss, "--init", start), 0)

    def test_every_way_with_colours(self):
        for way in ("content", "match", "histogram"):
            with self.subTest(way):
                self.assertEqual(self.paint("--colours", way, "--init", "noise"), 0)

    def test_a_network_of_convolutions(self):
        random_vgg.write_description(self.path / "small.ini", [8, 8, "pool", 8])
        random_vgg.write_safetensors(self.path / "small.safetensors", random_vgg.weights([8, 8, "pool", 8]))
        for optimiser in ("adam", "lbfgs"):
            self.assertEqual(self.paint("--network", "./small.ini", "--weights", self.path / "small.safetensors", "--loss",
                                        "gatys", "--content-layers", "conv_3", "--style-layers", "conv_1,conv_2", "--init",
                                        "noise", "--optimiser", optimiser, style="style-l.png"), 0)

    def test_it_is_painted_and_by_the_style(self):
        self.paint("--init", "noise", "--iterations", 20)
        result = numpy.asarray(Image.open(self.path / "result.png").convert("L")).astype(float)
        noise = result - numpy.asarray(Image.open(self.path / "content-grey.png").convert("L"))
        self.assertGreater(result.std(), 10)
        self.assertGreater(abs(noise).mean(), 2)

    def test_colour_in_one_of_them_is_colour(self):
        self.assertGreater(self.paint(style="style.png"), 20)
        self.assertGreater(self.paint(content="content.png"), 20)
        # what is masked out does not count
        half = numpy.zeros((40, 48), numpy.uint8)
        half[:, :24] = 255
        Image.fromarray(half).save(self.path / "half.png")
        both = numpy.asarray(Image.open(self.path / "content-grey.png")).copy()
        both[:, 28:] = (200, 30, 30)
        Image.fromarray(both).save(self.path / "both.png")
        self.paint("--mask", "half.png", "--init", "noise", content="both.png")
        left = numpy.asarray(Image.open(self.path / "result.png"))[:, :24].astype(int)
        self.assertEqual((left.max(2) - left.min(2)).max(), 0)


if __name__ == "__main__":
    unittest.main()

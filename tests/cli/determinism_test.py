#!/usr/bin/python3
"""The same pictures, settings, seed and threads give the same numbers, bit for bit: run after run, process after process,
from the command line and from the worker.

determinism_test.py NEURAL_STYLE FOLDER_OF_TESTS/core
"""
import struct
import subprocess
import unittest

import numpy

from called_program import PROGRAM, Program
import pictures
from wire_frames import FINISHED, Reader, frame, image, text

SETTINGS = {"network": "builtin", "device": "cpu", "threads": "2", "scales": "32,40", "iterations": "4", "seed": "7"}


class Determinism(Program):
    def setUp(self):
        super().setUp()
        self.content, self.style = pictures.scene(40, 36), pictures.strokes(36, 40)
        pictures.write_pfm(self.path / "content.pfm", self.content)
        pictures.write_pfm(self.path / "style.pfm", self.style)

    def from_the_command_line(self, settings):
        words = [word for key, value in settings.items() for word in ("--" + key, value)]
        self.expect_done(self.call("content.pfm", "--style", "style.pfm", "--output", "result.pfm", "--progress", "none",
                                   *words))
        return pictures.read_pfm(self.path / "result.pfm")

    def from_a_worker(self, settings, times):
        def opaque(picture):
            return image(numpy.dstack([picture, numpy.ones(picture.shape[:2])]))
        body = text(";".join(f"{key}={value}" for key, value in settings.items()))
        body += opaque(self.content) + struct.pack("<iiId", 0, 0, 1, 1) + opaque(self.style) + struct.pack("<iiI", 0, 0, 0)
        # What has been asked is answered, and the end of the input is heeded after the last answer was read.
        worker = subprocess.Popen([PROGRAM, "--worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(lambda: (worker.kill(), worker.wait(), worker.stdin.close(), worker.stdout.close()))
        worker.stdin.write(frame(b"R", body) * times)
        worker.stdin.flush()
        results = []
        while len(results) < times:
            head = worker.stdout.read(9)
            reader = Reader(worker.stdout.read(struct.unpack("<Q", head[1:])[0]))
            if head[:1] == b"O":
                outcome, _ = reader.numbers("BB")
                sentence, _ = reader.text(), reader.text()
                self.assertEqual((outcome, sentence), (FINISHED, ""))
                results.append(reader.image()[..., :3])
        return results

    def test_runs_are_bit_equal(self):
        for more in ({}, {"loss": "sliced"}, {"init": "style-noise"}):
            with self.subTest(more):
                settings = {**SETTINGS, **more}
                results = self.from_a_worker(settings, 4) + [self.from_the_command_line(settings) for _ in range(2)]
                for result in results[1:]:
                    numpy.testing.assert_array_equal(results[0].view(numpy.uint32), result.view(numpy.uint32))

    def test_another_seed_is_another_picture(self):
        for drawn in ({"loss": "sliced"}, {"init": "noise"}, {"init": "style-noise"}):
            with self.subTest(drawn):
                first, other = (self.from_the_command_line({**SETTINGS, **drawn, "seed": seed}) for seed in ("7", "8"))
                self.assertGreater(numpy.abs(first - other).max(), 1e-6)


if __name__ == "__main__":
    unittest.main()

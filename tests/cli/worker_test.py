#!/usr/bin/python3
"""The real worker over its pipes: greeting, runs, stops, failures, and every way in which its client may go.

worker_test.py NEURAL_STYLE FOLDER_OF_TESTS/core
"""
import os
import selectors
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest

import numpy

PROGRAM = os.path.abspath(sys.argv.pop(1))
sys.path.insert(0, sys.argv.pop(1))
import pictures  # noqa: E402
from wire_frames import CAUSES, FAILED, FINISHED, STOPPED, Reader, frame, image, text  # noqa: E402

BASE = "network=builtin;device=cpu;threads=1;scales=1;"
PATIENCE_SECONDS = 100


def opaque(picture):
    return numpy.dstack([picture, numpy.ones(picture.shape[:2])])


NO_PICTURE = numpy.zeros((0, 0, 4))
CONTENT, STYLE = opaque(pictures.scene(40, 36)), opaque(pictures.strokes(36, 40))


def request(settings, content=CONTENT, styles=((STYLE, 1.0),), init=NO_PICTURE):
    body = text(BASE + settings) + image(content) + image(init) + struct.pack("<I", len(styles))
    body += b"".join(struct.pack("<d", weight) + image(style) for style, weight in styles)
    return frame(b"R", body + struct.pack("<iiI", 0, 0, 0))  # an empty mask, no guides


class Worker:
    def __init__(self):
        self.process = subprocess.Popen([PROGRAM, "--worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, bufsize=0)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)

    def close(self):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()
        self.selector.close()

    def send(self, data):
        while data:
            data = data[self.process.stdin.write(data):]

    def read(self, count):
        data, limit = b"", time.monotonic() + PATIENCE_SECONDS
        while len(data) < count:
            if not self.selector.select(limit - time.monotonic()):
                raise AssertionError("the worker says nothing")
            piece = self.process.stdout.read(count - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def receive(self):
        head = self.read(9)
        return head[:1], Reader(self.read(struct.unpack("<Q", head[1:])[0]))

    def outcome(self, until=None):
        """All until the outcome: (kinds of the frames, outcome kind, cause, sentence, network, picture). With `until`,
        ends at the first frame of that kind instead."""
        kinds = ""
        while True:
            kind, reader = self.receive()
            kinds += kind.decode()
            if kind == b"O":
                outcome, cause = reader.numbers("BB")
                result = kinds, outcome, CAUSES[cause], reader.text(), reader.text(), reader.image()
                reader.end()
                return result
            if kind == until:
                return reader


class WorkerTest(unittest.TestCase):
    def setUp(self):
        self.worker = Worker()
        self.addCleanup(self.worker.close)
        kind, self.hello = self.worker.receive()
        self.assertEqual(kind, b"H")

    def expect_finished(self, settings="iterations=2", **request_parts):
        self.worker.send(request(settings, **request_parts))
        kinds, outcome, _, sentence, network, picture = self.worker.outcome()
        self.assertEqual((outcome, sentence, network), (FINISHED, "", "builtin"))
        self.assertEqual(picture.shape, CONTENT.shape)
        self.assertTrue(numpy.isfinite(picture).all())
        return kinds, picture

    def test_greeting(self):
        self.assertEqual(self.hello.numbers("I"), (2,))
        self.assertRegex(self.hello.text(), r"^\d+\.\d+\.\d+$")
        self.assertIn(self.hello.text(), ("vgg19", "builtin"))
        count, = self.hello.numbers("I")
        devices = [self.hello.text() for _ in range(count)]
        self.assertEqual(devices[0], "cpu")
        self.assertIn("LibTorch", self.hello.text())  # facts for a bug report
        self.hello.end()

    def test_runs_one_after_another(self):
        kinds, first = self.expect_finished("iterations=4;preview-every=2;scales=32,40")
        self.assertEqual(kinds, "CEEPEEPCEEPEEPO")
        kinds, _ = self.expect_finished("iterations=3;preview-every=0;init=noise")
        self.assertEqual(kinds, "CEEEO")
        _, again = self.expect_finished("iterations=4;preview-every=2;scales=32,40")
        numpy.testing.assert_array_equal(first, again)  # nothing of a run is left for the next

    def test_events_say_what_happens(self):
        self.worker.send(request("iterations=2;preview-every=1;loss=covariance"))
        kind, scale = self.worker.receive()
        self.assertEqual(kind, b"C")
        self.assertEqual(scale.numbers("iiiiii"), (0, 1, 40, 36, 2, 0))
        self.assertEqual([scale.text() for _ in range(4)], ["builtin", "cpu", "covariance", "lbfgs"])
        self.assertEqual(scale.numbers("B"), (0,))
        scale.end()
        kind, evaluation = self.worker.receive()
        self.assertEqual(kind, b"E")
        self.assertEqual(evaluation.numbers("iiiii"), (1, 2, 0, 40, 36))
        content, style, tv, total, seconds, _, memory, available = evaluation.numbers("8d")
        evaluation.end()
        self.assertAlmostEqual(total, content + style + tv)
        self.assertGreater(style, 0)
        self.assertGreater(seconds, 0)
        self.assertGreater(memory, 10)
        self.assertGreater(available, 10)
        kind, preview = self.worker.receive()
        self.assertEqual(kind, b"P")
        self.assertEqual(preview.image().shape, CONTENT.shape)
        self.worker.outcome()

    def test_a_request_may_come_in_pieces(self):
        data = request("iterations=1")
        for start in range(0, len(data), 4999):
            self.worker.send(data[start:start + 4999])
            if start < 20000:
                time.sleep(0.01)
        self.assertEqual(self.worker.outcome()[1], FINISHED)

    def test_stop_gives_the_best_so_far_and_the_worker_serves_on(self):
        self.worker.send(request("iterations=10000;preview-every=0"))
        for _ in range(4):  # the first is of the content itself
            self.worker.outcome(until=b"E")
        self.worker.send(frame(b"S"))
        _, outcome, _, sentence, network, picture = self.worker.outcome()
        self.assertEqual((outcome, sentence, network), (STOPPED, "", "builtin"))
        self.assertEqual(picture.shape, CONTENT.shape)
        self.assertGreater(numpy.abs(picture - CONTENT).max(), 0)
        self.worker.send(frame(b"S"))  # too late; must not touch the next run
        self.expect_finished()

    def test_a_stop_directly_behind_the_request_is_heeded(self):
        for _ in range(5):
            self.worker.send(request("iterations=10000") + frame(b"S"))
            self.assertEqual(self.worker.outcome()[1], STOPPED)
        self.expect_finished()

    def test_a_failed_request_is_answered_and_the_next_one_served(self):
        def expect_failure(data, cause, *parts):
            self.worker.send(data)
            kinds, outcome, got, sentence, _, picture = self.worker.outcome()
            self.assertEqual((kinds[-1], outcome, got), ("O", FAILED, cause), sentence)
            self.assertEqual(picture.size, 0)
            self.assertTrue(sentence.endswith("."), sentence)
            for part in parts:
                self.assertIn(part, sentence)

        expect_failure(request("no-such-key=1"), "settings", "no-such-key")
        expect_failure(request("iterations=0"), "settings", "iterations", "0", "1..10000")
        expect_failure(request("network=nothing"), "settings", "nothing")
        expect_failure(request("style-layers=level9"), "settings", "level9")
        expect_failure(request("network=vgg19;weights=/nonexistent/x.pth"), "weights", "/nonexistent/x.pth")
        expect_failure(request("device=cuda:77"), "device", "cuda:77")
        expect_failure(request("init=/nonexistent/x.png"), "picture", "/nonexistent/x.png")
        expect_failure(request("", content=NO_PICTURE), "picture", "content")
        expect_failure(request("", styles=()), "picture", "style")
        expect_failure(request("", styles=((NO_PICTURE, 1.0),)), "picture", "style")
        expect_failure(request("", styles=((STYLE, -1.0),)), "settings", "weight")
        expect_failure(request("", styles=((STYLE, float("nan")),)), "settings", "weight")
        expect_failure(frame(b"R", b"\xff" * 50), "host")
        expect_failure(frame(b"R"), "host")
        self.expect_finished()

    def test_the_start_picture_of_a_request_is_used(self):
        start = opaque(pictures.strokes(40, 36)[::-1])
        still = "iterations=1;style-weight=0;content-weight=0;optimiser=lbfgs"
        _, picture = self.expect_finished(still, init=start)
        numpy.testing.assert_allclose(picture, start, atol=1e-6)
        with tempfile.NamedTemporaryFile(suffix=".pfm") as file:
            pictures.write_pfm(file.name, start[:, :, :3])
            _, picture = self.expect_finished(still + ";init=" + file.name.replace(";", "\\;"))
        numpy.testing.assert_allclose(picture, start, atol=1e-6)

    def test_the_end_of_its_input_ends_it_even_in_mid_run(self):
        self.worker.process.stdin.close()
        self.assertEqual(self.worker.process.wait(timeout=30), 0)

        other = Worker()
        self.addCleanup(other.close)
        other.receive()
        other.send(request("iterations=10000"))
        other.outcome(until=b"E")
        other.process.stdin.close()
        self.assertEqual(other.process.wait(timeout=30), 0)

    def test_what_is_no_frame_ends_it_with_a_sentence(self):
        self.worker.send(b"Hallo?" * 10)
        self.assertEqual(self.worker.process.wait(timeout=30), 1)
        lines = self.worker.process.stderr.read().decode().splitlines()
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].endswith("."))

    def test_ctrl_c_is_the_clients_matter_and_a_kill_ends_the_stream(self):
        self.worker.process.send_signal(signal.SIGINT)
        self.worker.send(request("iterations=10000"))
        self.worker.outcome(until=b"E")
        self.worker.process.kill()
        with self.assertRaises(EOFError):
            self.worker.outcome()
        self.assertEqual(self.worker.process.wait(timeout=30), -signal.SIGKILL)


if __name__ == "__main__":
    unittest.main()

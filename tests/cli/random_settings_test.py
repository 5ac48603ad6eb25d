#!/usr/bin/python3
"""All settings drawn at random and together, on tiny pictures, through one worker: each draw must end as a picture of
the right size with finite pixels, or as one sentence.

random_settings_test.py NEURAL_STYLE FOLDER_OF_TESTS/core
DRAWS=2000 draws that many instead of a short run's; SEED=5 draws others.
"""
import collections
import os
import pathlib
import random
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import unittest

import numpy

PROGRAM = os.path.abspath(sys.argv.pop(1))
sys.path.insert(0, sys.argv.pop(1))
import pictures  # noqa: E402
import random_vgg  # noqa: E402
from wire_frames import CAUSES, FAILED, FINISHED, Reader, frame, image, mask, text  # noqa: E402

DRAWS = int(os.environ.get("DRAWS", "200"))
SEED = int(os.environ.get("SEED", "1"))
MEMORY_BYTES = 12 << 30  # of addresses: a draw that asks for more must be told so, not end this machine
PATIENCE_SECONDS = 300

LAYERS = {
    "builtin": ["relu1_1", "conv1_2", "relu2_1:0.5", "pool2", "relu3_3:2", "conv_7", "relu4_2", "relu5_1:1e-3"],
    "small": ["conv1_1", "relu1_1", "relu1_2:0.5", "pool1", "conv_1", "conv_2:1e-6", "relu2_1:1000"],
}


class Draw:
    """One run: settings as text, pictures, whether it is stopped at once."""

    def __init__(self, seed, folder):
        self.random = random.Random(seed)
        chance = self.random.random
        self.content = self.picture(pictures.scene)
        self.styles = [(self.picture(pictures.strokes), self.random.choice([1, 1, 1, 0.5, 1e-9, 1e9, 0]))
                       for _ in range(self.random.choice([1, 1, 1, 2, 3]))]
        self.init = self.picture(pictures.strokes) if chance() < 0.1 else numpy.zeros((0, 0, 4))
        self.mask = self.drawn_mask() if chance() < 0.15 else numpy.zeros((0, 0))
        self.guides = [(self.drawn_mask(), self.random.randrange(len(self.styles) + (chance() < 0.05)),
                        self.drawn_mask() if chance() < 0.5 else numpy.zeros((0, 0)))
                       for _ in range(self.random.choice([0, 0, 0, 0, 1, 2]))]
        self.network = self.random.choice(["builtin", "small"])
        self.values = {"network": self.network, "device": "cpu", "threads": "2",
                       "iterations": self.random.choice(["1", "2", "3", "5"])}
        if self.network == "small":
            self.values["weights"] = str(folder / "small.safetensors")
        free = [key for key in SETTINGS if key not in self.values]
        for key in free:
            if chance() < 0.3:
                self.values[key] = self.good_value(key, folder)
        if chance() < 0.25:
            key = self.random.choice(list(SETTINGS))
            self.values[key] = self.bad_value(key, folder)
        # Ten thousand evaluations end in time only if they are stopped.
        self.stopped = chance() < 0.05
        if self.stopped:
            self.values["iterations"] = self.random.choice(["10000", "1"])

    def picture(self, draw):
        width, height = (self.random.choice([1, 2, 3, 15, 16, 17, self.random.randint(1, 40)]) for _ in range(2))
        rgba = numpy.dstack([draw(width, height), numpy.ones((height, width))]).astype(numpy.float32)
        numbers = numpy.random.default_rng(self.random.getrandbits(32))
        kind = self.random.randrange(20)
        if kind == 0:
            rgba[...] = 0  # black and transparent
        elif kind == 1:
            rgba[..., :3] = 0.5
        elif kind == 2:
            rgba[..., 3] = numbers.random((height, width))
        elif kind == 3:
            rgba[..., :3] = rgba[..., :3] * 1e6 - 1e5
        elif kind == 4:
            rgba[numbers.random((height, width)) < 0.1] = numpy.nan
        elif kind == 5:
            rgba[numbers.random((height, width)) < 0.1, :3] = self.random.choice([numpy.inf, -numpy.inf, 3e38])
        return rgba

    def drawn_mask(self):
        height, width = self.random.randint(1, 40), self.random.randint(1, 40)
        numbers = numpy.random.default_rng(self.random.getrandbits(32))
        drawn = numbers.random((height, width))
        return self.random.choice([numpy.ones_like(drawn), drawn, drawn, drawn, drawn * 9 - 4, numpy.zeros_like(drawn),
                                   numpy.full_like(drawn, numpy.nan)])

    def good_value(self, key, folder):
        pick = self.random.choice
        if key in ("content-layers", "style-layers"):
            return pick(["auto", ",".join(self.random.sample(LAYERS[self.network], self.random.randint(1, 3)))])
        if key == "scales":
            return pick(["auto", "1", "16", "16,32", "16,24,48"])
        if key == "init":
            return pick(["content", "noise", "style-noise", "style", str(folder / "start.pfm")])
        kind, low, high = SETTINGS[key]
        if kind == "text":
            return ""  # no weights of their own
        if kind == "choice":
            return pick(low)
        if kind == "integer":
            ends = [low, high] if key != "size" else [low]  # 65536 pixels are not tiny any more
            return str(pick(ends + [self.random.randint(low, min(high, 64)) for _ in range(4)]))
        return repr(float(pick([low, high] + [self.random.uniform(low, min(high, 1e4)) for _ in range(4)])))

    def bad_value(self, key, folder):
        """Just outside, of another kind, or a thing that is not there; a few may be right for another run."""
        pick = self.random.choice
        words = {"network": ["vgg19", "", "../x", "small.ini"], "weights": ["/nonexistent", str(folder)],
                 "scales": ["15,32", "32,16", "1,2", ",", "65537"], "init": ["/nonexistent.png", "", str(folder)],
                 "device": ["auto", "cuda", "cuda:1", "cuda:-1", "mps", "xpu", "x", ""],
                 "content-layers": ["", ",", "conv_9", "level9", "relu1_1:-1", "relu1_1:1e999", "relu1_1:x"],
                 "style-layers": ["", ",", "conv_9", "level9", "relu1_1:0", "relu2_1:0"]}
        if key in words:
            return pick(words[key])
        kind, low, high = SETTINGS[key]
        if kind == "choice":
            return pick(["", "nothing", low[0].upper()])
        if kind == "integer":
            return pick([str(low - 1), str(high + 1), "1.5", "", "x", "1e3"])
        return pick([repr(low - 1e-9), repr(high * (1 + 1e-9)), "nan", "inf", "", "x"])

    def frames(self):
        settings = ";".join(f"{key}={value}" for key, value in self.values.items())
        body = text(settings) + image(self.content) + image(self.init) + struct.pack("<I", len(self.styles))
        body += b"".join(struct.pack("<d", weight) + image(style) for style, weight in self.styles)
        body += mask(self.mask) + struct.pack("<I", len(self.guides))
        body += b"".join(mask(content) + struct.pack("<I", style) + mask(region) for content, style, region in self.guides)
        return frame(b"R", body) + (frame(b"S") if self.stopped else b"")

    def __str__(self):
        sizes = [f"{picture.shape[1]}x{picture.shape[0]}" for picture in (self.content, *(s for s, _ in self.styles))]
        return f"{' '.join(sizes)} guides={len(self.guides)} {self.values}"


def read_settings():
    """key -> (kind, low or choices, high), as the program itself lists them."""
    listed = subprocess.run([PROGRAM, "--list-settings"], capture_output=True, text=True, check=True).stdout
    table = {}
    for line in listed.splitlines():
        key, _, allowed, _ = line.split("\t")
        if allowed == "any text":
            table[key] = ("text", None, None)
        elif "number" in allowed:
            number = int if "whole" in allowed else float
            last = allowed.rsplit(" ", 1)[1]
            low, high = last.split("..") if ".." in last else (last, "1e12")
            table[key] = ("integer" if number is int else "real", number(low), number(high))
        else:
            table[key] = ("choice", allowed.split(", "), None)
    return table


SETTINGS = read_settings()
with open(PROGRAM, "rb") as program:
    SANITIZED = b"__asan_init" in program.read()  # whose shadow needs terabytes of addresses


class Worker:
    def __init__(self, folder):
        def limit():
            if not SANITIZED:
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        environment = dict(os.environ, NEURAL_STYLE_NETWORKS=str(folder), XDG_DATA_HOME=str(folder / "data"),
                           TORCH_HOME=str(folder / "torch"))
        self.process = subprocess.Popen([PROGRAM, "--worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        preexec_fn=limit, env=environment)
        assert self.receive()[0] == b"H"

    def receive(self):
        head = self.process.stdout.read(9)
        if len(head) < 9:
            raise EOFError(f"the worker is gone: {self.process.wait()}")
        body = self.process.stdout.read(struct.unpack("<Q", head[1:])[0])
        return head[:1], Reader(body)

    def run(self, draw):
        self.process.stdin.write(draw.frames())
        self.process.stdin.flush()
        while True:
            kind, reader = self.receive()
            if kind == b"O":
                outcome, cause = reader.numbers("BB")
                result = outcome, CAUSES[cause], reader.text(), reader.text(), reader.image()
                reader.end()
                return result
            if kind == b"P" and not numpy.isfinite(reader.image()).all():
                raise AssertionError("a preview with pixels that are no numbers")

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class RandomSettings(unittest.TestCase):
    def test_each_draw_ends_well(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = pathlib.Path(folder.name)
        random_vgg.write_description(path / "small.ini", [8, 8, "pool", 12])
        random_vgg.write_safetensors(path / "small.safetensors", random_vgg.weights([8, 8, "pool", 12]))
        pictures.write_pfm(path / "start.pfm", pictures.strokes(20, 10))
        worker = Worker(path)
        self.addCleanup(lambda: worker.close())
        counts, sentences = collections.Counter(), collections.Counter()
        first = int(os.environ.get("FIRST", "0"))
        for number in range(first, first + DRAWS):
            draw = Draw(SEED * 1000003 + number, path)
            signal.alarm(PATIENCE_SECONDS)  # ends this test: a draw takes milliseconds
            with self.subTest(number=number, draw=str(draw)):
                try:
                    outcome, cause, sentence, network, picture = worker.run(draw)
                except EOFError:
                    worker.close()
                    worker = Worker(path)
                    raise
                if outcome == FAILED:
                    counts[cause] += 1
                    sentences[sentence.split("\"")[0]] += 1
                    self.assertEqual(picture.size, 0)
                    self.assertRegex(sentence, r"^[^\n]{10,600}\.$")
                    self.assertNotEqual(cause, "internal", sentence)
                else:
                    counts["painted" if outcome == FINISHED else "stopped"] += 1
                    self.assertEqual((sentence, picture.shape), ("", draw.content.shape))
                    self.assertTrue(numpy.isfinite(picture).all(), "pixels that are no numbers")
                    self.assertEqual(network, draw.values["network"])
        signal.alarm(0)
        print(f"{DRAWS} draws: " + ", ".join(f"{count} {name}" for name, count in counts.most_common()), file=sys.stderr)
        if os.environ.get("SENTENCES"):
            for sentence, count in sentences.most_common():
                print(f"{count:5} {sentence}", file=sys.stderr)
        self.assertGreater(counts["painted"], DRAWS // 5 - 20)  # most draws must be of use; of a few, none may be


if __name__ == "__main__":
    unittest.main()

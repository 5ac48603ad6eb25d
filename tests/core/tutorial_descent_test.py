#!/usr/bin/python3
"""The loss `tutorial` comes down without leaps, and at least as far as by the classic tutorial's own loop.

tutorial_descent_test.py NEURAL_STYLE [vgg19]   (ends with 77, which Meson takes for skipped, without PyTorch)

A narrow network of VGG's form with random weights, small structured pictures; with `vgg19` the full widths.
"""
import csv
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    import torch
    import torch.nn.functional as functional
except ImportError:
    print("no PyTorch for Python here")
    sys.exit(77)

import pictures
import random_vgg

PROGRAM = os.path.abspath(sys.argv.pop(1))
SEQUENCE = random_vgg.VGG19 if "vgg19" in sys.argv[1:] else random_vgg.NARROW
sys.argv = [word for word in sys.argv if word != "vgg19"]
WIDTH, HEIGHT = 96, 72
EVALUATIONS, LOOP_EVALUATIONS = 600, 300
STYLE_WEIGHT, CONTENT_WEIGHT = 1000, 1


def to_tensor(picture):
    return torch.from_numpy(picture.copy()).permute(2, 0, 1).unsqueeze(0).contiguous()


class Loss:
    """The tutorial's: convolutions before ReLU, zero padding, content at the fourth and style at the first five."""

    def __init__(self, tensors, content, style):
        self.tensors = {name: torch.from_numpy(tensor) for name, tensor in tensors.items()}
        with torch.no_grad():
            self.content = self.features(content)[3].clone()
            self.grams = [self.gram(map_) for map_ in self.features(style)]

    def features(self, map_):
        maps, position = [], 0
        for item in SEQUENCE:
            if item == "pool":
                map_, position = functional.max_pool2d(map_, 2), position + 1
                continue
            map_ = functional.conv2d(map_, self.tensors[f"features.{position}.weight"],
                                     self.tensors[f"features.{position}.bias"], padding=1)
            maps.append(map_)
            map_, position = functional.relu(map_), position + 2
        return maps

    @staticmethod
    def gram(map_):
        features = map_[0].flatten(1)
        return features @ features.T / features.numel()

    def __call__(self, picture):
        maps = self.features(picture)
        style = sum(functional.mse_loss(STYLE_WEIGHT * self.gram(map_), STYLE_WEIGHT * target)
                    for map_, target in zip(maps, self.grams))
        return style + functional.mse_loss(CONTENT_WEIGHT * maps[3], CONTENT_WEIGHT * self.content)


def tutorial_loop(loss, start):
    """L-BFGS over the picture itself, clamped to 0..1 inside the closure. The losses of all evaluations."""
    picture = start.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([picture])
    losses = []

    def closure():
        with torch.no_grad():
            picture.clamp_(0, 1)
        optimiser.zero_grad()
        value = loss(picture)
        value.backward()
        losses.append(value.item())
        return value

    while len(losses) < LOOP_EVALUATIONS:
        optimiser.step(closure)
    return losses[:LOOP_EVALUATIONS]


class Descent(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.set_num_threads(1)  # threads that wait for each other are slow on a busy machine
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)
        tensors = random_vgg.weights(SEQUENCE)
        random_vgg.write_safetensors(cls.path / "weights.safetensors", tensors)
        random_vgg.write_description(cls.path / "narrow.ini", SEQUENCE)
        content, style = pictures.scene(WIDTH, HEIGHT), pictures.strokes(WIDTH, HEIGHT)
        pictures.write_pfm(cls.path / "content.pfm", content)
        pictures.write_pfm(cls.path / "style.pfm", style)
        cls.content = to_tensor(content)
        cls.loss = Loss(tensors, cls.content, to_tensor(style))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def engine(self, init):
        command = [PROGRAM, "content.pfm", "--style", "style.pfm", "--output", "result.pfm", "--network",
                   "./narrow.ini", "--weights", "weights.safetensors", "--loss", "tutorial", "--scales", "1",
                   "--iterations", str(EVALUATIONS), "--init", init, "--log", "log.csv", "--device", "cpu",
                   "--threads", "1", "--progress", "none"]
        done = subprocess.run(command, cwd=self.path, capture_output=True, text=True, timeout=900)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.path / "log.csv") as file:
            losses = [float(row["total_loss"]) for row in csv.DictReader(file)]
        # The result's own loss, computed here, is the best that the log tells of.
        with torch.no_grad():
            own = float(self.loss(to_tensor(pictures.read_pfm(self.path / "result.pfm"))))
        self.assertAlmostEqual(own, min(losses), delta=1e-3 * own)
        return losses

    def check(self, init, start):
        losses, loop = self.engine(init), tutorial_loop(self.loss, start)
        self.assertAlmostEqual(losses[0], loop[0], delta=0.2 * loop[0])  # the noises are drawn differently
        print(f"{init}: from {losses[0]:.6g}, after 300 {min(losses[:300]):.6g}, after 600 {min(losses):.6g}; "
              f"the tutorial's loop {min(loop):.6g} in 300")
        best = min(losses[:100])
        for evaluation, loss in enumerate(losses[100:], 101):
            self.assertLess(loss, 1.5 * best, f"{init}: a leap at evaluation {evaluation}")
            best = min(best, loss)
        self.assertGreaterEqual(len(losses), LOOP_EVALUATIONS, "it gave up before its time")
        self.assertLessEqual(min(losses[:LOOP_EVALUATIONS]), 1.02 * min(loop), f"{init}: the tutorial's loop is better")

    def test_from_the_content(self):
        self.check("content", self.content)

    def test_from_noise(self):
        noise = torch.randn(self.content.shape, generator=torch.Generator().manual_seed(0))
        self.check("noise", (0.5 + 0.2 * noise).clamp(0, 1))


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""An evaluation of VGG-19 on the CPU, ours and PyTorch's, in turns. Prints a table in Markdown.

cpu_pairs.py NEURAL_STYLE --weights FILE.safetensors [--sizes 256,512,1024] [--rounds 3] [--threads 2] [--as-installed]

Two configurations, each as its own program runs it, on the same weights and pictures of SIZE×SIZE·3/4 pixels:
"peer": relu1_1 … relu5_1 and relu4_2 with Gram losses, the evaluation of neural-style-pt (zero padding, max pooling);
"tutorial": the PyTorch tutorial's, conv_1 … conv_5, with its L-BFGS loop as it is written there.
A figure is the median over all rounds of the seconds between two evaluations, without the first two of a run; only their
ratio means anything, and only on a machine that does nothing else. Needs Debian's python3-torch.

What the program sets for itself (core/cli/engine_loader.cpp) PyTorch gets too: an OpenBLAS that knows the processor, and
OpenMP threads that do not spin. With --as-installed PyTorch gets nothing, as a script of a few lines would run.
"""
import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy

AS_INSTALLED = "--as-installed" in sys.argv
sys.argv = [word for word in sys.argv if word != "--as-installed"]
if not AS_INSTALLED:
    flags = pathlib.Path("/proc/cpuinfo").read_text()
    os.environ.setdefault("OPENBLAS_CORETYPE",
                          "SKYLAKEX" if "avx512f" in flags else "HASWELL" if "avx2" in flags else "")
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
import torch  # noqa: E402

from memory_table import draw

WIDTHS = [64, 64, "pool", 128, 128, "pool", 256, 256, 256, 256, "pool", 512, 512, 512, 512, "pool", 512]
EVALUATIONS = 7


def layers(path):
    """The convolutions up to conv5_1, read from a safetensors file of float32."""
    data = pathlib.Path(path).read_bytes()
    head = int.from_bytes(data[:8], "little")

    entries = json.loads(data[8:8 + head])

    def tensor(name):
        begin, end = entries[name]["data_offsets"]
        numbers = numpy.frombuffer(data, "<f4", (end - begin) // 4, 8 + head + begin).copy()
        return torch.from_numpy(numbers).view(entries[name]["shape"])

    made, position = [], 0
    for width in WIDTHS:
        if width == "pool":
            made.append(torch.nn.MaxPool2d(2))
            position += 1
            continue
        weight = tensor(f"features.{position}.weight")
        convolution = torch.nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
        convolution.weight.data, convolution.bias.data = weight, tensor(f"features.{position}.bias")
        made += [convolution, torch.nn.ReLU()]
        position += 2
    for layer in made:
        layer.requires_grad_(False)
    return made


def gram(features, by_channels):
    matrix = features.flatten(2).squeeze(0)
    return matrix @ matrix.t() / (matrix.numel() if by_channels else matrix.shape[1])


def picture(path, size):
    data = path.read_bytes()
    rows = numpy.frombuffer(data[-size * (size * 3 // 4) * 3:], numpy.uint8).reshape(size * 3 // 4, size, 3)
    return torch.from_numpy(rows.copy()).permute(2, 0, 1).unsqueeze(0).float().contiguous() / 255


class Loop:
    """Either configuration, as a closure for torch's L-BFGS."""

    def __init__(self, made, content, style, tutorial):
        self.made, self.tutorial = made, tutorial
        kinds = [type(layer) for layer in made]
        convolutions = [i for i, kind in enumerate(kinds) if kind is torch.nn.Conv2d]
        self.style_at = convolutions[:5] if tutorial else [convolutions[i] + 1 for i in (0, 2, 4, 8, 12)]
        self.content_at = convolutions[3] if tutorial else convolutions[9] + 1
        self.mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
        self.deviation = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
        with torch.no_grad():
            of_style, of_content = self.features(style), self.features(content)
            self.grams = [gram(of_style[i], tutorial) for i in self.style_at]
            self.target = of_content[self.content_at]
        self.image = content.clone().requires_grad_()
        self.optimiser = torch.optim.LBFGS([self.image])
        self.times = []

    def features(self, image):
        map_, result = (image - self.mean) / self.deviation, {}
        for i, layer in enumerate(self.made[:max(self.style_at + [self.content_at]) + 1]):
            map_ = layer(map_)
            result[i] = map_
        return result

    def closure(self):
        with torch.no_grad():
            self.image.clamp_(0, 1)
        self.optimiser.zero_grad()
        features = self.features(self.image)
        style = sum(torch.nn.functional.mse_loss(gram(features[i], self.tutorial), target)
                    for i, target in zip(self.style_at, self.grams))
        loss = 1000 * style + torch.nn.functional.mse_loss(features[self.content_at], self.target)
        loss.backward()
        self.times.append(time.perf_counter())
        return loss

    def run(self):
        while len(self.times) < EVALUATIONS:
            self.optimiser.step(self.closure)
        times = self.times[1:EVALUATIONS]
        return [after - before for before, after in zip(times, times[1:])]


def ours(program, folder, weights, content, style, loss, threads):
    log = folder / "log.csv"
    subprocess.run([program, content, "--style", style, "--output", folder / "result.ppm", "--network", "vgg19",
                    "--weights", weights, "--loss", loss, "--scales", "1", "--padding", "zero", "--iterations",
                    str(EVALUATIONS), "--threads", str(threads), "--preview-every", "0", "--progress", "none", "--log",
                    log], check=True)
    times = [float(row["seconds"]) for row in csv.DictReader(log.open())][1:]
    return [after - before for before, after in zip(times, times[1:])]


def main():
    words = sys.argv[1:]
    program, weights, sizes, rounds, threads = os.path.abspath(words.pop(0)), None, [256, 512, 1024], 3, 2
    while words:
        word, value = words.pop(0), words.pop(0)
        weights = os.path.abspath(value) if word == "--weights" else weights
        sizes = [int(size) for size in value.split(",")] if word == "--sizes" else sizes
        rounds = int(value) if word == "--rounds" else rounds
        threads = int(value) if word == "--threads" else threads
    torch.set_num_threads(threads)
    made = layers(weights)
    print(f"{threads} threads, {rounds} rounds, PyTorch {torch.__version__}"
          f"{' as installed' if AS_INSTALLED else ''}\n\n| configuration | size | PyTorch s | "
          "ours s | ratio |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for size in sizes:
            content, style = folder / f"c{size}.ppm", folder / f"s{size}.ppm"
            draw(content, size, size * 3 // 4, 1)
            draw(style, size, size * 3 // 4, 2)
            for configuration, loss in (("peer", "gatys"), ("tutorial", "tutorial")):
                theirs, own = [], []
                for _ in range(rounds):
                    theirs += Loop(made, picture(content, size), picture(style, size), loss == "tutorial").run()
                    own += ours(program, folder, weights, content, style, loss, threads)
                a, b = statistics.median(theirs), statistics.median(own)
                print(f"| {configuration} | {size} | {a:.3f} | {b:.3f} | {a / b:.2f} |", flush=True)


if __name__ == "__main__":
    main()

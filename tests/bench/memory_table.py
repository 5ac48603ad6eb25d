#!/usr/bin/python3
"""Memory and time by size and way: what --explain predicts beside what a run takes. Prints a table in Markdown.

memory_table.py NEURAL_STYLE [--weights FILE] [--sizes 256,512,…] [--budgets auto,1000,…] [--iterations 3]
                [KEY=VALUE ...]

With fewer iterations than L-BFGS remembers pairs (20) its history is not all there yet, and less is taken than needed.
A row is one run on a drawn picture of SIZE×SIZE·3/4 pixels with SIZE·3/4 for the style. "needed" is
the prediction, "taken" the largest resident memory of the process while it ran, "s" the seconds of an evaluation.
"""
import csv
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy


def draw(path, width, height, seed):
    """A 16-bit PPM is what every build reads: waves and noise."""
    random = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:height, 0:width]
    waves = [numpy.sin(x * 0.031 * (c + 1) + seed) * numpy.cos(y * 0.023 + c) for c in range(3)]
    picture = 0.5 + 0.35 * numpy.stack(waves, 2) + 0.05 * random.standard_normal((height, width, 3))
    levels = (numpy.clip(picture, 0, 1) * 255).astype(numpy.uint8)
    path.write_bytes(b"P6 %d %d 255\n" % (width, height) + levels.tobytes())


def measure(program, folder, size, budget, iterations, options):
    content, style = folder / f"content{size}.ppm", folder / "style.ppm"
    if not content.exists():
        draw(content, size, size * 3 // 4, 1)
    words = [program, content, "--style", style, "--scales", "1", "--iterations", iterations, "--memory", budget,
             "--preview-every", "0", *options]
    plan = subprocess.run([*map(str, words), "--explain"], capture_output=True, text=True, check=True).stdout
    needed = float(re.search(r"memory needed: (\d+)", plan)[1])
    pieces = re.search(r"scale: .*(in one piece|in tiles of \d+)", plan)[1]
    log = folder / "log.csv"
    words += ["--output", folder / "result.ppm", "--log", log, "--progress", "none"]
    child = subprocess.Popen([*map(str, words)])
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        return [size, budget, pieces, f"{needed:.0f}", "failed", "", ""]
    seconds = [float(row["seconds"]) for row in csv.DictReader(log.open())]
    taken = usage.ru_maxrss / 1024
    return [size, budget, pieces, f"{needed:.0f}", f"{taken:.0f}", f"{needed / taken:.2f}",
            f"{seconds[-1] - seconds[-2]:.2f}"]


def main():
    words = sys.argv[1:]
    program, sizes, budgets = os.path.abspath(words.pop(0)), [256, 512, 1024], ["auto"]
    iterations, options = "3", []
    while words:
        word = words.pop(0)
        if word == "--sizes":
            sizes = [int(size) for size in words.pop(0).split(",")]
        elif word == "--budgets":
            budgets = words.pop(0).split(",")
        elif word == "--iterations":
            iterations = words.pop(0)
        elif word == "--weights":
            options += ["--network", "vgg19", "--weights", os.path.abspath(words.pop(0))]
        else:
            key, value = word.split("=", 1)
            options += ["--" + key, value]
    print("| size | budget | way | needed MiB | taken MiB | needed/taken | s |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        draw(folder / "style.ppm", 512, 384, 2)
        for size in sizes:
            for budget in budgets:
                print("|", " | ".join(map(str, measure(program, folder, size, budget, iterations, options))), "|", flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""An evaluation of VGG-19 on the CPU, ours and PyTorch's, in turns. Prints a table in Markdown.

cpu_pairs.py NEURAL_STYLE --weights FILE.safetensors [--sizes 256,512,1024] [--rounds 3] [--threads 2] [--as-installed]

The two configurations of peer_loop.py, each as its own program runs it, on the same weights and pictures of
SIZE×SIZE·3/4 pixels.
A figure is the median over all rounds of the seconds between two evaluations, without the first two of a run; only their
ratio means anything, and only on a machine that does nothing else. Needs Debian's python3-torch.

What the program sets for itself (core/cli/engine_loader.cpp) PyTorch gets too: an OpenBLAS that knows the processor, and
OpenMP threads that do not spin. With --as-installed PyTorch gets nothing, as a script of a few lines would run.
"""
import csv
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

AS_INSTALLED = "--as-installed" in sys.argv
sys.argv = [word for word in sys.argv if word != "--as-installed"]
if not AS_INSTALLED:
    flags = pathlib.Path("/proc/cpuinfo").read_text()
    os.environ.setdefault("OPENBLAS_CORETYPE",
                          "SKYLAKEX" if "avx512f" in flags else "HASWELL" if "avx2" in flags else "")
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
import torch  # noqa: E402

from memory_table import draw  # noqa: E402
from peer_loop import Loop, layers, picture, read_state  # noqa: E402

EVALUATIONS = 7


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
    made = layers(read_state(weights))
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
                    pictures = [picture(path, size, size * 3 // 4) for path in (content, style)]
                    theirs += Loop(made, *pictures, loss == "tutorial").run(EVALUATIONS)
                    own += ours(program, folder, weights, content, style, loss, threads)
                a, b = statistics.median(theirs), statistics.median(own)
                print(f"| {configuration} | {size} | {a:.3f} | {b:.3f} | {a / b:.2f} |", flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""The memory that a batch of many pictures takes as it goes: it should be flat.

  batch_memory.py PROGRAM [--pictures 500] [--edge 160] [-- --KEY VALUE ...]

Draws the pictures (of a few different sizes), paints them with one call of `PROGRAM --batch`, and reads the process'
resident memory each time a picture is finished. Prints it at some points and the growth from the first tenth to the
last.
"""
import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "core"))
import pictures  # noqa: E402


def draw(folder, count, edge):
    names = []
    for i in range(count):
        picture = pictures.scene(edge + 16 * (i % 3), edge - 16 * (i % 2))
        picture = numpy.clip(picture * (0.6 + 0.4 * (i % 7) / 6), 0, 1)
        names.append(f"{i:04}.png")
        Image.fromarray(numpy.round(picture * 255).astype(numpy.uint8)).save(folder / names[-1])
    Image.fromarray(numpy.round(pictures.strokes(edge, edge) * 255).astype(numpy.uint8)).save(folder / "style.png")
    (folder / "out").mkdir()
    return names


def resident_mib(process):
    with open(f"/proc/{process}/status") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return float("nan")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--pictures", type=int, default=500)
    parser.add_argument("--edge", type=int, default=160)
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    given = parser.parse_args(words[:cut])
    options = words[cut + 1:] or ["--network", "builtin", "--iterations", "5"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        names = draw(folder, given.pictures, given.edge)
        start = time.monotonic()
        process = subprocess.Popen([str(pathlib.Path(given.program).resolve()), "--batch", *names, "--style", "style.png",
                                    "--output", "out", "--progress", "plain", *options], cwd=folder,
                                   stderr=subprocess.PIPE, text=True)
        memory = []
        for line in process.stderr:
            if line.startswith("Picture "):  # the one before it is finished
                memory.append(resident_mib(process.pid))
        status = process.wait()
        seconds = time.monotonic() - start
        written = len(list((folder / "out").glob("*.png")))
    tenth = max(1, len(memory) // 10)
    print(f"{written} of {given.pictures} pictures in {seconds:.0f} s, exit status {status}")
    for i in sorted({1, tenth, *range(0, len(memory), max(1, len(memory) // 8)), len(memory) - 1}):
        if 0 < i < len(memory):
            print(f"after picture {i:4}: {memory[i]:7.1f} MiB")
    first, last = statistics.median(memory[tenth:2 * tenth]), statistics.median(memory[-tenth:])
    print(f"median of the second tenth {first:.1f} MiB, of the last {last:.1f} MiB: {last - first:+.1f} MiB")


if __name__ == "__main__":
    main()

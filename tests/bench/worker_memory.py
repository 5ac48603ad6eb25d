#!/usr/bin/python3
"""The memory that one worker holds after each of many runs: it should not grow.

  worker_memory.py PROGRAM [--runs 100] [--edge 96] [-- SETTINGS]

Sends the same request again and again, reads the worker's resident memory after each answer, and prints the growth from
the tenth run to the last. Exits with 1 above 2 %.
"""
import argparse
import pathlib
import struct
import subprocess
import sys

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "core"))
import pictures  # noqa: E402
from batch_memory import resident_mib  # noqa: E402
from wire_frames import FINISHED, Reader, frame, image, text  # noqa: E402

LARGEST_GROWTH = 0.02


def main():
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--edge", type=int, default=96)
    given = parser.parse_args(words[:cut])
    settings = "".join(words[cut + 1:]) or "network=builtin;device=cpu;threads=1;iterations=3;preview-every=1"

    def opaque(picture):
        return numpy.dstack([picture, numpy.ones(picture.shape[:2])])
    body = text(settings) + image(opaque(pictures.scene(given.edge, given.edge * 3 // 4))) + struct.pack("<ii", 0, 0)
    body += struct.pack("<Id", 1, 1) + image(opaque(pictures.strokes(given.edge, given.edge)))
    request = frame(b"R", body + struct.pack("<iiI", 0, 0, 0))

    worker = subprocess.Popen([given.program, "--worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    memory, first = [], None
    while len(memory) < given.runs:
        head = worker.stdout.read(9)
        answer = worker.stdout.read(struct.unpack("<Q", head[1:])[0])
        if head[:1] not in b"HO":
            continue
        if head[:1] == b"O":
            assert Reader(answer).numbers("BB")[0] == FINISHED, answer[:300]
            first = first or answer
            assert answer == first, "the same request, another picture"
            memory.append(resident_mib(worker.pid))
        worker.stdin.write(request)
        worker.stdin.flush()
    worker.kill()
    for run in sorted({1, 10, *range(20, given.runs, 20), given.runs}):
        print(f"after run {run:4}: {memory[run - 1]:7.1f} MiB")
    growth = memory[-1] / memory[9] - 1
    print(f"from run 10 to run {given.runs}: {100 * growth:+.2f} %; all answers bit-equal")
    sys.exit(growth > LARGEST_GROWTH)


if __name__ == "__main__":
    main()

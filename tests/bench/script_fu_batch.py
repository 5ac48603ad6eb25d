#!/usr/bin/python3
"""Many pictures in one GIMP through Script-Fu: load, paint, save, close. GIMP's memory should be flat, and nothing of a
run should stay behind. One file is broken and one layer is too small to paint: each costs a sentence and nothing else.

  script_fu_batch.py PLUGIN_FOLDER [--pictures 500] [--edge 96] [--worker COMMAND]

Without --worker the plug-in finds the engine it was built with. Prints GIMP's resident memory, its open files and its
child processes at some points, seconds a picture, how many results are whole, and what was said. Exits with 1 where a
result is missing or something else was said.
"""
import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

import numpy
from PIL import Image

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "core"), str(TESTS / "plugin/gimp2")]
from isolated_gimp import IsolatedGimp  # noqa: E402
import pictures  # noqa: E402

LOOP = """(let* ((folder "%(folder)s")
       (style-image (car (gimp-file-load RUN-NONINTERACTIVE (string-append folder "style.png") "style.png")))
       (style (car (gimp-image-get-active-drawable style-image)))
       (number 0))
  (set! *error-hook* (lambda what (gimp-message (string-append "number " (number->string number) ": " (car what)))
                                  ((pop-handler))))
  (while (< number %(count)d)
    (catch #f
      (let* ((name (string-append (number->string number) ".png"))
             (image (car (gimp-file-load RUN-NONINTERACTIVE (string-append folder name) name))))
        (catch #f
          (let* ((photo (car (gimp-image-get-active-drawable image)))
                 (made (car (plug-in-neural-style RUN-NONINTERACTIVE image photo style 1 1000 3 "network=builtin;threads=1")))
                 (result (string-append folder "out/" name)))
            (file-png-save-defaults RUN-NONINTERACTIVE image made result result)))
        (gimp-image-delete image)))
    (set! number (+ number 1)))
  (gimp-image-delete style-image))"""


def draw(folder, count, edge):
    for i in range(count):
        picture = pictures.scene(edge + 8 * (i % 3), edge) * (0.6 + 0.4 * (i % 7) / 6)
        Image.fromarray(numpy.round(numpy.clip(picture, 0, 1) * 255).astype(numpy.uint8)).save(folder / f"{i}.png")
    broken, tiny = count // 3, 2 * count // 3
    (folder / f"{broken}.png").write_bytes((folder / f"{broken}.png").read_bytes()[:20])
    Image.new("RGB", (1, 1)).save(folder / f"{tiny}.png")
    Image.fromarray(numpy.round(pictures.strokes(edge, edge) * 255).astype(numpy.uint8)).save(folder / "style.png")
    (folder / "out").mkdir()
    return broken, tiny


def state(process):
    """Resident MiB, open files, child processes."""
    with open(f"/proc/{process}/status") as status:
        resident = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS:"))
    children = pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return resident, len(os.listdir(f"/proc/{process}/fd")), len(children)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plugin")
    parser.add_argument("--pictures", type=int, default=500)
    parser.add_argument("--edge", type=int, default=96)
    parser.add_argument("--worker")
    given = parser.parse_args()
    with IsolatedGimp([given.plugin], worker=given.worker) as gimp:
        folder = pathlib.Path(gimp.path) / "pictures"
        folder.mkdir()
        damaged = draw(folder, given.pictures, given.edge)
        gimp.environment["PATH"] = "/usr/bin:/bin"  # without wrappers, so that the process is GIMP itself
        errors = open(folder / "errors", "w+")
        plug_ins = '"${gimp_plug_in_dir}/plug-ins/file-png:${gimp_plug_in_dir}/plug-ins/'
        rc = pathlib.Path(gimp.path) / "gimprc"
        rc.write_text(rc.read_text().replace('"${gimp_plug_in_dir}/plug-ins/', plug_ins))
        process = subprocess.Popen(gimp.command(LOOP % {"folder": f"{folder}/", "count": given.pictures}, "(gimp-quit 0)"),
                                   env=gimp.environment, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
        seen, start = [], time.monotonic()
        while process.poll() is None:
            done = len(os.listdir(folder / "out"))
            if done > len(seen):
                try:
                    seen += [(time.monotonic() - start, *state(process.pid))] * (done - len(seen))
                except (OSError, StopIteration):
                    break
            time.sleep(0.02)
        process.wait()
        whole = 0
        for name in os.listdir(folder / "out"):
            with Image.open(folder / "out" / name) as result:
                result.load()
                whole += 1
        errors.seek(0)
        words = errors.read()
        said = re.findall(r"number (\d+): (.*)", words)
        print(f"{whole} of {given.pictures} results are whole")
        for number, sentence in said:
            print(f"picture {number}: {sentence}")
        good = whole == given.pictures - 2 and [int(number) for number, _ in said] == list(damaged)
        if not good:
            print(words)
        if len(seen) < 10:
            sys.exit(1)
    count = len(seen)
    for i in sorted({0, count // 10, *range(0, count, max(1, count // 8)), count - 1}):
        seconds, memory, files, children = seen[i]
        print(f"after picture {i + 1:4}: {memory:7.1f} MiB, {files} files open, {children} processes, {seconds:6.0f} s")
    tenth = max(1, count // 10)
    first = statistics.median(row[1] for row in seen[tenth:2 * tenth])
    last = statistics.median(row[1] for row in seen[-tenth:])
    print(f"median of the second tenth {first:.1f} MiB, of the last {last:.1f} MiB: {last - first:+.1f} MiB; "
          f"{(seen[-1][0] - seen[0][0]) / max(1, count - 1):.2f} s a picture")
    sys.exit(not good)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""A large layer through GIMP: what the plug-in's process and the worker hold at the most. The plug-in should hold two
copies of the layer (as the engine has it: 16 bytes a pixel) and no more, besides what it is without one.

  large_layer.py PLUGIN_FOLDER [--size 6000x4000] [--settings "size=256"] [--iterations 4] [--worker COMMAND]

Paints a small layer and then the large one in the same way. Prints both processes' largest resident memory for each, the
difference in copies of the layer, the seconds, and what GIMP said: how the large result's values spread is above 0 if something was painted.
"""
import argparse
import pathlib
import subprocess
import sys
import time

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "plugin/gimp2")]
from isolated_gimp import IsolatedGimp  # noqa: E402

SCRIPT = """(let* ((image (car (gimp-image-new %(width)d %(height)d RGB)))
       (photo (car (gimp-layer-new image %(width)d %(height)d RGB-IMAGE "photo" 100 LAYER-MODE-NORMAL)))
       (style (car (gimp-layer-new image 512 384 RGB-IMAGE "style" 100 LAYER-MODE-NORMAL))))
  (gimp-image-insert-layer image photo 0 0)
  (gimp-image-insert-layer image style 0 0)
  (for-each (lambda (layer) (gimp-drawable-edit-fill layer FILL-WHITE)
                            (plug-in-plasma RUN-NONINTERACTIVE image layer 7 3)) (list photo style))
  (let ((made (car (plug-in-neural-style RUN-NONINTERACTIVE image photo style 1 1000 %(iterations)d "%(settings)s"))))
    (gimp-message (string-append "spread " (number->string (cadr (gimp-drawable-histogram made HISTOGRAM-VALUE 0 1)))))))"""


def named(name, profile):
    """The processes whose program is called that, of the GIMP with this profile."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            program = (folder / "cmdline").read_bytes().split(b"\0")[0].decode()
            if program.endswith(name) and profile.encode() in (folder / "environ").read_bytes():
                yield folder
        except OSError:
            pass


def largest(folder):
    try:
        lines = (folder / "status").read_text().splitlines()
        return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0)
    except OSError:
        return 0


def paint(given, width, height):
    """Largest resident MiB of plug-in, worker; seconds; what GIMP said."""
    held = {"neural-style-plugin": 0, "neural-style": 0}
    with IsolatedGimp([given.plugin], worker=given.worker) as gimp:
        rc = pathlib.Path(gimp.path) / "gimprc"
        plug_ins = '"${gimp_plug_in_dir}/plug-ins/plasma:${gimp_plug_in_dir}/plug-ins/'
        rc.write_text(rc.read_text().replace('"${gimp_plug_in_dir}/plug-ins/', plug_ins))
        script = SCRIPT % {"width": width, "height": height, "settings": given.settings, "iterations": given.iterations}
        start = time.monotonic()
        with open(pathlib.Path(gimp.path) / "said", "w+") as said:
            process = subprocess.Popen(gimp.command(script, "(gimp-quit 0)"), env=gimp.environment,
                                       stdin=subprocess.DEVNULL, stdout=said, stderr=said)
            while process.poll() is None:
                for name in held:
                    held[name] = max([held[name], *map(largest, named(name, gimp.path))])
                time.sleep(0.02)
            said.seek(0)
            return held["neural-style-plugin"], held["neural-style"], time.monotonic() - start, said.read().strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plugin")
    parser.add_argument("--size", default="6000x4000")
    parser.add_argument("--settings", default="size=256")
    parser.add_argument("--iterations", type=int, default=4)
    parser.add_argument("--worker")
    given = parser.parse_args()
    width, height = map(int, given.size.split("x"))
    before, _, _, _ = paint(given, 64, 64)
    plugin, worker, seconds, said = paint(given, width, height)
    copy = width * height * 16 / 2**20
    print(f"plug-in: {before:.0f} MiB with a layer of 64×64, {plugin:.0f} MiB with {width}×{height}, "
          f"{(plugin - before) / copy:.2f} copies of {copy:.0f} MiB")
    print(f"worker: {worker:.0f} MiB; {seconds:.0f} s; {said}")


if __name__ == "__main__":
    main()

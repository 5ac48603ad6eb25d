#!/usr/bin/env python3
"""A style file means the same colours by whichever door it comes: read as the window reads files, opened in GIMP, named
on the command line. And a file that cannot be read gets a sentence that says what to do.

usage: style_files_test.py PLUGIN_FOLDER NEURAL_STYLE
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy
from PIL import Image, ImageCms

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "cli")]
from isolated_gimp import IsolatedGimp  # noqa: E402
from written_pictures import Tiff  # noqa: E402

PLUGIN, PROGRAM = sys.argv[1:]
SIZE = (48, 40)
LEFT, RIGHT = (230, 60, 20), (40, 90, 200)
POINTS = ((10, 20), (38, 20))  # one in each half
UNCHANGED = ["--network", "builtin", "--style-weight", "0", "--optimiser", "lbfgs", "--iterations", "1", "--progress", "none"]

SCRIPT = """(begin
(define image (car (gimp-image-new 48 40 RGB)))
(define (add name)
  (let ((layer (car (gimp-layer-new image 48 40 RGB-IMAGE name 100 LAYER-MODE-NORMAL))))
    (gimp-image-insert-layer image layer 0 0) (gimp-drawable-fill layer FILL-WHITE) layer))
(define photo (add "photo"))
(define (say what layer) (gimp-message (string-append "== " what
  (apply string-append (map (lambda (x) (string-append " " (apply string-append (map (lambda (n) (string-append (number->string n) ","))
    (vector->list (cadr (gimp-drawable-get-pixel layer x 20))))))) '(10 38))))))
(define (lines . all) (apply string-append (map (lambda (line) (string-append line "\\n")) all)))
(define (as-file name)
  (let ((painted (add "painted")))
    (gimp-item-attach-parasite painted (list "neural-style" 1 (lines
      "[neural-style]" "version=1"
      "[settings]" "network=builtin" "init=style" "content-weight=0" "style-weight=0" "iterations=1" "optimiser=lbfgs"
      "[content]" "name=photo" "width=48" "height=40" "beside=1" "session=another"
      (string-append "tattoo=" (number->string (car (gimp-item-get-tattoo photo))))
      "[style 1]" "name=style" (string-append "file=FOLDER/" name) "width=48" "height=40" "weight=1")))
    (say (string-append name " as a file:") (car (plug-in-neural-style-again RUN-NONINTERACTIVE image painted 0)))))
(define (as-layer name)
  (let ((other (car (gimp-file-load RUN-NONINTERACTIVE (string-append "FOLDER/" name) name))))
    (say (string-append name " as a layer:") (car (plug-in-neural-style RUN-NONINTERACTIVE image photo
      (car (gimp-image-get-active-drawable other)) 0 0 1 "network=builtin;init=style;optimiser=lbfgs")))))
CALLS)"""


def halves():
    levels = numpy.zeros((SIZE[1], SIZE[0], 3), numpy.uint8)
    levels[:, :SIZE[0] // 2], levels[:, SIZE[0] // 2:] = LEFT, RIGHT
    return levels


def red_means_blue():
    """sRGB's profile with the colours of red and blue exchanged."""
    table = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for at in range(132, 132 + 12 * int.from_bytes(table[128:132], "big"), 12):
        table[at:at + 4] = {b"rXYZ": b"bXYZ", b"bXYZ": b"rXYZ"}.get(bytes(table[at:at + 4]), bytes(table[at:at + 4]))
    return bytes(table)


def write_files(folder):
    """Names, and what each shows in its left and right half."""
    picture, exchanged = Image.fromarray(halves()), red_means_blue()
    swapped = [LEFT[::-1], RIGHT[::-1]]
    picture.save(folder / "plain.png")
    picture.save(folder / "profile.jpg", quality=100, subsampling=0, icc_profile=exchanged)
    picture.save(folder / "profile.png", icc_profile=exchanged)
    picture.save(folder / "picture.webp", lossless=True)
    picture.save(folder / "profile.webp", lossless=True, icc_profile=exchanged)
    single = halves().astype(numpy.float32) / 255
    Tiff().add(single, tags={34675: ("B", exchanged)}).save(folder / "float.tif")
    exif = Image.Exif()
    exif[274] = 3  # taken upside down
    picture.rotate(180).save(folder / "turned.jpg", quality=100, subsampling=0, exif=exif)
    return {"plain.png": [LEFT, RIGHT], "profile.jpg": swapped, "profile.png": swapped, "picture.webp": [LEFT, RIGHT],
            "profile.webp": swapped, "float.tif": swapped, "turned.jpg": [LEFT, RIGHT]}


def on_the_command_line(folder, name):
    result = folder / "result.png"
    subprocess.run([PROGRAM, folder / name, "--style", folder / "plain.png", "--output", result, "--overwrite", *UNCHANGED],
                   check=True)
    picture = Image.open(result).convert("RGB")
    return [picture.getpixel(point) for point in POINTS]


def near(have, want, steps):
    return all(abs(a - b) <= steps for one, other in zip(have, want) for a, b in zip(one, other))


def main():
    wrong = []
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        expected = write_files(folder)
        (folder / "photo.NEF").write_bytes((folder / "plain.png").read_bytes()[:40])
        (folder / "cut.jpg").write_bytes((folder / "profile.jpg").read_bytes()[:500])
        calls = "".join(f'(as-file "{name}")' + ("" if name == "turned.jpg" else f'(as-layer "{name}")') for name in expected)
        script = SCRIPT.replace("FOLDER", made)
        # Another computer's worker must not be asked for our files.
        with IsolatedGimp([PLUGIN], worker=f"env NEVER_READS_FILES=1 '{PROGRAM}' --worker", all_plug_ins=True) as gimp:
            said = gimp.run(script.replace("CALLS", calls))
            refused = gimp.run(script.replace("CALLS", '(as-file "cut.jpg")'))
        for name, want in expected.items():
            doors = {"file": None, "layer": None, "command line": on_the_command_line(folder, name)}
            for door, line in re.findall(rf"== {re.escape(name)} as a (file|layer): (.*)", said):
                doors[door] = [tuple(map(int, point.split(",")[:3])) for point in line.split()]
            for door, have in doors.items():
                if have is None and (name, door) == ("turned.jpg", "layer"):
                    continue  # GIMP asks about it
                if have is None or not near(have, want, 2) or not near(have, doors["command line"], 1):
                    wrong.append(f"{name} as {door}: {have} in place of {want}")
        if "choose a PNG, JPEG, TIFF or WebP file" not in refused:
            wrong.append("no advice for a cut file: " + refused)
        if wrong:
            print(said)
    print("\n".join(wrong) or "every door gives the same colours")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

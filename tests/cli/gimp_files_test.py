#!/usr/bin/python3
"""What GIMP 2.10 exports comes back as GIMP shows it: every precision, with and without colour profile and alpha, in
colour and grey, as PNG and TIFF, and as JPEG and WebP where these can hold it.

gimp_files_test.py NEURAL_STYLE FOLDER_OF_TESTS/core DUMP_PICTURE
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy

DUMP = os.path.abspath(sys.argv.pop())
del sys.argv[1:3]
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "plugin/gimp2"))
from isolated_gimp import IsolatedGimp  # noqa: E402

W, H = 24, 20
PRECISIONS = [kind + "-" + curve for kind in ("U8", "U16", "U32", "HALF", "FLOAT", "DOUBLE") for curve in ("GAMMA", "LINEAR")]
# Levels that are set as they are shown, on the left and on the right; the left half is half transparent where there is
# alpha.
LEFT, RIGHT = (188, 128, 64), (20, 230, 120)
GREYS = (188, 40)

SCRIPT = """(begin
(define (write make image layer name)
  (let ((name (string-append "FOLDER/" name))) (make image layer name)))
(define (tiff image layer name) (file-tiff-save RUN-NONINTERACTIVE image layer (string-append name ".tif") name 0))
(define (png image layer name) (file-png-save-defaults RUN-NONINTERACTIVE image layer (string-append name ".png") name))
(define (jpeg image layer name)
  (file-jpeg-save RUN-NONINTERACTIVE image layer (string-append name ".jpg") name 1 0 1 0 "" 0 1 0 0))
(define (webp image layer name)
  (file-webp-save RUN-NONINTERACTIVE image layer (string-append name ".webp") name 0 1 100 100 0 0 0 1 0 0 0 0 0))
(define (make kind alpha precision name)
  (let* ((image (car (gimp-image-new-with-precision %d %d kind precision)))
         (layer (car (gimp-layer-new image %d %d (+ (* 2 kind) alpha) "a" 100 LAYER-MODE-NORMAL))))
    (gimp-image-insert-layer image layer 0 0)
    (gimp-context-set-foreground (if (= kind RGB) '(%d %d %d) '(%d %d %d)))
    (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 %d %d)
    (gimp-context-set-opacity (if (= alpha 1) 50 100))
    (if (= alpha 1) (gimp-drawable-fill layer FILL-TRANSPARENT))
    (gimp-drawable-edit-fill layer FILL-FOREGROUND)
    (gimp-context-set-opacity 100)
    (gimp-selection-invert image)
    (gimp-context-set-foreground (if (= kind RGB) '(%d %d %d) '(%d %d %d)))
    (gimp-drawable-edit-fill layer FILL-FOREGROUND)
    (gimp-selection-none image)
    (write tiff image layer name) (write png image layer name)
    (if (member precision (list PRECISION-U8-GAMMA PRECISION-FLOAT-LINEAR))
      (begin (if (= alpha 0) (write jpeg image layer name)) (if (= kind RGB) (write webp image layer name))))
    (gimp-image-delete image)))
(define (all precision name)
  (make RGB 0 precision (string-append name "-rgb")) (make RGB 1 precision (string-append name "-rgba"))
  (make GRAY 0 precision (string-append name "-grey")) (make GRAY 1 precision (string-append name "-greya")))
PRECISIONS
(gimp-message "all is written"))""" % (W, H, W, H, *LEFT, *(GREYS[:1] * 3), W // 2, H, *RIGHT, *(GREYS[1:] * 3))


class Exported(unittest.TestCase):
    def exported(self, profiles, precisions):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        calls = "".join(f'(all PRECISION-{name} "{name}")' for name in precisions)
        with IsolatedGimp([]) as gimp:
            rc = pathlib.Path(gimp.path, "gimprc")
            own = "${gimp_plug_in_dir}/plug-ins/"
            text = rc.read_text().replace(own + "script-fu", ":".join(own + name for name in (
                "script-fu", "file-tiff", "file-png", "file-jpeg", "file-webp")))
            rc.write_text(text + f"(export-color-profile {profiles})\n")
            told = gimp.run(SCRIPT.replace("FOLDER", folder.name).replace("PRECISIONS", calls))
        self.assertIn("all is written", told)
        names = sorted(os.listdir(folder.name))
        self.assertEqual(len(names), len(precisions) * 4 * 2 + sum(name in ("U8-GAMMA", "FLOAT-LINEAR") for name in precisions) * 4)
        done = subprocess.run([DUMP, "0", *names], cwd=folder.name, capture_output=True, text=True, timeout=100)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for line in done.stdout.splitlines():
            name, what, *facts = line.split("\t")
            self.assertEqual(what, "read", line)
            width, height, bits, has_alpha = map(int, facts)
            pixels = numpy.fromfile(os.path.join(folder.name, name + ".rgba"), numpy.float32).reshape(height, width, 4)
            yield name, bits, has_alpha, pixels

    def check(self, profiles, precisions):
        for name, bits, has_alpha, pixels in self.exported(profiles, precisions):
            with self.subTest(name=name, profiles=profiles):
                self.assertEqual(pixels.shape, (H, W, 4))
                alpha = "rgba" in name or "greya" in name
                self.assertEqual(bool(has_alpha), alpha)
                self.assertEqual(bits == 8, name.startswith("U8") and not (profiles == "no" and "LINEAR" in name)
                                 or name.endswith((".jpg", ".webp")))
                # steps of 8 bits that count light are coarse where it is dark
                linear = "U8-LINEAR" in name
                near = 4 if name.endswith(".jpg") else 1.2 if bits == 8 else .6 if "HALF" in name else .3
                near += 3 if linear else 0
                for half, colour, grey, opaque in ((numpy.s_[:, 2:W // 2 - 2], LEFT, GREYS[0], not alpha),
                                                   (numpy.s_[:, W // 2 + 2:-2], RIGHT, GREYS[1], True)):
                    seen = pixels[half] * 255
                    # GIMP's grey has a white of its own, and its grey of a colour is the light's
                    wanted = numpy.array(colour if "rgb" in name else (grey, grey, grey))
                    self.assertLess(abs(seen[:, :, :3] - wanted).max(), near)
                    self.assertLess(abs(seen[:, :, 3] - (255 if opaque else 127.5)).max(), 1.5)

    def test_with_profiles(self):
        self.check("yes", PRECISIONS)

    def test_without_profiles(self):
        # GIMP writes what is shown then, and changes only what counts light
        self.check("no", [name for name in PRECISIONS if "LINEAR" in name])


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""Calls the procedures from Script-Fu as scripts of other people do, and looks at what they get.

usage: script_fu_test.py PLUGIN_FOLDER WORKER
"""

import os
import sys
import tempfile
import unittest

from isolated_gimp import IsolatedGimp

PLUGIN, WORKER = sys.argv[1:3]

SETUP = """(let* ((image (car (gimp-image-new 40 30 RGB)))
       (add (lambda (name width height)
              (let ((layer (car (gimp-layer-new image width height RGBA-IMAGE name 100 LAYER-MODE-NORMAL))))
                (gimp-image-insert-layer image layer 0 -1)
                (gimp-drawable-fill layer FILL-WHITE)))))
  (add "painting" 12 12)
  (add "drawing" 10 12)
  (add "photo" 33 27))"""

# Every batch expression is evaluated by itself and finds these anew.
NAMES = """(begin
(define image (vector-ref (cadr (gimp-image-list)) 0))
(define (named name) (car (gimp-image-get-layer-by-name image name)))
(define painting (named "painting"))
(define drawing (named "drawing"))
(define photo (named "photo"))
(define (say . words) (gimp-message (apply string-append words)))
%s)"""


def script(*expressions, worker="'%s' --worker" % WORKER):
    with IsolatedGimp([PLUGIN], worker=worker) as gimp:
        return gimp.run(SETUP, *(NAMES % one for one in expressions))


class ScriptFu(unittest.TestCase):
    def test_the_call_of_the_documentation(self):
        output = script(
            '(define result (car (plug-in-neural-style RUN-NONINTERACTIVE image photo painting 1 1000 300'
            ' "network=copy;size=1024;seed=7")))'
            '(say "name=" (car (gimp-item-get-name result)))'
            '(say "position=" (number->string (car (gimp-image-get-item-position image result))))'
            '(say "size=" (number->string (car (gimp-drawable-width result))) "x"'
            ' (number->string (car (gimp-drawable-height result))))',
        )
        self.assertIn("name=painting (invert)", output)
        self.assertIn("position=0", output)
        self.assertIn("size=33x27", output)

    def test_a_blend_with_arrays(self):
        output = script(
            '(define result (car (plug-in-neural-style-blend RUN-NONINTERACTIVE image photo 2 (vector painting drawing)'
            ' 2 #(1 0.5) 1 1000 5 "")))'
            '(say "name=" (car (gimp-item-get-name result)))',
        )
        self.assertIn("name=painting + drawing (invert)", output)

    def test_guides_pair_channels_and_layers(self):
        # The channel covers the left 13 columns of the image; the photo begins at its 3rd.
        setup = ('(gimp-layer-set-offsets photo 3 0)'
                 '(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 13 30)'
                 '(define left (car (gimp-selection-save image)))'
                 '(gimp-selection-none image)')
        call = ('(define result (car (plug-in-neural-style-guided RUN-NONINTERACTIVE image photo'
                ' 2 (vector painting drawing) 0 #() %s 1 1000 5 "network=guide")))')
        look = ('(define (at x y) (let ((pixel (cadr (gimp-drawable-get-pixel result x y))))'
                ' (string-append (number->string (vector-ref pixel 0)) "," (number->string (vector-ref pixel 1)) ","'
                ' (number->string (vector-ref pixel 2)))))'
                '(say "inside=" (at 9 5) " outside=" (at 10 5) ".")')
        # The drawing covers 10 of the painting's 12 columns, and is white.
        output = script(setup + call % "1 (vector left) 1 #(0) 1 (vector drawing)" + look,
                        setup + call % "1 (vector left) 1 #(1) 0 #()" + look,
                        setup + call % "1 #(-1) 1 #(1) 1 #(0)" + look)
        self.assertIn("inside=255,213,0 outside=0,213,0.", output)
        self.assertIn("inside=255,255,26 outside=0,255,26.", output)
        self.assertIn("inside=255,255,26 outside=255,255,26.", output)

    def test_a_guide_that_cannot_be_is_refused(self):
        call = ('(plug-in-neural-style-guided RUN-NONINTERACTIVE image photo 1 (vector painting) 0 #() %s'
                ' 1 1000 5 "")')
        elsewhere = ('(define other (car (gimp-image-new 9 9 RGB)))'
                     '(define far (car (gimp-channel-new other 9 9 "far" 50 \'(0 0 0))))'
                     '(gimp-image-insert-channel other far 0 0)')
        empty = ('(define empty (car (gimp-channel-new image 40 30 "empty" 50 \'(0 0 0))))'
                 '(gimp-image-insert-channel image empty 0 0)(gimp-drawable-fill empty FILL-WHITE)'
                 '(gimp-drawable-invert empty FALSE)')
        output = script(
            call % "1 #(9999) 1 #(0) 0 #()",
            empty + call % "1 (vector empty) 1 #(0) 0 #()",
            empty + call % "1 (vector painting) 1 #(0) 1 (vector empty)",
            call % "1 (vector painting) 1 #(1) 0 #()",
            call % "1 (vector painting) 1 #(-1) 0 #()",
            call % "1 (vector painting) 2 #(0 0) 0 #()",
            elsewhere + call % "1 (vector far) 1 #(0) 0 #()",  # the newest image is the first one afterwards
        )
        output += script(elsewhere + call % "1 (vector painting) 1 #(0) 1 (vector far)")
        self.assertIn("The channel that was chosen for the layer “photo” is gone", output)
        self.assertIn("“far” is not of the same image as the layer “photo”", output)
        self.assertIn("“far” is not of the same image as the layer “painting”", output)
        self.assertIn("“empty” covers nothing of what the layer “photo” shows", output)
        self.assertIn("“empty #1” covers nothing of what the layer “painting” shows", output)
        self.assertIn("names the style 1, but the styles are counted from 0 to 0", output)
        self.assertIn("cannot name the style -1", output)
        self.assertIn("1 guides but 2 styles and 0 regions", output)

    def test_an_error_is_one_sentence_and_gimp_lives_on(self):
        output = script(
            '(plug-in-neural-style RUN-NONINTERACTIVE image photo painting 1 1000 5 "loss=none")',
            '(plug-in-neural-style RUN-NONINTERACTIVE image photo painting 1 1000 5 "network=die")',
            '(say "layers=" (number->string (car (gimp-image-get-layers image))))',
        )
        self.assertIn('failed on invalid input arguments: The setting loss cannot be "none"; allowed:', output)
        self.assertIn("failed: The engine was killed by the system", output)
        self.assertIn("layers=3", output)

    def test_a_missing_worker_says_what_to_do(self):
        output = script('(plug-in-neural-style RUN-NONINTERACTIVE image photo painting 1 1000 5 "")',
                        worker="/nowhere/neural-style --worker")
        self.assertIn("The engine cannot be started", output)

    def test_another_gimp_paints_again_what_the_first_one_saved(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "painted.xcf")
            saved = script(
                '(plug-in-neural-style RUN-NONINTERACTIVE image photo painting 1 1000 5 "network=style;seed=7")'
                '(gimp-xcf-save 0 image photo "%s" "%s")' % (file, file))
            self.assertTrue(os.path.exists(file), saved)
            again = ('(define image (car (gimp-file-load RUN-NONINTERACTIVE "%s" "%s")))'
                     '(define made (car (gimp-image-get-layer-by-name image "painting (invert)")))' % (file, file))
            with IsolatedGimp([PLUGIN], worker="'%s' --worker" % WORKER) as gimp:
                output = gimp.run(
                    "(begin %s %s)" % (again, '(define new (car (plug-in-neural-style-again RUN-NONINTERACTIVE image made 0)))'
                    '(gimp-message (string-append "name=" (car (gimp-item-get-name new))))'
                    '(gimp-message (string-append "layers=" (number->string (car (gimp-image-get-layers image)))))'),
                    "(begin %s %s)" % (again, '(gimp-image-remove-layer image (car (gimp-image-get-layer-by-name image "painting")))'
                    '(plug-in-neural-style-again RUN-NONINTERACTIVE image made 200)'))
        self.assertIn("name=painting (invert) #1", output)
        self.assertIn("layers=5", output)
        self.assertIn("failed: The style layer “painting” is not in this image any more; choose another style", output)

    def test_all_procedures_are_documented(self):
        output = script(
            '(define (describe name) (let ((info (gimp-procedural-db-proc-info name)))'
            ' (say name ": " (number->string (list-ref info 6)) " in, " (number->string (list-ref info 7)) " out")))'
            '(describe "plug-in-neural-style")'
            '(describe "plug-in-neural-style-blend")'
            '(describe "plug-in-neural-style-guided")'
            '(describe "plug-in-neural-style-again")'
            '(describe "plug-in-neural-style-more")',
        )
        self.assertIn("plug-in-neural-style: 8 in, 1 out", output)
        self.assertIn("plug-in-neural-style-blend: 11 in, 1 out", output)
        self.assertIn("plug-in-neural-style-guided: 17 in, 1 out", output)
        self.assertIn("plug-in-neural-style-again: 4 in, 1 out", output)
        self.assertIn("plug-in-neural-style-more: 3 in, 1 out", output)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

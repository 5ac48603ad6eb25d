#!/usr/bin/env python3
"""What may happen to GIMP while a run computes: it is killed, quits, has a twin, or a person deletes what the run came from.
After each the image is as before or has the one whole new layer, and no process is left.

usage: faults_test.py PLUGIN_FOLDER WORKER [NAME of a test…]
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "dialog")]
from isolated_gimp import IsolatedGimp  # noqa: E402
from stage_driver import private_screen, run_tests, start_window_manager, wait_for  # noqa: E402

PLUGIN, WORKER, *NAMES = sys.argv[1:]

# Every batch expression is evaluated by itself and finds these anew. The style lies in an image of its own.
NAMES_OF_ALL = """
(define (layer-of image) (car (gimp-image-get-active-layer image)))
(define (layers) (if (= TRUE (car (gimp-image-is-valid image))) (car (gimp-image-get-layers image)) -1))
(define (say . words) (let ((port (open-output-file "%(report)s")))
  (display (apply string-append (map (lambda (x) (if (number? x) (number->string x) x)) words)) port)
  (newline port) (close-output-port port)))
(define image 1)
(define style 2)
"""
SETUP = """
(define (new-image width height name colour)
  (let* ((image (car (gimp-image-new width height RGB)))
         (layer (car (gimp-layer-new image width height RGBA-IMAGE name 100 LAYER-MODE-NORMAL))))
    (gimp-image-insert-layer image layer 0 -1)
    (gimp-context-set-foreground colour)
    (gimp-drawable-fill layer FILL-FOREGROUND)
    (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 21 3 14 11) ; so that turns and crops can be seen
    (gimp-context-set-foreground '(255 255 255))
    (gimp-drawable-edit-fill layer FILL-FOREGROUND)
    (gimp-selection-none image)
    (gimp-image-clean-all image)
    image))
(set! image (new-image 60 40 "photo" '(10 200 90)))
(set! style (new-image 30 30 "painting" '(200 60 20)))
(define (run how)
  (car (plug-in-neural-style RUN-NONINTERACTIVE image (layer-of image) (layer-of style) 1 1000 %(evaluations)d
        (string-append "network=" how))))
"""


class Gimp:
    """A GIMP that evaluates `script`, with windows or without."""

    def __init__(self, script, evaluations=150, windows=False, environment=None):
        self.gimp = IsolatedGimp([PLUGIN], worker="'%s' --worker" % WORKER, screen=windows)
        self.gimp.environment.update(environment or {})
        self.gimp.environment["PATH"] = "/usr/bin:/bin"  # without wrappers, so that the process is GIMP itself
        self.report = pathlib.Path(self.gimp.path, "report")
        self.said_aloud = open(os.path.join(self.gimp.path, "errors"), "w+")
        self.names = NAMES_OF_ALL % {"report": self.report}
        setup = self.names + SETUP % {"evaluations": evaluations}
        program = ("gimp-2.10", "-n", "-s") if windows else ("gimp-console-2.10", "-i")
        self.process = subprocess.Popen(
            self.gimp.command(f"(begin {setup} {script})", *([] if windows else ["(gimp-quit 0)"]), program=program),
            env=self.gimp.environment, stdin=subprocess.DEVNULL, stdout=self.said_aloud, stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for pid in [self.process.pid, *self.run_processes()]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        self.said_aloud.close()
        self.gimp.__exit__()

    def words(self):
        self.said_aloud.seek(0)
        return self.said_aloud.read()

    def run_processes(self):
        """The plug-in and its worker, once both are there and the worker has begun."""
        found = []
        for folder in pathlib.Path("/proc").iterdir():
            try:
                environment = (folder / "environ").read_bytes() if folder.name.isdigit() else b""
                name = (folder / "comm").read_text() if environment else ""
            except OSError:
                continue
            if f"={self.gimp.path}/profile\0".encode() in environment and name.startswith(("neural-style", "fake_worker")):
                found.append(int(folder.name))
        return found

    def await_run(self):
        def both():
            assert self.process.poll() is None, self.words()
            found = self.run_processes()
            return found if len(found) == 2 and all(self.state(pid) == "S" for pid in found) else None
        found = wait_patiently(both, "plug-in and worker")
        time.sleep(0.5)  # the worker has the request and computes
        return found

    @staticmethod
    def state(pid):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]

    def told(self, pattern):
        """Waits until the script has said so, in its report or in what GIMP writes; the pattern's groups."""
        def found():
            text = (self.report.read_text() if self.report.exists() else "") + self.words()
            return re.search(pattern, text)
        return wait_patiently(found, pattern).groups()

    def evaluate(self, script):
        """The same GIMP evaluates it at once, also while its first script waits for a run."""
        subprocess.run(["gdbus", "call", "--session", "--dest", "org.gimp.GIMP.UI", "--object-path", "/org/gimp/GIMP/UI",
                        "--method", "org.gimp.GIMP.UI.BatchRun", "plug-in-script-fu-eval",
                        f"(begin {self.names} {script})"], check=True, capture_output=True)


def wait_patiently(condition, what):
    """GIMP takes longer than a dialog."""
    for _ in range(3):
        try:
            return wait_for(condition, what)
        except AssertionError as error:
            if "in vain" not in str(error):
                raise
    return wait_for(condition, what)


def seconds_until_gone(pids):
    def lives(pid):
        try:
            return Gimp.state(pid) not in "ZX"  # ended, if perhaps not waited for
        except OSError:
            return False
    start = time.monotonic()
    wait_for(lambda: not any(lives(pid) for pid in pids), f"the end of {pids}")
    return time.monotonic() - start


def test_gimp_is_killed():
    for how in ("slow", "deaf", "silent"):
        with Gimp(f'(run "{how}")', evaluations=10000) as gimp:
            left = gimp.await_run()
            gimp.process.kill()
            print(f"  {how}: gone {seconds_until_gone(left):.2f} s after GIMP was killed")


def test_gimp_is_killed_while_the_worker_stands_still():
    with Gimp('(run "slow")', evaluations=10000) as gimp:
        left = gimp.await_run()
        for pid in left:
            os.kill(pid, signal.SIGSTOP)
        gimp.process.kill()
        print(f"  gone {seconds_until_gone(left):.2f} s after GIMP was killed")


def test_two_gimps_at_once():
    script = """(define made 0)
        (while (< made 5)
          (run "slow")
          (set! made (+ made 1)))
        (say "made=" made " layers=" (layers))"""
    with IsolatedGimp([]) as shared:
        environment = {name: shared.environment[name] for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")}
        with Gimp(script, 20, environment=environment) as first, Gimp(script, 20, environment=environment) as second:
            for gimp in first, second:
                gimp.process.wait(timeout=300)
                assert gimp.report.exists(), gimp.words()
                assert gimp.report.read_text() == "made=5 layers=6\n", gimp.report.read_text()
            assert not first.run_processes() and not second.run_processes()


def deleted_meanwhile(what, outcome):
    """Deletes something while a run of three seconds computes; what the script or GIMP says of it, and the layers then."""
    with Gimp('(say "made " (car (gimp-item-get-name (run "slow"))))', windows=True) as gimp:
        gimp.await_run()
        gimp.evaluate(what)
        said = gimp.told(outcome)[0]
        wait_for(lambda: not gimp.run_processes(), "the end of the run's processes")
        gimp.evaluate('(say "layers=" (layers))')
        return said, int(gimp.told(r"layers=(.*)")[0])


def test_the_styles_image_is_deleted():
    assert deleted_meanwhile("(gimp-image-delete style)", "made (.*)") == ("Neural Style (invert)", 2)


def test_the_styles_layer_is_deleted():
    removal = "(gimp-image-remove-layer style (layer-of style))"
    assert deleted_meanwhile(removal, "made (.*)") == ("Neural Style (invert)", 2)


def without_a_place(removal, left):
    """The picture of a layer that was taken away becomes an image of its own."""
    script = '(say "made " (car (gimp-image-list)) (car (gimp-item-get-name (run "slow"))) (car (gimp-image-list)))'
    with Gimp(script, windows=True) as gimp:
        gimp.await_run()
        gimp.evaluate(removal)
        before, name, after = gimp.told(r"made (\d)(.*)(\d)\n")
        assert (int(before), name, int(after)) == (2, "painting (invert)", left), (before, name, after)


def test_the_layer_is_deleted():
    without_a_place("(gimp-image-remove-layer image (layer-of image))", 3)


def test_the_image_is_deleted():
    without_a_place("(gimp-image-delete image)", 2)


def test_the_image_changes_its_shape():
    for change, told in {"(gimp-image-crop image 30 20 20 10)": "30x20 0 0",
                         "(gimp-image-scale image 30 20)": "30x20 0 0",
                         "(gimp-image-rotate image ROTATE-90)": "40x60 0 0",
                         "(gimp-image-resize image 80 80 7 9)": "60x40 7 9"}.items():
        script = """(let ((made (run "slow")))
            (say "made " (car (gimp-drawable-width made)) "x" (car (gimp-drawable-height made)) " "
                 (car (gimp-drawable-offsets made)) " " (cadr (gimp-drawable-offsets made))))"""
        with Gimp(script, windows=True) as gimp:
            gimp.await_run()
            gimp.evaluate(change)
            assert gimp.told("made (.*)")[0] == told, (change, gimp.told("made (.*)"))


def test_gimp_quits():
    with Gimp('(run "deaf")', evaluations=10000, windows=True) as gimp:
        left = gimp.await_run()
        gimp.evaluate("(gimp-quit TRUE)")
        print(f"  gone {seconds_until_gone(left):.2f} s after GIMP was told to quit")


def main():
    private_screen()
    manager = start_window_manager()
    try:
        return 1 if run_tests(globals(), NAMES) else 0
    finally:
        manager.terminate()


if __name__ == "__main__":
    sys.exit(main())

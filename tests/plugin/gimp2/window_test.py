#!/usr/bin/env python3
"""The whole plug-in inside a GIMP with windows, on a screen of the test's own: the dialog is worked through the
accessibility bus, GIMP itself by keys and Script-Fu.

usage: window_test.py PLUGIN_FOLDER WORKER [NAME of a test…]
"""

import os
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "dialog")]
from isolated_gimp import IsolatedGimp  # noqa: E402
from stage_driver import Stage, private_screen, run_tests, start_window_manager, wait_for  # noqa: E402

PLUGIN, WORKER, *NAMES = sys.argv[1:]

# Two layers of one image, shown in a window; the photo is selected in part.
SETUP = """
(define image (car (gimp-image-new 200 150 RGB)))
(define (add name width height colour)
  (let ((layer (car (gimp-layer-new image width height RGBA-IMAGE name 100 LAYER-MODE-NORMAL))))
    (gimp-image-insert-layer image layer 0 -1)
    (gimp-context-set-foreground colour)
    (gimp-drawable-fill layer FILL-FOREGROUND)
    layer))
(define painting (add "painting" 60 60 '(200 60 20)))
(define photo (add "photo" 180 140 '(10 200 90)))
(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 10 10 100 100)
(gimp-image-clean-all image)
(gimp-display-new image)
(define (layers) (car (gimp-image-get-layers image)))
(define (say . words) (let ((port (open-output-file "%(report)s")))
  (display (apply string-append (map (lambda (x) (if (number? x) (number->string x) x)) words)) port)
  (newline port) (close-output-port port)))
"""


class Window(Stage):
    """A GIMP that evaluates `script`, and the dialog that it opens."""

    def __init__(self, script, worker=None, open_dialog=None, setup=SETUP, environment=None):
        import gi
        gi.require_version("Atspi", "2.0")
        from gi.repository import Atspi
        self.atspi = Atspi
        worker = worker or "'%s' --worker" % WORKER
        self.gimp = IsolatedGimp([PLUGIN], worker=None if worker == "real" else worker, screen=True)
        self.gimp.environment.update(environment or {})
        self.report = os.path.join(self.gimp.path, "report")
        self.errors = open(os.path.join(self.gimp.path, "errors"), "w+")
        expression = "(begin %s %s)" % (setup % {"report": self.report}, script)
        self.process = subprocess.Popen(self.gimp.command(expression, program=("gimp-2.10", "-n", "-s")),
                                        env=self.gimp.environment, stdin=subprocess.DEVNULL, stdout=self.errors,
                                        stderr=subprocess.STDOUT)
        try:
            if open_dialog:
                open_dialog(self)
            self.window = wait_patiently(self._find_window, "the dialog")
        except BaseException as error:
            self.__exit__(type(error))
            raise

    def __exit__(self, kind, *rest):
        if kind is not None and os.environ.get("SCREENSHOT"):
            subprocess.run(["import", "-window", "root", os.environ["SCREENSHOT"]])
        super().__exit__(kind, *rest)
        self.gimp.__exit__()

    def _find_window(self):
        assert self.process.poll() is None, f"GIMP ended with {self.process.returncode}"
        desktop = self.atspi.get_desktop(0)
        for index in range(desktop.get_child_count()):
            application = desktop.get_child_at_index(index)
            if application and application.get_process_id() in self.plug_ins() and application.get_child_count() > 0:
                return application.get_child_at_index(0)
        return None

    def plug_ins(self):
        return descendants(self.process.pid, "neural-style-pl")

    def said(self, pattern):
        """Waits until the script has said so; what it said."""
        def found():
            text = open(self.report).read() if os.path.exists(self.report) else ""
            return re.search(pattern, text)
        return wait_patiently(found, f'"{pattern}" in the script\'s report')

    def image_window(self, *keys):
        ids = wait_patiently(lambda: subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "GIMP$"],
                                                    capture_output=True, text=True).stdout.split(), "GIMP's window")
        subprocess.run(["xdotool", "windowactivate", "--sync", ids[0]], check=True)
        subprocess.run(["xdotool", "key", "--clearmodifiers", "--window", "0", *keys], check=True)


def wait_patiently(condition, what):
    """GIMP takes longer than a dialog."""
    for _ in range(4):
        try:
            return wait_for(condition, what)
        except AssertionError as error:
            if "in vain" not in str(error):
                raise
    raise AssertionError(f"waited in vain for {what}")


def descendants(pid, name=None):
    """Living processes below one, by the beginning of their names."""
    parents, names = {}, {}
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                text = (folder / "stat").read_text()
            except OSError:
                continue
            state, parent = text[text.rindex(")") + 2:].split()[:2]
            if state != "Z":
                parents[int(folder.name)] = int(parent)
                names[int(folder.name)] = text[text.index("(") + 1:text.rindex(")")]

    def below(one):
        while one in parents:
            one = parents[one]
            if one == pid:
                return True
        return False
    return [one for one in parents if below(one) and (name is None or names[one].startswith(name))]


INTERACTIVE = '(plug-in-neural-style RUN-INTERACTIVE image photo painting 1 1000 8 "")'


def test_finish_undo_and_repeat():
    # One Ctrl-Z takes everything back: the layer with its mask, and nothing that was there before.
    script = f"""
        (define result (car {INTERACTIVE}))
        (say "done position=" (car (gimp-image-get-item-position image result)) " layers=" (layers) " mask="
             (if (< (car (gimp-layer-get-mask result)) 0) "no" "yes") " name=" (car (gimp-item-get-name result)))
        (while (> (layers) 2) '())
        (say "undone layers=" (layers) " selection=" (if (= TRUE (car (gimp-selection-is-empty image))) "no" "yes")
             " dirty=" (car (gimp-image-is-dirty image)))
        (define again (car (plug-in-neural-style RUN-WITH-LAST-VALS image photo -1 1 1000 1 "")))
        (say "repeated layers=" (layers) " name=" (car (gimp-item-get-name again)))
        (plug-in-neural-style RUN-NONINTERACTIVE image photo painting 1 1000 3 "deliver=layers")
        (say "delivered layers=" (layers))
        (while (> (layers) 3) '())
        (say "undone again layers=" (layers))"""
    with Window(script) as window:
        window.press("Start")
        said = window.said(r"done position=(\d+) layers=(\d+) mask=(\w+) name=(.*)").groups()
        assert said == ("0", "3", "yes", "painting (invert)"), said
        kept = pathlib.Path(window.gimp.path, "config/neural-style/last-values.ini").read_text()
        assert "iterations=8" in kept and "layers" not in kept, kept
        window.image_window("ctrl+z")
        said = window.said(r"undone layers=(\d+) selection=(\w+) dirty=(\d)").groups()
        assert said == ("2", "yes", "0"), said
        assert window.said(r"repeated layers=(\d+) name=(.*)").groups() == ("3", "painting (invert)")
        assert window.said(r"delivered layers=(\d+)").group(1) == "5"  # the result and its copy are one step too
        window.image_window("ctrl+z")
        assert window.said(r"undone again layers=(\d+)").group(1) == "3"


def test_cancel_leaves_no_trace():
    with Window(f'{INTERACTIVE} (say "over layers=" (layers) " dirty=" (car (gimp-image-is-dirty image)))') as window:
        wait_for(lambda: window.preview_words() == "Draft", "the draft")
        window.press("Cancel")
        assert window.said(r"over layers=(\d+) dirty=(\d)").groups() == ("2", "0")


def test_from_the_menu():
    def search_for_it(window):
        window.said("ready")
        for _ in range(8):  # nothing tells when GIMP's search has found what was typed
            window.image_window("Escape", "slash")
            time.sleep(1)
            subprocess.run(["xdotool", "type", "--delay", "100", "neural style"], check=True)
            time.sleep(2)
            subprocess.run(["xdotool", "key", "Return"], check=True)
            for _ in range(50):
                if window.plug_ins():
                    return
                time.sleep(0.1)

    with Window('(gimp-image-set-active-layer image photo) (say "ready")', open_dialog=search_for_it) as window:
        ids = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Neural Style$"], capture_output=True,
                             text=True).stdout.split()
        owner = subprocess.run(["xprop", "-id", ids[0], "WM_TRANSIENT_FOR"], capture_output=True, text=True).stdout
        assert "window id" in owner, owner
        assert window.maybe(None, "painting, .*")
        assert window.has_state(window.find("push button", "Start"), "SENSITIVE")
        window.press("Cancel")
        wait_for(lambda: not window.plug_ins(), "the plug-in to end")


def test_gimp_ends_in_mid_run():
    with Window('(plug-in-neural-style RUN-INTERACTIVE image photo painting 1 1000 9999 "network=deaf")') as window:
        window.press("Start")
        wait_for(lambda: re.match(r"Evaluation \d+", window.preview_words()), "a picture of the run")
        left = window.plug_ins() + descendants(window.plug_ins()[0])
        assert len(left) == 2, left
        window.process.kill()
        wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in left), "plug-in and worker to end")


def test_real_engine():
    script = """(define result (car (plug-in-neural-style RUN-INTERACTIVE image photo painting 1 1000 4
                                     "network=builtin;size=96")))
                (say "done layers=" (layers) " name=" (car (gimp-item-get-name result)))"""
    with Window(script, worker="real") as window:
        window.press("Start")
        assert window.said(r"done layers=(\d+) name=(.*)").groups() == ("3", "painting (builtin)")


def main():
    private_screen()
    manager = start_window_manager()
    try:
        return 1 if run_tests(globals(), NAMES) else 0
    finally:
        manager.terminate()


if __name__ == "__main__":
    sys.exit(main())

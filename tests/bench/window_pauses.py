#!/usr/bin/python3
"""How long the window inside GIMP stands still while all is done with a large layer: drafts, a queue, a run, its layer.

  window_pauses.py PLUGIN_FOLDER FAKE_WORKER [WIDTH HEIGHT]

The worker is the tests' fake one, so that what is seen is the window and GIMP. Prints every pause of more than 100 ms and
the longest. Those right after the queue's layer has come into the image are GIMP's own: it answers no call while it draws.
"""
import pathlib
import re
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "plugin/gimp2")]
SIZE = sys.argv[3:5] or ["6000", "4000"]
sys.argv[3:] = []
from window_test import SETUP, Window, private_screen, start_window_manager, wait_for, wait_patiently  # noqa: E402

SCRIPT = """(plug-in-neural-style RUN-INTERACTIVE image photo painting 1 1000 6 "preview-every=2;size=1024")
            (say "over layers=" (layers))"""


def large(setup):
    """Two selected thirds of a photo of that size, with colours that differ from place to place."""
    width, height = map(int, SIZE)
    setup = setup.replace("gimp-image-new 200 150", f"gimp-image-new {width} {height}").replace("180 140", f"{width} {height}")
    setup = setup.replace("10 10 100 100", f"10 10 {2 * width // 3} {height - 20}")
    return setup.replace("(gimp-image-clean-all", "(gimp-context-set-background '(200 90 10)) (gimp-drawable-edit-gradient-fill "
                         "photo GRADIENT-RADIAL 0 FALSE 1 0 FALSE 0 0 900 900) (gimp-image-clean-all", 1)


def main():
    private_screen()
    manager = start_window_manager()
    try:
        with Window(SCRIPT, setup=large(SETUP), environment={"NEURAL_STYLE_LOG_PAUSES": "1"}) as window:
            wait_patiently(lambda: window.preview_words() == "Draft", "the draft")
            window.press("Close when done", "check box")
            window.press("Start")
            wait_patiently(lambda: window.preview_words() == "Result 1", "the result")
            window.press("Add to queue")
            window.press("Paint the queue")
            wait_patiently(lambda: window.all("label", "Added as a layer"), "the queue")
            window.press("Result 1")
            wait_for(lambda: window.preview_words() == "Result 1", "the result again")
            window.press("Add as a layer")
            window.said(r"over layers=4")
            window.errors.flush()
            print(*re.findall("neural-style: (.* ms)", open(window.errors.name).read()), sep="\n")
    finally:
        manager.terminate()


if __name__ == "__main__":
    main()

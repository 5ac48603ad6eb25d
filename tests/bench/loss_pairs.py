#!/usr/bin/python3
"""How far the losses of a whole run with the CPU's own encoder are from those of a run with LibTorch's convolutions
(convolutions=direct). Prints a table in Markdown.

loss_pairs.py NEURAL_STYLE --weights FILE.safetensors [--network vgg19] [--sizes 256] [--evaluations 300] [KEY=VALUE ...]

Both paint data/pictures/tower.jpg in one scale after a painting of tools/paint-style. Rounding parts the two descents in
the end; "apart" is |ours - LibTorch's| / LibTorch's of the total loss at that evaluation, "most" the largest of all.
"""
import csv
import os
import pathlib
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
SHOWN = (10, 100, 200, 300)


def losses(program, content, style, options, folder):
    log = folder / "log.csv"
    subprocess.run([program, content, "--style", style, "--output", folder / "result.ppm", "--log", log, "--scales", "1",
                    "--progress", "none", "--preview-every", "0", *options], check=True)
    return [float(row["total_loss"]) for row in csv.DictReader(log.open())]


def main():
    words = sys.argv[1:]
    program, sizes, evaluations, weights, network, options = os.path.abspath(words.pop(0)), ["256"], 300, None, "vgg19", []
    while words:
        word = words.pop(0)
        if word == "--weights":
            weights = os.path.abspath(words.pop(0))
        elif word == "--network":
            network = words.pop(0)
        elif word == "--sizes":
            sizes = words.pop(0).split(",")
        elif word == "--evaluations":
            evaluations = int(words.pop(0))
        else:
            key, value = word.split("=", 1)
            options += ["--" + key, value]
    if not weights:
        sys.exit(__doc__)
    shown = sorted({min(at, evaluations) for at in SHOWN})
    print("| loss | size | " + " | ".join(f"apart at {at}" for at in shown) + " | most |")
    print("|---|---|" + "---|" * (len(shown) + 1))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        content, style = TOP / "data/pictures/tower.jpg", folder / "style.png"
        subprocess.run([TOP / "tools/paint-style", "swirls", style], check=True, stdout=subprocess.DEVNULL)
        for loss in ("tutorial", "gatys", "covariance", "sliced"):
            for size in sizes:
                common = ["--network", network, "--weights", weights, "--loss", loss, "--size", size, "--iterations",
                          str(evaluations), *options]
                ours, libtorch = (losses(program, content, style, [*common, "--convolutions", convolutions], folder)
                                  for convolutions in ("auto", "direct"))
                apart = [abs(a - b) / b for a, b in zip(ours, libtorch)]
                end = min(len(ours), len(libtorch))
                print(f"| {loss} | {size} | " + " | ".join(f"{apart[min(at, end) - 1]:.2%}" for at in shown) +
                      f" | {max(apart):.2%} |", flush=True)


if __name__ == "__main__":
    main()

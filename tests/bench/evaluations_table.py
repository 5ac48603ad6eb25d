#!/usr/bin/python3
"""How many evaluations it takes to reach the tutorial loop's loss, ours and the tutorial's. Prints a table in Markdown.

evaluations_table.py NEURAL_STYLE TUTORIAL_LOOP [--weights FILE] [--sizes 256,512] [--evaluations 300]
                     [--scales {0}:16,{1}:8,{2}] [--losses tutorial,gatys]

Both minimise the same loss of the same pictures, data/pictures/tower.jpg and a painting of tools/paint-style, at the
size's full resolution; vgg19 only if there are weights. The target is a multiple of the lowest loss of EVALUATIONS of the
tutorial's loop (tests/bench/tutorial_loop.cpp); an evaluation of a smaller scale counts as the part of one that its pixels
are. In SCALES {0}, {1} and {2} stand for a quarter, a half and the whole of the size.
"""
import csv
import os
import pathlib
import subprocess
import sys
import tempfile

from PIL import Image

TOP = pathlib.Path(__file__).resolve().parents[2]
MULTIPLES = (2, 1.1, 1.05)


def tutorial(loop, content, style, evaluations, settings):
    text = ";".join(f"{key}={value}" for key, value in settings.items())
    done = subprocess.run([loop, content, style, str(evaluations), text], capture_output=True, text=True, check=True)
    return [(number + 1, float(line)) for number, line in enumerate(done.stdout.split())]


def ours(program, content, style, settings, folder):
    words = [word for key, value in settings.items() for word in ("--" + key, str(value))]
    log = folder / "log.csv"
    subprocess.run([program, content, "--style", style, "--output", folder / "result.ppm", "--log", log, "--progress",
                    "none", "--preview-every", "0", *words], check=True)
    rows = list(csv.DictReader(log.open()))
    full = int(rows[-1]["width"]) * int(rows[-1]["height"])
    spent, losses = 0.0, []
    for row in rows:
        pixels = int(row["width"]) * int(row["height"])
        spent += pixels / full
        if pixels == full:
            losses.append((spent, float(row["total_loss"])))
    return losses


def needed(losses, target):
    return next((f"{spent:.0f}" for spent, loss in losses if loss <= target), "not reached")


def main():
    words = sys.argv[1:]
    program, loop = map(os.path.abspath, (words.pop(0), words.pop(0)))
    weights, sizes, evaluations, scales = None, [256, 512], 300, "{0}:16,{1}:8,{2}"
    losses = ["tutorial", "gatys"]
    while words:
        word, value = words.pop(0), words.pop(0)
        weights = value if word == "--weights" else weights
        sizes = [int(size) for size in value.split(",")] if word == "--sizes" else sizes
        evaluations = int(value) if word == "--evaluations" else evaluations
        scales = value if word == "--scales" else scales
        losses = value.split(",") if word == "--losses" else losses
    cases = [(network, loss) for loss in losses for network in (("vgg19", "builtin") if weights else ("builtin",))]
    print("| network | loss | size | best of the tutorial's | " +
          " | ".join(f"{multiple}×: tutorial, ours" for multiple in MULTIPLES) + " |\n|" + "---|" * (4 + len(MULTIPLES)))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([TOP / "tools/paint-style", "swirls", folder / "style.png"], check=True,
                       stdout=subprocess.DEVNULL)
        for size in sizes:
            content, style = folder / f"c{size}.ppm", folder / f"s{size}.ppm"
            photograph = Image.open(TOP / "data/pictures/tower.jpg").convert("RGB")
            photograph.resize((size, size * photograph.height // photograph.width), Image.LANCZOS).save(content)
            Image.open(folder / "style.png").convert("RGB").resize((size, size * 3 // 4), Image.LANCZOS).save(style)
            for network, loss in cases:
                settings = {"network": network, "loss": loss, "seed": 1}
                if network == "vgg19":
                    settings["weights"] = os.path.abspath(weights)
                theirs = tutorial(loop, content, style, evaluations, {**settings, "scales": 1})
                best = min(value for _, value in theirs)
                own = ours(program, content, style, {**settings, "iterations": evaluations, "optimiser": "lbfgs",
                                                     "scales": scales.format(size // 4, size // 2, size) +
                                                     (f":{evaluations}" if scales.endswith("{2}") else "")},
                           folder)
                cells = [f"{needed(theirs, best * multiple)}, {needed(own, best * multiple)}" for multiple in MULTIPLES]
                print(f"| {network} | {loss} | {size} | {best:.4g} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""An evaluation of VGG-19 on a GPU, ours and PyTorch's, in turns on the same card. Prints tables in Markdown.

gpu_pairs.py NEURAL_STYLE [--device cuda:0] [--weights FILE] [--sizes 512,1024,2048] [--precisions float16,tf32]
             [--rounds 2] [--evaluations 60] [--whole 2048] [--large 6000x4000] [--memory 24576] [--losses 256:300]

The first table is the "peer" configuration of peer_loop.py, neural-style-pt's with a history of 100, on squares of SIZE
pixels, cuDNN looking for its best algorithms in both programs. The columns behind the ratio are ours again, in one round
each: by Adam, whose evaluations are the encoder's and the losses' alone but for little; launched one by one instead of
replayed as a graph; and without the kernels of our own. PyTorch's evaluations are timed with CUDA events, ours by the
program's own log: a row of it is written when the losses of an evaluation have arrived. A figure is the median over all
rounds, without the first third of each run, in which algorithms are looked for.
The second table is whole runs: a square of WHOLE pixels through all scales as the settings say by themselves, and a LARGE
picture with at most MEMORY MiB. "MiB" is by how much the card's free memory fell at the most while the program ran,
"planned" what --explain says.
The third table is what runs come down to, of a square of 256 pixels by 300 evaluations, or as --losses says: the last total
loss and how far it is above that of float32 on the same card. The processor's row, and those without graphs or kernels of
our own, say what two runs of the same numbers in another order differ by.
0 leaves a table or a run out; bfloat16 and float32 are precisions too. Without weights, random ones of the same shapes are
used. PyTorch's loop in float16 is good for its time alone: its losses soon are no numbers. --device cpu tries the script
out where there is no card, without tf32 and float16.
"""
import csv
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

try:
    import torch
except ImportError:
    sys.exit("gpu_pairs.py: this Python has no PyTorch; start the script with one that has.")

from memory_table import draw  # noqa: E402
from peer_loop import Loop, layers, picture, random_state, read_state  # noqa: E402


def options():
    words, found = sys.argv[1:], {"device": "cuda:0", "weights": "", "sizes": "512,1024,2048", "rounds": "2",
                                  "precisions": "float16,tf32", "evaluations": "60",
                                  "losses": "256:300", "whole": "2048",
                                  "large": "6000x4000", "memory": "24576"}
    if not words or words[0].startswith("-"):
        sys.exit(__doc__)
    found["program"] = os.path.abspath(words.pop(0))
    while words:
        name = words.pop(0)
        if name[2:] not in found or not words:
            sys.exit(f"gpu_pairs.py: {name} is no option, or its value is missing.\n\n{__doc__}")
        found[name[2:]] = words.pop(0)
    return found


def command(given, content, style, weights, *words):
    return [given["program"], content, "--style", style, "--network", "vgg19", "--weights", weights, "--device",
            given["device"], "--preview-every", "0", *words]


def theirs(given, state, content, style, size, precision):
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = precision == "tf32"
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    number = {"float16": torch.float16, "bfloat16": torch.bfloat16}.get(precision, torch.float32)
    loop = Loop(layers(dict(state)), picture(content, size, size), picture(style, size, size), False, given["device"],
                number)
    seconds = loop.run(int(given["evaluations"]))
    del loop
    if given["device"].startswith("cuda"):
        torch.cuda.empty_cache()
    return seconds[len(seconds) // 3:]


WITHOUT_GRAPHS, WITHOUT_KERNELS = {"NEURAL_STYLE_GRAPHS": "off"}, {"NEURAL_STYLE_KERNELS": "off"}


def logged(given, folder, weights, content, style, precision, without, *words):
    """The rows of the log of a run at one scale."""
    log = folder / "log.csv"
    subprocess.run(command(given, content, style, weights, "--output", folder / "result.ppm", "--scales", "1",
                           "--padding", "zero", "--precision", precision, "--progress", "none", "--log", log, *words),
                   check=True, env={**os.environ, **without})
    return list(csv.DictReader(log.open()))


def ours(given, folder, weights, content, style, precision, optimiser="lbfgs", without={}):
    rows = logged(given, folder, weights, content, style, precision, without, "--loss", "gatys", "--iterations",
                  given["evaluations"], "--optimiser", optimiser)
    times = [float(row["seconds"]) for row in rows]
    seconds = [after - before for before, after in zip(times, times[1:])]
    return seconds[len(seconds) // 3:]


def losses_table(given, folder, weights, precisions):
    size, evaluations = given["losses"].split(":")
    content, style = folder / "content.ppm", folder / "style.ppm"
    draw(content, int(size), int(size), 1)
    draw(style, int(size), int(size), 2)
    runs = [("float32", given, "float32", {})]
    runs += [(precision, given, precision, {}) for precision in precisions if precision != "float32"]
    runs += [("float32, without graphs", given, "float32", WITHOUT_GRAPHS),
             ("float32, without kernels", given, "float32", WITHOUT_KERNELS),
             ("float32, processor", {**given, "device": "cpu"}, "float32", {})]
    print(f"\n| {size} pixels, {evaluations} evaluations | gatys | above float32 | tutorial | above float32 |\n"
          "|---|---|---|---|---|")
    first = {}
    for name, where, precision, without in runs:
        cells = []
        for loss in ("gatys", "tutorial"):
            rows = logged(where, folder, weights, content, style, precision, without, "--loss", loss, "--iterations",
                          evaluations)
            last = float(rows[-1]["total_loss"])
            cells.append(f"{last:.5g} | {100 * (last / first.setdefault(loss, last) - 1):.2f} %")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


class CardMemory:
    """By how much the card's free memory falls while it is watched; nothing on the CPU."""

    def __init__(self, device):
        self.device, self.most, self.done = device, 0, threading.Event()
        self.watched = device.startswith("cuda")

    def free(self):
        return torch.cuda.mem_get_info(torch.device(self.device))[0]

    def watch(self):
        before = self.free()
        while not self.done.wait(0.02):
            self.most = max(self.most, before - self.free())

    def __enter__(self):
        if self.watched:
            self.thread = threading.Thread(target=self.watch)
            self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        if self.watched:
            self.thread.join()


def whole_run(given, folder, weights, width, height, words, label):
    content, style, log = folder / "whole.ppm", folder / "style.ppm", folder / "log.csv"
    draw(content, width, height, 1)
    draw(style, 1024, 768, 2)
    plan = subprocess.run(command(given, content, style, weights, "--explain", *words), capture_output=True, text=True)
    planned = re.search(r"memory needed: (\d+)", plan.stdout)
    start = time.perf_counter()
    with CardMemory(given["device"]) as memory:
        done = subprocess.run(command(given, content, style, weights, "--output", folder / "result.ppm", "--progress",
                                      "none", "--log", log, *words), capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        print(f"| {label} | failed: {done.stderr.strip()} | | | | |", flush=True)
        return
    rows = list(csv.DictReader(log.open()))
    held = f"{memory.most / 2**20:.0f}" if memory.watched else ""
    print(f"| {label} | {len(set(row['scale'] for row in rows))} | {len(rows)} | {seconds:.1f} | {held} | "
          f"{planned[1] if planned else ''} |", flush=True)


def main():
    given = options()
    card = given["device"].startswith("cuda")
    if card and not torch.cuda.is_available():
        sys.exit("gpu_pairs.py: there is no GPU that PyTorch can use here; nothing was measured (--device cpu tries the "
                 "script out).")
    name = torch.cuda.get_device_name(torch.device(given["device"])) if card else "CPU"
    print(f"{name}, PyTorch {torch.__version__}" + (f", CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}"
                                                    if card else "") +
          f", {given['rounds']} rounds of {given['evaluations']} evaluations\n")
    precisions = given["precisions"].split(",")
    if not card:
        precisions = [name for name in precisions if name not in ("tf32", "float16")] or ["float32"]  # it has none
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        weights, state = given["weights"], read_state(given["weights"]) if given["weights"] else random_state()
        if not weights:
            weights = folder / "vgg19.pth"
            torch.save(state, weights)
        draw(folder / "content.ppm", 64, 64, 1)
        plan = subprocess.run(command(given, folder / "content.ppm", folder / "content.ppm", weights, "--explain"),
                              capture_output=True, text=True)
        print("\n".join(line for line in plan.stdout.splitlines() if line.startswith(("device", "computed"))) + "\n")
        print("| precision | size | PyTorch ms | ours ms | ratio | by Adam | without graphs | without kernels |\n"
              "|---|---|---|---|---|---|---|---|")
        for size in map(int, given["sizes"].split(",")):
            content, style = folder / "content.ppm", folder / "style.ppm"
            draw(content, size, size, 1)
            draw(style, size, size, 2)
            for precision in precisions:
                pairs = {"theirs": [], "ours": []}
                for _ in range(int(given["rounds"])):
                    pairs["theirs"] += theirs(given, state, content, style, size, precision)
                    pairs["ours"] += ours(given, folder, weights, content, style, precision)
                times = [pairs["theirs"], pairs["ours"]]
                for words in [("adam",), ("lbfgs", WITHOUT_GRAPHS), ("lbfgs", WITHOUT_KERNELS)]:
                    times.append(ours(given, folder, weights, content, style, precision, *words))
                a, b, *others = (1000 * statistics.median(seconds) for seconds in times)
                print(f"| {precision} | {size} | {a:.2f} | {b:.2f} | {a / b:.2f} | " +
                      " | ".join(f"{other:.2f}" for other in others) + " |", flush=True)
        print("\n| run | scales | evaluations | s | MiB | planned |\n|---|---|---|---|---|---|")
        whole = int(given["whole"])
        if whole:
            whole_run(given, folder, weights, whole, whole, [], f"{whole}×{whole}, all scales")
        if given["large"] != "0":
            width, height = map(int, given["large"].split("x"))
            whole_run(given, folder, weights, width, height, ["--memory", given["memory"]],
                      f"{width}×{height}, {given['memory']} MiB")
        if given["losses"] != "0":
            losses_table(given, folder, weights, precisions)


if __name__ == "__main__":
    main()

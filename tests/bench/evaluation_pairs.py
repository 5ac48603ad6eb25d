#!/usr/bin/python3
"""The time of one loss evaluation by two builds of neural-style, run in turns so that both meet the same machine.

  evaluation_pairs.py BEFORE AFTER CONTENT STYLE [--pairs 3] [--short 4] [--long 14] [-- --KEY VALUE ...]

Each run is made with few and with many evaluations; the difference is free of starting up and of the targets. Prints
processor seconds (of all threads together; the steadier number where other programs want the cores too) and seconds of
the clock for one evaluation, the medians of the pairs' ratios, and how far the losses of both are apart.
"""
import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time


def run(program, arguments, evaluations, log):
    """Processor seconds and seconds of the clock that a run takes."""
    command = [program, *arguments, "--scales", "1", "--iterations", str(evaluations), "--preview-every", "0",
               "--progress", "none", "--log", log]
    before, start = os.times(), time.monotonic()
    subprocess.run(command, check=True)
    after = os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return processor, time.monotonic() - start


def losses(log):
    with open(log, newline="") as file:
        return [float(row["total_loss"]) for row in csv.DictReader(file)]


def main():
    own, settings = sys.argv[1:], []
    if "--" in own:
        own, settings = own[:own.index("--")], own[own.index("--") + 1:]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("before", "after", "content", "style"):
        parser.add_argument(name)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--short", type=int, default=4)
    parser.add_argument("--long", type=int, default=14)
    options = parser.parse_args(own)
    with tempfile.TemporaryDirectory() as folder:
        arguments = [options.content, "--style", options.style, "--output", os.path.join(folder, "result.png"),
                     *(settings or ["--network", "builtin"])]
        ratios, apart = [], 0
        for pair in range(options.pairs):
            times, totals = [], []
            for program in (options.before, options.after):
                log = os.path.join(folder, "log.csv")
                few = run(program, arguments, options.short, log)
                many = run(program, arguments, options.long, log)
                times.append([(more - less) / (options.long - options.short) for less, more in zip(few, many)])
                totals.append(losses(log)[:5])
            apart = max([apart, *(abs(a - b) / abs(a) for a, b in zip(*totals))])
            ratios.append([before / after for before, after in zip(*times)])
            print("pair {}: before {:.3f} s processor, {:.3f} s clock; after {:.3f} s, {:.3f} s".format(
                pair + 1, *times[0], *times[1]), flush=True)
        processor, clock = (statistics.median(ratio[i] for ratio in ratios) for i in (0, 1))
        print(f"median ratio: {processor:.2f} of processor time, {clock:.2f} of the clock")
        print(f"the first five losses are at most {apart:.1e} of their value apart")


if __name__ == "__main__":
    main()

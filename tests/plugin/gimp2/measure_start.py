#!/usr/bin/env python3
"""How much later GIMP is there because of the plug-in: on its first start with it, and on the next. Paired runs: each round
starts a GIMP that has seen all its other plug-ins without ours, with ours for the first time, and with ours again.

usage: measure_start.py PLUGIN_FOLDER [ROUNDS]
"""

import os
import shutil
import statistics
import subprocess
import sys
import time

from isolated_gimp import IsolatedGimp

plugin = os.path.abspath(sys.argv[1])
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 9


def start(gimp):
    before = os.times()
    begin = time.perf_counter()
    subprocess.run(gimp.command("(gimp-quit 0)"), env=gimp.environment, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    seconds = time.perf_counter() - begin
    after = os.times()
    return seconds, after.children_user + after.children_system - before.children_user - before.children_system


def main():
    with IsolatedGimp([], all_plug_ins=True) as without, IsolatedGimp([plugin], all_plug_ins=True) as with_it:
        profiles = [gimp.environment["GIMP2_DIRECTORY"] for gimp in (without, with_it)]
        start(without)
        start(without)
        differences = {"first": [], "next": []}
        for _ in range(rounds):
            shutil.rmtree(profiles[1], ignore_errors=True)
            shutil.copytree(profiles[0], profiles[1])
            base, first, following = start(without), start(with_it), start(with_it)
            for name, one in (("first", first), ("next", following)):
                differences[name].append((one[0] - base[0], one[1] - base[1]))
            print("without %.2f s, first %+.3f s, next %+.3f s" % (base[0], first[0] - base[0], following[0] - base[0]),
                  flush=True)
    for name, values in differences.items():
        print("%s start: %+.3f s (median of %d; processor time %+.3f s)" % (
            name, statistics.median(value[0] for value in values), rounds, statistics.median(value[1] for value in values)))


main()

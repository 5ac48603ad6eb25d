#!/usr/bin/env python3
"""Runs the GoogleTest cases of gimp_tests.cpp inside a GIMP without a screen.

usage: run_in_gimp.py PLUGIN_FOLDER TESTS_FOLDER WORKER [FILTER]

WORKER is a program that stands in for the engine, or "real": the plug-in then finds the one it was built with.
"""

import sys

from isolated_gimp import IsolatedGimp

plugin, tests, worker = sys.argv[1:4]
pattern = sys.argv[4] if len(sys.argv) > 4 else "*"
with IsolatedGimp([plugin, tests], worker=None if worker == "real" else "'%s' --worker" % worker) as gimp:
    output = gimp.run('(neural-style-tests "%s")' % pattern, timeout=900)
print(output)
sys.exit(0 if "ALL TESTS PASSED" in output else 1)

#!/usr/bin/env python3
"""The passages' kernels through CUDA's own compiler: they compile, without a warning, for old cards and new ones; what a
thread works with stays in registers; maps are read and written sixteen bytes at a time.

usage: passage_compiling_test.py DUMP_PASSAGES NVCC
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

DUMP, NVCC = sys.argv[1:]


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class Compiling(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)

    def compiled(self, number, target, *options):
        source = self.folder / f"{number}.cu"
        source.write_text(subprocess.run([DUMP, number], capture_output=True, text=True, check=True).stdout)
        return run(NVCC, "-std=c++17", "--resource-usage", f"-arch={target}", *options, "-o", self.folder / "out", source)

    def test_compile(self):
        _, targets = run(NVCC, "--list-gpu-code")
        known = re.findall(r"^sm_\d+$", targets, re.MULTILINE)
        self.assertTrue(known, targets)
        for number in ("float32", "float16", "bfloat16"):
            for target in {known[0], known[-1]}:
                with self.subTest(number=number, target=target):
                    status, said = self.compiled(number, target, "-cubin")
                    self.assertEqual(status, 0, said)
                    self.assertNotIn("warning", said)
                    for kernel in ("picture_in", "picture_back", "pass_on_1", "pass_on_2", "pass_back_1", "pass_back_2"):
                        self.assertIn(f"'{kernel}'", said)
                    spilled = [int(size) for size in re.findall(r"(\d+) bytes spill", said)]
                    self.assertEqual(sum(spilled), 0, said)
                    self.assertLess(max(int(count) for count in re.findall(r"Used (\d+) registers", said)), 80)

    def test_wide_reads_and_writes(self):
        for number in ("float32", "float16", "bfloat16"):
            status, said = self.compiled(number, "compute_75", "-ptx")
            self.assertEqual(status, 0, said)
            text = (self.folder / "out").read_text()
            for kernel in text.split(".visible .entry")[1:]:  # a picture lies plane by plane
                if not kernel.startswith(" picture_in"):
                    self.assertRegex(kernel, r"ld\.global\S*\.v4")
                if not kernel.startswith(" picture_back"):
                    self.assertRegex(kernel, r"st\.global\S*\.v4")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

#!/usr/bin/python3
"""Memory that is short, from outside: plans, tiles, and allocations that fail one after the other.

memory_test.py NEURAL_STYLE FOLDER_OF_TESTS/core FAILING_MALLOC
FAILURES=all lets every single large allocation of a run fail in turn, not only some.
"""
import os
import re
import resource
import subprocess
import sys
import unittest

import numpy
from PIL import Image

FAILING_MALLOC = os.path.abspath(sys.argv.pop(3))

from called_program import FAST, PROGRAM, Program, levels  # noqa: E402
import pictures  # noqa: E402


class Plans(Program):
    def plan(self, *options):
        done = self.call("--explain", *options)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def number(self, plan, name):
        return float(re.search(rf"^{name}: ([\d.]+)", plan, re.M)[1])

    def test_a_plan_names_what_a_run_will_use(self):
        plan = self.plan("content.png", "--style", "style.png", "--network", "builtin", "--scales", "32,48",
                         "--iterations", "40")
        for line in (r"device: \S+, \d+ threads", r"device chosen because (this LibTorch can use no GPU here|a GPU .*)",
                     r"computed by: .*, in (float32|tf32)", "network: builtin, weights .*", "loss: covariance", "optimiser: lbfgs",
                     r"scale: 32x32, 40 evaluations, in one piece, \d+ MiB", r"scale: 48x40, 26 evaluations, .*",
                     r"memory needed: \d+ MiB", r"memory available: \d+ MiB", "fits: yes", r"expected time: \d+ s"):
            self.assertRegex(plan, f"(?m)^{line}$")

    def test_a_device_that_was_asked_for_needs_no_reason(self):
        plan = self.plan("content.png", "--style", "style.png", "--network", "builtin", "--device", "cpu", "--precision",
                         "float32")
        self.assertRegex(plan, "(?m)^computed by: .*, in float32$")
        self.assertNotIn("because", plan)

    def test_sizes_stand_for_pictures(self):
        named = self.plan("content.png", "--style", "style.png", "--network", "builtin")
        sized = self.plan("--content-size", "48x40", "--style-size", "40x48", "--network", "builtin")
        scales = [line for line in sized.splitlines() if line.startswith("scale")]
        self.assertEqual(re.sub(r"\d+ MiB", "", scales[0]),
                         re.sub(r"\d+ MiB", "", re.search("^scale.*$", named, re.M)[0]))
        self.expect_sentence(self.call("--explain", "--content-size", "48", "--style-size", "9x9"), "48", status=2)
        self.expect_sentence(self.call("--explain", "--content-size", "48x40"), "--style-size", status=2)
        self.expect_sentence(self.stylise("--content-size", "48x40"), "--explain", status=2)

    def test_guides_and_masks_need_more(self):
        def plan(*options):
            return self.plan("--content-size", "400x300", "--style-size", "400x300", "--network", "builtin",
                             "--memory", "100000", *options)
        # That there are some is all that counts: a plan needs no pictures of them.
        mask, guide = ("--mask", "nowhere.png"), ("--guide", "nowhere.png:neither.png")
        needed = [self.number(plan(*options), "memory needed") for options in ((), mask, mask + guide,
                                                                             mask + 2 * guide)]
        self.assertEqual(needed, sorted(set(needed)))
        many = plan(*mask, *(100 * guide))
        self.assertGreater(self.number(many, "expected time"), self.number(plan(), "expected time"))

    def test_larger_needs_more_and_a_budget_makes_tiles(self):
        def plan(size, *options):
            return self.plan("--content-size", size, "--style-size", "500x400", "--network", "builtin", "--scales", "1",
                             *options)
        small, large = plan("500x400", "--memory", "100000"), plan("2000x1600", "--memory", "100000")
        self.assertGreater(self.number(large, "memory needed"), 4 * self.number(small, "memory needed"))
        tiled = plan("2000x1600", "--memory", "1500")
        self.assertIn("in tiles of", tiled)
        self.assertIn("fits: yes", tiled)
        self.assertLess(self.number(tiled, "memory needed"), 1500)
        short = plan("6000x4000", "--memory", "1500")
        self.assertIn("fits: no", short)
        edge = self.number(short, "largest size that fits")
        self.assertTrue(500 < edge < 6000)
        self.assertIn("fits: yes", plan("6000x4000", "--memory", "1500", "--size", int(edge)))


class FewAddresses(Program):
    """As under `ulimit -v`: libraries that LibTorch needs may wait for ever there."""

    def test_too_few_to_load_the_engine_cost_a_sentence(self):
        limits = resource.getrlimit(resource.RLIMIT_AS)
        for mib in (300, 900, 1200):
            resource.setrlimit(resource.RLIMIT_AS, (mib * 2**20, limits[1]))
            try:
                done = self.stylise()
            finally:
                resource.setrlimit(resource.RLIMIT_AS, limits)
            self.expect_sentence(done, f"{mib} MiB", "ulimit -v")


class ShortMemory(Program):
    def setUp(self):
        super().setUp()
        for name, picture in (("content", pictures.scene(400, 300)), ("style", pictures.strokes(300, 280))):
            Image.fromarray(levels(picture)).save(self.path / f"{name}.png")

    def result(self, *options):
        self.expect_done(self.stylise(*options))
        return numpy.asarray(Image.open(self.path / "result.png")).astype(int)

    def test_tiles_make_the_same_picture(self):
        whole = self.result("--memory", "100000", "--log", "whole.csv")
        tiled = self.result("--memory", "1", "--log", "tiled.csv")
        self.assertLess(numpy.abs(whole - tiled).mean(), 0.2)
        first = [numpy.genfromtxt(self.path / name, delimiter=",", names=True)[0] for name in ("whole.csv", "tiled.csv")]
        self.assertAlmostEqual(first[1]["style_loss"] / first[0]["style_loss"], 1, delta=1e-4)

    def test_it_says_that_it_takes_tiles(self):
        done = self.call("content.png", "--style", "style.png", "--output", "result.png", *FAST, "--memory", "1",
                         "--progress", "plain")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"400×300 in tiles of \d+")

    def fail(self, at, count=1, **more):
        environment = dict(os.environ, LD_PRELOAD=FAILING_MALLOC, FAIL_AT=str(at), FAIL_COUNT=str(count), **more)
        return subprocess.run([PROGRAM, "content.png", "--style", "style.png", "--output", "result.png", *FAST,
                               "--progress", "plain"], cwd=self.path, capture_output=True, text=True, timeout=120,
                              env=environment)

    def test_every_large_allocation_may_fail(self):
        done = self.fail(0, COUNT_TO=str(self.path / "count"))
        self.assertEqual(done.returncode, 0, done.stderr)
        count = int((self.path / "count").read_text())
        (self.path / "count").unlink()
        (self.path / "result.png").unlink()
        before = sorted(item.name for item in self.path.iterdir())
        survived = 0
        every = range(1, count + 1)
        for at in every if os.environ.get("FAILURES") == "all" else every[:: max(1, count // 12)]:
            with self.subTest(at=at, of=count):
                done = self.fail(at)
                self.assertIn(done.returncode, (0, 1), done.stderr)
                if done.returncode == 0:
                    survived += 1
                    with Image.open(self.path / "result.png") as result:
                        self.assertEqual(result.size, (400, 300))
                    (self.path / "result.png").unlink()
                else:
                    self.assertRegex(done.stderr, r"neural-style: .*memory.*\.\n$")
                self.assertEqual(sorted(item.name for item in self.path.iterdir()), before)
        self.assertGreater(survived, 0)
        print(f"{count} large allocations; {survived} single failures survived", file=sys.stderr)

    def test_with_no_memory_at_all_there_is_a_sentence(self):
        done = self.fail(1, 1000000)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"neural-style: .*memory.*\.\n$")


if __name__ == "__main__":
    unittest.main()

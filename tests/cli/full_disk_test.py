#!/usr/bin/python3
"""Disks that are full or may not be written, at each page of what is written: what was there stays bit-equal, no
temporary file remains, and one sentence says what happened.

full_disk_test.py NEURAL_STYLE FOLDER_OF_TESTS/core

The disks are small ones in memory, mounted in a namespace of the test's own; where the system does not allow that, the
test is skipped.
"""
import os
import shutil
import subprocess
import sys
import unittest

import numpy
from PIL import Image

ALONE = ["unshare", "--user", "--map-root-user", "--mount"]
if os.environ.get("IN_A_NAMESPACE_OF_ITS_OWN") != "yes":
    possible = [*ALONE, "sh", "-c", "mount -t tmpfs -o size=64k none /mnt"]
    if not shutil.which("unshare") or subprocess.run(possible, stderr=subprocess.DEVNULL).returncode != 0:
        print("skipped: this system lets nobody mount a disk in a namespace of one's own")
        sys.exit(77)
    os.execvpe(ALONE[0], [*ALONE, sys.executable, *sys.argv], {**os.environ, "IN_A_NAMESPACE_OF_ITS_OWN": "yes"})

from called_program import FAST, PROGRAM, Program  # noqa: E402
import random_vgg  # noqa: E402

PAGE = 4096


class SmallDisk(Program):
    PAGES = 64

    def setUp(self):
        super().setUp()
        self.disk = self.path / "disk"
        self.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.PAGES * PAGE}", "none", self.disk], check=True)
        self.addCleanup(subprocess.run, ["umount", self.disk], check=True)
        self.ballast = self.disk / "ballast"

    def free_pages(self):
        return os.statvfs(self.disk).f_bavail

    def leave(self, pages):
        """Fills the disk but for so many pages."""
        self.ballast.unlink(missing_ok=True)
        self.ballast.write_bytes(bytes((self.free_pages() - pages) * PAGE))
        self.assertEqual(self.free_pages(), pages)

    def read_only(self):
        subprocess.run(["mount", "-o", "remount,ro", self.disk], check=True)

    def files(self, but=("ballast",)):
        return {str(item.relative_to(self.disk)): item.read_bytes() for item in self.disk.rglob("*")
                if item.is_file() and item.name not in but}

    def expect_refusal(self, done, *parts):
        """One sentence, and the disk as it was."""
        lines = done.stderr.splitlines()
        self.assertEqual((done.returncode, done.stdout, len(lines)), (1, "", 1), done.stderr)
        self.assertTrue(lines[0].startswith("neural-style: ") and lines[0].endswith("."), lines[0])
        for part in parts:
            self.assertIn(part, lines[0])


class Results(SmallDisk):
    def setUp(self):
        super().setUp()
        noise = numpy.random.default_rng(7).integers(0, 256, (80, 100, 3), numpy.uint8)  # which takes room in any format
        Image.fromarray(noise).save(self.path / "content.png")

    def test_a_result_is_whole_or_the_old_one_stays(self):
        for ending in ("png", "tif", "ppm", "pfm"):
            name = f"disk/result.{ending}"
            self.ballast.unlink(missing_ok=True)
            empty = self.free_pages()
            self.expect_done(self.stylise(output=name))
            needed = empty - self.free_pages()
            old = b"an old result"
            (self.path / name).write_bytes(old)
            self.assertGreater(needed, 2)
            for pages in (0, 1, needed - 1):
                with self.subTest(ending, pages=pages, needed=needed):
                    self.leave(pages)
                    self.expect_refusal(self.stylise(output=name), "cannot be written", "free some space")
                    self.assertEqual(self.files(), {f"result.{ending}": old})
            self.leave(needed)
            self.expect_done(self.stylise(output=name))
            self.assertGreater(len((self.path / name).read_bytes()), len(old))
            (self.path / name).unlink()

    def test_a_disk_that_may_not_be_written(self):
        (self.disk / "result.png").write_bytes(b"an old result")
        self.read_only()
        self.expect_refusal(self.stylise(output="disk/result.png"), "disk/result.png", "cannot be written")
        self.expect_refusal(self.stylise("--log", "disk/log.csv"), "disk/log.csv", "cannot be written")
        self.expect_refusal(self.call("--batch", "content.png", "--style", "style.png", "--output", "disk", *FAST,
                                      "--progress", "none"), "cannot be written")
        self.assertEqual(self.files(), {"result.png": b"an old result"})

    def test_a_batch_ends_with_the_last_one_there_is_room_for(self):
        contents = [f"{number}.ppm" for number in range(4)]
        self.expect_done(self.stylise(output="0.ppm"))
        for name in contents[1:]:
            shutil.copy(self.path / "0.ppm", self.path / name)
        size = -((self.path / "0.ppm").stat().st_size // -PAGE)
        self.leave(2 * size + 1)
        done = self.call("--batch", *contents, "--style", "style.png", "--output", "disk", *FAST, "--progress", "none")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        written = self.files()
        self.assertEqual(sorted(written), contents[:2])
        self.assertEqual(len({len(bytes) for bytes in written.values()}), 1)
        self.assertRegex(done.stderr, r"^neural-style: .* free some space\.\n$")  # one sentence, for it would fail for all

    def test_a_log_that_does_not_fit_is_told(self):
        for pages in (0, 1):
            self.ballast.unlink(missing_ok=True)
            (self.disk / "log.csv").unlink(missing_ok=True)
            self.leave(pages)
            done = self.stylise("--log", "disk/log.csv", "--iterations", 100)
            self.expect_refusal(done, "disk/log.csv", "free some space")
            self.assertLessEqual((self.disk / "log.csv").stat().st_size, pages * PAGE)


class Networks(SmallDisk):
    PAGES = 256
    SEQUENCE = [16, 16, "pool", 24]

    def setUp(self):
        super().setUp()
        self.networks = self.disk / "neural-style" / "networks"
        self.networks.mkdir(parents=True)
        random_vgg.write_description(self.networks / "small.ini", self.SEQUENCE)
        for seed in (1, 2):
            random_vgg.write_safetensors(self.path / f"{seed}.safetensors", random_vgg.weights(self.SEQUENCE, seed))

    def install(self, seed):
        environment = dict(os.environ, XDG_DATA_HOME=str(self.disk), TORCH_HOME="/nowhere")
        return subprocess.run([PROGRAM, "--get-network", "small", "--from", str(self.path / f"{seed}.safetensors"),
                               "--progress", "none"], capture_output=True, text=True, timeout=120, env=environment)

    def expect_refused(self, before):
        done = self.install(2)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertTrue(done.stderr.endswith(".\n"), done.stderr)
        self.assertEqual(self.files(but=("ballast", ".small.lock")), before)

    def test_weights_are_whole_or_the_old_ones_stay(self):
        self.assertEqual(self.install(1).returncode, 0)
        before = self.files(but=(".small.lock",))
        needed = -(len(before["neural-style/networks/small.safetensors"]) // -PAGE)
        self.assertGreater(needed, 5)
        for pages in (0, 1, needed // 2, needed - 1):
            with self.subTest(pages=pages, needed=needed):
                self.leave(pages)
                self.expect_refused(before)
        self.leave(needed)
        self.assertEqual(self.install(2).returncode, 0)
        self.assertNotEqual(self.files(but=("ballast", ".small.lock")), before)

    def test_a_disk_that_may_not_be_written(self):
        self.assertEqual(self.install(1).returncode, 0)
        before = self.files(but=(".small.lock",))
        self.read_only()
        self.expect_refused(before)


if __name__ == "__main__":
    unittest.main()

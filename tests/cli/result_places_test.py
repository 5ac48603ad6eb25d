#!/usr/bin/python3
"""A result never lands on what the call reads, never in place of a link, never on a locked file; --overwrite is the word
for who means it. An ordinary file that is none of these is replaced.

result_places_test.py NEURAL_STYLE FOLDER_OF_TESTS/core
"""
import os
import shutil
import unittest

from PIL import Image

from called_program import FAST, Program
import random_vgg


class Places(Program):
    def setUp(self):
        super().setUp()
        for name in ("mask.png", "other.png", "start.png", "second.png"):
            shutil.copy(self.path / "content.png", self.path / name)
        tensors = random_vgg.weights([8, 8, "pool", 8])
        random_vgg.write_description(self.path / "small.ini", [8, 8, "pool", 8])
        random_vgg.write_safetensors(self.path / "small.safetensors", tensors)

    def all_files(self):
        return {str(item.relative_to(self.path)): (item.read_bytes(), item.lstat().st_mode, item.is_symlink())
                for item in self.path.rglob("*") if item.is_file()}

    def expect_refused(self, done, *parts, status=2):
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        for part in parts:
            self.assertIn(part, done.stderr)

    READ = ("content.png", "style.png", "second.png", "mask.png", "other.png", "start.png")
    WORDS = ["--style", "second.png", "--mask", "mask.png", "--guide", "mask.png:other.png", "--init", "start.png"]

    def test_on_each_file_that_is_read(self):
        before = self.all_files()
        for name in self.READ:
            os.link(self.path / name, self.path / ("same-" + name))
            os.symlink(name, self.path / ("link-" + name))
            os.symlink(".", self.path / "here")
            several = name in ("content.png", "style.png")
            for result in (name, "./here/" + name, "same-" + name, "link-" + name) if several else (name,):
                with self.subTest(result):
                    self.expect_refused(self.stylise(*self.WORDS, output=result), name, "--overwrite")
            os.unlink(self.path / "here")
            os.unlink(self.path / ("same-" + name))
            os.unlink(self.path / ("link-" + name))
        self.assertEqual(self.all_files(), before)

    def test_logs(self):
        before = self.all_files()
        small = ["--network", "./small.ini", "--weights", self.path / "small.safetensors", "--content-layers", "conv_3",
                 "--style-layers", "conv_1"]
        for name in (*self.READ, "small.ini", "small.safetensors"):
            with self.subTest(name):
                self.expect_refused(self.stylise(*self.WORDS, *small, "--log", name), "The log", name)
        self.expect_refused(self.stylise("--log", "./result.png"), "same name")
        self.assertEqual(self.all_files(), before)
        self.expect_done(self.stylise("--log", "/dev/null"))
        (self.path / "old.csv").write_text("old")
        self.expect_done(self.stylise("--log", "old.csv"))
        self.assertTrue((self.path / "old.csv").read_text().startswith("evaluation"))

    def test_batch(self):
        (self.path / "many").mkdir()
        for name in ("content.png", "style.png", "mask.png"):
            shutil.copy(self.path / "other.png", self.path / "many" / name)
        before = self.all_files()
        for name, more in (("style.png", []), ("mask.png", ["--mask", "mask.png"]), ("mask.png", ["--init", "mask.png"]),
                           ("mask.png", ["--guide", "mask.png:"])):
            with self.subTest(name=name, more=more):
                self.expect_refused(self.call("--batch", "many/" + name, "--style", "style.png", "--output", ".", *FAST, *more), name)
        self.expect_refused(self.call("--batch", "many/mask.png", "--style", "style.png", "--output", "many", *FAST), "mask.png")
        self.assertEqual(self.all_files(), before)
        done = self.call("--batch", "many/mask.png", "--style", "style.png", "--output", "many", *FAST, "--overwrite",
                         "--progress", "none")
        self.expect_done(done)
        self.assertNotEqual(self.all_files()["many/mask.png"], before["many/mask.png"])

    def test_variations(self):
        before = self.all_files()
        for name in ("content.png", "style.png"):
            self.expect_refused(self.call("--variations", "content.png", "--style", "style.png", "--output", name, *FAST), name)
        self.assertEqual(self.all_files(), before)

    def test_a_link_stays_a_link(self):
        (self.path / "far").mkdir()
        for name, target, old in (("link.png", "far/real.png", b"old"), ("new.tif", "far/none.tif", None),
                                  ("chain.png", "link.png", None), ("kind.png", "far/no-ending", b"old")):
            with self.subTest(name):
                if old:
                    (self.path / target).write_bytes(old)
                os.symlink(target, self.path / name)
                self.expect_done(self.stylise(output=name))
                self.assertEqual(os.readlink(self.path / name), target)
                with Image.open(self.path / target) as picture:
                    picture.load()
        self.assertEqual(sorted(os.listdir(self.path / "far")), ["no-ending", "none.tif", "real.png"])
        os.symlink("round.png", self.path / "round.png")
        self.expect_refused(self.stylise(output="round.png"), "leads nowhere", status=1)
        os.symlink("nowhere/x.png", self.path / "lost.png")
        self.expect_refused(self.stylise(output="lost.png"), "nowhere", status=1)

    def test_a_locked_file(self):
        for name in ("result.png", "log.csv"):
            (self.path / name).write_text("old")
            (self.path / name).chmod(0o444)
            options = ["--log", name] if name == "log.csv" else []
            output = "new.png" if options else name
            self.expect_refused(self.stylise(*options, output=output), name, "locked", status=1)
            self.assertEqual((self.path / name).read_text(), "old")
        os.symlink("result.png", self.path / "link.png")
        self.expect_refused(self.stylise(output="link.png"), "locked", status=1)
        self.expect_done(self.stylise("--overwrite"))
        with Image.open(self.path / "result.png") as picture:
            picture.load()

    def test_what_is_meant(self):
        before = (self.path / "content.png").read_bytes()
        self.expect_done(self.stylise("--overwrite", output="content.png"))
        self.assertNotEqual((self.path / "content.png").read_bytes(), before)
        os.mkfifo(self.path / "pipe.png")
        self.expect_refused(self.stylise("--overwrite", output="pipe.png"), "no ordinary file", status=1)
        self.expect_refused(self.call("--list-devices", "--overwrite"), "--overwrite")


if __name__ == "__main__":
    unittest.main()

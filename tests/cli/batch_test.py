#!/usr/bin/python3
"""Many pictures in one call: what fails stays alone, what was done is not done again, nothing is half done; and what a
written file says of itself.

batch_test.py NEURAL_STYLE FOLDER_OF_TESTS/core
"""
import os
import shutil
import signal
import subprocess
import time
import unittest
import xml.etree.ElementTree

import numpy
from PIL import Image

from called_program import FAST, PROGRAM, Program, levels
import pictures
import random_vgg


class Batch(Program):
    def setUp(self):
        super().setUp()
        self.results = self.path / "painted"
        self.results.mkdir()

    def draw(self, count):
        """Different small pictures with different endings; returns their names."""
        names = []
        for i in range(count):
            name = f"picture {i:02}" + (".png", ".jpg", ".tif", ".ppm")[i % 4]
            picture = pictures.scene(24 + i % 3, 20)
            picture[:, :, i % 3] *= 1 - i / 40
            Image.fromarray(levels(picture)).save(self.path / name)
            names.append(name)
        return names

    def words(self, names, *options):
        return ["--batch", *names, "--style", "style.png", "--output", "painted", *FAST, *options]

    def batch(self, names, *options):
        return self.call(*self.words(names, "--progress", "none", *options))

    @staticmethod
    def result_name(name):
        return name.replace(".jpg", ".png")

    def painted(self):
        return sorted(item.name for item in self.results.iterdir())

    def expect_whole(self, names):
        self.assertEqual(self.painted(), sorted(self.result_name(name) for name in names))
        for name in names:
            with Image.open(self.path / name) as content, Image.open(self.results / self.result_name(name)) as result:
                result.load()
                self.assertEqual(result.size, content.size)


class Batches(Batch):
    def test_one_broken_picture_of_twenty_costs_one_sentence(self):
        names = self.draw(20)
        (self.path / names[7]).write_bytes(b"P6 24 20 255\nshort")
        done = self.batch(names)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertTrue(lines[0].startswith("neural-style: ") and lines[0].endswith("."), lines[0])
        self.assertIn(names[7], lines[0])
        self.expect_whole([name for name in names if name != names[7]])

    def test_each_is_what_a_call_of_its_own_makes(self):
        names = self.draw(3)
        self.expect_done(self.batch(names, "--seed", 5, "--init", "noise"))
        for name in names:
            output = self.result_name(name)
            self.expect_done(self.stylise("--seed", 5, "--init", "noise", content=name, output=output.replace("p", "q", 1)))
            self.assertEqual((self.path / output.replace("p", "q", 1)).read_bytes(), (self.results / output).read_bytes())

    def test_what_is_there_is_skipped_only_if_asked(self):
        names = self.draw(3)
        old = self.results / self.result_name(names[1])
        old.write_text("mine")
        self.expect_done(self.batch(names, "--skip-existing"))
        self.assertEqual(old.read_text(), "mine")
        self.assertEqual(len(self.painted()), 3)
        self.expect_done(self.batch(names))
        self.expect_whole(names)

    def started(self, names, *options):
        process = subprocess.Popen([PROGRAM, *map(str, self.words(names, "--progress", "plain", *options))], cwd=self.path,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        return process

    def test_a_killed_batch_goes_on_where_it_was(self):
        names = self.draw(20)
        process = self.started(names)
        for line in process.stderr:
            if line.startswith("Picture 6 of 20"):
                break
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
        whole = [name for name in self.painted() if not name.startswith(".")]
        self.assertGreaterEqual(len(whole), 5)
        self.assertLess(len(whole), 20)
        (self.results / ".neural-style-1.png").write_bytes(b"half a file of a process that is gone")
        times = {name: os.stat(self.results / name).st_mtime_ns for name in whole}
        time.sleep(0.01)
        self.expect_done(self.batch(names, "--skip-existing"))
        for name, before in times.items():
            self.assertEqual(os.stat(self.results / name).st_mtime_ns, before, name)
        for item in self.results.glob(".*"):
            item.unlink()
        self.expect_whole(names)

    def test_ctrl_c_leaves_out_the_picture_it_meets(self):
        names = self.draw(4)
        process = self.started(names, "--iterations", 10000)
        for line in process.stderr:
            if line.startswith("Evaluation"):
                break
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 130)
        self.assertEqual(self.painted(), [])

    def test_what_would_fail_for_all_ends_it(self):
        names = self.draw(3)
        for options, word in ((["--network", "nothing"], "nothing"), (["--device", "cuda:99"], "cuda:99"),
                              (["--scales", "9,8"], "9,8")):
            self.expect_sentence(self.batch(names, *options), word)
        self.assertEqual(self.painted(), [])

    def test_a_folder_stands_for_its_pictures(self):
        folder = self.path / "holiday"
        folder.mkdir()
        names = self.draw(4)
        for name in names:
            (self.path / name).rename(folder / name)
        (folder / "large.JPG").write_bytes((folder / names[1]).read_bytes())
        (folder / "notes.txt").write_text("none")
        (folder / ".hidden.png").write_text("none")
        (folder / "more.png").mkdir()
        self.expect_done(self.batch(["holiday"]))
        self.assertEqual(self.painted(), sorted([self.result_name(name) for name in names] + ["large.png"]))
        told = self.call(*self.words(["holiday/"], "--progress", "plain", "--skip-existing"))
        self.assertIn("1 other file is left out", told.stderr)
        (self.path / "empty").mkdir()
        self.expect_sentence(self.batch(["empty"]), "no picture in the folder empty", status=2)
        self.expect_sentence(self.call("--batch", "holiday", "--style", "style.png", "--output", "holiday", *FAST,
                                       "--progress", "none"), names[0], status=2)

    def test_wrong_calls(self):
        names = self.draw(4)
        self.expect_sentence(self.call("--batch", "--style", "style.png", "--output", "painted"), "content", status=2)
        self.expect_sentence(self.call("--batch", *names, "--style", "style.png"), "--output", status=2)
        self.expect_sentence(self.batch(names, "--log", "log.csv"), "--log", status=2)
        self.expect_sentence(self.stylise("--skip-existing"), "--batch", status=2)
        self.expect_sentence(self.call("--batch", *names, "--style", "style.png", "--output", "nowhere"), "nowhere")
        self.expect_sentence(self.call("--batch", names[0], "--style", "style.png", "--output", "."), names[0], status=2)
        Image.open(self.path / names[0]).save(self.path / "picture 00.jpg")
        self.expect_sentence(self.batch([names[0], "picture 00.jpg"]), names[0], "picture 00.jpg", status=2)


class WhatAFileSays(Program):
    def test_settings_and_version_are_in_png_and_tiff(self):
        options = ["--style", "content.png:0.25", "--seed", "7"]
        self.expect_done(self.stylise(*options))
        self.expect_done(self.stylise(*options, output="result.tif"))
        version = self.call("--version").stdout.split()[1]
        with Image.open(self.path / "result.png") as picture:
            self.assertEqual(picture.text["Software"], "Neural Style " + version)
            text = picture.text["neural-style"]
        with Image.open(self.path / "result.tif") as picture:
            self.assertEqual(picture.tag_v2[270], f"Neural Style {version}\n{text}")
        facts = dict(line.split("=", 1) for line in text.splitlines())
        self.assertEqual(facts["content"], "content.png")
        self.assertEqual(facts["styles"], "style.png:1, content.png:0.25")
        # as the settings string takes it: the network that it was, both weights, nothing of this computer
        self.assertEqual(facts["settings"],
                         "network=builtin;content-weight=1;style-weight=1000;scales=1;iterations=2;seed=7")

    def test_masks_and_guides_are_named(self):
        (self.path / "masks").mkdir()
        Image.new("L", (48, 40), 255).save(self.path / "masks/sky.png")
        self.expect_done(self.stylise("--mask", "masks/sky.png", "--guide", "masks/sky.png:masks/sky.png"))
        with Image.open(self.path / "result.png") as picture:
            lines = picture.text["neural-style"].splitlines()
        self.assertIn("mask=sky.png", lines)
        self.assertIn("guide=sky.png:sky.png:1", lines)

    def test_no_folder_is_told(self):
        secret = self.path / "private" / "client"
        secret.mkdir(parents=True)
        random_vgg.write_description(secret / "small.ini", [8, 8, "pool", 8])
        random_vgg.write_safetensors(secret / "small.safetensors", random_vgg.weights([8, 8, "pool", 8]))
        for name in ("content.png", "style.png", "start.png", "mask.png"):
            shutil.copy(self.path / "content.png", secret / name)
        small = ["--network", secret / "small.ini", "--weights", secret / "small.safetensors", "--content-layers", "conv_3",
                 "--style-layers", "conv_1", "--loss", "gatys"]
        for result in ("result.png", "result.tif"):
            for more in (small, ["--network", "private/client/small.ini", *small[2:]], []):
                self.expect_done(self.stylise(*more, "--init", secret / "start.png", "--mask", "private/client/mask.png",
                                              "--guide", f"{secret}/mask.png:private/client/mask.png", "--style",
                                              f"{secret}/style.png:2", content=secret / "content.png", output=result))
                data = (self.path / result).read_bytes()
                for part in (b"private", b"client", str(self.path).encode(), self.path.name.encode()):
                    self.assertNotIn(part, data, result)
                with Image.open(self.path / result) as picture:
                    text = picture.text["neural-style"] if result.endswith(".png") else picture.tag_v2[270]
                self.assertIn("init=start.png", text)
                if more:
                    self.assertIn("network=small.ini", text)
                    self.assertIn("weights=small.safetensors", text)

    def test_names_in_all_scripts(self):
        for name in ("Übung 写真.png", "Ωμέγα <&>.png"):
            shutil.copy(self.path / "content.png", self.path / name)
            self.expect_done(self.stylise(content=name))
            with Image.open(self.path / "result.png") as picture:
                self.assertEqual(dict(line.split("=", 1) for line in picture.text["neural-style"].splitlines())["content"], name)
            self.expect_done(self.stylise(content=name, output="result.tif"))
            with Image.open(self.path / "result.tif") as picture:
                described = xml.etree.ElementTree.fromstring(picture.tag_v2[700])
            self.assertIn("content=" + name, "".join(described.itertext()))
        raw = os.fsencode(self.path) + b"/broken \xff\xc3.png"  # no text in any encoding
        shutil.copy(os.fsencode(self.path / "content.png"), raw)
        self.expect_done(self.stylise(content=os.fsdecode(raw)))
        with Image.open(self.path / "result.png") as picture:
            self.assertIn("content=broken \ufffd\ufffd.png", picture.text["neural-style"])

    def test_the_text_changes_no_pixel(self):
        self.expect_done(self.stylise())
        self.expect_done(self.stylise(output="result.ppm"))
        numpy.testing.assert_array_equal(numpy.asarray(Image.open(self.path / "result.png")),
                                         numpy.asarray(Image.open(self.path / "result.ppm")))


if __name__ == "__main__":
    unittest.main()

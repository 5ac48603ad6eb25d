#!/usr/bin/python3
"""The real program from outside: exit statuses, sentences, picture files in and out, the log, Ctrl-C.

program_test.py NEURAL_STYLE FOLDER_OF_TESTS/core
"""
import csv
import os
import signal
import stat
import struct
import subprocess
import unittest
import zlib

import numpy
from PIL import Image

from called_program import FAST, PROGRAM, Program, levels
import pictures
import random_vgg

COLUMNS = "evaluation,scale,width,height,content_loss,style_loss,tv_loss,total_loss,seconds"


class Answers(Program):
    def test_version_help_and_lists(self):
        self.assertRegex(self.call("--version").stdout, r"^neural-style \d+\.\d+\.\d+\n$")
        text = self.call("--help").stdout
        table = self.call("--list-settings").stdout.splitlines()
        self.assertGreaterEqual(len(table), 23)
        for line in table:
            key, standard, allowed, sentence = line.split("\t")
            self.assertIn(f"--{key} ", text)
            self.assertTrue(allowed)
            self.assertTrue(sentence.endswith("."), sentence)
        defaults = {line.split("\t")[0]: line.split("\t")[1] for line in table}
        for key, standard in {"content-weight": "1", "style-weight": "1000", "tv-weight": "0", "iterations": "300",
                              "size": "0", "scales": "auto", "init": "content", "seed": "0", "network": "auto"}.items():
            self.assertEqual(defaults[key], standard, key)
        devices = self.call("--list-devices")
        self.assertEqual(devices.returncode, 0)
        self.assertEqual(devices.stdout.splitlines()[0], "cpu")


class Gallery(Program):
    def pictures(self):
        return [line.split("\t") for line in self.call("--list-styles").stdout.splitlines()]

    def test_the_list_names_every_picture_with_its_file(self):
        listed = self.pictures()
        self.assertGreaterEqual(len(listed), 30)
        self.assertEqual(len({name for name, *_ in listed}), len(listed))
        for name, title, author, licence, file in listed:
            self.assertTrue(title and author and licence, name)
            with Image.open(file) as picture:
                self.assertEqual(picture.format, "JPEG")

    def test_a_picture_by_its_name_is_the_one_of_the_file(self):
        name, _, _, _, file = self.pictures()[-1]
        self.expect_done(self.stylise(style="gallery:" + name))
        self.expect_done(self.stylise(style=file, output="other.png"))
        one, other = (numpy.asarray(Image.open(self.path / result)) for result in ("result.png", "other.png"))
        numpy.testing.assert_array_equal(one, other)

    def test_a_weight_goes_with_it(self):
        first, second = (name for name, *_ in self.pictures()[:2])
        self.expect_done(self.stylise("--style", f"gallery:{second}:3", style=f"gallery:{first}"))
        with Image.open(self.path / "result.png") as result:
            self.assertIn(f"styles={first}.jpg:1, {second}.jpg:3", result.text["neural-style"])

    def test_a_wrong_name_is_told_what_there_is(self):
        for wrong in ("gallery:nothing", "gallery:", "gallery:swirls:two"):
            with self.subTest(wrong):
                self.expect_sentence(self.stylise(style=wrong), "gallery", "swirls, dusk, ")

    def test_a_file_of_such_a_name_is_taken_as_it_is(self):
        (self.path / "gallery:swirls").write_bytes((self.path / "style.png").read_bytes())
        self.expect_done(self.stylise(style="gallery:swirls"))
        with Image.open(self.path / "result.png") as result:
            self.assertIn("styles=gallery:swirls\n", result.text["neural-style"])


class WrongUsage(Program):
    def test_each_is_status_2_and_a_sentence(self):
        self.expect_sentence(self.call(), "content", status=2)
        self.expect_sentence(self.call("content.png", "--output", "result.png"), "--style", status=2)
        self.expect_sentence(self.call("content.png", "--style", "style.png"), "--output", status=2)
        self.expect_sentence(self.call("content.png", "more.png"), "more.png", status=2)
        self.expect_sentence(self.call("content.png", "--style"), "--style", status=2)
        self.expect_sentence(self.stylise("--progress", "loud"), "loud", status=2)
        self.expect_sentence(self.stylise("--deliver", "layers"), "--deliver", status=2)
        self.expect_sentence(self.stylise(style="style.png:-2"), "style.png:-2", status=2)
        self.expect_sentence(self.stylise("--guide", "mask.png"), "--guide mask.png", status=2)
        self.expect_sentence(self.stylise("--guide", "mask.png:mask.png:2"), "style 2", status=2)


class BadInput(Program):
    def test_settings(self):
        self.expect_sentence(self.stylise("--colour", "red"), "colour")
        self.expect_sentence(self.stylise("--style-weight", "-1"), "style-weight", "-1", "0..1e+12")
        self.expect_sentence(self.stylise("--iterations", "0"), "iterations", "0", "1..10000")
        self.expect_sentence(self.stylise("--iterations", "10001"), "iterations", "10001", "1..10000")
        self.expect_sentence(self.stylise("--loss", "none"), "loss", "none", "tutorial", "sliced")
        self.expect_sentence(self.stylise("--seed", "many"), "seed", "many")
        self.expect_sentence(self.stylise("--scales", "512,256"), "scales", "512,256")
        self.expect_sentence(self.stylise("--style-layers", "level9"), "level9")
        self.expect_sentence(self.stylise("--content-layers", "relu1_1:x"), "relu1_1:x")
        self.expect_sentence(self.stylise("--network", "nothing"), "nothing")
        self.expect_sentence(self.stylise("--device", "cuda:99"), "cuda:99", "cpu")
        self.expect_sentence(self.stylise("--init", "missing.png"), "missing.png")
        self.expect_sentence(self.stylise(style="style.png:0"), "weight")

    def test_pictures(self):
        whole = (self.path / "content.png").read_bytes()
        (self.path / "cut.png").write_bytes(whole[:len(whole) // 2])
        (self.path / "empty.png").write_bytes(b"")
        (self.path / "text.jpg").write_text("This is no picture.\n")
        (self.path / "cut.ppm").write_bytes(b"P6\n64 64\n255\nabc")
        for name in ("missing.png", "cut.png", "empty.png", "text.jpg", "cut.ppm", "."):
            with self.subTest(name):
                self.expect_sentence(self.stylise(content=name), name)
        self.expect_sentence(self.stylise(style="missing.png"), "missing.png")
        self.expect_sentence(self.stylise(style="text.jpg"), "text.jpg")

    def test_outputs(self):
        for name in ("result.jpg", "result", "nowhere/result.png"):
            with self.subTest(name):
                self.expect_sentence(self.stylise(output=name), name.split("/")[0])
        (self.path / "folder.png").mkdir()
        self.expect_sentence(self.stylise(output="folder.png"), "folder.png")
        self.expect_sentence(self.stylise("--log", "nowhere/log.csv"), "nowhere/log.csv")
        if os.geteuid() != 0:  # root may write everywhere
            (self.path / "locked").mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
            self.expect_sentence(self.stylise(output="locked/result.png"), "locked/result.png")

    def test_a_full_disk_keeps_the_old_result(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        done = self.stylise("--log", "/dev/full")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/dev/full", done.stderr)

    def test_weights(self):
        tensors = random_vgg.weights([8, 8, "pool", 8])
        random_vgg.write_description(self.path / "small.ini", [8, 8, "pool", 8])
        good = self.path / "good.safetensors"
        random_vgg.write_safetensors(good, tensors)
        small = ["--network", "./small.ini", "--loss", "tutorial", "--content-layers", "conv_3", "--style-layers",
                 "conv_1,conv_2"]
        self.expect_done(self.stylise(*small, "--weights", good))
        (self.path / "result.png").unlink()

        def expect(name, *parts):
            with self.subTest(name):
                self.expect_sentence(self.stylise(*small, "--weights", self.path / name), name, *parts)

        expect("missing.safetensors")
        (self.path / "cut.safetensors").write_bytes(good.read_bytes()[:-100])
        expect("cut.safetensors")
        (self.path / "head.safetensors").write_bytes(good.read_bytes()[:20])
        expect("head.safetensors")
        (self.path / "text.pth").write_text("no weights")
        expect("text.pth")
        for name, value in (("nan.safetensors", numpy.nan), ("infinite.safetensors", numpy.inf)):
            damaged = {key: tensor.copy() for key, tensor in tensors.items()}
            damaged["features.2.weight"][3, 2, 1, 0] = value
            random_vgg.write_safetensors(self.path / name, damaged)
            expect(name)
        random_vgg.write_safetensors(self.path / "other.safetensors", random_vgg.weights([8, 16, "pool", 8]))
        expect("other.safetensors")
        random_vgg.write_safetensors(self.path / "part.safetensors", random_vgg.weights([8]))
        expect("part.safetensors")

    def test_weights_that_are_not_installed(self):
        self.expect_sentence(self.stylise("--network", "vgg19"), "not installed", "--get-network vgg19")


class PictureFiles(Program):
    def test_every_format_is_read(self):
        picture = Image.fromarray(levels(self.content))
        for name, options in (("a.jpg", {"quality": 95}), ("a.webp", {"lossless": True}), ("a.tif", {}),
                              ("a.ppm", {})):
            picture.save(self.path / name, **options)
        picture.convert("L").save(self.path / "grey.png")
        picture.convert("P").save(self.path / "indexed.png")
        for name in ("a.jpg", "a.webp", "a.tif", "a.ppm", "grey.png", "indexed.png"):
            with self.subTest(name):
                self.expect_done(self.stylise("--iterations", "1", content=name))
                with Image.open(self.path / "result.png") as result:
                    self.assertEqual((result.size, result.mode), ((48, 40), "RGB"))

    def test_only_what_is_offered_is_read_whatever_its_name(self):
        """libvips knows many more formats, some of them little programs; a name does not make a picture of them."""
        (self.path / "a.png").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>')
        (self.path / "b.png").write_bytes(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj trailer<</Root 1 0 R>>")
        (self.path / "c.png").write_text("push graphic-context\nviewbox 0 0 9 9\npop graphic-context\n")
        Image.fromarray(levels(self.content)).save(self.path / "d.gif")
        for name in ("a.png", "b.png", "c.png", "d.gif"):
            with self.subTest(name):
                self.expect_sentence(self.stylise(content=name), name, "cannot be read")

    def test_a_small_file_that_says_it_is_huge_costs_a_sentence(self):
        def chunk(kind, data):
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for width, height in ((200000, 200000), (2000000000, 1)):
            head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
            (self.path / "huge.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
                                                 + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))
            self.expect_sentence(self.stylise(content="huge.png"), "huge.png")

    def test_without_any_style_the_content_comes_back(self):
        """The ends of the way through the files agree: a run that changes nothing returns what it read."""
        for name in ("content.png", "content.tif"):
            Image.fromarray(levels(self.content)).save(self.path / name)
            self.expect_done(self.stylise("--style-weight", "0", "--iterations", "1", "--optimiser", "lbfgs",
                                          content=name, output="result" + name[7:]))
            back = numpy.asarray(Image.open(self.path / ("result" + name[7:])))
            numpy.testing.assert_array_equal(back, levels(self.content))

    def test_sixteen_bits_and_alpha_are_kept(self):
        alpha = numpy.linspace(0, 1, 48 * 40).reshape(40, 48)
        with_alpha = numpy.dstack([levels(self.content), levels(alpha)])
        Image.fromarray(with_alpha, "RGBA").save(self.path / "alpha.png")
        for output in ("result.png", "result.tif"):
            self.expect_done(self.stylise(content="alpha.png", output=output))
            back = numpy.asarray(Image.open(self.path / output))
            self.assertEqual(back.shape, (40, 48, 4))
            numpy.testing.assert_array_equal(back[:, :, 3], levels(alpha))
            (self.path / output).unlink()

        pictures.write_pfm(self.path / "wide.pfm", self.content)
        wide = levels(self.content, 65535)
        (self.path / "wide.ppm").write_bytes(b"P6 48 40 65535\n" + wide.astype(">u2").tobytes())
        unchanged = ["--style-weight", "0", "--iterations", "1", "--optimiser", "lbfgs"]
        for name, output in (("wide.pfm", "result.png"), ("wide.ppm", "result.tif"), ("wide.ppm", "result.ppm")):
            self.expect_done(self.stylise(*unchanged, content=name, output=output))
            # a second way through the program tells whether the levels between the 8-bit ones were written
            self.expect_done(self.stylise(*unchanged, content=output, output="again.pfm"))
            again = pictures.read_pfm(self.path / "again.pfm")
            self.assertLess(numpy.abs(again - self.content).max(), 0.6 / 65535, f"{name} to {output}")

    def test_the_result_replaces_the_old_one_and_nothing_else_appears(self):
        (self.path / "result.png").write_text("old")
        before = {item.name for item in self.path.iterdir()}
        self.expect_done(self.stylise())
        self.assertEqual(before, {item.name for item in self.path.iterdir()})
        with Image.open(self.path / "result.png") as result:
            result.load()


class Runs(Program):
    def test_the_log_has_a_row_an_evaluation(self):
        self.expect_done(self.stylise("--scales", "32,48", "--iterations", "5", "--tv-weight", "10", "--log",
                                      "log.csv"))
        text = (self.path / "log.csv").read_text()
        self.assertEqual(text.splitlines()[0], COLUMNS)
        rows = list(csv.DictReader(text.splitlines()))
        self.assertEqual([int(row["evaluation"]) for row in rows], list(range(1, 11)))
        self.assertEqual([int(row["scale"]) for row in rows], [0] * 5 + [1] * 5)
        self.assertEqual({(row["width"], row["height"]) for row in rows[:5]}, {("32", "32")})
        self.assertEqual({(row["width"], row["height"]) for row in rows[5:]}, {("48", "40")})
        seconds = [float(row["seconds"]) for row in rows]
        self.assertEqual(seconds, sorted(seconds))
        for row in rows:
            parts = sum(float(row[f"{name}_loss"]) for name in ("content", "style", "tv"))
            self.assertAlmostEqual(float(row["total_loss"]), parts, delta=1e-6 * parts)
            self.assertGreater(float(row["tv_loss"]), 0)

    def test_progress_is_on_standard_error(self):
        for kind in ("plain", "bar", "auto"):
            done = self.call("content.png", "--style", "style.png", "--output", "result.png", *FAST, "--progress", kind)
            self.assertEqual((done.returncode, done.stdout), (0, ""))
            self.assertIn("48×40", done.stderr)
            self.assertIn("builtin", done.stderr)
            self.assertIn("2/2" if kind == "bar" else "1 of 2", done.stderr)

    def test_the_same_seed_gives_the_same_file(self):
        results = []
        for seed in (3, 3, 4):
            self.expect_done(self.stylise("--seed", seed, "--init", "noise"))
            results.append((self.path / "result.png").read_bytes())
        self.assertEqual(results[0], results[1])
        self.assertNotEqual(results[0], results[2])

    def test_several_styles_are_blended(self):
        results = []
        for second in (":0", ":1", ":100"):
            self.expect_done(self.stylise("--style", "content.png" + second, "--iterations", 5))
            results.append(numpy.asarray(Image.open(self.path / "result.png")).astype(int))
        self.assertGreater(abs(results[0] - results[1]).max(), 0)
        self.assertGreater(abs(results[1] - results[2]).max(), 0)

    def interrupted(self, how):
        process = subprocess.Popen(
            [PROGRAM, "content.png", "--style", "style.png", "--output", "result.png", "--log", "log.csv", *FAST,
             "--iterations", "10000", "--progress", "plain"], cwd=self.path, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        for line in process.stderr:
            if line.startswith("Evaluation"):
                break
        process.send_signal(how)
        return process.wait(timeout=60)

    def read(self, name):
        return numpy.asarray(Image.open(self.path / name).convert("RGB")).astype(int)

    def save_mask(self, name, left, width=64, height=48):
        mask = numpy.zeros((height, width), numpy.uint8)
        mask[:, : width // 2] = 255
        Image.fromarray(mask if left else 255 - mask).save(self.path / name)

    def test_a_mask_keeps_what_it_does_not_cover(self):
        content = self.read("content.png")
        height, width = content.shape[:2]
        self.save_mask("left.png", True, width, height)
        self.expect_done(self.stylise("--mask", "left.png", "--iterations", 5))
        result = self.read("result.png")
        numpy.testing.assert_array_equal(result[:, width // 2 :], content[:, width // 2 :])
        self.assertGreater(numpy.abs(result - content)[:, : width // 2].mean(), 3)

    def test_a_mask_may_lie_in_the_alpha(self):
        """Where colours say nothing, or are a photograph's, what shows is what is painted."""
        content = self.read("content.png")
        shape = numpy.zeros((40, 48, 4), numpy.uint8)
        shape[10:30, 12:36, 3] = 255
        white, erased = shape.copy(), numpy.dstack([content.astype(numpy.uint8), shape[:, :, 3]])
        white[:, :, :3] = 255
        grey = shape.copy()
        grey[:, :, :3] = (numpy.arange(48) * 5)[None, :, None]  # brightness says something: it counts where it shows
        for name, mask in (("black", shape), ("white", white), ("erased", erased), ("grey", grey)):
            with self.subTest(name):
                Image.fromarray(mask, "RGBA").save(self.path / "mask.png")
                self.expect_done(self.stylise("--mask", "mask.png", "--iterations", 5))
                change = abs(self.read("result.png") - content).max(2)
                self.assertEqual(max(change[:10].max(), change[30:].max(), change[:, :12].max(), change[:, 36:].max()), 0)
                self.assertGreater(change[10:30, 12:36].mean(), 1)
                if name != "grey":
                    self.assertGreater((change[10:30, 12:36] > 0).mean(), .9)

    def test_a_black_mask_is_named(self):
        Image.new("L", (48, 40), 0).save(self.path / "black.png")
        Image.new("RGBA", (48, 40), (255, 255, 255, 0)).save(self.path / "clear.png")
        for name in ("black.png", "clear.png"):
            for options in (["--mask", name], ["--guide", name + ":"], ["--guide", "content.png:" + name]):
                with self.subTest(options):
                    self.expect_sentence(self.stylise(*options), "The mask " + name, "black all over")

    def test_a_large_style_is_made_smaller_while_it_is_read(self):
        large = numpy.kron(levels(self.style), numpy.ones((85, 85, 1), numpy.uint8))  # twelve megapixels
        Image.fromarray(large).save(self.path / "large.png", compress_level=1)
        Image.fromarray(large).save(self.path / "large.jpg", quality=90)
        peaks = {}
        for style in ("style.png", "large.png", "large.jpg"):
            process = subprocess.Popen([PROGRAM, "content.png", "--style", style, "--output", "result.png", *FAST, "--progress",
                                        "none"], cwd=self.path)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = status
            self.assertEqual(status, 0)
            peaks[style] = usage.ru_maxrss / 1024
        for style in ("large.png", "large.jpg"):
            self.assertLess(peaks[style] - peaks["style.png"], 90, peaks)  # MiB; whole it takes five hundred
        # and it is the same style: what is painted differs by how it was scaled only
        self.expect_done(self.stylise("--loss", "covariance", "--iterations", 10, style="large.png"))
        one = self.read("result.png")
        self.expect_done(self.stylise("--loss", "covariance", "--iterations", 10))
        self.assertLess(abs(one - self.read("result.png")).mean(), 8)

    def test_guides_pair_regions_of_content_and_style(self):
        style = numpy.zeros((48, 64, 3), numpy.uint8)
        style[:, :32] = (230, 20, 20)
        style[:, 32:] = (20, 20, 230)
        style[::4] //= 2
        Image.fromarray(style).save(self.path / "both.png")
        self.save_mask("left.png", True)
        self.save_mask("right.png", False)
        for red, blue in (("left", "right"), ("right", "left")):
            self.expect_done(self.stylise("--guide", f"{red}.png:left.png", "--guide", f"{blue}.png:right.png:1",
                                          "--loss", "covariance", "--style-layers", "relu1_1,relu2_1", "--iterations",
                                          "40", "--content-weight", "0", style="both.png"))
            result = self.read("result.png")
            redness = (result[:, :, 0] - result[:, :, 2])
            halves = {"left": redness[:, :20].mean(), "right": redness[:, -20:].mean()}
            self.assertGreater(halves[red], halves[blue] + 30)
            (self.path / "result.png").unlink()
        self.expect_sentence(self.stylise("--guide", "left.png:none.png"), "none.png")

    def test_ctrl_c_writes_the_best_so_far(self):
        for how in (signal.SIGINT, signal.SIGTERM):
            self.assertEqual(self.interrupted(how), 130)
            with Image.open(self.path / "result.png") as result:
                self.assertEqual(result.size, (48, 40))
            rows = list(csv.DictReader((self.path / "log.csv").read_text().splitlines()))
            self.assertLess(len(rows), 10000)
            (self.path / "result.png").unlink()

    def test_a_kill_leaves_nothing_half_written(self):
        self.assertEqual(self.interrupted(signal.SIGKILL), -signal.SIGKILL)
        self.assertFalse((self.path / "result.png").exists())
        self.assertFalse([item for item in self.path.iterdir() if item.name.startswith(".")])


if __name__ == "__main__":
    unittest.main()

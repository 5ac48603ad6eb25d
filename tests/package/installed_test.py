#!/usr/bin/python3
"""What `meson install` puts down: all that it announces, nothing else, and a program that runs from there.

usage: installed_test.py BUILD_FOLDER
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.folder.name)
        subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", cls.root / "there"],
                       check=True, stdout=subprocess.PIPE)
        listed = subprocess.run(["meson", "introspect", BUILD, "--installed"], check=True, stdout=subprocess.PIPE)
        cls.announced = json.loads(listed.stdout)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def find(self, name):
        found = list((self.root / "there").rglob(name))
        self.assertEqual(len(found), 1, f"{name}: {found}")
        return found[0]

    def test_what_is_announced_is_there_and_nothing_else(self):
        there = {"/" + str(path.relative_to(self.root / "there")) for path in (self.root / "there").rglob("*")
                 if not path.is_dir()}
        self.assertEqual(there, set(self.announced.values()))

    def test_all_parts_are_there(self):
        names = ["neural-style.1", "neural-style-engine.so", "neural-style-pictures.so"] + [path.name for path in (TOP / "data/networks").glob("*.ini")]
        names += [path.name for path in (TOP / "data/gallery").iterdir() if path.name != "meson.build"]
        if any(path.endswith("/neural-style-plugin") for path in self.announced):
            names += ["neural-style.svg", "org.gimp.GIMP.Plugin.NeuralStyle.metainfo.xml", "index.html"]
            plugin = self.find("neural-style-plugin/neural-style-plugin")
            self.assertEqual(plugin.parent.name, plugin.name, "GIMP wants a folder of the same name")
            for language in (path.stem for path in (TOP / "po").glob("*.po")):
                self.assertTrue(list((self.root / "there").rglob(f"{language}/LC_MESSAGES/neural-style.mo")), language)
        for name in names:
            self.find(name)

    def test_the_program_runs_from_there(self):
        pixels = bytes(value % 251 for value in range(0, 48 * 40 * 3 * 7, 7))
        for name, data in (("content.ppm", pixels), ("style.ppm", pixels[::-1])):
            (self.root / name).write_bytes(b"P6\n48 40\n255\n" + data)
        own = {"HOME": str(self.root), "XDG_DATA_HOME": str(self.root / "data"), "NEURAL_STYLE_NETWORKS": ""}
        program = next(path for path in (self.root / "there").rglob("neural-style") if path.parent.name == "bin")
        call = lambda *words: subprocess.run([program, *words], cwd=self.root, env={**os.environ, **own}, check=True,
                                             capture_output=True, text=True).stdout
        self.assertIn("vgg19", call("--list-networks"))
        call("content.ppm", "--style", "style.ppm", "--output", "result.ppm", "--network", "builtin", "--iterations", "3",
             "--progress", "none")
        self.assertTrue((self.root / "result.ppm").read_bytes().startswith(b"P6"))


if __name__ == "__main__":
    BUILD = sys.argv[1]
    unittest.main(argv=sys.argv[:1])

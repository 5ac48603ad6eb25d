#!/usr/bin/python3
"""The two manifests are one but for LibTorch, follow the extension point, and check all that they get by its SHA-256."""
import json
import unittest

from source_tree import TOP

NAME = "org.gimp.GIMP.Plugin.NeuralStyle"


def text(name):
    return (TOP / "flatpak" / (name + ".json")).read_text()


def sources(manifest):
    return [source for module in manifest["modules"] for source in module["sources"]]


class Manifests(unittest.TestCase):
    def test_they_follow_the_extension_point(self):
        for name in (NAME, NAME + "CUDA"):
            manifest = json.loads(text(name))
            self.assertEqual(manifest["id"], name)
            self.assertEqual(manifest["branch"], "2-40")
            self.assertTrue(manifest["build-extension"])
            self.assertEqual(manifest["build-options"]["prefix"], "/app/extensions/" + name.rpartition(".")[2])

    def test_all_that_is_fetched_is_checked(self):
        for name in (NAME, NAME + "CUDA"):
            for source in sources(json.loads(text(name))):
                if "url" in source:
                    self.assertTrue(source["url"].startswith("https://"))
                    self.assertRegex(source["sha256"], "^[0-9a-f]{64}$")

    def test_they_differ_in_libtorch_only(self):
        plain, cuda = json.loads(text(NAME)), json.loads(text(NAME + "CUDA").replace("NeuralStyleCUDA", "NeuralStyle"))
        for manifest in (plain, cuda):
            libtorch = next(module for module in manifest["modules"] if module["name"] == "libtorch")
            del libtorch["sources"], libtorch["//"]
        self.assertEqual(plain, cuda)


if __name__ == "__main__":
    unittest.main()

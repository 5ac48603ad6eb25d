#!/usr/bin/python3
"""What the documents say is there is there; the version is the same everywhere; no path of somebody's machine is left."""
import re
import subprocess
import unittest
import xml.etree.ElementTree

from source_tree import TOP, files, text

MARKDOWN = [path for path in files() if path.suffix == ".md"]


class Documents(unittest.TestCase):
    def test_paths_in_documents_exist(self):
        tops = {path.parts[0] for path in files()}
        missing = []
        for document in MARKDOWN:
            words = re.findall(r"`([^`\n]+)`", text(document)) + re.findall(r"\]\(([^)#\s]+)\)", text(document))
            for word in words:
                word = word.split()[0].rstrip("/") if word.split() else ""
                if not re.fullmatch(r"[\w.][\w.\-/+]*", word) or "/" not in word or word.split("/")[0] not in tops:
                    continue
                if not (TOP / word).exists() and not list(TOP.glob(word + ".*")):
                    missing.append(f"{document}: {word}")
        self.assertEqual(missing, [])

    def test_links_to_files_lead_somewhere(self):
        for document in MARKDOWN:
            for link in re.findall(r"\]\(([^)#\s]+)\)", text(document)):
                if "://" not in link:
                    self.assertTrue((TOP / document.parent / link).exists(), f"{document}: {link}")

    def test_one_version(self):
        version = re.search(r"version: '([^']+)'", text_of("meson.build")).group(1)
        metainfo = xml.etree.ElementTree.parse(TOP / "data/org.gimp.GIMP.Plugin.NeuralStyle.metainfo.xml")
        releases = [(release.get("version"), release.get("date")) for release in metainfo.iter("release")]
        news = re.findall(r"^## (\S+) \((\S+)\)$", text_of("NEWS.md"), re.M)
        self.assertEqual(releases, news)
        self.assertEqual(news[0][0], version)
        self.assertIn(f"Neural Style {version}", text_of("data/neural-style.1").splitlines()[0])

    def test_no_path_of_a_machine(self):
        # Written in pieces, so that this file passes.
        private = re.compile(r"(?<![\w}])/(wo" + r"rk|ho" + r"me)/[a-z]|/tmp/[a-z]|/far" + r"m/|https?://[^ ]*(deb" + r"ian|pypi|pythonhosted)\.")
        found = [f"{path}:{number}: {line.strip()}" for path in files() if text(path) is not None and path.parts[0] != "LICENSE"
                 for number, line in enumerate(text(path).splitlines(), 1) if private.search(line)]
        self.assertEqual(found, [])


class Scripts(unittest.TestCase):
    def test_shell_scripts_parse(self):
        for path in files():
            content = text(path)
            if content and re.match(r"#!.*\b(ba)?sh\b", content):
                done = subprocess.run(["bash", "-n", TOP / path], capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_programs_can_be_started(self):
        for path in files():
            content = text(path)
            if content and content.startswith("#!"):
                self.assertTrue((TOP / path).stat().st_mode & 0o100, f"{path} is not executable")


def text_of(name):
    return (TOP / name).read_text()


if __name__ == "__main__":
    unittest.main()

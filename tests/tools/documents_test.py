#!/usr/bin/python3
"""What the documents say is there is there; the version is the same everywhere; no path of somebody's machine is left.
The way in stays short and its map whole; figures say where they come from; pages use the field's words.
"""
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


def section(document, heading):
    """The text below a heading of the second level, up to the next one."""
    return re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text_of(document), re.M | re.S).group(1)


class WayIn(unittest.TestCase):
    """HACKING.md and what it leads to."""

    def test_it_is_short(self):
        self.assertLessEqual(len(text_of("HACKING.md").encode()), 10000, "details belong to a page of docs/")

    def test_every_page_is_led_to(self):
        linked = set(re.findall(r"\]\(([^)#\s]+)", text_of("HACKING.md") + text_of("README.md")))
        pages = {str(path) for path in MARKDOWN if path.parts[0] == "docs"} | {"CONTRIBUTING.md", "HACKING.md"}
        self.assertEqual(pages - linked, set())

    def test_the_map_names_what_is_there(self):
        stems = {path.stem for path in files() if path.suffix in (".hpp", ".cpp")}
        named = set(re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b", section("HACKING.md", "The rooms")))
        self.assertGreater(len(named), 30)
        self.assertEqual(named - stems, set())

    def test_the_map_of_the_dialog_is_whole(self):
        table = section("HACKING.md", "The rooms").split("The files of `plugin/dialog`:")[1]
        there = {path.stem for path in files() if path.parent.as_posix() == "plugin/dialog" and path.suffix == ".hpp"}
        self.assertEqual(there - set(re.findall(r"`([a-z_]+)`", table)), set())

    def test_its_commands_exist(self):
        builds = "".join(text(path) for path in files() if path.name == "meson.build")
        commands = text_of("HACKING.md")
        names = re.findall(r"^meson test -C build (\w+)", commands, re.M)
        for targets in re.findall(r"^ninja -C build ([^#\n]+)", commands, re.M):
            names += [target.split("/")[-1].replace(".so", "") for target in targets.split()]
        self.assertGreater(len(names), 5)
        self.assertEqual([name for name in names if f"'{name}'" not in builds], [])


class Pages(unittest.TestCase):
    """The pages for developers and for users."""

    def test_variables_exist(self):
        sources = "".join(text(path) or "" for path in files() if path.parts[0] in ("core", "plugin"))
        read = set(re.findall(r"\bNEURAL_STYLE_[A-Z_]+", sources))
        for document in MARKDOWN:
            self.assertEqual(set(re.findall(r"\bNEURAL_STYLE_[A-Z_]+", text(document))) - read, set(), document)

    def test_build_options_exist(self):
        known = set(re.findall(r"^option\('([^']+)'", text_of("meson_options.txt"), re.M))
        for document in MARKDOWN:
            self.assertEqual(set(re.findall(r"(?<!\w)-D([a-z][a-z-]*)", text(document))) - known, set(), document)

    def test_each_figure_says_where_it_comes_from(self):
        parts = re.split(r"^## ", text_of("docs/measurements.md"), flags=re.M)[1:]
        self.assertGreater(len(parts), 5)
        for part in parts:
            name = part.splitlines()[0]
            self.assertRegex(part, r"\nCommand: ", name)
            self.assertRegex(part, r"\bMachine: ", name)
            self.assertRegex(part, r"Date: \d{1,2} [A-Z][a-z]+ 20\d\d", name)

    def test_the_words_are_the_fields(self):
        foreign = {r"slopes?": "gradient", r"graphics cards?|cards?": "GPU", r"passages?": "fused kernels",
                   r"short numbers?": "16-bit floats", r"workshops?": "cache"}
        found = []
        for document in MARKDOWN:
            if document.name == "NEWS.md":
                continue  # what was said of a release stays
            prose = re.sub(r"```.*?```|`[^`\n]*`|<!-- settings.*?end of settings -->", "", text(document), flags=re.S)
            found += [f"{document}: {word} (say {better})" for pattern, better in foreign.items()
                      for word in re.findall(rf"\b(?:{pattern})\b", prose, re.I)]
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

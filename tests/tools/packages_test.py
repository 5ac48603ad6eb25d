#!/usr/bin/python3
"""tools/packages.txt can be read, and tools/install-packages understands it and its arguments."""
import subprocess
import unittest

from source_tree import TOP

PROGRAM = str(TOP / "tools/install-packages")


def sections():
    found, current = {}, None
    for line in (TOP / "tools/packages.txt").read_text().splitlines():
        if line.startswith("["):
            current = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            name, _, why = line.partition("#")
            current.append((name.strip(), why.strip()))
    return found


class Packages(unittest.TestCase):
    def test_has_its_sections(self):
        self.assertEqual(list(sections()), ["build", "run", "test", "package", "flatpak"])

    def test_every_package_has_a_reason_and_stands_once(self):
        names = []
        for packages in sections().values():
            for name, why in packages:
                self.assertRegex(name, r"^[a-z0-9][a-z0-9+.-]+$")
                self.assertTrue(why, f"{name} has no reason")
                names.append(name)
        self.assertEqual(len(names), len(set(names)))

    def test_the_program_reads_the_same_names(self):
        for asked in (["build"], ["run"], ["test"], ["build", "run"], ["package"], []):
            listed = subprocess.run([PROGRAM, "--list", *asked], capture_output=True, text=True, check=True).stdout.split()
            wanted = [name for section, packages in sections().items() if section in (asked or ["build", "run", "test"]) for name, _ in packages]
            self.assertEqual(listed, wanted)

    def test_an_unknown_section_is_an_error(self):
        done = subprocess.run([PROGRAM, "--list", "biuld"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("'biuld'", done.stderr)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""What README.md and the manual page say about the command line is what the program says about itself.

usage: command_line_documents_test.py PROGRAM
"""
import re
import subprocess
import sys
import unittest

from source_tree import TOP


class CommandLine(unittest.TestCase):
    program = ""

    def test_the_table_of_settings(self):
        done = subprocess.run([TOP / "tools/settings-table", "--check", self.program], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_every_option_exists(self):
        known = set(re.findall(r"--[a-z][a-z-]*", subprocess.run([self.program, "--help"], capture_output=True, text=True,
                                                                 check=True).stdout))
        page = (TOP / "data/neural-style.1").read_text().replace("\\-", "-")
        calls = "\n".join(re.findall(r"^ *neural-style .*$|`neural-style [^`]*`", (TOP / "README.md").read_text(), re.M))
        for where, text in (("the manual page", page), ("README.md", calls)):
            for option in set(re.findall(r"--[a-z][a-z-]*", text)) - {"--"}:
                self.assertIn(option, known, f"{where} names {option}, which --help does not")


if __name__ == "__main__":
    CommandLine.program = sys.argv.pop()
    unittest.main()

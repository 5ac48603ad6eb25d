#!/usr/bin/python3
"""No source of the program or the plug-in starts a shell or hands a command line to one, and only three files start a
process at all: what comes from outside can never become a command.
"""
import pathlib
import re
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]

# Each hands a text to a shell, or parses one into the words of a command.
SHELLS = r"(?<!ifstream )\b(system|popen|wordexp|g_spawn_command_line_a?sync|execl|execlp|execle)\s*\(|/bin/(ba)?sh\b|\bsh -c\b"
PROCESSES = r"\b(g_spawn_\w+|g_subprocess_new\w*|posix_spawnp?|v?fork|execvp?e?|g_app_info_create_from_commandline)\s*\("
STARTERS = {"plugin/worker_process.cpp", "plugin/picture_reader.cpp", "plugin/dialog/engine_command.cpp"}


def uncommented(text):
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)


class NoShell(unittest.TestCase):
    def sources(self):
        for room in ("core", "plugin"):
            for path in sorted((TOP / room).rglob("*.[ch]pp")):
                yield path.relative_to(TOP).as_posix(), uncommented(path.read_text())

    def test_the_rules_find_what_they_look_for(self):
        for call in ('system("ls")', "popen (command)", "g_spawn_command_line_sync(x)", '"/bin/sh"'):
            self.assertRegex(call, SHELLS)
        self.assertNotRegex("file_system(x); std::filesystem::exists(x)", SHELLS)

    def test_no_shell(self):
        found = [(name, match[0]) for name, text in self.sources() for match in re.finditer(SHELLS, text)]
        self.assertEqual(found, [])

    def test_processes_are_started_in_three_places(self):
        starters = {name for name, text in self.sources() if re.search(PROCESSES, text)}
        self.assertEqual(starters, STARTERS)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""The rooms' rules (HACKING.md): who may include whom, and what the plug-in's executable is linked with.

usage: rooms.py SOURCE_FOLDER [PLUGIN_EXECUTABLE]
"""

import pathlib
import re
import subprocess
import sys
import unittest

TOP = pathlib.Path(sys.argv[1]).resolve()
PLUGIN = sys.argv[2] if len(sys.argv) > 2 else None

# What an angle-bracket include belongs to: the first pattern that matches.
LIBRARIES = [
    ("torch", r"(torch|ATen|c10|caffe2)/"),
    ("highway", r"hwy/"),
    ("blas", r"(cblas|openblas\w*|omp)\.h|openblas/"),
    ("json", r"nlohmann/"),
    ("network transfer", r"curl/"),
    ("hash", r"openssl/"),
    ("picture files", r"vips/|(lcms2|tiffio)\.h"),
    ("gimp ui", r"libgimp/gimpui|libgimpwidgets/|libgimp/gimp(ui|dialog|proc)\w*menu"),
    ("gimp", r"libgimp\w*/"),
    ("gegl", r"gegl[\w-]*(\.h|/)|babl/"),
    ("gtk", r"(gtk|gdk|gdk-pixbuf|atk|pango|cairo)[\w-]*(\.h|/)"),
    ("glib", r"(glib|glib-unix|glib-object|gmodule)\.h|(glib|gio|gobject)/"),
    ("system", r"(unistd|fcntl|signal|dlfcn|sched|poll|pthread|errno|malloc|termios|spawn|dirent)\.h|sys/\w+\.h"),
    ("standard", r"[a-z_]+$"),
]

FILES = {"standard", "system", "json", "network transfer", "hash"}
VECTORS = {"standard", "system", "highway", "blas"}
TORCH = {"standard", "torch"}
HOST = {"standard", "system", "glib"}


def below(*rooms):
    return {"core/include", "core/src"} | {"core/src/" + room for room in rooms}


# Room: the libraries, and the rooms whose headers it may use besides its own.
ROOMS = {
    "core/include": ({"standard"}, set()),
    "core/src": (set(), set()),  # vector_code.hpp
    "core/src/face": ({"standard"}, below()),
    "core/src/networks": (FILES, below()),
    "core/src/winograd": (VECTORS, below()),
    "core/src/numerics": (VECTORS, below()),
    "core/src/encoders": (TORCH | {"system"}, below("networks", "winograd", "numerics")),
    "core/src/losses": (TORCH | VECTORS, below("winograd", "numerics", "encoders")),
    "core/src/descent": (TORCH, below("numerics", "encoders", "losses")),
    "core/src/pictures": (TORCH, below("losses", "descent")),
    "core/src/run": (TORCH | {"system"}, below("networks", "numerics", "encoders", "losses", "descent", "pictures")),
    "core/cli": (FILES | {"torch", "picture files"}, below("networks", "pictures", "run")),
    "plugin": (HOST, {"core/include"}),
    "plugin/dialog": (HOST | {"gtk"}, {"core/include", "plugin"}),
    "plugin/gimp2": (HOST | {"gtk", "gimp", "gegl"}, {"core/include", "plugin", "plugin/dialog"}),
}


def room_of(path):
    relative = path.relative_to(TOP).as_posix()
    return max((room for room in ROOMS if relative.startswith(room + "/")), key=len, default=None)


def sources():
    for folder in ("core", "plugin"):
        for path in sorted((TOP / folder).rglob("*")):
            if path.suffix in (".cpp", ".hpp", ".h", ".cu", ".cc"):
                yield path


def includes(path):
    return re.findall(r'^\s*#\s*include\s+([<"])([^">]+)[">]', path.read_text(), re.MULTILINE)


def library_of(header):
    return next((name for name, pattern in LIBRARIES if re.match(pattern, header)), None)


def room_of_header(path, header):
    places = [path.parent, TOP / "core/include", TOP / "core/src", TOP / "plugin", TOP / "plugin/dialog",
              TOP / "plugin/gimp2"]
    for place in places:
        for name in (header, header + ".in"):  # which Meson fills in
            if (place / name).is_file():
                return room_of((place / name).resolve())
    return None


class Rooms(unittest.TestCase):
    def test_every_source_is_in_a_room(self):
        self.assertEqual([str(path) for path in sources() if room_of(path) is None], [])
        self.assertGreater(len(list(sources())), 20)

    def test_libraries(self):
        wrong = []
        for path in sources():
            for bracket, header in includes(path):
                if bracket == "<" and library_of(header) not in ROOMS[room_of(path)][0]:
                    wrong.append("%s includes <%s> (%s)" % (path.relative_to(TOP), header, library_of(header) or "unknown"))
        self.assertEqual(wrong, [])

    def test_headers_of_other_rooms(self):
        wrong = []
        for path in sources():
            room = room_of(path)
            for bracket, header in includes(path):
                if bracket == '"' and room_of_header(path, header) not in ROOMS[room][1] | {room}:
                    wrong.append('%s includes "%s"' % (path.relative_to(TOP), header))
        self.assertEqual(wrong, [])

    def test_torch_wholesale_is_nowhere(self):
        self.assertEqual([str(path) for path in sources() if ("<", "torch/torch.h") in includes(path)], [])

    @unittest.skipUnless(PLUGIN, "without the plug-in")
    def test_the_plug_in_links_neither_torch_nor_gtk_2(self):
        listed = subprocess.run(["ldd", PLUGIN], stdout=subprocess.PIPE, check=True).stdout.decode()
        names = {line.split()[0].split(".so")[0] for line in listed.splitlines()}
        self.assertIn("libgimp-2.0", names)
        unwanted = re.compile(r"libtorch|libc10|lib(gtk|gdk)-x11-2|libgimp(ui|widgets)")
        self.assertEqual([name for name in names if unwanted.match(name)], [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

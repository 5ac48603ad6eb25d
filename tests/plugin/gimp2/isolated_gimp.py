"""Starts GIMP 2.10 with a profile of its own and our plug-in, for tests and measurements."""

import os
import subprocess
import tempfile


class IsolatedGimp:
    """A throw-away profile whose plug-in path holds Script-Fu and the folders given (and all of GIMP's own if asked)."""

    def __init__(self, plug_in_folders, worker=None, all_plug_ins=False, screen=False):
        self._folder = tempfile.TemporaryDirectory(prefix="neural-style-gimp-")
        self.path = self._folder.name
        own = "${gimp_plug_in_dir}/plug-ins" + ("" if all_plug_ins else "/script-fu")
        with open(os.path.join(self.path, "gimprc"), "w") as rc:
            rc.write('(plug-in-path "%s")\n' % ":".join([own, *map(os.path.abspath, plug_in_folders)]))
        self.environment = dict(os.environ)
        for name in ("NEURAL_STYLE_WORKER",) if screen else ("DISPLAY", "WAYLAND_DISPLAY", "NEURAL_STYLE_WORKER"):
            self.environment.pop(name, None)
        # The profile must not exist before GIMP's first start.
        self.environment.update(
            GIMP2_DIRECTORY=os.path.join(self.path, "profile"),
            XDG_CONFIG_HOME=os.path.join(self.path, "config"),
            XDG_DATA_HOME=os.path.join(self.path, "data"),
            XDG_CACHE_HOME=os.path.join(self.path, "cache"),
            LC_ALL="C.UTF-8",
        )
        if worker:
            self.environment["NEURAL_STYLE_WORKER"] = worker

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()

    def command(self, *scheme, program=("gimp-console-2.10", "-i")):
        command = [*program, "-d", "-f", "-g", os.path.join(self.path, "gimprc")]
        for expression in scheme:
            command += ["-b", expression]
        return command

    def run(self, *scheme, timeout=300):
        """Runs Script-Fu expressions; returns all that GIMP and its plug-ins wrote. GIMP's exit status says nothing."""
        # An error before gimp-quit would keep GIMP from ending: it stands alone, and last.
        done = subprocess.run(self.command(*scheme, "(gimp-quit 0)"), env=self.environment, timeout=timeout, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.stdout.decode(errors="replace")

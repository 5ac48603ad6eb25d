#!/usr/bin/python3
"""The recipes of docs/many-machines.md, run as they stand there: machines are lost and tasks cancelled in mid-run, a picture
is broken, and in the end each result is the one of a single machine, bit for bit.

many_machines_test.py NEURAL_STYLE FOLDER_OF_TESTS/core

The machines are namespaces of the test's own, so it needs root; without it, or without the packages, it is skipped.
"""
import functools
import os
import shutil
import signal
import subprocess
import sys
import time
import unittest

from PIL import Image

# The first process waits for whatever is left over, as a machine's own does, or Slurm would take the dead for living.
ALONE = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
INIT = ["sh", "-c", '"$@"; exit $?', "sh"]
if os.environ.get("IN_NAMESPACES_OF_ITS_OWN") != "yes":
    # sshd and ip keep something in /run, and it must not be the machine's.
    prepared = "mount -t tmpfs none /run && mkdir /run/sshd && ip link set lo up"
    if os.geteuid() != 0 or not shutil.which("ip"):
        print("skipped: this needs root and the package iproute2, to make machines of network namespaces")
        sys.exit(77)
    if subprocess.run([*ALONE, "sh", "-c", prepared], stderr=subprocess.DEVNULL).returncode != 0:
        print("skipped: this system lets not even root make namespaces")
        sys.exit(77)
    os.execvpe(ALONE[0], [*ALONE, *INIT, "sh", "-c", prepared + ' && exec "$@"', "sh", sys.executable, *sys.argv],
               {**os.environ, "IN_NAMESPACES_OF_ITS_OWN": "yes"})

from called_program import PROGRAM, Program, levels  # noqa: E402
from page_commands import block  # noqa: E402
import pictures  # noqa: E402
from slurm_here import MISSING, Slurm  # noqa: E402
from ssh_hosts import SSHD, SshHosts  # noqa: E402

BROKEN = 33


@functools.lru_cache(maxsize=None)
def scene(number):
    picture = pictures.scene(16 + number % 9, 16 + number // 9 % 9)
    picture[:, :, number % 3] *= 1 - number / 400
    return levels(picture)


class ManyPictures(Program):
    COUNT = 200
    results = None  # of one machine

    def setUp(self):
        super().setUp()
        self.environment = dict(os.environ, PATH=os.path.dirname(PROGRAM) + ":" + os.environ["PATH"], HOME=str(self.path))
        (self.path / "style.png").rename(self.path / "painting.png")
        (self.path / "paint.sh").write_text(self.changed(block("#!/bin/sh"), "--threads 4", "--threads 1 --scales 1 --iterations 1"))
        (self.path / "paint.sh").chmod(0o755)
        if ManyPictures.results is None:
            self.prepare(200)
            done = self.command(block("xargs -d '\\n' ./paint.sh < pictures.txt"))
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
            ManyPictures.results = self.painted()
            shutil.rmtree(self.path / "painted")
            shutil.rmtree(self.path / "photos")
        self.prepare(self.COUNT)
        (self.path / "photos" / self.name(BROKEN)).write_bytes(b"\x89PNG\r\n\x1a\nnot much of a picture")
        self.wanted = {self.name(number) for number in range(self.COUNT)} - {self.name(BROKEN)}

    def prepare(self, count):
        (self.path / "photos").mkdir()
        for number in range(count):
            Image.fromarray(scene(number)).save(self.path / "photos" / self.name(number))
        done = self.command(block("uniq -d"))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    @staticmethod
    def name(number):
        return f"it's “{number:03}” & more.png"

    def changed(self, text, old, new):
        self.assertEqual(text.count(old), 1, f"the page does not say {old} once")
        return text.replace(old, new)

    def command(self, text):
        return subprocess.run(["bash", "-c", text], cwd=self.path, env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=600)

    def painted(self):
        folder = self.path / "painted"
        return {name: (folder / name).read_bytes() for name in os.listdir(folder) if not name.startswith(".")}

    def times(self):
        return {item.name: item.stat().st_mtime_ns for item in (self.path / "painted").glob("[!.]*")}

    def wait_until(self, condition):
        end = time.monotonic() + 120
        while not condition():
            self.assertLess(time.monotonic(), end, "waited in vain")
            time.sleep(0.05)

    def expect_all_but_the_broken_one(self):
        painted = self.painted()
        self.assertEqual(set(painted), self.wanted)
        self.assertEqual([name for name in painted if painted[name] != self.results[name]], [])
        missing = self.command(block("wanted.txt"))
        self.assertEqual(missing.stdout, self.name(BROKEN).replace(".png", "\n"), missing.stderr)

    def mend(self):
        Image.fromarray(scene(BROKEN)).save(self.path / "photos" / self.name(BROKEN))


class OneMachine(ManyPictures):
    COUNT = 40

    def test_the_broken_picture_costs_itself(self):
        done = self.command(block("xargs -d '\\n' ./paint.sh < pictures.txt"))
        self.assertEqual((done.returncode, done.stdout), (123, ""))  # xargs' way to say 1
        self.assertIn(self.name(BROKEN), done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.expect_all_but_the_broken_one()

    def test_names_that_would_meet_are_found(self):
        (self.path / "photos/more").mkdir()
        (self.path / "photos/more" / self.name(7).replace(".png", ".jpg")).touch()
        self.assertEqual(self.command(block("uniq -d")).stdout, self.name(7).replace(".png", "\n"))


@unittest.skipUnless(SSHD and shutil.which("ssh") and shutil.which("parallel"),
                     "this needs the packages openssh-server, openssh-client and parallel")
class Parallel(ManyPictures):
    def setUp(self):
        super().setUp()
        folder = self.path / "ssh"
        folder.mkdir()
        self.hosts = SshHosts(folder, ["alpha", "beta"], {"PATH": self.environment["PATH"]}, block("Host alpha beta"))
        self.addCleanup(self.hosts.close)
        self.environment["PARALLEL_SSH"] = f"ssh -F {self.hosts.client_config}"
        self.recipe = block("parallel --sshlogin")

    def started_and_in_mid_run(self):
        running = subprocess.Popen(["bash", "-c", "exec " + self.recipe], cwd=self.path, env=self.environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(running.stdout.close)
        self.addCleanup(running.stderr.close)
        # beta stands still in the middle of its call, so that the run cannot be over before beta is lost
        self.wait_until(lambda: running.poll() is not None or self.hosts.stop("beta", "neural-style")
                        and len(self.painted()) >= 20)
        self.assertIsNone(running.poll(), running.poll() is not None and running.stderr.read())
        return running

    def jobs(self):
        """Host and exit status of each call."""
        lines = (self.path / "jobs.log").read_text().splitlines()[1:]
        return [(line.split("\t")[1].split("@")[-1], int(line.split("\t")[6])) for line in lines]

    def test_a_lost_machine_costs_its_share(self):
        running = self.started_and_in_mid_run()
        self.hosts.lose("beta")
        self.assertLess(len(self.painted()), len(self.wanted))
        out, sentences = running.communicate(timeout=300)
        self.assertEqual(out, "")
        self.assertIn(self.name(BROKEN), sentences)
        jobs = self.jobs()
        self.assertEqual(len(jobs), self.COUNT // 20, jobs)
        self.assertEqual(running.returncode, 1, (sentences, jobs))  # the call with the broken picture
        self.expect_all_but_the_broken_one()

        before = self.times()
        self.mend()
        self.recipe = self.changed(self.recipe, "alpha,beta", "alpha")
        done = self.command(self.recipe)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertEqual(self.painted(), self.results)
        self.assertEqual({name: self.times()[name] for name in before}, before)

    def test_the_same_command_goes_on_when_all_was_lost(self):
        running = self.started_and_in_mid_run()
        running.send_signal(signal.SIGKILL)
        self.hosts.lose("beta")
        running.wait()
        before = self.times()
        self.assertLess(len(before), len(self.wanted))
        self.recipe = self.changed(self.recipe, "alpha,beta", "alpha")
        done = self.command(self.recipe)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        self.assertIn(self.name(BROKEN), done.stderr)
        self.assertEqual({name: self.times()[name] for name in before}, before)
        self.expect_all_but_the_broken_one()


@unittest.skipIf(MISSING, "this needs the packages munge, slurmctld, slurmd and slurm-client; missing: " + ", ".join(MISSING))
class Array(ManyPictures):
    COUNT = 120

    def setUp(self):
        super().setUp()
        folder = self.path / "slurm"
        folder.mkdir()
        self.slurm = Slurm(folder)
        self.addCleanup(self.slurm.close)
        self.environment["SLURM_CONF"] = self.slurm.environment["SLURM_CONF"]
        (self.path / "paint.sbatch").write_text(block("#SBATCH"))

    def submit(self):
        done = self.command(block("sbatch --array"))
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.split()[-1]

    def test_cancelled_tasks_cost_their_share(self):
        job = self.submit()
        self.wait_until(lambda: self.slurm.tasks(job).get(0) == "RUNNING")
        self.slurm.call("scancel", job + "_0", job + "_5")
        states = self.slurm.wait(job)
        self.assertEqual(states[BROKEN // 20], "FAILED")
        self.assertEqual(set(self.painted()) & {self.name(number) for number in range(100, 120)}, set(), states)
        self.assertGreater(len(self.painted()), 0)
        before = self.times()

        again = self.submit()
        states = self.slurm.wait(again)
        self.assertEqual(states, {task: "FAILED" if task == BROKEN // 20 else "COMPLETED" for task in range(6)})
        self.assertIn(self.name(BROKEN), (self.path / f"paint-{again}_{BROKEN // 20}.out").read_text())
        self.assertEqual({name: self.times()[name] for name in before}, before)
        self.expect_all_but_the_broken_one()


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""Weights from a server with every fault, and from files: installed whole and checked, or not at all.

network_install_test.py NEURAL_STYLE INSTALL_WEIGHTS DUMP_WEIGHTS
"""
import hashlib
import json
import os
import pickle
import random
import resource
import shutil
import signal
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from faulty_server import FaultyServer  # noqa: E402

DUMP = os.path.abspath(sys.argv.pop())
INSTALL = os.path.abspath(sys.argv.pop())
PROGRAM = os.path.abspath(sys.argv.pop())

DESCRIPTION = """[network]
name = {name}
title = A small network
loss = gatys
[layers]
sequence = conv1_1:64 conv1_2:64 pool1 conv2_1:128
weight-key = features.{{position}}.weight
bias-key = features.{{position}}.bias
[input]
range = 1
order = rgb
mean = 0 0 0
deviation = 1 1 1
[loss gatys]
content-layers = relu2_1
style-layers = relu1_1
{sources}
[foreign-keys]
classifier.1.weight = small-caffe
"""
SHAPES = {"features.0": (64, 3), "features.2": (64, 64), "features.5": (128, 64)}


def make_tensors(seed):
    """Name → (shape, floats as bytes); a large classifier besides, which nobody needs."""
    source = random.Random(seed)
    tensors = {}
    for name, (out, into) in SHAPES.items():
        for kind, shape in (("weight", (out, into, 3, 3)), ("bias", (out,))):
            count = 1
            for extent in shape:
                count *= extent
            tensors[f"{name}.{kind}"] = shape, struct.pack(f"<{count}f", *(source.uniform(-1, 1) for _ in range(count)))
    tensors["classifier.0.weight"] = (1000, 500), bytes(source.randbytes(2000000)).replace(b"\x7f", b"\x3f").replace(
        b"\xff", b"\x3f")
    return tensors


def safetensors(tensors):
    table, data = {"__metadata__": {"format": "pt"}}, b""
    for name in sorted(tensors):
        shape, piece = tensors[name]
        table[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(piece)]}
        data += piece
    head = json.dumps(table).encode()
    return struct.pack("<Q", len(head)) + head + data


class Opcodes(bytes):
    """A state dictionary's pickle, written by hand because PyTorch may be missing here."""

    @staticmethod
    def text(text):
        return b"X" + struct.pack("<I", len(text)) + text.encode()

    @classmethod
    def dictionary(cls, tensors, old):
        out = b"\x80\x02ccollections\nOrderedDict\n)R("
        for key, (name, (shape, data)) in enumerate(tensors.items()):
            strides = []
            for extent in reversed(shape):
                strides.insert(0, strides[0] * below if strides else 1)
                below = extent
            out += cls.text(name) + b"ctorch._utils\n_rebuild_tensor_v2\n((" + cls.text("storage")
            out += b"ctorch\nFloatStorage\n" + cls.text(str(key)) + cls.text("cpu")
            out += b"J" + struct.pack("<i", len(data) // 4) + (b"N" if old else b"") + b"tQK\x00"
            for numbers in shape, strides:
                out += b"(" + b"".join(b"J" + struct.pack("<i", number) for number in numbers) + b"t"
            out += b"\x89ccollections\nOrderedDict\n)RtR"
        return out + b"u."


def old_pytorch(tensors):
    out = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."
    out += pickle.dumps({"protocol_version": 1001, "little_endian": True, "type_sizes": {}}, protocol=2)
    out += Opcodes.dictionary(tensors, True)
    out += pickle.dumps([str(key) for key in range(len(tensors))], protocol=2)
    return out + b"".join(struct.pack("<q", len(data) // 4) + data for _, data in tensors.values())


def zip_pytorch(tensors):
    path = tempfile.mktemp()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", Opcodes.dictionary(tensors, False))
        for key, (_, data) in enumerate(tensors.values()):
            archive.writestr(f"archive/data/{key}", data)
        archive.writestr("archive/version", "3\n")
    with open(path, "rb") as file:
        content = file.read()
    os.remove(path)
    return content


TENSORS = make_tensors(1)
OTHER = {**make_tensors(2), "features.5.bias": ((64,), bytes(256))}
FOREIGN = {**TENSORS, "classifier.1.weight": ((1,), bytes(4))}
FILES = {"w.safetensors": safetensors(TENSORS), "zip.pth": zip_pytorch(TENSORS), "old.pth": old_pytorch(TENSORS),
         "other.safetensors": safetensors(OTHER), "other.pth": old_pytorch(OTHER), "foreign.pth": zip_pytorch(FOREIGN)}
NEEDED = b"".join(TENSORS[f"{name}.{kind}"][1] for name in SHAPES for kind in ("weight", "bias"))


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class Installing(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.networks = os.path.join(self.folder, "neural-style", "networks")
        os.makedirs(self.networks)
        self.server = FaultyServer(dict(FILES))
        self.addCleanup(self.server.close)
        self.environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
        self.environment.update(XDG_DATA_HOME=self.folder, TORCH_HOME="/nowhere")
        self.environment.pop("NEURAL_STYLE_NETWORKS", None)
        self.describe([])

    def describe(self, sources, name="small"):
        """`sources` are pairs of a path on the server, or a URL, and a text of further lines."""
        text = ""
        for number, (path, more) in enumerate(sources):
            url = path if "://" in path else self.server.url(path)
            text += f"[source s{number}]\nurl = {url}\nformat = pytorch\n{more}\n"
        with open(self.path(name + ".ini"), "w") as file:
            file.write(DESCRIPTION.format(name=name, sources=text))

    def path(self, name):
        return os.path.join(self.networks, name)

    def command(self, source="", stall=2, attempts=2, name="small"):
        return [INSTALL, name, source, str(stall), str(attempts), "10"]

    def install(self, source="", before=None, **more):
        return subprocess.run(self.command(source, **more), capture_output=True, text=True, env=self.environment,
                              timeout=60, preexec_fn=before)

    def numbers(self):
        done = subprocess.run([DUMP, "small", self.path("small.safetensors"), "9"], capture_output=True,
                              env=self.environment)
        return done.stdout if done.returncode == 0 else done.stderr.decode()

    def expect_installed(self, done, said=""):
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(self.numbers() == NEEDED, "other numbers")
        self.assertIn(said, done.stdout)
        self.assertLess(os.path.getsize(self.path("small.safetensors")), len(NEEDED) + 2000)
        self.assertEqual(self.left_over(), [])

    def left_over(self):
        return [name for name in os.listdir(self.networks) if name not in (
            "small.ini", "small.safetensors", "small.safetensors.record", ".small.lock")]

    def expect_failed(self, done, said, left_over=False):
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(said, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertFalse(os.path.exists(self.path("small.safetensors")))
        self.assertFalse(os.path.exists(self.path("small.safetensors.record")))
        if not left_over:
            self.assertEqual(self.left_over(), [])

    def run_program(self, *words):
        return subprocess.run([PROGRAM, *words], capture_output=True, text=True, env=self.environment, timeout=60)

    # The command line

    def test_the_command_line(self):
        self.describe([("ranges/old.pth", "sha256 = " + sha256(FILES["old.pth"]))])
        listed = self.run_program("--list-networks")
        self.assertIn("small: A small network\n    Not installed; neural-style --get-network small", listed.stdout)
        self.assertEqual(self.run_program("--check-network", "small").returncode, 1)
        done = self.run_program("--get-network", "small", "--progress", "plain")
        self.expect_installed(done, "checked by the SHA-256")
        lines = [line.split() for line in done.stderr.splitlines()]
        self.assertEqual([line[0] for line in lines], sorted((line[0] for line in lines),
                                                             key=["downloading", "checking", "writing"].index))
        self.assertLess(len(lines), 320)
        for stage in "downloading", "checking", "writing":
            steps = [(int(done), int(total)) for word, done, total in lines if word == stage]
            self.assertEqual(steps, sorted(steps))
            self.assertEqual(steps[-1][0], steps[-1][1])
        self.assertIn("checked by the SHA-256", self.run_program("--list-networks").stdout)
        self.assertEqual(self.run_program("--check-network", "small").returncode, 0)
        with open(self.path("small.safetensors"), "r+b") as file:
            file.seek(-1, os.SEEK_END)
            status = os.stat(file.fileno())
            file.write(b"\x3e")
        os.utime(self.path("small.safetensors"), ns=(status.st_mtime_ns, status.st_mtime_ns))
        checked = self.run_program("--check-network", "small")  # size and time do not tell, the hash does
        self.assertEqual((checked.returncode, "changed since it was installed" in checked.stdout), (1, True))
        self.expect_installed(self.run_program("--get-network", "small", "--from", self.server.url("ranges/zip.pth")))
        wrong = self.run_program("--get-network", "vgg20")
        self.assertEqual((wrong.returncode, wrong.stderr.count("\n")), (1, 1))
        self.assertEqual(self.run_program("--from", "x").returncode, 2)

    def test_the_command_line_is_cancelled(self):
        self.describe([("slow/old.pth", "")])
        running = subprocess.Popen([PROGRAM, "--get-network", "small", "--progress", "plain"], stderr=subprocess.PIPE,
                                   text=True, env=self.environment)
        running.stderr.readline()
        running.send_signal(signal.SIGINT)
        self.assertEqual(running.wait(20), 130)
        self.assertIn("Cancelled", running.stderr.read())
        running.stderr.close()
        self.assertFalse(os.path.exists(self.path("small.safetensors")))

    # Orderly servers

    def test_only_the_needed_part_of_safetensors_is_fetched(self):
        self.describe([("ranges/w.safetensors", "sha256 = " + sha256(FILES["w.safetensors"]))])
        self.expect_installed(self.install(), "only the part needed")
        self.assertLess(self.server.sent, len(NEEDED) + 3000)
        with open(self.path("small.safetensors.record")) as file:
            record = dict(line.rstrip("\n").split(" = ", 1) for line in file)
        with open(self.path("small.safetensors"), "rb") as file:
            self.assertEqual(record["sha256"], sha256(file.read()))
        self.assertEqual(record["source"], self.server.url("ranges/w.safetensors"))

    def test_whole_files_are_checked_by_their_hash(self):
        for name in "zip.pth", "old.pth":
            self.describe([("ranges/" + name, f"sha256 = {sha256(FILES[name])}\nsize = {len(FILES[name])}")])
            self.expect_installed(self.install(), "checked by the SHA-256")
            self.describe([("ranges/" + name, "sha256 = " + sha256(FILES[name])[:8])])
            self.expect_installed(self.install(), "checked by the SHA-256")
            self.describe([("ranges/" + name, "")])
            self.expect_installed(self.install(), "not checked")

    def test_a_server_without_ranges_gives_the_whole_file(self):
        for kind in "no-ranges", "no-length":
            for name in "w.safetensors", "old.pth":
                self.describe([(f"{kind}/{name}", "sha256 = " + sha256(FILES[name]))])
                self.expect_installed(self.install(), "checked by the SHA-256")

    def test_a_url_by_hand(self):
        self.expect_installed(self.install(self.server.url("ranges/zip.pth")), "not checked")
        self.expect_installed(self.install(self.server.url("moved/w.safetensors")))

    def test_a_proxy_is_used(self):
        self.describe([("http://weights.invalid/ranges/old.pth", "sha256 = " + sha256(FILES["old.pth"]))])
        self.environment["http_proxy"] = self.server.url("")
        self.expect_installed(self.install())
        self.assertEqual(self.server.requests[0][0], "http://weights.invalid/ranges/old.pth")

    # Faults

    def test_broken_connections_are_resumed(self):
        self.server.bites = 70000
        for name in "w.safetensors", "zip.pth":
            self.server.requests.clear()
            self.describe([("drops/" + name, "sha256 = " + sha256(FILES[name]))])
            self.expect_installed(self.install())
            starts = [int(asked.split("=")[1].split("-")[0]) for _, asked in self.server.requests]
            self.assertEqual(starts, sorted(starts))  # no byte twice
            self.assertGreater(len(starts), 4)

    def test_a_connection_that_always_breaks_is_given_up(self):
        self.describe([("drops-all/old.pth", "")])
        self.expect_failed(self.install(), "closed before the file's end", left_over=True)

    def test_a_stalled_connection_is_given_up(self):
        self.server.bites = 3000
        for name in "w.safetensors", "old.pth":
            self.describe([("stalls/" + name, "")])
            self.expect_failed(self.install(stall=1), "no byte came for 1 seconds", left_over=True)

    def test_lies_about_the_length(self):
        for name in "w.safetensors", "old.pth", "zip.pth":
            self.describe([("longer/" + name, "sha256 = " + sha256(FILES[name]))])
            self.expect_failed(self.install(), "closed before the file's end", left_over=True)
            self.describe([("shorter/" + name, "")])
            self.expect_failed(self.install(), "", left_over=True)
        self.describe([("ranges/old.pth", "size = 5")])
        self.expect_failed(self.install(), "instead of 5", left_over=True)

    def test_another_part_than_asked_for(self):
        self.describe([("shifted/w.safetensors", "")])
        self.expect_failed(self.install(), "another part of the file", left_over=True)

    def test_a_file_that_changes_all_the_time(self):
        for name in "w.safetensors", "old.pth":
            self.describe([("changes/" + name, "")])
            self.expect_failed(self.install(), "changes on the server", left_over=True)

    def test_tags_that_differ_for_the_same_file(self):
        for name in "w.safetensors", "old.pth":
            self.describe([("retags/" + name, "")])
            self.expect_installed(self.install())

    def test_missing_and_moved(self):
        self.describe([("missing/w.safetensors", "")])
        self.expect_failed(self.install(), "404 (not found)", left_over=True)
        self.describe([("circle/w.safetensors", "")])
        self.expect_failed(self.install(), "redirects", left_over=True)
        self.describe([("missing/w.safetensors", ""), ("page/old.pth", ""), ("moved/old.pth", "")])
        self.expect_installed(self.install())

    def test_a_busy_server_is_asked_again(self):
        self.describe([("busy/w.safetensors", "")])
        self.expect_installed(self.install())

    def test_wrong_files(self):
        for path, more, said in (("page/w.safetensors", "", "web page"),
                                 ("ranges/other.safetensors", "", "features.5.bias is 64"),
                                 ("no-ranges/other.safetensors", "", "features.5.bias is 64"),
                                 ("ranges/other.pth", "", "features.5.bias is 64"),
                                 ("ranges/foreign.pth", "", "network small-caffe"),
                                 ("ranges/old.pth", "sha256 = " + sha256(FILES["zip.pth"]), "SHA-256")):
            self.describe([(path, more)])
            done = self.install()
            self.expect_failed(done, said)
            self.assertNotIn(".part", done.stderr)
        self.describe([])
        self.expect_failed(self.install(), "names no source")

    def test_nobody_there(self):
        self.describe([("http://127.0.0.1:9/w.safetensors", "")])
        self.expect_failed(self.install(), "127.0.0.1", left_over=True)

    def test_only_https_is_trusted(self):
        self.describe([("http://weights.invalid/w.safetensors", "")])
        self.expect_failed(self.install(), "only https is safe")
        certificate = os.path.join(self.folder, "certificate.pem")
        made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", certificate, "-out",
                               certificate + ".crt", "-days", "2", "-subj", "/CN=127.0.0.1"], capture_output=True)
        self.assertEqual(made.returncode, 0, made.stderr)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate + ".crt", certificate)
        secure = FaultyServer(dict(FILES), context)
        self.addCleanup(secure.close)
        self.describe([(secure.url("ranges/w.safetensors", "https"), "")])
        self.expect_failed(self.install(), "certificate", left_over=True)
        self.assertEqual(secure.requests, [])

    # Interruptions

    def test_cancel_and_go_on(self):
        for name in "w.safetensors", "old.pth":
            if os.path.exists(self.path("small.safetensors")):
                os.remove(self.path("small.safetensors"))
            self.describe([("slow/" + name, "sha256 = " + sha256(FILES[name]))])
            running = subprocess.Popen(self.command(), stdout=subprocess.PIPE, text=True, env=self.environment)
            for line in running.stdout:
                if line.startswith("0 ") and int(line.split()[1]) > 60000:
                    break
            running.send_signal(signal.SIGINT)
            self.assertEqual(running.wait(20), 130)
            running.stdout.close()
            self.assertFalse(os.path.exists(self.path("small.safetensors")))
            self.server.requests.clear()
            self.expect_installed(self.install())
            starts = [int(asked.split("=")[1].split("-")[0]) for _, asked in self.server.requests]
            self.assertGreater(max(starts), 60000 if name == "old.pth" else 30000)

    def begin(self, end):
        """Starts a slow download and ends it with a signal when some of it is there."""
        running = subprocess.Popen(self.command(), stdout=subprocess.PIPE, text=True, env=self.environment)
        for line in running.stdout:
            if int(line.split()[1]) > 60000:
                break
        running.send_signal(end)
        running.wait(20)
        running.stdout.close()

    def test_bad_bytes_of_an_earlier_try_are_fetched_anew(self):
        self.describe([("slow/old.pth", "sha256 = " + sha256(FILES["old.pth"]))])
        self.begin(signal.SIGINT)
        with open(self.path(".small.s0.part"), "r+b") as file:
            file.seek(50000)
            file.write(b"damage")
        self.expect_installed(self.install(), "checked by the SHA-256")

    def test_bytes_that_may_not_have_reached_the_disk_are_fetched_anew(self):
        self.describe([("slow/w.safetensors", "")])
        self.begin(signal.SIGKILL)
        with open(self.path(".small.s0.part"), "r+b") as file:  # as after a power cut: the length is there, bytes not
            file.seek(40000)
            file.write(bytes(20000))
        self.expect_installed(self.install())

    def test_killed_at_any_time_the_old_file_stays(self):
        self.describe([("no-ranges/old.pth", "")])
        self.expect_installed(self.install())
        started = time.monotonic()
        self.install()
        usual = time.monotonic() - started
        for step in range(12):
            running = subprocess.Popen(self.command(), stdout=subprocess.DEVNULL, env=self.environment)
            time.sleep(usual * step / 11)
            running.kill()
            running.wait()
            self.assertTrue(self.numbers() == NEEDED, f"killed after step {step}")
        self.expect_installed(self.install())

    def test_a_full_disk(self):
        for limit in 0, 1000, 100000, len(NEEDED) - 1000:
            for source in "ranges/w.safetensors", "ranges/old.pth":
                self.describe([(source, "")])
                self.expect_failed(self.install(before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE,
                                                                                 (limit, limit))), "no room")

    def test_two_at_once(self):
        self.describe([("slow/old.pth", "")])
        running = subprocess.Popen(self.command(), stdout=subprocess.PIPE, text=True, env=self.environment)
        running.stdout.readline()
        self.expect_failed(self.install(), "Another program", left_over=True)
        running.kill()
        running.wait()
        running.stdout.close()

    # Files

    def test_files(self):
        for name in "w.safetensors", "zip.pth", "old.pth":
            given = os.path.join(self.folder, name)
            with open(given, "wb") as file:
                file.write(FILES[name])
            self.expect_installed(self.install(given), "not checked")
            self.describe([("missing/x", "sha256 = " + sha256(FILES[name]))])
            self.expect_installed(self.install(given), "checked by the SHA-256")
            os.remove(self.path("small.safetensors"))
            os.remove(self.path("small.safetensors.record"))
            self.describe([])
            with open(given, "r+b") as file:
                file.truncate(len(FILES[name]) // 2)
            self.expect_failed(self.install(given), "cannot be used")
        self.expect_failed(self.install("/nowhere/x.pth"), "/nowhere/x.pth does not exist")
        self.expect_failed(self.install(self.networks), "is not a file")

    def test_a_file_of_another_network_is_known_by_its_hash(self):
        self.describe([("missing/x", "sha256 = " + sha256(FILES["old.pth"]))], name="twin")
        given = os.path.join(self.folder, "old.pth")
        with open(given, "wb") as file:
            file.write(FILES["old.pth"])
        done = self.install(given)
        os.remove(self.path("twin.ini"))
        self.expect_failed(done, "belongs to the network twin")

    def test_the_record_is_compared_at_each_load(self):
        self.describe([("ranges/w.safetensors", "")])
        self.expect_installed(self.install())
        installed = self.path("small.safetensors")
        os.utime(installed, (1, 1))
        self.assertTrue(self.numbers() == NEEDED)  # the same bytes with another time
        with open(self.path("small.safetensors.record")) as file:
            self.assertIn("modified = 1000000000\n", file.read())
        with open(installed, "r+b") as file:
            file.seek(-1, os.SEEK_END)
            file.write(b"\x3e")
        os.utime(installed, (2, 2))
        self.assertIn("not as it was installed", self.numbers())
        with open(installed, "ab") as file:
            file.write(b"x")
        self.assertIn("not as it was installed", self.numbers())
        self.expect_installed(self.install())

    def test_builtin_needs_none(self):
        self.expect_failed(self.install(name="builtin"), "nothing to install")


if __name__ == "__main__":
    unittest.main()

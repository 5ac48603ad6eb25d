#!/usr/bin/python3
"""tools/train-network learns, from nothing, in five minutes: what is unexplained of VGG-16's features falls, its kernels come
nearer, the network that it writes paints, and the same call goes on where it ended.

train_network_test.py NEURAL_STYLE   (ends with 77, which Meson takes for skipped, where weights or pictures cannot be had)
"""
import csv
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy
from PIL import Image

try:
    import torch  # noqa: F401, the script needs it
except ImportError:
    print("no PyTorch for Python here")
    sys.exit(77)

PROGRAM = os.path.abspath(sys.argv.pop())
TOP = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = "lomiri-wallpapers-20.04"  # the smallest
FOLDER = tempfile.TemporaryDirectory()
HERE = pathlib.Path(FOLDER.name)


def or_skip(done):
    if done.returncode:
        print(done.stderr)
        sys.exit(77)


INSTALLING = subprocess.run([TOP / "tools/real-network", HERE / "data", PROGRAM], stderr=subprocess.PIPE, text=True)
if INSTALLING.returncode == 77:
    or_skip(INSTALLING)
or_skip(subprocess.run(["apt-get", "download", "--print-uris", PACKAGE], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True))


def train(minutes):
    done = subprocess.run([sys.executable, TOP / "tools/train-network", HERE / "data/neural-style/networks/vgg16-caffe.safetensors",
                           HERE / "builtin.safetensors", "--minutes", str(minutes), "--folder", HERE / "work", "--packages", PACKAGE,
                           "--paintings", "10", "--capacity", "600"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with open(HERE / "builtin.csv", newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def mean(line, what):
    return numpy.mean([value for name, value in line.items() if what in name])


class TrainNetwork(unittest.TestCase):
    def test_it_learns(self):
        lines = train(5)
        first, last = lines[0], lines[-1]
        self.assertGreater(last["steps"], 50)
        self.assertLess(mean(last, "held out relu1_1 kernels"), 0.7 * mean(first, "held out relu1_1 kernels"))
        self.assertLess(mean(last, "kernels apart"), mean(first, "kernels apart"))

        network = HERE / "builtin.safetensors"
        record = dict(line.split(" = ", 1) for line in (HERE / "builtin.safetensors.record").read_text().splitlines())
        self.assertEqual(record["sha256"], hashlib.sha256(network.read_bytes()).hexdigest())
        self.assertLess(network.stat().st_size, 2 << 20)
        (HERE / "builtin.ini").write_bytes((TOP / "data/networks/builtin.ini").read_bytes())
        scene = numpy.zeros((96, 96, 3), numpy.uint8)
        scene[:48, :, 2], scene[48:, ::7, 0] = 200, 220
        Image.fromarray(scene).save(HERE / "scene.png")
        Image.fromarray(numpy.random.default_rng(1).integers(0, 255, (96, 96, 3), numpy.uint8)).save(HERE / "style.png")
        subprocess.run([PROGRAM, HERE / "scene.png", "--style", HERE / "style.png", "--output", HERE / "result.png", "--iterations",
                        "20", "--network", "builtin", "--progress", "none"], check=True,
                       env=dict(os.environ, NEURAL_STYLE_NETWORKS=str(HERE), XDG_DATA_HOME=str(HERE / "none")))
        self.assertTrue((HERE / "result.png").exists())

        gone_on = train(5.1)
        self.assertEqual(gone_on[:len(lines)], lines)
        self.assertGreater(gone_on[-1]["steps"], last["steps"])


if __name__ == "__main__":
    unittest.main()

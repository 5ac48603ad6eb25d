#!/usr/bin/python3
"""One random network as people have it: in every form of file, under other names, among other things. Read as the same
network, or refused with the sentence that helps.

weights_forms_test.py NEURAL_STYLE DUMP_WEIGHTS
"""
import argparse
import csv
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import unittest
import zipfile
from collections import OrderedDict

import numpy
from PIL import Image

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import onnx_file  # noqa: E402
import random_vgg  # noqa: E402
import torch_files  # noqa: E402
from torch_files import Tensor, channels_last, named  # noqa: E402

DUMP = os.path.abspath(sys.argv.pop())
PROGRAM = os.path.abspath(sys.argv.pop())
SEQUENCE = [8, 8, "pool", 16, 16]
CONVOLUTIONS = 4


def renamed(tensors, name):
    return OrderedDict((name(key), tensor) for key, tensor in tensors.items())


def moments(tensors):
    """What Adam keeps: tables by number, their tensors of the weights' own shapes."""
    state = {i: {"step": 3, "exp_avg": tensor * 0 + 1, "exp_avg_sq": tensor * 0 + 2}
             for i, tensor in enumerate(tensors.values())}
    return {"state": state, "param_groups": [{"lr": 0.1, "betas": (0.9, 0.99), "params": list(range(len(state)))}]}


class Module:
    """As torch.nn.Module keeps what it has."""

    def __init__(self, parameters=(), modules=()):
        self.training, self._buffers = False, OrderedDict()
        self._parameters, self._modules = OrderedDict(parameters), OrderedDict(modules)


class VGG(Module):
    pass


named("torch.nn.modules.conv", "Conv2d", Module)
named("somebody.models", "VGG", VGG)


class Forms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        random_vgg.write_description(cls.folder / "small.ini", SEQUENCE)
        cls.tensors = OrderedDict(random_vgg.weights(SEQUENCE))
        cls.other = OrderedDict(random_vgg.weights(SEQUENCE, seed=20))
        cls.wanted = b"".join(tensor.tobytes() for tensor in cls.tensors.values())
        for name, seed in ("content", 1), ("style", 2):
            numbers = numpy.random.default_rng(seed).integers(0, 256, (20, 28, 3), numpy.uint8)
            Image.fromarray(numbers).save(cls.folder / f"{name}.png")

    def dump(self, name):
        return subprocess.run([DUMP, self.folder / "small.ini", self.folder / name, str(CONVOLUTIONS)], capture_output=True)

    def expect(self, name):
        done = self.dump(name)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertTrue(done.stdout == self.wanted, f"{name}: other numbers")

    def expect_refused(self, name, *parts):
        done = self.dump(name)
        self.assertEqual(done.returncode, 1, f"{name} was read")
        self.assertEqual(done.stdout, b"")
        sentence = done.stderr.decode()
        for part in (str(self.folder / name), *parts):
            self.assertIn(part, sentence)
        self.assertEqual(sentence.count("\n"), 1, sentence)

    def expect_saved(self, content, **how):
        for old in False, True:
            with self.subTest(old=old):
                torch_files.save(self.folder / "x.pth", content, old=old, **how)
                self.expect("x.pth")

    def expect_saved_refused(self, content, *parts):
        for old in False, True:
            with self.subTest(old=old):
                torch_files.save(self.folder / "x.pth", content, old=old)
                self.expect_refused("x.pth", *parts)

    def write_onnx(self, name, tensors, between=(), **options):
        names = [key[:-len(".weight")] for key in tensors if key.endswith(".weight")]
        chain = [(f"{9 - i}/w:0", f"{9 - i}/b:0", tensors[key + ".weight"], tensors[key + ".bias"])
                 for i, key in enumerate(names)]
        nodes, numbers = onnx_file.chain(chain, between, **options)
        (self.folder / name).write_bytes(onnx_file.model(nodes, numbers[::-1]))

    def test_four_forms_give_the_same_losses(self):
        random_vgg.write_safetensors(self.folder / "w.safetensors", self.tensors)
        torch_files.save(self.folder / "zip.pth", self.tensors)
        torch_files.save(self.folder / "old.pth", self.tensors, old=True)
        self.write_onnx("w.onnx", self.tensors)
        losses = {}
        for name in "w.safetensors", "zip.pth", "old.pth", "w.onnx":
            self.expect(name)
            # The bytes tell the form, not the name.
            os.rename(self.folder / name, self.folder / "file")
            log = self.folder / "log.csv"
            subprocess.run([PROGRAM, self.folder / "content.png", "--style", self.folder / "style.png", "--network",
                            self.folder / "small.ini", "--weights", self.folder / "file", "--iterations", "3",
                            "--scales", "28", "--threads", "1", "--log", log, "--output", self.folder / "result.png",
                            "--progress", "none"],
                           check=True)
            with open(log, newline="") as file:
                losses[name] = [row[:-1] for row in csv.reader(file)]  # the last column are seconds
        self.assertGreaterEqual(len(losses["w.onnx"]), 4)
        self.assertGreater(float(losses["w.onnx"][1][-1]), 0)
        for name, rows in losses.items():
            self.assertEqual(rows, losses["w.safetensors"], name)

    def test_onnx_numbers(self):
        self.write_onnx("list.onnx", self.tensors, ["MaxPool", "Dropout"], as_list=True)
        self.expect("list.onnx")
        self.write_onnx("double.onnx", {key: tensor.astype("f8") for key, tensor in self.tensors.items()}, as_list=True)
        self.expect("double.onnx")
        halves = {key: tensor.astype("f2") for key, tensor in self.tensors.items()}
        for as_list in False, True:
            self.write_onnx("half.onnx", halves, as_list=as_list)
            done = self.dump("half.onnx")
            self.assertTrue(done.stdout == b"".join(tensor.astype("f4").tobytes() for tensor in halves.values()))
        self.write_onnx("normalised.onnx", self.tensors, ["BatchNormalization"])
        self.expect_refused("normalised.onnx", "no single row of convolutions")

    def test_foreign_names(self):
        tensors = self.tensors
        for name in (lambda key: "module." + key,
                     lambda key: key.replace("features.", "features.module."),
                     lambda key: key.replace("features.", ""),
                     lambda key: "model.encoder." + key.replace("features.", "")):
            self.expect_saved(renamed(tensors, name))
            self.expect_saved({"epoch": 3, "model": renamed(tensors, name)})
            random_vgg.write_safetensors(self.folder / "x.safetensors", renamed(tensors, name))
            self.expect("x.safetensors")
        layers = iter(("conv1_1", "conv1_2", "conv2_1", "conv2_2"))
        by_layer = {f"features.{position}": next(layers) for position in (0, 2, 5, 7)}
        self.expect_saved(renamed(tensors, lambda key: f"{by_layer[key.rpartition('.')[0]]}_{'Wb'[key.endswith('bias')]}"))

    def test_order_of_numbers_not_of_letters_or_of_the_file(self):
        reversed_order = OrderedDict(reversed(renamed(self.tensors, lambda key: key.replace("features.", "net.")
                                                      .replace(".7.", ".12.").replace(".5.", ".10.")).items()))
        self.expect_saved(reversed_order)

    def test_what_stands_beside_the_weights(self):
        tensors, circle = self.tensors, {"model": self.tensors}
        circle["self"] = [circle]
        for checkpoint in ({"state_dict": tensors, "optimizer": moments(tensors), "epoch": 5},
                           {"state_dict": renamed(tensors, lambda key: "module." + key), "args": argparse.Namespace(lr=0.1)},
                           {"model": tensors, "best": numpy.float64(0.7), "where": {("a", "tuple"): set([1])}},
                           {"net": tensors, "names": ["a", (True, None)], "optimizer": {"momentum": self.other}},
                           {"model": tensors, "model_ema": self.other, "ema": {"module": self.other}},
                           {"model": tensors, "again": tensors},
                           {"ema": renamed(tensors, lambda key: "module." + key)},
                           [tensors, moments(tensors), 17], circle,
                           OrderedDict(tensors, head=Tensor(tensors["features.0.weight"] + 1, gap=2))):
            self.expect_saved(checkpoint)

    def test_numbers_lying_otherwise(self):
        self.expect_saved(OrderedDict((key, tensor.astype("f8")) for key, tensor in self.tensors.items()))
        self.expect_saved(OrderedDict((key, channels_last(tensor)) for key, tensor in self.tensors.items()))
        spread = Tensor(self.tensors["features.2.bias"], gap=2)
        self.expect_saved_refused(dict(self.tensors) | {"features.2.bias": spread},
                                  "the tensor features.2.bias do not lie one after another", ".contiguous()")
        self.expect_saved_refused(dict(self.tensors) | {"features.2.bias": numpy.arange(8)}, "LongStorage")
        self.expect_saved_refused({key: tensor.astype("f8") * 1e300 for key, tensor in self.tensors.items()}, "not finite")

    def test_whole_networks(self):
        layers = OrderedDict((str(i), Module({kind: self.tensors[f"features.{i}.{kind}"] for kind in ("weight", "bias")}))
                             for i in (0, 2, 5, 7))
        network = VGG(modules={"features": Module(modules=layers), "empty": None})
        self.expect_saved(network)
        self.expect_saved({"model": Module(modules={"module": network}), "optimizer": moments(self.tensors)})
        self.expect_saved_refused(VGG(), "Python's somebody.models.VGG", 'torch.save(torch.load("FILE").state_dict(), "new.pth")')

    def test_two_that_fit_are_ambiguous(self):
        two = {"generator": self.tensors, "critic": self.other}
        self.expect_saved_refused(two, "two rows of convolutions", "critic/features.0.weight", "generator/features.0.weight")
        flat = renamed(self.tensors, lambda key: "a." + key[9:]) | renamed(self.other, lambda key: "b." + key[9:])
        self.expect_saved_refused(flat, "two rows of convolutions", "a.0.weight", "b.0.weight")
        self.expect_saved_refused({"ema": self.tensors, "teacher": self.other}, "two rows of convolutions")

    def test_what_is_not_the_network(self):
        tensors = self.tensors
        normalised = OrderedDict()
        for count, position in enumerate((0, 2, 5, 7)):
            for kind in "weight", "bias":
                normalised[f"features.{3 * count}.{kind}"] = tensors[f"features.{position}.{kind}"]
            for kind in "weight", "bias", "running_mean", "running_var":
                normalised[f"features.{3 * count + 1}.{kind}"] = tensors[f"features.{position}.bias"]
        self.expect_saved_refused(normalised, "batch normalisation", "features.1.running_mean")
        self.expect_saved_refused({"optimizer": moments(tensors)}, "no single row of convolutions")
        self.expect_saved_refused({"optimizer": {"momentum": tensors}}, "no single row of convolutions")
        without = {key: tensor for key, tensor in tensors.items() if key != "features.5.bias"}
        self.expect_saved_refused(without, "no tensor features.5.bias")
        self.expect_saved_refused({"state_dict": without}, "no tensor state_dict/features.5.bias")
        self.expect_saved_refused({"epoch": 3, "names": ["a"]}, "no table of tensors", "torch.save(network.state_dict(), ")
        self.expect_saved_refused({"a.weight": tensors["features.0.weight"]}, "its tensors: a.weight")

    def test_other_ways_of_saving_are_told_how_to_save(self):
        again = 'torch.save(torch.load("FILE", map_location="cpu"), "new.pth")'
        torch_files.save(self.folder / "x.pth", self.tensors, protocol=4)
        self.expect_refused("x.pth", "protocol 4", again)
        torch_files.save(self.folder / "x.pth", self.tensors, compressed=True)
        self.expect_refused("x.pth", "compressed", again)
        (self.folder / "x.pkl").write_bytes(pickle.dumps({"w": [1.0]}, protocol=4))
        self.expect_refused("x.pkl", "Python pickle", "pickle.load(")
        numpy.savez(self.folder / "x.npz", **self.tensors)
        self.expect_refused("x.npz", "NumPy", "numpy.load(")
        with zipfile.ZipFile(self.folder / "x.pt", "w") as out:
            out.writestr("x/data.pkl", b"\x80\x02}.")
            out.writestr("x/constants.pkl", b"\x80\x02).")
        self.expect_refused("x.pt", "TorchScript", 'torch.jit.load("FILE").state_dict()')
        (self.folder / "x.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
        self.expect_refused("x.h5", "Keras", "tf2onnx.convert.from_keras(")

    def test_nothing_is_run(self):
        trap = self.folder / "sprung"

        class Trap:
            def __reduce__(self):
                return os.system, (f"touch {trap}",)

        self.expect_saved({"state_dict": self.tensors, "trap": Trap()})
        self.expect_saved_refused(Trap(), "posix.system")
        self.expect_saved_refused(dict(self.tensors) | {"features.0.weight": Trap()}, "no tensor features.0.weight")
        self.assertFalse(trap.exists())


if __name__ == "__main__":
    unittest.main()

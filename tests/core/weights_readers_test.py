#!/usr/bin/python3
"""One seeded random network in every form that PyTorch and safetensors have, read by our readers: the same numbers.

weights_readers_test.py DUMP_WEIGHTS   (needs PyTorch; ends with 77, which Meson takes for skipped, where there is none)
"""
import json
import os
import pickle
import struct
import subprocess
import sys
import tempfile
import unittest
from collections import OrderedDict

try:
    import torch
except ImportError:
    print("no PyTorch for Python here")
    sys.exit(77)

DUMP = os.path.abspath(sys.argv.pop(1))

DESCRIPTION = """[network]
name = cut
title = VGG-19 up to conv2_2
loss = gatys
[layers]
sequence = conv1_1:64 conv1_2:64 pool1 conv2_1:128 conv2_2:128
weight-key = features.{position}.weight
bias-key = features.{position}.bias
[input]
range = 1
order = rgb
mean = 0 0 0
deviation = 1 1 1
[loss gatys]
content-layers = relu2_2
style-layers = relu1_1
[foreign-keys]
classifier.1.weight = cut-caffe
"""
SHAPES = {0: (64, 3), 2: (64, 64), 5: (128, 64), 7: (128, 128)}


def random_network(kind=torch.float32):
    generator = torch.Generator().manual_seed(19)
    tensors = OrderedDict()
    for position, (out, into) in SHAPES.items():
        tensors[f"features.{position}.weight"] = torch.randn(out, into, 3, 3, generator=generator).to(kind)
        tensors[f"features.{position}.bias"] = torch.randn(out, generator=generator).to(kind)
    tensors["classifier.0.weight"] = torch.randn(10, 20, generator=generator).to(kind)
    return tensors


def raw(tensor):
    """Bytes of a tensor; NumPy has no bfloat16, so through integers."""
    integers = torch.int32 if tensor.element_size() == 4 else torch.int16
    return tensor.contiguous().view(integers).numpy().tobytes()


def write_safetensors(path, tensors):
    names = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}
    table, data = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in tensors.items():
        piece = raw(tensor)
        table[name] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape),
                       "data_offsets": [len(data), len(data) + len(piece)]}
        data += piece
    head = json.dumps(table).encode()
    head += b" " * (-len(head) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(head)) + head + data)


class PythonTwoPickle:
    """State dictionaries as Python 2 pickled them: byte strings for text, and an OrderedDict made from a list."""

    def __init__(self):
        self.bytes = b"\x80\x02"

    def text(self, text):
        self.bytes += b"U" + bytes([len(text)]) + text.encode()

    def number(self, number):
        self.bytes += b"J" + struct.pack("<i", number)

    def numbers(self, numbers):
        self.bytes += b"("
        for number in numbers:
            self.number(number)
        self.bytes += b"t"


def write_as_python_two_did(path, tensors):
    """The older form, with _rebuild_tensor and without requires_grad, as in the first converted Caffe networks."""
    out = PythonTwoPickle()
    out.bytes += b"ccollections\nOrderedDict\n(]("
    for key, (name, tensor) in enumerate(tensors.items()):
        out.bytes += b"]("
        out.text(name)
        out.bytes += b"ctorch._utils\n_rebuild_tensor\n(("
        out.text("storage")
        out.bytes += b"ctorch\nFloatStorage\n"
        out.text(str(key))
        out.text("cpu")
        out.number(tensor.numel())
        out.bytes += b"NtQ"
        out.number(0)
        out.numbers(tensor.shape)
        out.numbers(tensor.stride())
        out.bytes += b"tRe"
    out.bytes += b"etR."
    with open(path, "wb") as file:
        file.write(b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." + b"\x80\x02M\xe9\x03.")
        pickle.dump({"protocol_version": 1001, "little_endian": True}, file, protocol=2)
        file.write(out.bytes)
        pickle.dump([str(key) for key in range(len(tensors))], file, protocol=2)
        for tensor in tensors.values():
            file.write(struct.pack("<q", tensor.numel()) + raw(tensor))


class Readers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        with open(self.path("cut.ini"), "w") as file:
            file.write(DESCRIPTION)

    def path(self, name):
        return os.path.join(self.folder, name)

    def dump(self, name, count=4):
        return subprocess.run([DUMP, self.path("cut.ini"), self.path(name), str(count)], capture_output=True)

    def expect(self, name, tensors):
        done = self.dump(name)
        self.assertEqual(done.returncode, 0, done.stderr)
        wanted = b"".join(raw(tensor.float()) for key, tensor in tensors.items() if key.startswith("features."))
        self.assertEqual(done.stdout, wanted, name)

    def expect_refused(self, name, part):
        done = self.dump(name)
        self.assertEqual(done.returncode, 1, name)
        self.assertEqual(done.stdout, b"")
        self.assertIn(part, done.stderr.decode())
        self.assertIn(self.path(name), done.stderr.decode())
        self.assertEqual(done.stderr.decode().count("\n"), 1)

    def test_every_form_gives_the_same_numbers(self):
        for kind in torch.float32, torch.float16, torch.bfloat16:
            tensors = random_network(kind)
            write_safetensors(self.path("x.safetensors"), tensors)
            torch.save(tensors, self.path("zip.pth"))
            torch.save(tensors, self.path("old.pth"), _use_new_zipfile_serialization=False)
            for name in "x.safetensors", "zip.pth", "old.pth":
                self.expect(name, tensors)

    def test_python_two(self):
        tensors = random_network()
        write_as_python_two_did(self.path("two.pth"), tensors)
        self.assertTrue(torch.equal(torch.load(self.path("two.pth"))["features.5.weight"],
                                    tensors["features.5.weight"]))
        self.expect("two.pth", tensors)

    def test_what_people_save(self):
        tensors = random_network()
        module = torch.nn.Sequential(OrderedDict(features=torch.nn.Sequential(OrderedDict(
            (str(position), torch.nn.Conv2d(into, out, 3)) for position, (out, into) in SHAPES.items()))))
        module.load_state_dict({key: tensor for key, tensor in tensors.items() if key.startswith("features")})
        shared = torch.cat([tensor.flatten() for tensor in tensors.values()])
        views, at = OrderedDict(), 0
        for key, tensor in tensors.items():
            views[key] = shared[at:at + tensor.numel()].view(tensor.shape)
            at += tensor.numel()
        for old in True, False:
            wrapped = torch.nn.DataParallel(module)
            optimiser = torch.optim.Adam(module.parameters())
            sum(parameter.square().sum() for parameter in module.parameters()).backward()
            module_before = {key: tensor.clone() for key, tensor in module.state_dict().items()}
            optimiser.step()  # which makes its moments
            module.load_state_dict(module_before)
            transposed = {**tensors, "features.2.weight": tensors["features.2.weight"].transpose(0, 1).contiguous()
                          .transpose(0, 1)}
            last = {key: tensor.to(memory_format=torch.channels_last) if tensor.dim() == 4 else tensor
                    for key, tensor in tensors.items()}
            double = {key: tensor.double() for key, tensor in tensors.items()}
            for content in (module.state_dict(keep_vars=True), views, dict(tensors), module, wrapped, last, double,
                            transposed, wrapped.state_dict(),
                            {"model": wrapped.state_dict(), "optimizer": optimiser.state_dict()},
                            {"epoch": 3, "rate": 0.1, "state_dict": tensors, "best": None, "names": ["a", (True,)]}):
                torch.save(content, self.path("x.pth"), _use_new_zipfile_serialization=not old)
                self.expect("x.pth", tensors)

    def test_refusals(self):
        tensors = random_network()
        for old in True, False:
            def save(content):
                torch.save(content, self.path("x.pth"), _use_new_zipfile_serialization=not old)

            save(torch.nn.Linear(2, 2))
            self.expect_refused("x.pth", "its tensors: bias, weight.")
            save(torch.nn.ReLU())
            self.expect_refused("x.pth", "Python's torch.nn.modules.activation.ReLU")
            save(tensors["features.0.weight"])
            self.expect_refused("x.pth", "no table of tensors")
            save({**tensors, "features.0.bias": torch.arange(64)})
            self.expect_refused("x.pth", "LongStorage")
            save({**tensors, "features.2.weight": tensors["features.2.weight"][:1].expand(64, 64, 3, 3)})
            self.expect_refused("x.pth", "one after another")
            save({**tensors, "features.0.weight": tensors["features.0.weight"][:, :, :, :2].contiguous()})
            self.expect_refused("x.pth", "64x3x3x2")
            save({**tensors, "features.7.bias": torch.full((128,), float("nan"))})
            self.expect_refused("x.pth", "not finite")
            save({**tensors, "classifier.1.weight": torch.zeros(1)})
            self.expect_refused("x.pth", "network=cut-caffe")
            save({key: tensor for key, tensor in tensors.items() if key != "features.7.bias"})
            self.expect_refused("x.pth", "no tensor features.7.bias")
        torch.save(tensors, self.path("x.pth"), pickle_protocol=4)
        self.expect_refused("x.pth", "protocol 4")
        torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), self.path("x.pth"))
        self.expect_refused("x.pth", "TorchScript")

    def test_nothing_is_executed(self):
        class Trap:
            def __reduce__(self):
                return os.system, ("touch " + trap,)

        trap = self.path("sprung")
        for old in True, False:
            torch.save({"features.0.weight": Trap()}, self.path("x.pth"), _use_new_zipfile_serialization=not old)
            self.expect_refused("x.pth", "Python's posix.system")
        self.assertFalse(os.path.exists(trap))

    def test_every_cut_is_refused_or_harmless(self):
        tensors = random_network()
        write_safetensors(self.path("x.safetensors"), tensors)
        torch.save(tensors, self.path("zip.pth"))
        torch.save(tensors, self.path("old.pth"), _use_new_zipfile_serialization=False)
        for name in "x.safetensors", "zip.pth", "old.pth":
            with open(self.path(name), "rb") as file:
                whole = file.read()
            for length in [0, 1, 14, 15, 100, 900, 2000, 5000, len(whole) // 2, len(whole) - 1]:
                with open(self.path("cut"), "wb") as file:
                    file.write(whole[:length])
                self.expect_refused("cut", "The weights file")


if __name__ == "__main__":
    unittest.main()

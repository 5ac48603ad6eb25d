#!/usr/bin/python3
"""The shipped networks against PyTorch, with seeded random weights: the same features, whatever form the weights have.

network_features_test.py NEURAL_STYLE DUMP_FEATURES   (needs PyTorch; ends with 77, for Meson skipped, where it is not)
"""
import csv
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    print("no PyTorch for Python here")
    sys.exit(77)

DUMP = os.path.abspath(sys.argv.pop())
PROGRAM = os.path.abspath(sys.argv.pop())

BLOCKS = {"vgg19": (2, 2, 4, 4, 4), "vgg16": (2, 2, 3, 3, 3)}
CHANNELS = (64, 128, 256, 512, 512)
LAYERS = ("relu4_2", "relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1", "conv1_1", "pool2")
FEW = ("relu3_1", "relu1_1", "relu2_2")  # where it is not the depth that matters
WIDTH, HEIGHT = 45, 38  # odd rows and columns at one pool or another


def layers_of(name):
    """("conv1_1", position among convolutions, ReLUs and pools, out, in) and ("pool1", …) up to conv5_1."""
    position, into, result = 0, 3, []
    for block, count in enumerate(BLOCKS[name.split("-")[0]], 1):
        for number in range(1, count + 1):
            result.append((f"conv{block}_{number}", position, CHANNELS[block - 1], into))
            position, into = position + 2, CHANNELS[block - 1]
            if block == 5:
                return result
        result.append((f"pool{block}", position, into, into))
        position += 1


def random_weights(name, kind=torch.float32, last="conv5_1"):
    generator = torch.Generator().manual_seed(int(name[3:5]))
    weights = {}
    for layer, position, out, into in layers_of(name):
        if layer[4:] > last[4:]:
            break
        if layer.startswith("conv"):
            weight = torch.randn(out, into, 3, 3, generator=generator) * (2 / (9 * into)) ** 0.5
            weights[f"features.{position}.weight"] = weight.to(kind)
            weights[f"features.{position}.bias"] = (torch.randn(out, generator=generator) * 0.1).to(kind)
    return weights


def normalised(name, picture):
    """A picture in 0..1 as the network's authors feed it."""
    if name.endswith("caffe"):
        return 255 * picture.flip(1) - torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    return (picture - mean.view(1, 3, 1, 1)) / deviation.view(1, 3, 1, 1)


def reference(name, weights, picture, padding, pooling):
    """Features by the layers' names, in double precision."""
    maps, x = {}, normalised(name, picture).double()
    for layer, position, _, _ in layers_of(name):
        if layer.startswith("pool"):
            x = maps[layer] = F.max_pool2d(x, 2) if pooling == "max" else F.avg_pool2d(x, 2)
            continue
        if f"features.{position}.weight" not in weights:
            return maps
        weight = weights[f"features.{position}.weight"].double()
        bias = weights[f"features.{position}.bias"].double()
        mode = "constant" if padding == "zero" else padding
        x = maps[layer] = F.conv2d(F.pad(x, (1, 1, 1, 1), mode), weight, bias)
        x = maps[layer.replace("conv", "relu")] = F.relu(x)
    return maps


def raw(tensor):
    return tensor.contiguous().view(torch.int32 if tensor.element_size() == 4 else torch.int16).numpy().tobytes()


def write_safetensors(path, tensors):
    names = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}
    table, at = {}, 0
    for name, tensor in tensors.items():
        end = at + tensor.numel() * tensor.element_size()
        table[name] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [at, end]}
        at = end
    head = json.dumps(table).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(head)) + head)
        for tensor in tensors.values():
            file.write(raw(tensor))


class Features(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.environment = {**os.environ, "XDG_DATA_HOME": self.folder, "TORCH_HOME": "/nowhere"}
        self.environment.pop("NEURAL_STYLE_NETWORKS", None)
        self.picture = torch.rand(1, 3, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(5))
        with open(self.path("picture"), "wb") as file:
            file.write(raw(self.picture))

    def path(self, name):
        return os.path.join(self.folder, name)

    def features(self, name, weights, layers=LAYERS, **more):
        settings = {"network": name, "weights": weights, "loss": "gatys", "content-layers": layers[0],
                    "style-layers": ",".join(layers[1:]), "threads": "2", **more}
        text = ";".join(f"{key}={value}" for key, value in settings.items())
        done = subprocess.run([DUMP, text, self.path("picture"), str(WIDTH), str(HEIGHT)], capture_output=True,
                              env=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return torch.frombuffer(bytearray(done.stdout), dtype=torch.float32)

    def expect_close(self, name, flat, maps, layers=LAYERS, bound=1e-5):
        self.assertEqual(flat.numel(), sum(maps[layer].numel() for layer in layers))
        for layer in layers:
            wanted = maps[layer].flatten()
            got, flat = flat[:wanted.numel()].double(), flat[wanted.numel():]
            error = float((got - wanted).norm() / wanted.norm())
            self.assertGreater(float(wanted.norm()), 0)
            self.assertLess(error, bound, f"{name} {layer}")

    def test_networks_equal_pytorch(self):
        for name in "vgg19", "vgg16", "vgg19-caffe":
            weights = random_weights(name)
            write_safetensors(self.path("w"), weights)
            for padding, pooling in (("reflect", "max"), ("zero", "average"), ("circular", "max"),
                                     ("replicate", "max"))[:4 if name == "vgg19" else 1]:
                self.expect_close(f"{name} {padding} {pooling}",
                                  self.features(name, self.path("w"), padding=padding, pooling=pooling),
                                  reference(name, weights, self.picture, padding, pooling))

    def test_every_form_of_weights_gives_the_same_features(self):
        weights = random_weights("vgg16", last="conv3_1")
        write_safetensors(self.path("s"), weights)
        first = self.features("vgg16", self.path("s"), FEW)
        for old in True, False:
            torch.save(weights, self.path("p"), _use_new_zipfile_serialization=not old)
            self.assertTrue(torch.equal(first, self.features("vgg16", self.path("p"), FEW)))
        for kind in torch.float16, torch.bfloat16:
            rounded = random_weights("vgg16", kind, last="conv3_1")
            maps = reference("vgg16", rounded, self.picture, "reflect", "max")
            write_safetensors(self.path("s"), rounded)
            self.expect_close(f"vgg16 {kind}", self.features("vgg16", self.path("s"), FEW), maps, FEW)
            torch.save(rounded, self.path("p"))
            self.expect_close(f"vgg16 {kind}", self.features("vgg16", self.path("p"), FEW), maps, FEW)

    def write_pictures(self):
        for name, seed in ("content.ppm", 1), ("style.ppm", 2):
            generator = torch.Generator().manual_seed(seed)
            pixels = torch.randint(0, 256, (HEIGHT * WIDTH * 3,), generator=generator, dtype=torch.uint8)
            with open(self.path(name), "wb") as file:
                file.write(b"P6 %d %d 255\n" % (WIDTH, HEIGHT) + pixels.numpy().tobytes())

    def losses(self, network, *more):
        """What the program logs for the weights in the file w, without the times."""
        done = subprocess.run([PROGRAM, self.path("content.ppm"), "--style", self.path("style.ppm"), "--output",
                               self.path("out.ppm"), "--network", network, "--weights", self.path("w"), "--scales", "1",
                               "--content-layers", FEW[0], "--style-layers", ",".join(FEW[1:]), "--iterations", "3",
                               "--threads", "1", "--log", self.path("log.csv"), "--progress", "none", *more],
                              capture_output=True, text=True, env=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.path("log.csv"), newline="") as file:
            return [{key: value for key, value in row.items() if key != "seconds"} for row in csv.DictReader(file)]

    def describe(self, name, changes):
        """A description of one's own: vgg16's with some texts replaced."""
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../data/networks/vgg16.ini")) as file:
            text = file.read().replace("name = vgg16", "name = " + name)
        for before, after in changes.items():
            self.assertIn(before, text)
            text = text.replace(before, after)
        os.makedirs(self.path("neural-style/networks"), exist_ok=True)
        with open(self.path(f"neural-style/networks/{name}.ini"), "w") as file:
            file.write(text)

    def test_every_form_of_weights_gives_the_same_losses(self):
        weights = random_weights("vgg16", last="conv3_1")
        self.write_pictures()
        rows = []
        for form in "safetensors", "zip", "old":
            if form == "safetensors":
                write_safetensors(self.path("w"), weights)
            else:
                torch.save(weights, self.path("w"), _use_new_zipfile_serialization=form == "zip")
            rows.append(self.losses("vgg16"))
        self.assertGreater(float(rows[0][0]["style_loss"]), 0)
        self.assertEqual(rows[0], rows[1])
        self.assertEqual(rows[0], rows[2])

    def test_one_pair_of_weights_suits_every_input_convention(self):
        """The same network fed with 0..1 or 0..255, its biases to match: features differ 64 times, losses do not. With
        gatys, which is the only one of the losses for such networks that is not relative anyway."""
        self.write_pictures()
        weights = random_weights("vgg16", last="conv3_1")
        self.describe("unit", {"0.485 0.456 0.406": "0.5 0.5 0.5", "0.229 0.224 0.225": "0.25 0.25 0.25"})
        self.describe("bytes", {"0.485 0.456 0.406": "128 128 128", "0.229 0.224 0.225": "1 1 1\nmagnitude = 64",
                                "range = 1": "range = 256"})
        write_safetensors(self.path("w"), weights)
        unit = self.losses("unit", "--init", "noise", "--loss", "gatys")[0]
        for name in weights:
            if name.endswith("bias"):
                weights[name] = weights[name] * 64
        write_safetensors(self.path("w"), weights)
        large = self.losses("bytes", "--init", "noise", "--loss", "gatys")[0]
        for key in "content_loss", "style_loss":
            self.assertGreater(float(unit[key]), 0)
            self.assertAlmostEqual(float(large[key]) / float(unit[key]), 1, delta=1e-4)

    def test_rescaling_makes_features_of_order_one(self):
        """The channels' means are 1 on the calibration's pictures, so on noise they are of that order at any depth."""
        weights = random_weights("vgg16")
        for name in weights:
            if name.endswith("weight"):
                weights[name] = weights[name] * 3  # features grow threefold with every layer
        write_safetensors(self.path("w"), weights)
        self.describe("even", {"rescale = no": "rescale = yes"})
        plain, even = (self.features(name, self.path("w")) for name in ("vgg16", "even"))
        maps = reference("vgg16", weights, self.picture, "reflect", "max")
        for layer in LAYERS[:6]:
            count = maps[layer].numel()
            before, after = float(plain[:count].mean()), float(even[:count].mean())
            plain, even = plain[count:], even[count:]
            self.assertGreater(before, 2)
            self.assertGreater(after, 0.3)
            self.assertLess(after, 3)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""Writes the seeds of the fuzzers: the smallest files of every form. Needs PyTorch; run from tests/fuzz."""
import argparse
import json
import os
import pickle
import struct
from collections import OrderedDict

import numpy
import torch

for folder in "safetensors", "zip", "old", "description":
    os.makedirs(os.path.join("corpus", folder), exist_ok=True)


def write(name, content):
    with open(os.path.join("corpus", name), "wb") as file:
        file.write(content)


tensors = OrderedDict(w=torch.ones(2, 1, 3, 3), b=torch.zeros(2), h=torch.ones(3).half(), f=torch.ones(2).bfloat16())
shared = torch.arange(6.0)
contents = {
    "plain": tensors,
    "checkpoint": {"epoch": 1, "state_dict": {"v": shared[:4].view(2, 2), "u": shared[4:]}, "rate": 0.5, "x": [None, True]},
    "parameter": torch.nn.Linear(2, 1).state_dict(keep_vars=True),
    "whole": torch.nn.Sequential(torch.nn.Conv2d(1, 1, 1)),
    "beside": {"model": {"module.0.weight": torch.ones(2, 3, 3, 3).double().contiguous(memory_format=torch.channels_last),
                         "module.0.bias": torch.ones(2).half()},
               "args": argparse.Namespace(rate=0.1), "score": numpy.float64(0.7), "set": {1}},
}
for name, content in contents.items():
    torch.save(content, os.path.join("corpus", "zip", name))
    if name != "whole":  # for the older form writes the source of PyTorch's classes too
        torch.save(content, os.path.join("corpus", "old", name), _use_new_zipfile_serialization=False)

# As Python 2 pickled the first converted networks.
tensor = b"ctorch._utils\n_rebuild_tensor\n((U\x07storageU\x01kctorch\nFloatStorage\nU\x010U\x03cpuK\x01NtQK\x00(K\x01t(K\x01ttR"
tensor = tensor.replace(b"U\x01kctorch", b"ctorch")
write("old/python2", b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." + b"\x80\x02M\xe9\x03."
      + pickle.dumps({"protocol_version": 1001, "little_endian": True}, protocol=2)
      + b"\x80\x02ccollections\nOrderedDict\n(](](U\x01w" + tensor + b"eetR." + pickle.dumps(["0"], protocol=2)
      + struct.pack("<qf", 1, 1.0))

table = json.dumps({"__metadata__": {"format": "pt"},
                    "w": {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]},
                    "h": {"dtype": "F16", "shape": [2], "data_offsets": [8, 12]},
                    "i": {"dtype": "I64", "shape": [], "data_offsets": [12, 20]}}).encode()
write("safetensors/plain", struct.pack("<Q", len(table)) + table + bytes(20))
write("safetensors/empty", struct.pack("<Q", 2) + b"{}")

write("description/tiny", b"""[network]
name = tiny
title = T
loss = l
files = a.pth
[layers]
sequence = conv1_1:4 pool1 conv2_1:8
weight-key = f.{position}.w
bias-key = f.{count}.{name}
[input]
range = 255
order = bgr
mean = 1 2 3
deviation = 4 5 6
[loss l]
content-layers = relu2_1
style-layers = conv_1, pool1:0.5
[source s]
url = https://x
format = pytorch
size = 5
sha256 = 01234567
[foreign-keys]
a = b
""")

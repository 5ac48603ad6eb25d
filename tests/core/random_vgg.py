"""Networks of VGG's form with seeded random weights, written as safetensors with torchvision's names."""
import json
import struct

import numpy

VGG19 = [64, 64, "pool", 128, 128, "pool", 256]  # up to conv3_1, which is as far as the loss `tutorial` looks
NARROW = [16, 16, "pool", 32, 32, "pool", 64]


def weights(sequence, seed=19):
    """name -> array; He's deviations, so that features keep their size from layer to layer."""
    random = numpy.random.default_rng(seed)
    tensors, channels, position = {}, 3, 0
    for item in sequence:
        if item == "pool":
            position += 1
            continue
        tensors[f"features.{position}.weight"] = random.normal(
            0, (2 / (9 * channels)) ** 0.5, (item, channels, 3, 3)).astype(numpy.float32)
        tensors[f"features.{position}.bias"] = random.normal(0, 0.1, item).astype(numpy.float32)
        channels, position = item, position + 2
    return tensors


def write_safetensors(path, tensors):
    head, at = {}, 0
    for name, tensor in tensors.items():
        head[name] = {"dtype": "F32", "shape": tensor.shape, "data_offsets": [at, at + tensor.nbytes]}
        at += tensor.nbytes
    text = json.dumps(head).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(tensor.tobytes())


def write_description(path, sequence):
    """A network description for such weights, named by its file."""
    names, block, index = [], 1, 1
    for item in sequence:
        if item == "pool":
            names.append(f"pool{block}")
            block, index = block + 1, 1
        else:
            names.append(f"conv{block}_{index}:{item}")
            index += 1
    count = sum(item != "pool" for item in sequence)
    with open(path, "w") as file:
        file.write(f"""[network]
name = {path.stem}
title = {path.stem}
loss = tutorial
[layers]
sequence = {" ".join(names)}
weight-key = features.{{position}}.weight
bias-key = features.{{position}}.bias
[input]
range = 1
order = rgb
mean = 0.485 0.456 0.406
deviation = 0.229 0.224 0.225
[loss tutorial]
content-layers = conv_{min(4, count)}
style-layers = {", ".join(f"conv_{i + 1}" for i in range(count))}
""")

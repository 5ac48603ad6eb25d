"""The teacher (VGG-16) and students of the same form with fewer channels, as chains of 3×3 convolutions."""
import torch
import torch.nn.functional as functional

from training.tensors import read_tensors

# conv1_1 … conv5_1 of VGG: convolutions a block, and their places in torchvision's list, which name the tensors of a file.
BLOCKS = (2, 2, 3, 3, 1)
POSITIONS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24)
FIRST_OF_BLOCK = {sum(BLOCKS[:block]) for block in range(1, len(BLOCKS))}
TAPS = {0: "relu1_1", 2: "relu2_1", 4: "relu3_1", 7: "relu4_1", 8: "relu4_2", 10: "relu5_1"}  # by convolution
STYLE = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT = "relu4_2"

# The teacher saw bytes in the order blue, green, red with this mean taken off. Divided by about their deviation, inputs,
# weights and features of a student are about 1. A chain of convolutions and ReLUs keeps such a factor, so the teacher's
# features are smaller by it then.
MEAN = torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)
DEVIATION = 58


def as_input(pictures):
    """Pictures in 0..1, red first (n × 3 × height × width), as networks here see them."""
    return (255 * pictures.flip(1) - MEAN.to(pictures.device)) / DEVIATION


def convolved(maps, weight, bias):
    """A 3×3 convolution that sees the map mirrored beyond its edges, as the program does by default."""
    return functional.conv2d(functional.pad(maps, (1, 1, 1, 1), mode="reflect"), weight, bias)


def features(pictures, layers):
    """The rectified maps of TAPS by name; `layers` is a list of (weight, bias), `pictures` are in 0..1."""
    maps, found = as_input(pictures).to(layers[0][0].dtype), {}
    for index, (weight, bias) in enumerate(layers):
        if index in FIRST_OF_BLOCK:
            maps = functional.max_pool2d(maps, 2)
        maps = functional.relu(convolved(maps, weight, bias))
        if index in TAPS:
            found[TAPS[index]] = maps
    return found


def read_teacher(path, device, number_type):
    """VGG-16's convolutions up to conv5_1 from the file that tools/real-network installs. Features are divided by
    DEVIATION, as the input is. Raises KeyError for another network's file."""
    tensors = read_tensors(path)
    return [(tensors[f"features.{place}.weight"].to(device, number_type, memory_format=torch.channels_last),
             (tensors[f"features.{place}.bias"] / DEVIATION).to(device, number_type)) for place in POSITIONS]

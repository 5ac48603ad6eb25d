#!/usr/bin/python3
"""Prints the response scales of the built-in bank: 1 / deviation of each kind of filter on photographs.

    tools/bank_scales.py PICTURE...          (Debian packages: python3-torch python3-numpy python3-pil)

The constants in core/src/encoders/bank_encoder.cpp were computed from the photographs of Debian's mate-backgrounds:
/usr/share/backgrounds/mate/nature/*.jpg, each brought to a longest edge of 192 pixels.
"""
import sys

import numpy as np
import torch
from PIL import Image

ACROSS, ALONG = 1.1, 1.7
OPPONENT = torch.tensor([[.577, .577, .577], [.707, -.707, 0], [.408, .408, -.816]])
MEAN, DEVIATION = torch.tensor([.485, .456, .406]), torch.tensor([.229, .224, .225])


def kinds():
    """The three kinds of filters in one list: first derivatives, second derivatives, Gaussian."""
    y, x = np.mgrid[-3:4, -3:4].astype(float)
    first, second = [], []
    for i in range(6):
        t = np.pi * i / 6
        u, v = x * np.cos(t) + y * np.sin(t), y * np.cos(t) - x * np.sin(t)
        g = np.exp(-(u ** 2 / (2 * ACROSS ** 2) + v ** 2 / (2 * ALONG ** 2)))
        s = (u ** 2 / ACROSS ** 2 - 1) * g
        s -= s.mean()
        first.append(u * g / np.abs(u * g).sum() * 2)
        second.append(s / np.abs(s).sum() * 2)
    blur = np.exp(-(x ** 2 + y ** 2) / 2)
    return [torch.tensor(np.stack(f), dtype=torch.float32)[:, None] for f in (first, second, [blur / blur.sum()])]


def load(path):
    picture = Image.open(path).convert('RGB')
    picture.thumbnail((192, 192), Image.LANCZOS)
    return torch.from_numpy(np.array(picture)).float() / 255


def main():
    pictures = [((load(path) - MEAN) / DEVIATION) @ OPPONENT.T for path in sys.argv[1:]]
    light = [p[None, None, :, :, 0] for p in pictures]
    first_layer = [1 / float(torch.cat([torch.nn.functional.conv2d(p, f).flatten() for p in light]).std()) for f in kinds()]
    print('second layer:')
    for kind in (0, 1):
        scales = []
        for second in kinds()[:2]:
            seen = []
            for p in light:
                strength = torch.nn.functional.conv2d(p, kinds()[kind]).abs() * first_layer[kind]
                halved = torch.nn.functional.avg_pool2d(strength, 2).transpose(0, 1)
                seen.append(torch.nn.functional.conv2d(halved, second).flatten())
            scales.append(1 / float(torch.cat(seen).std()))
        print('    {%s},  // of %s derivatives' % (', '.join('%.4fF' % s for s in scales), ('first', 'second')[kind]))
    print('first layer:')
    for colour, name in enumerate(('light', 'red against green', 'blue against yellow')):
        scales = []
        for filters in kinds():
            responses = [torch.nn.functional.conv2d(p[None, None, :, :, colour], filters).flatten() for p in pictures]
            scales.append(1 / float(torch.cat(responses).std()))
        print('    {%s},  // %s' % (', '.join('%.4fF' % s for s in scales), name))


if __name__ == '__main__':
    main()

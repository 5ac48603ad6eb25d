"""Pen and ink: layers of short lines, crossed where it is dark, over thin washes of two tints."""
import numpy as np

from painting.fields import blur, colour, noise, smooth
from painting.shapes import Stencil, over
from painting.town import town

PAPER, INK = colour("#f6edd8"), colour("#221a1c")
TURNS = (0.0, 0.75, -0.6, 1.5)   # of each layer against the thing's own direction
DARKER = (0.72, 0.46, 0.28, 0.15)  # a layer's lines go where the tone is below this


def paint(width, height, rng):
    unit = height / 480
    scene = town(width, height, rng)
    tone = smooth(0.02, 0.80, scene.tone() + 0.05 * scene.noise(0.05, 2))
    tone = np.where(scene.v < 0.4, tone * 0.55 + 0.42, tone)
    picture = np.zeros((height, width, 3), np.float32) + PAPER * (1 + 0.02 * noise(rng, width, height, 3 * unit, 2)[..., None])

    # Washes: the things' own colours, thin, not quite inside their lines.
    loose = np.roll(blur(scene.colours, 3 * unit), (int(2 * unit), int(3 * unit)), (0, 1))
    pools = 0.45 + 0.22 * scene.noise(0.12, 3)
    picture *= 1 - np.clip(pools, 0.1, 0.8)[..., None] * (1 - loose)

    pen = Stencil(width, height)
    for turn, darker in zip(TURNS, DARKER):
        spacing = 3.0 * unit
        xs, ys = np.meshgrid(np.arange(0, width, spacing * 2.2), np.arange(0, height, spacing))
        places = np.stack([xs.ravel(), ys.ravel()], 1) + rng.uniform(-1, 1, (xs.size, 2)) * spacing * (1, 0.45)
        for x, y in places:
            row, column = min(max(int(y), 0), height - 1), min(max(int(x), 0), width - 1)
            lack = darker - tone[row, column]
            if lack < rng.normal(0, 0.03):
                continue
            angle = scene.angles[row, column] + turn + rng.normal(0, 0.07)
            half = rng.uniform(4.5, 9) * unit
            t = np.linspace(-1, 1, 6)
            bow = rng.normal(0, 0.8) * unit * (1 - t * t)
            points = np.stack([x + half * t * np.cos(angle) - bow * np.sin(angle), y + half * t * np.sin(angle) + bow
                               * np.cos(angle)], 1)
            pen.ribbon(points, (0.55 + 1.3 * min(lack, 0.6)) * unit * np.array([0.4, 1, 1.1, 1, 0.8, 0.3]))
    over(picture, np.clip(pen.mask() * 1.1, 0, 0.9), INK)

    # Outlines by a pen that skips.
    borders = blur(scene.borders().astype(np.float32), 0.7 * unit) * 2.4
    weight = smooth(-0.5, 0.4, noise(rng, width, height, 26 * unit, 2))
    over(picture, np.clip(borders * (0.25 + 0.75 * weight), 0, 0.92), INK)
    return picture

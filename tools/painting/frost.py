"""Ice on a window before sunrise: ferns that branch and branch again, crystals between them."""
import numpy as np

from painting.cells import cells
from painting.fields import blur, colour, grid, noise, ramp, smooth
from painting.shapes import Stencil

GENERATIONS = 3


def paint(width, height, rng):
    unit = height / 480
    x, y = grid(width, height)
    u, v = (x - width / 2) / height, y / height
    dawn = np.clip(v * 1.05 + 0.10 * noise(rng, width, height, 200 * unit, 3), 0, 1)
    picture = ramp(dawn, ["#0a1740", "#143a7a", "#2f6fb0", "#7fa8d0", "#e8a68a", "#f4c47a", "#6a4f86"])
    trees = v > 0.86 - 0.12 * np.abs(noise(rng, width, height, 30 * unit, 3)) - 0.03 * np.sin(5 * u)
    picture = blur(np.where(trees[..., None], colour("#1a2450"), picture), 4 * unit)

    # A breath of fine ice everywhere, cut into crystals that each reflect in their own way.
    sites = rng.uniform(0, 1, (900, 2)) * (width, height)
    _, owner, border = cells(width, height, sites, None, 30 * unit, 0, 1)
    glint = rng.normal(0, 1, len(sites))[owner]
    turn = rng.uniform(0, np.pi, len(sites))[owner]
    stripes = np.sin(2 * np.pi * (x * np.cos(turn) + y * np.sin(turn)) / (5.5 * unit))
    ice = 0.17 + 0.08 * glint + 0.06 * stripes
    picture = picture + np.clip(ice, 0, 0.5)[..., None] * (colour("#cfe4f7") - picture)
    picture += (0.22 * np.exp(-(border / (1.1 * unit)) ** 2))[..., None]

    for layer, (count, size, light) in enumerate(((16, 110, 0.6), (12, 160, 0.8), (9, 270, 1.0))):
        fern = Stencil(width, height)
        for k in range(count):
            side = k % 4
            along = rng.uniform(0, 1)
            start = [(along * width, height), (0, height * along), (width, height * along), (along * width, 0)][side]
            if layer < 2 and rng.uniform() < 0.6:
                start = (rng.uniform(0, width), rng.uniform(0, height))
            inward = np.arctan2(height / 2 - start[1], width / 2 - start[0])
            _branch(fern, start, inward + rng.normal(0, 0.6), size * unit * rng.uniform(0.6, 1.2), 0, rng,
                    unit * (0.85 + 0.25 * light))
        shape = fern.mask()
        thick = np.clip(shape + 0.35 * blur(shape, 1.2 * unit) + 0.12 * blur(shape, 6 * unit), 0, 1.5)
        slope_y, slope_x = np.gradient(blur(thick, 0.8 * unit))
        # Thick ice stops the light, its upper edges shine, and below it everything is a little darker.
        picture *= (1 - 0.32 * np.clip(np.roll(blur(shape, 2 * unit), int(3 * unit), 0), 0, 1))[..., None]
        frosted = ramp(dawn, ["#8fb8e8", "#b9d9f4", "#e4f2fb", "#ffffff", "#ffeede", "#fff2d0", "#d9cfe8"])
        picture += (np.clip(0.72 * thick, 0, 1) * light)[..., None] * (frosted - picture)
        picture += 0.4 * (slope_x + slope_y)[..., None] * light
    sparks = smooth(0.95, 1.1, noise(rng, width, height, 2.4 * unit, 2))
    return np.clip(picture + 0.5 * sparks[..., None], 0, 1)


def _branch(fern, start, heading, length, generation, rng, unit):
    """A frond that curls, with smaller ones to both sides, at the sixty degrees of ice."""
    steps = max(int(length / ((9.5, 7.5, 5)[generation] * unit)), 4)
    curl = rng.normal(0, 1.1) if generation == 0 else rng.choice([-1, 1]) * 0.35
    points, x, y = [start], *start
    for k in range(steps):
        heading += curl / steps * (1 + 1.5 * k / steps)
        x, y = x + length / steps * np.cos(heading), y + length / steps * np.sin(heading)
        points.append((x, y))
        if generation < GENERATIONS - 1 and k > 0:
            rest = (1 - k / steps) ** 0.75
            for sign in (-1, 1):
                reach = length * (0.44 if generation == 0 else 0.30) * rest * rng.uniform(0.7, 1.1)
                if reach > 3 * unit:
                    _branch(fern, (x, y), heading + sign * np.pi / 3, reach, generation + 1, rng, unit)
    widths = np.linspace((3.4, 1.7, 1.1)[generation], 0.6, len(points)) * unit
    fern.ribbon(np.array(points), widths)

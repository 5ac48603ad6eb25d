"""Batik: fish and water weeds drawn in hot wax, the cloth dyed again and again, dye in the cracks of the wax."""
import numpy as np

from painting.cells import cells
from painting.fields import blur, colour, grid, noise, ramp, smooth
from painting.shapes import Stencil, leaf, over

CLOTH, INDIGO = colour("#f3e4bf"), colour("#131d42")
# Where each swims, its half length, its heading, the dyes of its body.
FISH = [(0.27, 0.33, 118, 0.25, ["#e8a02a", "#d9501f", "#9c1f2a"]), (0.68, 0.24, 84, 2.75, ["#f0c84a", "#d9782a"]),
        (0.70, 0.66, 128, 3.35, ["#d9385a", "#e8a02a", "#c9401f"]), (0.22, 0.76, 84, -0.2, ["#7fc4a4", "#e8d06a"])]


def paint(width, height, rng):
    unit = height / 480
    x, y = grid(width, height)
    picture = np.zeros((height, width, 3), np.float32)
    flow = noise(rng, width, height, 190 * unit, 3)
    picture[:] = ramp(np.clip(0.5 + 0.55 * flow + 0.25 * (y / height - 0.5), 0, 1),
                      ["#1c2f7a", "#1f5f8f", "#2a8f8f", "#7a3f86", "#a82f5a"])

    def dye(stencil, stops, cell=50):
        pools = noise(rng, width, height, cell * unit, 3)
        over(picture, stencil.mask(), ramp(np.clip(0.5 + 0.6 * pools, 0, 1), stops))

    wax = Stencil(width, height)  # what stays the cloth's own colour
    # Rings of dots and waves fill the ground.
    for row, base in enumerate(np.arange(12, 490, 23)):
        t = np.arange(-10, width / unit + 10, 6.0)
        line = base + 7 * np.sin(t / 27 + row * 1.7) + 4 * np.sin(t / 61 + row)
        if row % 2:
            wax.ribbon(np.stack([t, line], 1) * unit, unit * (1.7 + 0.7 * np.sin(t / 13)))
        else:
            for a, b in zip(t[::2], line[::2]):
                wax.disc(a * unit, b * unit, rng.uniform(1.5, 2.6) * unit)
    for k in range(15):
        _weed(picture, wax, dye, width, height, rng, unit, (k + rng.uniform(0.1, 0.9)) / 15 * width)
    for cx, cy, size, turn, stops in FISH:
        _fish(picture, wax, dye, width, height, unit, np.array([cx * width, cy * height]), size * unit, turn, stops)
    over(picture, np.clip(wax.mask(), 0, 1), CLOTH * (1 + 0.06 * flow[..., None]))

    # Cracks: the wax was folded, and the last dye ran along the folds.
    sites = rng.uniform(0, 1, (170, 2)) * (width, height)
    bent_x = x + 5 * unit * noise(rng, width, height, 18 * unit, 3)
    bent_y = y + 5 * unit * noise(rng, width, height, 18 * unit, 3)
    border = cells(width, height, sites, None, 48 * unit, 0, 0)[2]
    border = border[np.clip(bent_y.astype(int), 0, height - 1), np.clip(bent_x.astype(int), 0, width - 1)]
    open_cracks = smooth(-0.35, 0.5, noise(rng, width, height, 80 * unit, 2))
    cracks = np.exp(-(border / (1.5 * unit)) ** 2) * open_cracks
    fine = np.abs(noise(rng, width, height, 40 * unit, 4))
    cracks = np.clip(cracks + 0.7 * np.exp(-(fine / 0.018) ** 2) * smooth(-0.2, 0.6, noise(rng, width, height, 120 * unit, 2)),
                     0, 1)
    over(picture, 0.78 * cracks + 0.14 * blur(cracks, 3 * unit), INDIGO)
    weave = 0.03 * (np.sin(2 * np.pi * x /
                           (2.4 * unit)) + np.sin(2 * np.pi * y /
                                                  (2.4 * unit))) + 0.05 * noise(rng, width, height, 3 * unit, 2)
    return np.clip(picture * (1 + weave)[..., None], 0, 1)


def _weed(picture, wax, dye, width, height, rng, unit, foot):
    """A stem that sways up from the bottom with leaves to both sides; cleared with a dark edge first."""
    t = np.linspace(0, 1, 30)
    tall, sway, start = rng.uniform(130, 330) * unit, rng.uniform(10, 26) * unit, rng.uniform(0, 6)
    stem = np.stack([foot + sway * np.sin(5 * t + start), height + 10 - tall * t], 1)
    body, edge = Stencil(width, height), Stencil(width, height)
    for k, at in enumerate(stem[2::2]):
        outline, vein = leaf(rng.uniform(24, 40) * unit, 13 * unit, 0.3, -np.pi / 2 + (0.8 if k % 2 else -0.8))
        edge.line(np.concatenate([outline, outline[:1]]) + at, 4.4 * unit)
        body.polygon(outline + at)
        wax.line(vein[3:-5] + at, 1.2 * unit)
    edge.line(stem, 6 * unit)
    body.line(stem, 2.6 * unit)
    over(picture, edge.mask(), INDIGO)
    dye(body, [["#2f8f5a", "#a8b83f"], ["#d9a02a", "#b8501f"], ["#3f9c9c", "#c9d98a"]][rng.integers(3)])


def _fish(picture, wax, dye, width, height, unit, place, size, turn, stops):
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    flip = np.array([1, -1 if np.cos(turn) < 0 else 1])

    def set_down(points):
        return place + size * (np.asarray(points, float) * flip) @ rotation

    t = np.linspace(0, 1, 50)
    half = 0.40 * np.sin(np.pi * t ** 0.72) ** 0.85 * (1 - 0.25 * t)
    spine = np.stack([1 - 1.75 * t, 0.08 * np.sin(5 * t)], 1)
    outline = np.concatenate([spine + np.stack([0 * t, half], 1), (spine - np.stack([0 * t, half], 1))[::-1]])
    tail = [(-0.68, 0), (-1.02, -0.42), (-1.25, -0.40), (-1.02, 0.0), (-1.25, 0.42), (-1.02, 0.40)]
    fins = [[(0.35, -0.36), (0.0, -0.66), (-0.45, -0.55), (-0.40, -0.20)],
            [(0.2, 0.36), (-0.05, 0.62), (-0.3, 0.56), (-0.25, 0.28)]]
    dark, body, light = Stencil(width, height), Stencil(width, height), Stencil(width, height)
    for part in (tail, *fins, outline):
        closed = set_down(np.concatenate([part, part[:1]]))
        dark.line(closed, 13 * unit)
        dark.polygon(closed)
        light.line(closed, 5 * unit)
        light.polygon(closed)
        body.polygon(closed)
    over(picture, dark.mask(), INDIGO)
    over(picture, light.mask(), CLOTH)
    dye(body, stops, 34)
    # What lies below is hidden: its wax is scraped off here, then the fish gets its own.
    for part in (tail, *fins, outline):
        wax.polygon(set_down(part), 0)
        wax.line(set_down(np.concatenate([part, part[:1]])), 3.2 * unit)
    for k in np.arange(-0.52, 0.50, 0.155):
        reach = np.interp(k, spine[::-1, 0], half[::-1]) - 0.06
        for j in np.arange(-reach + 0.05, reach, 0.15):
            arc = np.linspace(-1.3, 1.3, 9)
            centre = np.array([k, j + 0.08 * np.sin(5 * (1 - k) / 1.75)])
            wax.line(set_down(centre + 0.082 * np.stack([-np.cos(arc), np.sin(arc)], 1)), 1.8 * unit)
            wax.disc(*set_down([centre + (0.01, 0)])[0], 1.8 * unit)
    wax.line(set_down([(0.58 - 0.1 * np.cos(a), 0.30 * np.sin(a)) for a in np.linspace(-1.2, 1.2, 12)]), 3 * unit)
    for a in np.linspace(-0.34, 0.34, 6):
        wax.line(set_down([(-0.74, a * 0.3), (-1.14, a)]), 1.8 * unit)
    eye = set_down([(0.76, -0.07)])[0]
    for radius, tone in ((0.105, 1), (0.075, 0), (0.04, 1)):
        wax.disc(*eye, radius * size, tone)

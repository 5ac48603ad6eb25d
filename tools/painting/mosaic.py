"""A floor of small stones: a sun with petals over waves, stones laid along the shapes, dark mortar between."""
import numpy as np

from painting.cells import cells, scattered
from painting.fields import blur, colour, grid, noise, ramp


def paint(width, height, rng):
    unit = height / 480
    x, y = grid(width, height)
    u, v = (x - width / 2) / height, y / height

    # The sun: rings and petals around a middle.
    cu, cv = 0.24, 0.36
    r, a = np.hypot(u - cu, v - cv), np.arctan2(v - cv, u - cu)
    petals = 0.205 + 0.055 * np.abs(np.cos(4.5 * a)) ** 0.7
    far = 0.30 + 0.05 * np.abs(np.sin(4.5 * a)) ** 0.6
    scene = np.zeros((height, width, 3), np.float32)
    angles = a + np.pi / 2

    # Sky: bands around the sun, lapis to turquoise, with threads of gold.
    ring = np.sin(34 * r + 1.2 * noise(rng, width, height, 130 * unit, 2))
    scene[:] = ramp(np.clip(0.5 + 0.45 * ring - 0.35 * (r - 0.4), 0, 1), ["#0c1c52", "#173a8c", "#2269b3", "#3fa3bf"])
    scene[(np.sin(17 * r + 2.2 * np.cos(3 * a)) > 0.93) & (r > 0.36)] = colour("#e9b83c")
    scene[r < far] = colour("#f2e3b6")
    scene[r < far - 0.022] = colour("#7d1626")
    inside = r < petals
    scene[inside] = ramp(np.clip(r / 0.25, 0, 1), ["#fff0b0", "#f9cf3f", "#f0962a", "#d8431f", "#a31d20"])[inside]
    scene[(r < 0.105) & (r > 0.085)] = colour("#7d1626")
    scene[r < 0.085] = ramp(r / 0.085, ["#ffffff", "#ffe98a", "#f3b229"])[r < 0.085]

    # A second, smaller flower.
    du, dv = u + 0.43, v - 0.27
    r2, a2 = np.hypot(du, dv), np.arctan2(dv, du)
    flower = r2 < 0.10 + 0.035 * np.abs(np.cos(3 * a2))
    angles = np.where(r2 < 0.2, a2 + np.pi / 2, angles)
    scene[flower] = ramp(r2 / 0.13, ["#f7d24a", "#f4f0e2", "#e59ab0", "#b43a6b"])[flower]

    # Waves below, each in front of the last, white along their crests.
    for k, stops in enumerate([["#f6f1dc", "#8fd0c6", "#2c8f9c", "#145a78"], ["#f6f1dc", "#79b98a", "#2d7d58", "#144a3c"],
                               ["#f6f1dc", "#e6b566", "#b8702c", "#6e351b"]]):
        line = 0.66 + 0.12 * k + 0.045 * np.sin((7 + 2 * k) * u + 2.1 * k) + 0.012 * np.sin(23 * u + k)
        depth = v - line
        under = depth > 0
        slope = np.gradient(line, axis=1) * height
        scene[under] = ramp(np.clip(depth / 0.11 + 0.08 * np.sin(90 * depth), 0, 1), stops)[under]
        angles = np.where(under, np.arctan(slope), angles)

    size = 9.5 * unit
    sites, owner, border = cells(width, height, scattered(rng, width, height, size), angles, size, 1, 9)
    columns = np.clip(sites[:, 0].astype(int), 0, width - 1)
    rows = np.clip(sites[:, 1].astype(int), 0, height - 1)
    stones = blur(scene, 2 * unit)[rows, columns] * (1 + rng.normal(0, 0.13, (len(sites), 1)))
    stones += rng.normal(0, 0.035, stones.shape)
    picture = stones[owner]

    # Each stone leans its own way in the light; mortar lies lower.
    lean = rng.normal(0, 1, (len(sites), 2))
    offset = np.stack([x, y], 2) - sites[owner]
    picture = picture * (1 + 0.028 / unit * (lean[owner] * offset).sum(2) + 0.05 * noise(rng, width, height, 3, 1))[..., None]
    edge = np.clip((border - 1.0 * unit) / (1.2 * unit), 0, 1)
    slope_y, slope_x = np.gradient(np.clip(border / (4 * unit), 0, 1))
    picture = picture + 0.35 * (slope_x + slope_y)[..., None]
    mortar = (colour("#2a241f") * (1 + 0.2 * noise(rng, width, height, 2, 1)[..., None]))
    return np.clip(mortar * (1 - edge[..., None]) + picture * edge[..., None], 0, 1)

"""A town on a hill above a river, with trees and a tower; painted by several styles."""
import numpy as np

from painting.fields import colour, ramp
from painting.scenes import Scene

WALLS = ["#f2d9a8", "#e8b58a", "#d98a6a", "#f4ead0", "#c9b9a4", "#e4a05a"]
ROOFS = ["#a8402a", "#c25a34", "#8a3428", "#7a4a3a"]


def town(width, height, rng, walls=WALLS, roofs=ROOFS, sky=("#3f7fb9", "#8fbcd9", "#f4e0b8")):
    scene = Scene(width, height, rng)
    u, v = scene.u, scene.v
    scene.put(v < 2, ramp(v / 0.5, list(sky)), 0.15 * scene.noise(0.3, 1))
    for _ in range(9):
        cu, cv, size = rng.uniform(-0.7, 0.7), rng.uniform(0.03, 0.26), rng.uniform(0.05, 0.12)
        bumps = 1 + 0.3 * np.sin(5 * np.arctan2(v - cv, u - cu) + cu * 9) + 0.2 * scene.noise(0.05, 2)
        d = np.hypot((u - cu) / 1.7, (v - cv) * 1.2) / (size * bumps)
        shades = ramp(np.clip(0.5 - (v - cv) / size * 0.5, 0, 1), ["#b9a4b4", "#f2ddc8", "#fff9ee"])
        scene.put((d < 1) & (v < cv + 0.35 * size), shades, 0.6 * np.sin(9 * u))
    for k, stops in enumerate((["#6f86b4", "#8fa4c4"], ["#5f8a8f", "#86ac94"])):
        line = 0.33 + 0.05 * k + 0.06 * np.sin(3.2 * u + 2.4 * k + 0.7) + 0.02 * np.sin(9 * u)
        scene.put(v > line, ramp(0.5 + 0.5 * scene.noise(0.12), stops), 0.3 * np.cos(3.2 * u))

    hill = 0.60 - 0.26 * np.exp(-((u - 0.12) / 0.34) ** 2)
    grass = ramp(0.5 + 0.3 * np.sin(40 * (v - hill)) + 0.35 * scene.noise(0.08), ["#2a4f34", "#5f8a3f", "#a9b454"])
    scene.put(v > hill, grass, 0.5 * np.sin(3 * u))
    _tower(scene, 0.15, 0.40, roofs)
    order = []
    for row in range(6):
        for cu in np.arange(-0.72, 0.72, 0.105) + rng.uniform(-0.04, 0.04) + 0.05 * (row % 2):
            base = 0.43 + 0.065 * row + rng.uniform(-0.012, 0.012)
            if base > 0.60 - 0.24 * np.exp(-((cu - 0.12) / 0.36) ** 2) + 0.03:
                order.append((base, cu + rng.uniform(-0.02, 0.02)))
    for base, cu in sorted(order):
        if rng.uniform() < 0.2:
            _tree(scene, cu, base, rng.uniform(0.04, 0.065))
        else:
            _house(scene, cu, base, rng.uniform(0.085, 0.125), rng.uniform(0.06, 0.10), rng.choice(walls), rng.choice(roofs))

    # The river with its reflections, a bank with bushes before it.
    water = v > 0.80 + 0.012 * np.sin(6 * u)
    mirror = scene.colours[np.clip(((1.60 - v) * height).astype(int), 0, height - 1),
                           np.clip(((u + 0.01 * np.sin(170 * v)) * height + width / 2).astype(int), 0, width - 1)]
    ripple = np.sin(190 * np.sqrt(np.clip(v - 0.75, 0.001, 1)) + 2.5 * scene.noise(0.2, 2))
    river = mirror * 0.62 * (1 + 0.22 * ripple[..., None]) + 0.34 * ramp(0.5 + 0.5 * ripple, ["#1f4a74", "#4f8fae", "#cfe0d4"])
    scene.put(water, river, 0.03 * ripple)
    for _ in range(26):
        _tree(scene, rng.choice([-1, 1]) * rng.uniform(0.25, 0.75), rng.uniform(0.93, 1.08), rng.uniform(0.05, 0.09))
    return scene


def _house(scene, cu, base, wide, high, wall, roof):
    """A front with rows of windows, a gable or a roof's slope above it, one wall in the shade."""
    u, v, rng = scene.u, scene.v, scene.rng
    wall, roof = colour(wall), colour(roof)
    side = cu + wide * 0.2
    inside = (np.abs(u - cu) < wide / 2) & (v < base + 0.06) & (v > base - high)
    light = np.where((u > side)[..., None], wall * colour("#8f86a8"), wall * (1 + 0.08 * scene.noise(0.02, 2)[..., None]))
    scene.put(inside, light, 1.5)
    slant = rng.uniform(0.45, 0.75)
    over = (v - (base - high - 0.045)) / 0.045
    tiles = roof * (1 + 0.22 * np.sign(np.sin(240 * v))[..., None] * 0.7)
    shape = (over > 0) & (over < 1.12) & (np.abs(u - cu) < wide / 2 * (slant + (1.12 - slant) * over))
    scene.put(shape, np.where((u > side)[..., None], tiles * 0.62, tiles), 0.1)
    scene.put((np.abs(u - cu - wide * 0.25) < 0.007) & (over > -0.35) & (over < 0.3), roof * 0.8, 1.5)
    for row in np.arange(base - high + 0.016, base, 0.036):
        for column in np.linspace(-0.32, 0.32, max(int(wide / 0.03), 2)):
            if rng.uniform() < 0.85:
                du, dv = u - cu - column * wide, v - row
                pane = (du > -0.0065) & (du < 0.0065) & (dv > 0) & (dv < 0.021)
                scene.put(pane, colour(rng.choice(["#2a3448", "#3f5a74", "#f4cf6a"])), 1.5)


def _tower(scene, cu, base, roofs):
    u, v = scene.u, scene.v
    body = (np.abs(u - cu) < 0.034) & (v > base - 0.22) & (v < base + 0.08)
    scene.put(body, np.where((u > cu + 0.008)[..., None], colour("#a8927f"), colour("#f0dcb4")), 1.5)
    spire = (v > base - 0.34) & (v < base - 0.215) & (np.abs(u - cu) < 0.042 * (v - base + 0.34) / 0.125)
    scene.put(spire, np.where((u > cu)[..., None], colour(roofs[2]) * 0.7, colour(roofs[1])), 1.3)
    for dv in (-0.17, -0.09, -0.01):
        scene.put((np.abs(u - cu + 0.012) < 0.008) & (np.abs(v - base - dv) < 0.018), colour("#3a3440"), 1.5)


def _tree(scene, cu, base, size):
    u, v = scene.u, scene.v
    r = np.hypot(u - cu, (v - base + size * 0.9) / 1.35) / size + 0.2 * scene.noise(0.03, 2)
    light = 0.5 - 0.35 * (u - cu) / size - 0.3 * (v - base + size) / size + 0.35 * scene.noise(0.02, 2)
    scene.put(r < 1, ramp(np.clip(light, 0, 1), ["#14301f", "#2f5f2f", "#7f9f3f", "#d4c45a"]), np.arctan2(v - base, u - cu))

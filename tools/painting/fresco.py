"""A garden painted on wet plaster long ago: trees with oranges, birds, a fence; rubbed, cracked, here and there lost."""
import numpy as np

from painting.brush import Canvas
from painting.cells import cells
from painting.fields import blur, colour, grid, noise, ramp, smooth
from painting.scenes import Scene

FLOWERS = [["#f0c04a", "#f4e8d8", "#d8d0d8"], ["#f4d88a", "#d95f5a", "#a8303f"], ["#f0e0a0", "#8f7fc0", "#5f5aa0"]]
# Place and size in heights, which way it looks, its colours from breast to back.
BIRDS = [(-0.20, 0.30, 0.075, 1, ["#f0e8d4", "#8fa4b8", "#3f5a80"]), (0.22, 0.20, 0.07, -1, ["#e8c890", "#c97f4a", "#8a4a2a"]),
         (0.30, 0.755, 0.085, -1, ["#f4ead0", "#c0b09a", "#6f5f50"]), (-0.30, 0.755, 0.085, 1, ["#c0d8d0", "#4f8f9a", "#1f4f6a"]),
         (-0.02, 0.13, 0.06, 1, ["#f0d890", "#c0502f", "#7a2a20"])]


def paint(width, height, rng):
    unit = height / 480
    scene = _garden(width, height, rng)
    canvas = Canvas(scene.colours * 0.95, rng)
    canvas.cover(scene.colours, scene.angles, 9 * unit, 24 * unit, 8 * unit, jitter=0.06, bristles=0.07, opacity=0.7)
    canvas.cover(scene.colours, scene.angles, 4.4 * unit, 11 * unit, 5.6 * unit, jitter=0.08, bristles=0.08, opacity=0.75)
    picture = canvas.picture
    outlines = blur(scene.borders().astype(np.float32), 1.0 * unit) * 1.6
    picture *= 1 - np.clip(outlines * (0.6 + 0.4 * noise(rng, width, height, 40 * unit, 2)), 0, 0.7)[..., None]

    # Lime drew the colours together and paled them; a trowel left waves.
    lime = np.clip(0.10 + 0.14 * noise(rng, width, height, 120 * unit, 4), 0, 0.6)[..., None]
    picture += lime * (colour("#e8d8b8") - picture)
    ground = 0.5 * noise(rng, width, height, 60 * unit, 4) + 0.25 * noise(rng, width, height, 7 * unit, 3)
    rubbed = smooth(0.75, 1.3,
                    noise(rng, width, height, 6 * unit, 3) + 0.5 * noise(rng, width, height, 70 * unit, 2))[..., None]
    picture += 0.65 * rubbed * (colour("#dcc8a0") - picture)

    x, y = grid(width, height)
    bend_x, bend_y = 9 * unit * noise(rng, width, height, 26 * unit, 4), 9 * unit * noise(rng, width, height, 26 * unit, 4)
    at = (np.clip((y + bend_y).astype(int), 0, height - 1), np.clip((x + bend_x).astype(int), 0, width - 1))
    cracks = np.zeros((height, width), np.float32)
    for size, count, wide in ((110, 34, 1.3), (46, 190, 0.7)):
        border = cells(width, height, rng.uniform(0, 1, (count, 2)) * (width, height), None, size * unit, 0, 0)[2][at]
        gone = smooth(-0.2, 0.6, noise(rng, width, height, 110 * unit, 2))
        cracks = np.maximum(cracks, np.exp(-(border / (wide * unit)) ** 2) * gone)
    # Where the painted layer fell off: the rough plaster below, deeper, with a lit lower rim.
    loss = noise(rng, width, height, 75 * unit, 5) + 0.25 * blur(cracks, 4 * unit)
    deep = smooth(0.98, 1.02, loss)
    slope_y, slope_x = np.gradient(blur(deep, unit))
    plaster = ramp(np.clip(0.5 + 0.5 * noise(rng, width, height, 5 * unit, 3), 0, 1), ["#8f7f68", "#b8a588", "#d4c4a4"])
    picture += deep[..., None] * (plaster - picture)
    picture = picture + 0.35 * (slope_x + slope_y)[..., None]
    picture *= (1 - 0.60 * cracks)[..., None]
    rise_y, rise_x = np.gradient(ground)
    return np.clip(picture * (1 + 0.05 * ground[..., None]) - 0.55 * (rise_x + rise_y)[..., None], 0, 1)


def _garden(width, height, rng):
    scene = Scene(width, height, rng)
    u, v = scene.u, scene.v
    scene.put(v < 2, ramp(np.clip(v * 0.9 + 0.12 * scene.noise(0.4), 0, 1), ["#4f8fa8", "#7fb4b8", "#a8c8b4", "#8fae84"]),
              0.4 * scene.noise(0.4, 1))
    for _ in range(210):  # the thicket, paler further up
        cu, cv, turn = rng.uniform(-0.72, 0.72), 0.40 + 0.45 * rng.uniform() ** 0.7, rng.uniform(-2.6, -0.5)
        du, dv = (u - cu) * np.cos(turn) + (v - cv) * np.sin(turn), (v - cv) * np.cos(turn) - (u - cu) * np.sin(turn)
        inside = (du / 0.055) ** 2 + (dv / 0.016) ** 2 < 1
        scene.put(inside,
                  colour(rng.choice(["#5f8f6a", "#3f6f4f", "#7fa86f", "#2f5a48"])) * (1 - 0.2 * np.sign(dv))[..., None], turn)
    for cu, base, size in ((-0.43, 0.86, 0.24), (0.04, 0.84, 0.20), (0.46, 0.86, 0.25), (-0.2, 0.82, 0.13), (0.26, 0.82, 0.13)):
        _tree(scene, cu, base, size, rng)
    # A low wall of marble with a lattice, flowers before it.
    wall = (v > 0.80) & (v < 0.93)
    lattice = np.minimum(np.abs(((u + v) * 15) % 1 - 0.5), np.abs(((u - v) * 15) % 1 - 0.5))
    stone = np.where((lattice < 0.09)[..., None], colour("#f0e0bc"),
                     ramp(0.5 + 0.4 * scene.noise(0.06), ["#8f3f2f", "#b8604a", "#c98a5f"]))
    scene.put(wall, stone, 0.0)
    scene.put(((v > 0.785) & (v < 0.81)) | ((v > 0.915) & (v < 0.94)) | ((np.abs((u * 2.6) % 1 - 0.5) < 0.035) & wall),
              colour("#ecd8ae") * (1 + 0.12 * scene.noise(0.05)[..., None]), 0.0)
    scene.put(v > 0.94, ramp(0.5 + 0.5 * scene.noise(0.05), ["#5a4a2f", "#7a6a3f", "#8f8f54"]), 0.0)
    for k in range(70):
        cu, cv, size = rng.uniform(-0.7, 0.7), rng.uniform(0.86, 1.0), rng.uniform(0.014, 0.028)
        scene.put((np.abs(u - cu - 0.2 * (v - cv) ** 2) < 0.0035) & (v > cv) & (v < cv + 0.09), colour("#3f6f3f"), 1.5)
        r, a = np.hypot(u - cu, v - cv) / size, np.arctan2(v - cv, u - cu)
        scene.put(r < 0.6 + 0.4 * np.abs(np.cos(2.5 * a)), ramp(r, FLOWERS[k % len(FLOWERS)]), a)
    for cu, cv, size, flip, stops in BIRDS:
        _bird(scene, cu, cv, size, flip, stops)
    return scene


def _tree(scene, cu, base, size, rng):
    u, v = scene.u, scene.v
    trunk = np.abs(u - cu - 0.012 * np.sin(14 * v)) < 0.07 * size + 0.04 * np.clip(v - base + 0.05, 0, 1)
    top = base - 2.2 * size
    scene.put(trunk & (v > top) & (v < base), ramp(0.5 + 4 * (u - cu) / size, ["#b8946a", "#8a6444", "#54382a"]), 1.5)
    for _ in range(int(1100 * size)):
        a, r = rng.uniform(0, 6.3), np.sqrt(rng.uniform()) * size
        lu, lv, turn = cu + r * np.cos(a), top + 0.95 * r * np.sin(a), rng.uniform(0, 6.3)
        du, dv = (u - lu) * np.cos(turn) + (v - lv) * np.sin(turn), (v - lv) * np.cos(turn) - (u - lu) * np.sin(turn)
        light = 0.75 - 0.35 * (r * np.cos(a) + r * np.sin(a)) / size + rng.normal(0, 0.1)
        scene.put((du / 0.035) ** 2 + (dv / 0.0125) ** 2 < 1,
                  ramp(np.array(np.clip(light, 0, 1)), ["#1f4434", "#3f6f48", "#6f9a58", "#a8c07a"]), turn)
    for _ in range(int(60 * size) + 4):
        a, r = rng.uniform(0, 6.3), np.sqrt(rng.uniform()) * size * 0.85
        du, dv = (u - cu - r * np.cos(a)) / 0.024, (v - top - 0.95 * r * np.sin(a)) / 0.024
        scene.put(du ** 2 + dv ** 2 < 1, ramp(np.clip(0.5 + 0.4 * (du + dv), 0, 1), ["#f7d47a", "#e89a34", "#b85a24"]),
                  np.arctan2(dv, du) + 1.57)


def _bird(scene, cu, cv, size, flip, stops):
    u, v = (scene.u - cu) * flip / size, (scene.v - cv) / size
    scene.put((np.abs(v + 0.1 - 0.35 * u) < 0.13 - 0.03 * u) & (u < -0.3) & (u > -1.25), colour(stops[2]), 0.3 * flip)
    body = (u / 0.62) ** 2 + ((v + 0.25 * u) / 0.36) ** 2 < 1
    scene.put(body, ramp(np.clip(0.55 - 0.8 * v, 0, 1), stops), -0.25 * flip)
    scene.put(((u + 0.10) / 0.48) ** 2 + ((v + 0.08 + 0.1 * u) / 0.20) ** 2 < 1, ramp(0.5 + 0.5 * np.sin(16 * u), stops[1:]),
              0.3 * flip)
    scene.put((u - 0.55) ** 2 + (v + 0.34) ** 2 < 0.062, colour(stops[1]), 0.0)
    scene.put((np.abs(v + 0.33) < 0.09 * (1.05 - u) / 0.3) & (u > 0.76) & (u < 1.05), colour("#d99a3a"), 0.0)
    scene.put((u - 0.60) ** 2 + (v + 0.38) ** 2 < 0.004, colour("#1c1814"), 0.0)
    for leg in (-0.05, 0.15):
        scene.put((np.abs(u - leg) < 0.03) & (v > 0.25) & (v < 0.62), colour("#8a5a30"), 1.5)

"""Silk on dark linen: satin stitches side by side that turn with the form; a pheasant, peonies and leaves."""
import numpy as np

from painting.brush import Canvas
from painting.fields import blur, colour, grid, noise, ramp
from painting.scenes import Scene


def paint(width, height, rng):
    unit = height / 480
    x, y = grid(width, height)
    weave = np.maximum(np.sin(2 * np.pi * x / (3.6 * unit)), np.sin(2 * np.pi * y / (3.6 * unit)))
    linen = colour("#14243a") * (0.95 + 0.35 * weave + 0.25 * noise(rng, width, height, 5 * unit, 2))[..., None]
    scene = _garden(width, height, rng)
    canvas = Canvas(np.clip(linen, 0, 1).astype(np.float32), rng)
    sewn = (scene.things > 1).astype(np.float32)
    # The ground: seed stitches in two blues, curled clouds.
    canvas.cover(scene.colours, scene.angles, 2.2 * unit, 9 * unit, 7 * unit, jitter=0.12, where=1 - sewn, bristles=0.04,
                 load=1.0)
    canvas.cover(scene.colours * 0.72, scene.angles, 4 * unit, 15 * unit, 5 * unit, jitter=0.05, where=sewn, bristles=0.12,
                 load=1.2)
    canvas.cover(scene.colours, scene.angles, 2.4 * unit, 17 * unit, 3.9 * unit, jitter=0.09, where=sewn, bristles=0.05,
                 load=2.0)
    edge = blur(scene.borders().astype(np.float32), 1.3 * unit)
    picture = canvas.lit(0.62)
    gold = (edge > 0.16) & (scene.things > 0)
    cord = 0.62 + 0.38 * np.sin(2 * np.pi * (x + y) / (4.0 * unit)) * np.sin(2 * np.pi * (x - y) / (4.0 * unit))
    thread = ramp(np.clip(cord, 0, 1), ["#5a3a10", "#c9922f", "#fbe08a"])
    alpha = np.clip((edge - 0.13) * 9, 0, 0.85)[..., None] * gold[..., None]
    return picture * (1 - alpha) + thread * alpha


def _garden(width, height, rng):
    scene = Scene(width, height, rng)
    u, v = scene.u, scene.v
    swirl = 0.5 * np.sin(7 * u + 3 * np.sin(5 * v)) + 2.0 * scene.noise(0.3, 1)
    scene.put(v < 2, ramp(0.5 + 0.5 * np.sin(16 * v + 3 * swirl), ["#1f3f66", "#2f6080", "#24486f"]), swirl)
    for k, (cu, cv, size) in enumerate(
        ((-0.5, 0.93, 0.26), (-0.15, 1.0, 0.22), (0.25, 0.97, 0.27), (0.58, 0.93, 0.24))):  # rocks of layered shades
        r, a = np.hypot((u - cu) / 1.3, v - cv) / size + 0.1 * scene.noise(0.1, 2), np.arctan2(v - cv, u - cu)
        for share, stop in zip((1, 0.84, 0.68, 0.52, 0.36), ("#1f5a5a", "#2f7f78", "#5fa890", "#a0d0a8", "#e0e8b0")):
            scene.put(r < share, colour(stop), a + np.pi / 2)
    bough = 0.64 - 0.35 * u + 0.05 * np.sin(9 * u)
    scene.put(
        np.abs(v - bough) < 0.020 + 0.012 * np.clip(0.6 - u, 0, 1),
        ramp(0.5 + (v - bough) * 16, ["#c9925a", "#8a5a34", "#4a2a1c"]), -0.34 + 0.45 * np.cos(9 * u))
    for s in (-0.30, 0.18, 0.40):
        twig = 0.64 - 0.35 * s + 0.05 * np.sin(9 * s) - 1.1 * (u - s) - 0.6 * (u - s) ** 2
        scene.put((np.abs(v - twig) < 0.010) & (u > s) & (u < s + 0.24), colour("#8a5a34"), -0.8)
    for _ in range(64):
        cu = rng.uniform(-0.66, 0.66)
        cv, turn, size = 0.62 - 0.35 * cu + rng.normal(0, 0.12), rng.uniform(0, 6.3), rng.uniform(0.045, 0.085)
        du, dv = (u - cu) * np.cos(turn) + (v - cv) * np.sin(turn), (v - cv) * np.cos(turn) - (u - cu) * np.sin(turn)
        inside = (du / size) ** 2 + (dv / (0.38 * size)) ** 2 < 1
        stops = [["#1f5f3a", "#5fa850"], ["#2f7f5a", "#a8c85a"], ["#7a8f2f", "#d9c85a"],
                 ["#1a4f4f", "#4f9f8f"]][rng.integers(4)]
        scene.put(inside, ramp(np.where(dv > 0, 0.15, 0.85) + 0 * u, stops), turn + 0.7 * np.sign(dv))
    _bird(scene)
    for k, (cu, cv, size) in enumerate(((-0.44, 0.60, 0.135), (0.48, 0.60, 0.145), (0.50, 0.20, 0.105), (-0.56, 0.27, 0.10),
                                        (0.16, 0.80, 0.115), (-0.24, 0.86, 0.10))):
        stops = [["#7a0f3a", "#d0306a", "#f48fae", "#fff0ea"], ["#a81f1f", "#e8602f", "#f9b06a", "#fff4d0"],
                 ["#5a2a8a", "#9c5fc4", "#d0a8e8", "#fbf0ff"]][k % 3]
        for ring, (reach, count) in enumerate(((1.0, 9), (0.76, 8), (0.54, 6), (0.34, 5))):
            for j in range(count):
                a = 2 * np.pi * (j + 0.5 * ring) / count
                pu, pv = cu + size * reach * 0.62 * np.cos(a), cv + size * reach * 0.55 * np.sin(a)
                du, dv = (u - pu) * np.cos(a) + (v - pv) * np.sin(a), (v - pv) * np.cos(a) - (u - pu) * np.sin(a)
                inside = (du / (0.42 * size * reach)) ** 2 + (dv / (0.30 * size * reach)) ** 2 < 1
                tone = np.clip(0.5 + du / (0.8 * size * reach), 0, 1)
                scene.put(inside, ramp(tone, stops), a + dv / (size * reach) * 1.2)
        scene.put(np.hypot(u - cu, v - cv) < 0.13 * size, colour("#f9d04a"), 0.5)
    return scene


def _bird(scene):
    """A pheasant on the bough, its tail in three long feathers."""
    u, v = scene.u, scene.v
    for k, stops in enumerate((["#7a1f2a", "#e8a03a"], ["#1f4f8f", "#6fc0d0"], ["#a8301f", "#f9d06a"])):
        t = np.clip((0.02 - u) / 0.62, 0, 1)
        line = 0.50 + 0.05 * k + (0.02 + 0.17 * k) * t - 0.23 * np.sin(2.3 * t) * (1 - 0.42 * k)
        half = 0.026 * np.sin(np.pi * np.clip(t * 0.9 + 0.08, 0, 1)) ** 0.6
        slope = np.gradient(line, axis=1) * scene.height
        bars = 0.5 + 0.5 * np.sign(np.sin(46 * u + 14 * np.abs(v - line)))
        scene.put((np.abs(v - line) < half) & (u < 0.05) & (t < 1), ramp(bars, stops),
                  np.arctan(slope) + 0.7 * np.sign(v - line))
    body = ((u - 0.10) / 0.17) ** 2 + ((v - 0.45 + 0.45 * (u - 0.10)) / 0.088) ** 2 < 1
    scales = np.abs(np.sin(np.pi * (v + 0.4 * u) * 26)) * np.abs(np.sin(np.pi * u * 30))
    scene.put(body, ramp(np.clip(0.9 - 5 * (v - 0.37 + 0.45 * (u - 0.1)) + 0.2 * scales, 0, 1),
                         ["#7a1f1f", "#d9502a", "#f4a03a", "#f9e08a"]), -0.42 + 0.5 * np.sin(40 * u))
    for k, (size, stops) in enumerate(((1.0, ["#143a7a", "#3f8fd0"]), (0.72, ["#1f7f6a", "#7fd0a0"]),
                                       (0.44, ["#e8b03a", "#fff0a0"]))):
        du, dv = (u - 0.075 - 0.02 * k) / (0.125 * size), (v - 0.44 + 0.38 * (u - 0.075)) / (0.058 * size)
        scene.put(du ** 2 + dv ** 2 < 1, ramp(0.5 + 0.5 * np.sin(12 * du), stops), 0.25 + 0.4 * dv)
    neck = (np.abs(u - 0.235 - 0.05 * np.sin(9 * (v - 0.3))) < 0.048 - 0.06 * (0.40 - v)) & (v > 0.26) & (v < 0.42)
    scene.put(neck, ramp(np.clip((v - 0.26) / 0.16, 0, 1), ["#1f6f5a", "#1f4f9c", "#5f3f9c", "#d9502a"]), 1.25)
    head = np.hypot((u - 0.245) / 1.15, v - 0.245) < 0.052
    scene.put(head, ramp(np.clip((v - 0.19) / 0.11, 0, 1), ["#f9d04a", "#2f9a6a", "#1f5a6a"]), 0.3)
    for k in range(3):
        plume = 0.205 - (0.25 + 0.42 * k) * (0.225 - u) + 1.6 * (0.225 - u) ** 2  # the crest, swept back
        scene.put((np.abs(v - plume) < 0.007) & (u > 0.13 + 0.02 * k) & (u < 0.225), colour("#f4a03a"), 0.5)
    scene.put((np.abs(v - 0.25) < 0.022 * (0.355 - u) / 0.06) & (u > 0.295) & (u < 0.355), colour("#f4d08a"), 0.0)
    scene.put(np.hypot(u - 0.262, v - 0.238) < 0.018, colour("#d0202a"), 0.0)
    scene.put(np.hypot(u - 0.264, v - 0.238) < 0.009, colour("#fff8e0"), 0.0)

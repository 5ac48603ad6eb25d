"""Soft chalks on dark paper: an evening over a lake with lilies, each colour dragged over the paper's tooth."""
import numpy as np

from painting.fields import blur, colour, grain, noise, ramp, smooth
from painting.scenes import Scene

PAPER = colour("#2a2434")


def paint(width, height, rng):
    unit = height / 480
    scene = _lake(width, height, rng)
    tooth = 0.6 * noise(rng, width, height, 2.4 * unit, 2) + 0.4 * noise(rng, width, height, 1.3 * unit, 1)
    picture = np.zeros((height, width, 3), np.float32) + PAPER * (1 + 0.15 * tooth[..., None])
    # Three goes: the broad side for the mass, then strokes of neighbouring hues, then pressed lights.
    for length, turn, shift, pressure in ((26, 0.5, 0.05, 1.05), (34, 0.0, 0.17, 0.62), (22, -0.35, 0.17, 0.40),
                                          (16, 0.0, 0.10, 0.30)):
        angles = scene.angles + turn + 0.15 * noise(rng, width, height, 60 * unit, 1)
        streaks = grain(rng, angles, length * unit)
        hue = grain(rng, angles, length * unit)[..., None] * rng.normal(0, 1, (1, 1, 3))
        hue += grain(rng, angles, length * unit)[..., None] * rng.normal(0, 1, (1, 1, 3))
        light = 0.9 + 0.35 * (1 - pressure)
        chalk = np.clip(blur(scene.colours, unit) * light + shift * 0.45 * hue, 0, 1)
        laid = smooth(-0.25, 0.5, pressure * 1.5 - 0.95 + 0.36 * streaks + 0.5 * tooth)[..., None]
        picture += 0.9 * laid * (chalk - picture)
    return picture


def _lake(width, height, rng):
    scene = Scene(width, height, rng)
    u, v = scene.u, scene.v
    clouds = scene.noise(0.28, 4) + 0.5 * np.sin(16 * v + 3 * u)
    sky = ramp(np.clip(v / 0.44 + 0.20 * clouds, 0, 1), ["#2f4a9c", "#6f6fc4", "#d97fae", "#f7a06a", "#ffe08a"])
    scene.put(v < 2, sky, 0.25 * np.sin(6 * u) + 0.3 * clouds)
    sun = np.hypot(u - 0.18, v - 0.25)
    scene.put(sun < 0.06, colour("#fff6c4"), np.arctan2(v - 0.25, u - 0.18) + np.pi / 2)
    for k, stops in enumerate((["#7f5fa8", "#b97fae"], ["#3f4f8f", "#7f6fa4"], ["#1f4a5a", "#4f8a6a"])):
        line = 0.36 + 0.035 * k - 0.05 * np.sin(4 * u + 1.9 * k) - 0.02 * np.sin(13 * u + k)
        scene.put((v > line) & (v < 0.47), ramp(0.5 + 0.5 * scene.noise(0.05), stops), 1.2 + 0.3 * np.sin(9 * u))
    water = v > 0.46
    ripple = np.sin(110 * np.sqrt(np.clip(v - 0.43, 0.001, 1)) + 3.2 * scene.noise(0.22, 2))
    lake = ramp(np.clip(1.02 - (v - 0.44) * 1.9 + 0.16 * ripple + 0.1 * scene.noise(0.3), 0, 1),
                ["#14305a", "#2f5a94", "#6f6fbc", "#d97fa4", "#ffd08a"])
    scene.put(water, lake, 0.08 * ripple)
    glitter = water & (np.abs(u - 0.18) < (0.03 + 0.12 * (v - 0.46)) * (0.4 + 0.6 * ripple)) & (v < 0.66)
    scene.put(glitter, colour("#ffeca4"), 0.0)
    # Lily pads in perspective, flowers among them.
    for _ in range(80):
        pv = 0.60 + 0.42 * rng.uniform() ** 0.8
        pu, size = rng.choice([-1, 1]) * rng.uniform(0.03, 0.72), (pv - 0.45) * rng.uniform(0.09, 0.15)
        du, dv = (u - pu) / size, (v - pv) / (0.42 * size)
        a, r = np.arctan2(dv, du), np.hypot(du, dv)
        pad = (r < 1) & (np.abs(a - rng.uniform(-3, 3)) > 0.25)
        scene.put(pad, ramp(np.clip(0.55 - 0.4 * dv + 0.2 * np.cos(9 * a), 0, 1),
                            ["#1f4f3f", "#3f8f5f", "#9fcf6f", "#e8e48a"]), a)
    for _ in range(15):
        pv = 0.66 + 0.32 * rng.uniform()
        pu, size = rng.uniform(-0.65, 0.65), (pv - 0.45) * rng.uniform(0.10, 0.14)
        du, dv = (u - pu) / size, (v - pv) / (0.75 * size)
        a, r = np.arctan2(dv, du), np.hypot(du, dv)
        pink = ramp(r, ["#fff08a", "#fff4f0", "#f7b4cf", "#d95f9c"])
        scene.put(r < 0.55 + 0.45 * np.abs(np.cos(4.5 * a)) ** 0.8, pink, a)
    return scene

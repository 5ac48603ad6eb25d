"""Night sky over hills: thick strokes that run around stars and along the wind."""
import numpy as np

from painting.brush import Canvas
from painting.fields import colour, grid, noise, ramp, smooth


def paint(width, height, rng):
    unit = height / 480
    x, y = grid(width, height)
    u, v = x / width, y / height

    # Wind: level lines of `stream`; each star turns it around itself.
    stars = [(0.84, 0.17, 0.105), (0.18, 0.13, 0.055), (0.36, 0.29, 0.042), (0.64, 0.10, 0.040), (0.60, 0.50, 0.045),
             (0.93, 0.46, 0.036), (0.45, 0.08, 0.03), (0.30, 0.50, 0.030)]
    whirls = [(0.46, 0.34, 0.15, 1.0), (0.62, 0.36, 0.10, -0.8), (0.25, 0.45, 0.09, 0.6)]
    aspect = width / height
    stream = v + 0.05 * np.sin(5.5 * u + 1) + 0.035 * noise(rng, width, height, 150 * unit, 2)
    rings = np.zeros_like(u)
    glow = np.zeros_like(u)
    for cu, cv, size in stars:
        r = np.hypot((u - cu) * aspect, v - cv)
        near = np.exp(-(r / (2.1 * size)) ** 2)
        stream = stream * (1 - near) + near * (r * 1.6)
        ring = np.exp(-(r / (1.25 * size)) ** 2)
        rings = np.maximum(rings, near)
        glow = np.maximum(glow, ring)
    for cu, cv, size, turn in whirls:
        r = np.hypot((u - cu) * aspect, (v - cv) * 1.25)
        a = np.arctan2((v - cv) * 1.25, (u - cu) * aspect)
        near = np.exp(-(r / size) ** 2)
        stream = stream + near * (0.9 * turn * r + 0.012 * np.cos(a - 9 * r / size))
    grad_v, grad_u = np.gradient(stream)
    angles = np.arctan2(-grad_u, grad_v) + 0.10 * noise(rng, width, height, 40 * unit, 1)

    band = 0.5 + 0.5 * np.sin(42 * stream + 0.8 * noise(rng, width, height, 120 * unit, 2))
    tone = np.clip(0.62 * band + 0.25 * (v * 1.5) + 0.16 * noise(rng, width, height, 90 * unit, 3), 0, 1)
    sky = ramp(tone, ["#0b1b4d", "#12307a", "#1c4fa3", "#2f77bd", "#57a0c9", "#9cc9cf", "#e3e6c3"])
    light = ramp(glow * (0.72 + 0.28 * np.sin(60 * stream)), ["#2f77bd", "#7fb7b0", "#c9cf7a", "#f0cf4a", "#f6a723", "#fff3b8"])
    blend = smooth(0.12, 0.75, rings)[..., None]
    sky = sky * (1 - blend) + light * blend

    # Hills, nearer ones lower, warmer and lighter; then a field of wheat.
    colours, relief_angles, parts = sky.copy(), angles, []
    ridges = [(0.66, 0.05, 3.1, 0.3, ["#0e2350", "#1d4a86", "#3a7bb0"]),
              (0.745, 0.04, 4.3, 2.0, ["#12343f", "#1f6a68", "#5ea58b"]),
              (0.83, 0.035, 3.5, 4.1, ["#27471f", "#5c8a2d", "#b3b646"]),
              (0.905, 0.03, 5.2, 1.2, ["#a3621a", "#dda02a", "#f5d764"])]
    for base, swing, frequency, phase, stops in ridges:
        line = base + swing * np.sin(frequency * u * 2 + phase) + 0.018 * np.sin(13 * u + phase * 3)
        inside = v > line
        slope = np.gradient(line, axis=1) / np.maximum(np.gradient(v, axis=0), 1e-6)
        depth = (v - line) / 0.12
        hatch = 0.5 + 0.5 * np.sin(70 * (v - line) + 5 * noise(rng, width, height, 60 * unit, 2))
        hill = ramp(np.clip(0.25 + 0.5 * hatch - 0.25 * depth, 0, 1), stops)
        colours = np.where(inside[..., None], hill, colours)
        turn = np.arctan(slope) + 0.3 * np.sin(5 * u + 3 * depth + phase)
        relief_angles = np.where(inside, turn, relief_angles)
        parts.append(inside)
    ground = parts[0]

    canvas = Canvas(np.full((height, width, 3), colour("#1a3a6e"), np.float32), rng)
    canvas.picture[:] = colours * 0.8
    canvas.cover(colours, relief_angles, 11 * unit, 52 * unit, 9 * unit, jitter=0.07)
    canvas.cover(colours, relief_angles, 6.5 * unit, 36 * unit, 7 * unit, jitter=0.10, load=1.3)
    bright = np.clip(colours * 1.25 + 0.05, 0, 1)
    canvas.cover(bright, relief_angles, 3.6 * unit, 24 * unit, 13 * unit, jitter=0.14, load=1.5)
    dark = np.where(ground[..., None], colours * 0.45, colours * 0.55 + 0.02)
    canvas.cover(dark, relief_angles, 3.0 * unit, 26 * unit, 16 * unit, jitter=0.12, load=1.2)

    _cypress(canvas, u, v, rng, unit)
    for cu, cv, size in stars:
        _star(canvas, cu * width, cv * height, size * height, rng, unit)
    return canvas.lit(0.42)


def _cypress(canvas, u, v, rng, unit):
    for centre, top, spread in ((0.115, 0.20, 0.062), (0.185, 0.47, 0.034)):
        rise = np.clip((v - top) / (1.02 - top), 0, 1)
        middle = centre + 0.012 * np.sin(9 * v)
        half = spread * np.sqrt(rise) * (1 - 0.35 * rise ** 4) * (1 + 0.16 * np.sin(34 * v) + 0.1 * np.sin(71 * v + 2))
        side = (u - middle) / np.maximum(half, 1e-4)
        inside = ((np.abs(side) < 1) & (v > top)).astype(np.float32)
        flame = np.pi / 2 - 0.45 * side + 0.45 * np.sin(24 * v + 5 * side)
        tone = np.clip(0.45 + 0.4 * np.sin(11 * side + 16 * v), 0, 1)
        leaves = ramp(tone, ["#0a1a14", "#14321f", "#2c4a22", "#5a4a1e"])
        canvas.cover(leaves, flame, 7 * unit, 44 * unit, 5.5 * unit, jitter=0.10, where=inside, load=1.3)
        canvas.cover(np.clip(leaves * 1.9, 0, 1), flame, 3 * unit, 30 * unit, 11 * unit, jitter=0.2, where=inside, load=1.4)


def _star(canvas, x, y, size, rng, unit):
    """Short thick strokes in circles, brightest in the middle."""
    for radius in np.arange(size * 0.95, 0, -max(3.2 * unit, size * 0.09)):
        count = max(int(2 * np.pi * radius / (9 * unit)), 3)
        turned = rng.uniform(0, 2 * np.pi)
        for k in range(count):
            a = turned + 2 * np.pi * k / count + rng.normal(0, 0.06)
            sweep = np.linspace(-0.5, 0.5, 6) * (14 * unit / max(radius, 5 * unit))
            points = np.stack([x + radius * np.cos(a + sweep), y + radius * np.sin(a + sweep)], 1).astype(np.float32)
            tone = 1 - radius / size + rng.normal(0, 0.09)
            paint = ramp(np.array(np.clip(tone, 0, 1)), ["#8fb46a", "#d7c64b", "#f4b62c", "#f9d65c", "#fff6cf"])
            canvas.stroke(points, 4.6 * unit * rng.uniform(0.8, 1.2), paint.astype(np.float32), load=1.8)

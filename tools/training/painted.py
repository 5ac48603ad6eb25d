"""Pictures that look painted, with drawn parameters: what a network for style transfer has to see beside photographs."""
import importlib

import numpy as np

from painting.brush import Canvas
from painting.cells import cells, scattered
from painting.fields import blur, noise

SCENES = ("swirls", "dusk", "points", "mosaic", "glass", "woodcut", "watercolour")  # of tools/paint-style


def _log_uniform(rng, low, high):
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _directions(rng, picture):
    """An angle for every pixel: along smooth noise, or along what is equally bright."""
    height, width = picture.shape[:2]
    turned = np.pi * noise(rng, width, height, _log_uniform(rng, 40, 300), 2)
    if rng.uniform() < 0.5:
        return turned
    slope_y, slope_x = np.gradient(blur(picture.mean(2), rng.integers(2, 8)))
    return np.arctan2(slope_x, -slope_y) + 0.1 * turned


def _strokes(picture, rng):
    canvas = Canvas(picture * rng.uniform(0.5, 1), rng)
    angles = _directions(rng, picture)
    width = _log_uniform(rng, 5, 24)
    length = width * rng.uniform(2, 7)
    for layer in range(rng.integers(1, 4)):
        canvas.cover(picture, angles, width, length, width * rng.uniform(0.8, 1.3), jitter=rng.uniform(0.02, 0.2),
                     bristles=rng.uniform(0, 0.2), opacity=rng.uniform(0.6, 1), load=1 + 0.3 * layer)
        width, length = max(width * 0.55, 2.5), max(length * 0.65, 8)
    return canvas.lit(rng.uniform(0, 0.7))


def _pieces(picture, rng):
    height, width = picture.shape[:2]
    size = _log_uniform(rng, 7, 40)
    square = bool(rng.integers(2))
    _, owner, border = cells(width, height, scattered(rng, width, height, size), _directions(rng, picture), size, square, 1)
    flat = owner.ravel()
    count = np.maximum(np.bincount(flat), 1)
    colours = np.stack([np.bincount(flat, picture[..., c].ravel()) / count for c in range(3)], 1)
    colours = colours * (1 + rng.normal(0, rng.uniform(0, 0.25), (len(colours), 1)))
    joint = np.clip(border / _log_uniform(rng, 0.7, 4), 0, 1)[..., None]
    return colours[owner] * joint + rng.uniform(0, 1, 3) * rng.uniform(0, 1) * (1 - joint)


def _dots(picture, rng):
    height, width = picture.shape[:2]
    radius = _log_uniform(rng, 1.5, 7)
    result = np.tile(rng.uniform(0, 1, 3), (height, width, 1))
    places = scattered(rng, width, height, radius * rng.uniform(1.2, 2))
    rng.shuffle(places)
    spread = rng.uniform(0, 0.3)
    y, x = np.mgrid[0:height, 0:width] + 0.5
    for px, py in places:
        row, column = int(np.clip(py, 0, height - 1)), int(np.clip(px, 0, width - 1))
        window = np.s_[max(row - 9, 0):row + 10, max(column - 9, 0):column + 10]
        inside = np.hypot(x[window] - px, y[window] - py) < radius
        result[window][inside] = picture[row, column] + rng.normal(0, spread, 3)
    return result


def _hatching(picture, rng):
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    ink, paper = rng.uniform(0, 0.4, 3), rng.uniform(0.6, 1, 3)
    light, result = blur(picture.mean(2), 1), np.ones((height, width))
    for layer in range(rng.integers(1, 4)):
        angle, period = rng.uniform(0, np.pi), _log_uniform(rng, 3, 12)
        along = x * np.cos(angle) + y * np.sin(angle) + period * 0.4 * noise(rng, width, height, 30, 2)
        wave = 0.5 + 0.5 * np.sin(2 * np.pi * along / period)
        result = np.minimum(result, np.clip((light * rng.uniform(0.8, 1.6) - wave * 0.9 + 0.1 * layer) * 6, 0, 1))
    mixed = result[..., None] * paper + (1 - result[..., None]) * ink
    return mixed if rng.uniform() < 0.5 else mixed * 0.6 + picture * 0.4


def _scene(rng, edge):
    """One of our own styles; its strokes are as large as the canvas is high."""
    scale = rng.uniform(0.6, 1.0)
    width, height = int(edge * scale), int(edge * scale * 0.75)
    return importlib.import_module("painting." + str(rng.choice(SCENES))).paint(width, height, rng)


def paint(picture, rng):
    """A painted picture (rows, columns, 3; float32 in 0..1), mostly of `picture`, which has the same form."""
    kind = rng.choice(["scene", "strokes", "pieces", "dots", "hatching"], p=[0.3, 0.35, 0.15, 0.1, 0.1])
    if kind == "scene":
        painted = _scene(rng, max(picture.shape[:2]))
    else:
        painted = {"strokes": _strokes, "pieces": _pieces, "dots": _dots, "hatching": _hatching}[kind](picture, rng)
    return np.clip(painted, 0, 1).astype(np.float32)

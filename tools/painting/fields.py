"""Smooth fields over a canvas: noise, distances, mixing of colours. Used by the styles of tools/paint-style."""
import numpy as np


def grid(width, height):
    """x and y of every pixel's centre, in pixels."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return x + 0.5, y + 0.5


def smooth(low, high, values):
    """0 below low, 1 above high, without a kink between."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def colour(text):
    """'#rrggbb' as three floats in 0..1."""
    return np.array([int(text[i:i + 2], 16) for i in (1, 3, 5)], np.float32) / 255


def ramp(values, stops):
    """Colours for values in 0..1, between evenly spaced stops."""
    colours = np.array([colour(stop) for stop in stops])
    position = np.clip(values, 0, 1) * (len(stops) - 1)
    low = np.minimum(position.astype(int), len(stops) - 2)
    part = (position - low)[..., None]
    return colours[low] * (1 - part) + colours[low + 1] * part


def noise(rng, width, height, cell, octaves=3):
    """Smooth random values, mostly in -1..1; `cell` pixels between independent values of the first octave."""
    total = np.zeros((height, width), np.float32)
    weight, sum_weights = 1.0, 0.0
    for _ in range(octaves):
        columns, rows = int(np.ceil(width / cell)) + 3, int(np.ceil(height / cell)) + 3
        values = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
        x, y = np.arange(width) / cell, np.arange(height) / cell
        total += weight * _resample(values, x, y)
        sum_weights += weight
        weight, cell = weight / 2, max(cell / 2, 1.0)
    return 1.8 * total / sum_weights


def _resample(values, x, y):
    def along(axis_values, at):
        low = at.astype(int)
        t = (at - low).astype(np.float32)
        t = t * t * t * (t * (6 * t - 15) + 10)
        return axis_values[low] * (1 - t)[:, None] + axis_values[low + 1] * t[:, None]
    return along(along(values, y).T, x).T


def blur(picture, radius):
    """A box blur done twice along each axis; the edges repeat."""
    radius = int(round(radius))
    if radius < 1:
        return picture
    for axis in (0, 1):
        for _ in range(2):
            pad = [(0, 0)] * picture.ndim
            pad[axis] = (radius + 1, radius)
            sums = np.cumsum(np.pad(picture, pad, mode="edge"), axis=axis, dtype=np.float64)
            length = sums.shape[axis]
            upper = np.take(sums, range(2 * radius + 1, length), axis=axis)
            lower = np.take(sums, range(0, length - 2 * radius - 1), axis=axis)
            picture = ((upper - lower) / (2 * radius + 1)).astype(np.float32)
    return picture


def smear(values, angles, length):
    """Values averaged along the directions `angles`, `length` pixels far: what bristles, chalk or a comb make of grain."""
    height, width = values.shape
    x, y = grid(width, height)
    total, steps = values.copy(), max(int(length / 3), 1)
    for sign in (-1, 1):
        px, py = x.copy(), y.copy()
        before_x, before_y = np.cos(angles), np.sin(angles)
        for _ in range(steps):
            row, column = np.clip(py.astype(int), 0, height - 1), np.clip(px.astype(int), 0, width - 1)
            turned = angles[row, column]
            dx, dy = np.cos(turned), np.sin(turned)
            flip = np.where(dx * before_x + dy * before_y < 0, -1, 1)  # a direction has no front and back
            before_x, before_y = dx * flip, dy * flip
            px += sign * 1.5 * before_x
            py += sign * 1.5 * before_y
            total += values[np.clip(py.astype(int), 0, height - 1), np.clip(px.astype(int), 0, width - 1)]
    return total / (2 * steps + 1)


def grain(rng, angles, length):
    """Streaks along `angles`, of mean 0 and deviation 1."""
    streaks = smear(rng.normal(0, 1, angles.shape).astype(np.float32), angles, length)
    return (streaks - streaks.mean()) / streaks.std()

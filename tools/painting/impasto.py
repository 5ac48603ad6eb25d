"""Flowers in oil, put on so thickly that the paint has hills of its own."""
import numpy as np

from painting.brush import Canvas
from painting.scenes import bouquet


def paint(width, height, rng):
    unit = height / 480
    scene = bouquet(width, height, rng)
    colours, angles = scene.colours, scene.angles + 0.15 * scene.noise(0.1, 1)
    canvas = Canvas(colours * 0.6, rng)
    canvas.cover(colours * 0.9, angles, 24 * unit, 50 * unit, 15 * unit, jitter=0.10, bristles=0.14)
    canvas.cover(colours, angles, 14 * unit, 34 * unit, 10 * unit, jitter=0.12, load=1.6, bristles=0.12)
    flowers = (scene.things > 63).astype(np.float32)
    canvas.cover(np.clip(colours * 1.15, 0, 1), angles, 8 * unit, 24 * unit, 6.5 * unit, jitter=0.13, where=flowers, load=2.4)
    canvas.cover(np.clip(colours * 1.4 + 0.08, 0, 1), angles, 5 * unit, 16 * unit, 15 * unit, jitter=0.15, load=3.0)
    canvas.cover(colours * 0.45, angles, 4 * unit, 18 * unit, 19 * unit, jitter=0.12, load=1.2)
    return canvas.lit(0.62)

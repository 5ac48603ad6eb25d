"""A burning evening over a dark fjord: long bands of paint that sway."""
import numpy as np

from painting.brush import Canvas
from painting.fields import grid, noise, ramp


def paint(width, height, rng):
    unit = height / 480
    x, y = grid(width, height)
    u, v = (x - width / 2) / height, y / height

    sway = 0.05 * np.sin(4.2 * u + 0.8) + 0.03 * np.sin(9 * u - 1 + 6 * v) + 0.025 * noise(rng, width, height, 190 * unit, 2)
    sky = v + sway * (1.1 - v)
    bands = 0.5 + 0.5 * np.sin(46 * sky + 1.5 * noise(rng, width, height, 260 * unit, 1))
    glow = ramp(np.clip(0.75 * bands + 0.3 * v, 0, 1), ["#8f1f1c", "#c8351c", "#e8641f", "#f39a2b", "#f6cf5a", "#f1e3ad"])
    cold = np.clip(np.sin(15 * sky + 2.4) * 2.2 - 1.35, 0, 1)[..., None]
    colours = glow * (1 - cold) + ramp(bands, ["#33507a", "#6f93a5", "#b9c2a0"]) * cold
    stream = sky

    # The fjord: a bay that turns around a bright spot, hills at its far side.
    shore = 0.47 + 0.03 * np.sin(3.4 * u + 0.6) + 0.07 * np.clip(u - 0.1, 0, 1)
    water = v > shore
    r = np.hypot(u - 0.12, (v - 0.63) * 2.0)
    turn = 0.65 * r + 0.45 * v + 0.03 * np.sin(11 * u)
    ripple = 0.5 + 0.5 * np.sin(52 * turn + 1.3 * noise(rng, width, height, 160 * unit, 2))
    bay = ramp(np.clip(0.85 * ripple - 0.25 * r + 0.18, 0, 1), ["#0b1f33", "#14405a", "#236a78", "#5e9a8a", "#d3b765", "#ef9a3c"])
    colours = np.where(water[..., None], bay, colours)
    stream = np.where(water, turn, stream)
    hill = (v > shore - 0.055 - 0.04 * np.sin(5 * u + 2)) & ~water
    ridge = ramp(0.5 + 0.5 * np.sin(60 * v + 14 * u), ["#1a2348", "#2f3f7d", "#5d4f86"])
    colours = np.where(hill[..., None], ridge, colours)
    stream = np.where(hill, v + 0.1 * np.sin(5 * u), stream)

    # The bank in the lower right: dark greens that run upwards.
    bank = v > 0.98 - 0.75 * np.clip(u - 0.02, 0, 1) ** 0.8 + 0.02 * np.sin(18 * u)
    growth = u * 0.8 + 0.35 * v + 0.05 * np.sin(14 * v)
    green = ramp(0.5 + 0.5 * np.sin(58 * growth), ["#0f1d14", "#1f3d22", "#4c5e24", "#8a6a26"])
    colours = np.where(bank[..., None], green, colours)
    stream = np.where(bank, growth, stream)

    grad_v, grad_u = np.gradient(stream)
    angles = np.arctan2(-grad_u, grad_v) + 0.06 * noise(rng, width, height, 50 * unit, 1)
    canvas = Canvas(colours * 0.8, rng)
    canvas.cover(colours, angles, 12 * unit, 120 * unit, 11 * unit, jitter=0.06)
    canvas.cover(colours, angles, 6.5 * unit, 95 * unit, 8.5 * unit, jitter=0.09, load=1.2)
    canvas.cover(np.clip(colours * 1.3 + 0.03, 0, 1), angles, 3.2 * unit, 70 * unit, 17 * unit, jitter=0.12, load=1.4)
    canvas.cover(colours * 0.5, angles, 2.6 * unit, 70 * unit, 22 * unit, jitter=0.10)
    return canvas.lit(0.36)

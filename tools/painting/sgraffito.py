"""Scratched through black into layers of colour: a peacock-coloured bouquet, every line drawn with a nail."""
import numpy as np

from painting.fields import blur, colour, noise, ramp, smooth
from painting.scenes import bouquet
from painting.shapes import Stencil

BLACK = colour("#141216")


def paint(width, height, rng):
    unit = height / 480
    scene = bouquet(width, height, rng, ground=("#1f2f7a", "#2f8f9c", "#7a3fa0"))
    # Below the black: patches of wax colours, stronger than the things' own, laid on with a broad stick.
    grey = scene.colours.mean(2, keepdims=True)
    below = np.clip(grey * 0.7 + 0.22 + (blur(scene.colours, 5 * unit) - blur(grey, 5 * unit)) * 2.0, 0, 1)
    rainbow = ramp(np.clip(0.5 + 0.5 * noise(rng, width, height, 90 * unit, 2), 0, 1),
                   ["#2fa0c9", "#6fd98a", "#f4e04a", "#f2862f", "#e43f6a", "#9c4fd9"])
    ground = (scene.things <= 1)[..., None]
    below = np.where(ground, 0.35 * below + 0.65 * rainbow, 0.85 * below + 0.15 * rainbow)
    below *= (0.92 + 0.10 * noise(rng, width, height, 5 * unit, 3))[..., None]

    tone = smooth(0.05, 0.85, scene.tone())
    tone = np.where(scene.things <= 1, 0.30 + 0.28 * scene.noise(0.2, 2), tone)
    nail, spacing = Stencil(width, height), 4.0 * unit
    for layer, (turn, needed) in enumerate(((0.0, 0.16), (0.0, 0.42), (0.5, 0.70))):
        xs, ys = np.meshgrid(np.arange(0, width, spacing * 1.6), np.arange(0, height, spacing * 1.1))
        places = np.stack([xs.ravel(), ys.ravel()], 1) + rng.uniform(-1, 1, (xs.size, 2)) * spacing
        for x, y in places:
            row, column = min(max(int(y), 0), height - 1), min(max(int(x), 0), width - 1)
            if tone[row, column] < needed + rng.normal(0, 0.06):
                continue
            points = _scratch(scene, x, y, rng.uniform(7, 17) * unit, turn + rng.normal(0, 0.05))
            nail.ribbon(points, rng.uniform(1.2, 2.3) * unit * np.linspace(1.15, 0.55, len(points)))
    clear = nail.mask()
    # Contours are kept black; some were scratched again with a finer point.
    borders = blur(scene.borders().astype(np.float32), 1.2 * unit)
    clear *= 1 - smooth(0.12, 0.3, borders)
    clear = np.maximum(clear, smooth(0.35, 0.55, np.roll(borders, int(3 * unit), 1)) * 0.8)

    # Crumbs of wax to both sides of a scratch, and a light on the black.
    burr = np.clip(blur(clear, 1.0 * unit) - 0.75 * clear, 0, 1)
    slope_y, slope_x = np.gradient(blur(clear, 0.7 * unit) + 0.12 * noise(rng, width, height, 4 * unit, 2))
    wax = BLACK * (1 + 0.5 * noise(rng, width, height, 40 * unit, 3))[..., None] + 0.30 * np.clip(slope_x + slope_y, 0,
                                                                                                  1)[..., None]
    wax = wax + 0.05 * burr[..., None]
    shade = 1 - 0.55 * np.clip(-(slope_x + slope_y), 0, 1)
    alpha = np.clip(clear * 1.15, 0, 1)[..., None]
    return wax * (1 - alpha) + below * shade[..., None] * alpha


def _scratch(scene, x, y, length, turn, steps=6):
    """A line through the field of directions, starting at (x, y)."""
    points = [(x, y)]
    for _ in range(steps):
        row, column = min(max(int(y), 0), scene.height - 1), min(max(int(x), 0), scene.width - 1)
        angle = scene.angles[row, column] + turn
        x, y = x + length / steps * np.cos(angle), y + length / steps * np.sin(angle)
        points.append((x, y))
    return np.array(points)

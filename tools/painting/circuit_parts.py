"""What is soldered onto the board of circuit.py: chips with their legs and marks, resistors and capacitors."""
import numpy as np

from painting.fields import blur, colour, noise, ramp
from painting.shapes import Stencil, over


def draw_chip(picture, ink, chip, pitch, unit, rng):
    left, top, wide, tall, kind = chip
    height, width = picture.shape[:2]
    legs, body = Stencil(width, height), Stencil(width, height)
    x0, y0, x1, y1 = left * pitch, top * pitch, (left + wide) * pitch, (top + tall) * pitch
    rows = [((c + 0.5) * pitch, y, 0.5, 1) for c in range(left, left + wide) for y in (y0 - 0.35 * pitch, y1 + 0.35 * pitch)]
    if kind == "quad":
        rows += [(x, (r + 0.5) * pitch, 1, 0.5) for r in range(top, top + tall) for x in (x0 - 0.35 * pitch, x1 + 0.35 * pitch)]
    for cx, cy, sx, sy in rows:
        half = np.array([sx, sy]) * 0.62 * pitch
        legs.polygon([(cx - half[0], cy - half[1]), (cx + half[0], cy - half[1]), (cx + half[0], cy + half[1]),
                      (cx - half[0], cy + half[1])])
    body.polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    shape = body.mask()
    over(picture, 0.6 * np.roll(blur(shape, 3 * unit), (int(4 * unit), int(4 * unit)), (0, 1)), colour("#02120c"))
    metal = legs.mask()
    slope_y, slope_x = np.gradient(blur(metal, unit))
    over(picture, metal, np.clip(colour("#b9bcbc") - 1.2 * (slope_x + slope_y)[..., None], 0, 1))
    relief_y, relief_x = np.gradient(blur(shape, 1.4 * unit))
    plastic = colour(rng.choice(["#1c1d21", "#24242a", "#1a2028"])) + 0.035 * noise(rng, width, height, 2 * unit, 2)[..., None]
    over(picture, shape, np.clip(plastic + 0.9 * np.clip(relief_x + relief_y, 0, 1)[..., None], 0, 1))
    ink.disc(x0 + 0.8 * pitch, y1 - 0.8 * pitch, 0.25 * pitch)
    for k in range(1 + (tall > 6) * 2):
        x, y = x0 + 1.2 * pitch, (y0 + y1) / 2 + (k - (tall > 6)) * 1.5 * pitch
        while x < x1 - 2.0 * pitch:  # marks like letters
            for _ in range(3):
                ink.line([(x + rng.choice([0, 4]) * unit, y - 3.5 * unit),
                          (x + rng.choice([0, 4]) * unit, y + rng.choice([0, 3.5]) * unit)], 1.1 * unit)
            x += 7.5 * unit
    gap = 1.25 * pitch
    ink.line([(x0 - gap, y0 - gap), (x1 + gap, y0 - gap), (x1 + gap, y1 + gap), (x0 - gap, y1 + gap), (x0 - gap, y0 - gap)],
             1.1 * unit)


def small_parts(picture, width, height, taken, pitch, unit, rng):
    """Resistors and capacitors where there was room, with their solder and a white frame."""
    bodies, ends, frame = (Stencil(width, height) for _ in range(3))
    for _ in range(700):
        c, r = int(rng.integers(2, taken.shape[1] - 5)), int(rng.integers(2, taken.shape[0] - 4))
        if taken[r:r + 2, c:c + 3].sum() > 1 or taken[r:r + 2, c:c + 3].any() and rng.uniform() < 0.9:
            continue
        taken[r:r + 2, c:c + 3] = True
        x, y, w, h = (c + 0.2) * pitch, (r + 0.3) * pitch, 2.4 * pitch, 1.2 * pitch
        ends.polygon(_box(x, x + w, y, h))
        bodies.polygon(_box(x + 0.24 * w, x + 0.76 * w, y, h), rng.choice([0.35, 0.7, 1.0]))
        around = _box(x - 0.08 * w, x + 1.08 * w, y, h)
        frame.line(around + around[:1], 0.9 * unit)
    over(picture, 0.85 * frame.mask(), colour("#dfe6d4"))
    metal = ends.mask()
    slope_y, slope_x = np.gradient(blur(metal, 1.3 * unit))
    over(picture, metal, np.clip(colour("#a9acac") - 1.6 * (slope_x + slope_y)[..., None], 0, 1))
    kinds = bodies.mask()
    over(picture, np.clip(kinds * 3, 0, 1), ramp(kinds, ["#111111", "#22242a", "#b8884a", "#d9b98a"]))


def _box(left, right, top, tall):
    return [(left, top), (right, top), (right, top + tall), (left, top + tall)]

"""A wall of blue tiles: a ship within a garland, borders of acanthus, each tile fired and set by itself."""
import numpy as np

from painting.azulejo_frame import frame
from painting.fields import blur, colour, grid, noise, ramp, smooth
from painting.shapes import Stencil

TILES = 8        # from top to bottom
GLAZE = ["#f4f3ea", "#cfd9e6", "#8fabd4", "#3f66b0", "#1c3a86", "#101f54"]  # by how much cobalt lies there
YELLOW = colour("#e2a52e")


def paint(width, height, rng):
    unit = height / 480
    tile = height / TILES
    x, y = grid(width, height)
    cobalt, ochre = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    _ship(cobalt, ochre, width, height, rng, unit)
    frame(cobalt, ochre, width, height, unit, tile)

    # Brushed by hand: uneven, pooled at the ends, bled into the glaze.
    cobalt = cobalt * (0.86 + 0.20 * noise(rng, width, height, 22 * unit, 3)) + 0.05 * noise(rng, width, height, 7 * unit, 2)
    cobalt = np.clip(cobalt, 0, 1)
    cobalt = 0.84 * blur(cobalt, 0.6 * unit) + 0.16 * blur(cobalt, 3.0 * unit)

    # Every tile was painted, fired and set a little differently.
    columns, rows = int(np.ceil(width / tile)), int(np.ceil(height / tile))
    column, row = np.minimum((x / tile).astype(int), columns - 1), np.minimum((y / tile).astype(int), rows - 1)
    dx, dy = rng.normal(0, 1.5 * unit, (2, rows, columns))
    sx = np.clip((x + dx[row, column]).astype(int), 0, width - 1)
    sy = np.clip((y + dy[row, column]).astype(int), 0, height - 1)
    strength, warmth = rng.normal(1, 0.10, (rows, columns)), rng.normal(0, 0.018, (rows, columns))
    picture = ramp(np.clip(cobalt[sy, sx] * strength[row, column], 0, 1), GLAZE)
    yellow = np.clip(ochre[sy, sx], 0, 1)[..., None]
    picture = picture * (1 - 0.8 * yellow) + 0.8 * yellow * YELLOW * (0.55 + 0.5 * picture)
    picture += warmth[row, column][..., None] * np.array([1.0, 0.3, -0.9])

    inset = np.minimum(np.minimum(x % tile, tile - x % tile), np.minimum(y % tile, tile - y % tile)) / unit
    wear = inset + 1.2 * noise(rng, width, height, 9 * unit, 3)
    slope_y, slope_x = np.gradient(np.clip(inset / 4, 0, 1) + 0.05 * noise(rng, width, height, 30 * unit, 2))
    picture += 0.5 * (slope_x + slope_y)[..., None]
    picture = np.where((wear < 1.0)[..., None], colour("#8f8471") * (0.9 + 0.2 * noise(rng, width, height, 2, 1)[..., None]),
                       picture)
    # Craquelure, and chips that show the clay.
    web = np.abs(noise(rng, width, height, 16 * unit, 3))
    picture -= 0.07 * np.exp(-(web / 0.03) ** 2)[..., None]
    chips = smooth(0.98, 1.04, noise(rng, width, height, 20 * unit, 4) + 0.45 * np.exp(-inset / 4))[..., None]
    picture = picture * (1 - chips) + chips * colour("#c98f66")
    return np.clip(picture, 0, 1)


def _ship(cobalt, ochre, width, height, rng, unit):
    """A ship under sail on a rough sea, birds and a hill with a tower behind it, all in washes and lines of one blue."""
    x, y = grid(width, height)
    u, v = (x - width / 2) / height, y / height
    cobalt += np.clip(0.40 - 0.4 * np.abs(v - 0.2) + 0.24 * noise(rng, width, height, 90 * unit, 4), 0, 1)
    hill = v > 0.50 - 0.09 * np.exp(-((u - 0.34) / 0.14) ** 2) - 0.05 * np.exp(-((u + 0.4) / 0.1) ** 2)
    cobalt[hill] = (0.52 + 0.15 * np.sin(60 * (u + v)))[hill]
    tower = (np.abs(u - 0.34) < 0.025) & (v > 0.31) & (v < 0.45)
    cobalt[tower] = np.where(u > 0.34, 0.75, 0.25)[tower]
    for k in range(7):
        line = 0.535 + 0.042 * k + 0.013 * np.sin((13 - k) * u + 2.1 * k) + 0.004 * np.sin(43 * u + k)
        depth = v - line
        waves = 0.40 + 0.06 * k + 0.32 * np.sin(2 * np.pi * depth / 0.018) * np.exp(
            -depth / 0.03) - 0.5 * np.exp(-(depth / 0.006) ** 2)
        cobalt[depth > 0] = np.clip(waves, 0, 1)[depth > 0]
    pen, body = Stencil(width, height), Stencil(width, height)
    middle = np.array([width / 2 - 0.03 * height, 0.58 * height])

    def at(points):
        return middle + np.asarray(points, float) * height

    hull = [(-0.24, -0.10), (-0.20, -0.03), (-0.15, 0.035), (0.13, 0.035), (0.19, -0.02), (0.21, -0.07), (0.12, -0.045),
            (-0.12, -0.045), (-0.15, -0.10)]
    body.polygon(at(hull), 0.85)
    sails = [(-0.10, -0.30, 0.08, 0.12), (-0.10, -0.20, 0.10, 0.14), (0.03, -0.37, 0.085, 0.13), (0.03, -0.25, 0.115, 0.18),
             (0.14, -0.22, 0.06, 0.12)]
    blank = Stencil(width, height)
    for su, sv, half, tall in sails:
        t = np.linspace(-1, 1, 12)
        top = np.stack([su + half * 0.8 * t, sv + 0.0 * t], 1)
        foot = np.stack([su + half * t, sv + tall - 0.022 * (1 - t * t)], 1)
        shape = np.concatenate([top, foot[::-1] + np.array([0.02, 0])])
        blank.polygon(at(shape))
        pen.line(at(np.concatenate([shape, shape[:1]])), 2.2 * unit)
        for s in np.linspace(-0.7, 0.9, 6):
            pen.line(at([(su + half * 0.8 * s, sv + 0.01), (su + half * s + 0.02 + 0.01 * s, sv + tall - 0.03)]),
                     (0.7 + 0.7 * (s > 0.3)) * unit)
    for mu, top in ((-0.10, -0.35), (0.03, -0.43), (0.14, -0.27)):
        pen.line(at([(mu, top), (mu, -0.04)]), 3 * unit)
        for end in (-0.22, 0.20):
            pen.line(at([(mu, top + 0.03), (end, -0.08)]), 0.9 * unit)
        flag = Stencil(width, height)
        flag.ribbon(at([(mu, top), (mu + 0.03, top + 0.008), (mu + 0.06, top - 0.004), (mu + 0.09, top + 0.006)]),
                    np.array([9, 8, 7, 3]) * unit)
        ochre += flag.mask()
    cobalt *= 1 - blank.mask()
    cobalt += 0.03 * blank.mask()
    np.maximum(cobalt, body.mask(), out=cobalt)
    for k in range(5):
        ochre += ((np.abs(u + 0.03 + 0.10 - 0.05 * k) < 0.008) & (np.abs(v - 0.565) < 0.008)) * 1.0
    for _ in range(12):
        bu, bv = rng.uniform(-0.38, 0.38), rng.uniform(0.14, 0.34)
        t = np.linspace(-1, 1, 9)
        pen.line(np.stack([width / 2 + (bu + 0.016 * t) * height, (bv - 0.012 * np.abs(np.sin(2.2 * t))) * height], 1),
                 1.5 * unit)
    np.maximum(cobalt, 0.95 * pen.mask(), out=cobalt)

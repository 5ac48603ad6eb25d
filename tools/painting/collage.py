"""Papers stained by brush, then cut with scissors and pasted: weeds, birds and stars on fields of colour."""
import numpy as np

from painting.fields import blur, colour, grain, noise, smooth
from painting.shapes import Stencil, over

FIELDS = ["#e8432f", "#f4b52a", "#1f5fb0", "#2f9a7a", "#f29ab0", "#14284f", "#f6ead0", "#7a3f9c", "#8fc44a", "#f0762a",
          "#4fb0d0"]


def paint(width, height, rng):
    unit = height / 480
    picture = np.zeros((height, width, 3), np.float32) + colour("#f3e6cc")

    # Six sheets of brush marks; each cutting is from one of them.
    sheets = []
    for k in range(6):
        angles = np.full((height, width), k * np.pi / 6, np.float32) + 0.25 * noise(rng, width, height, 130 * unit, 1)
        sheets.append((grain(rng, angles, 36 * unit), noise(rng, width, height, 70 * unit, 3)))

    def paste(draw, paper, lift=1.0):
        """What `draw` cuts out of a stencil, from a stained paper, with its shadow."""
        stencil = Stencil(width, height)
        draw(stencil)
        window = stencil.window(12 * unit)
        shape, part = stencil.mask()[window], picture[window]
        shadow = np.roll(blur(shape, 1.8 * unit * lift), (int(2.6 * unit * lift), int(2.2 * unit * lift)), (0, 1))
        part *= (1 - 0.42 * shadow * (1 - shape))[..., None]
        marks, pools = (sheet[window] for sheet in sheets[rng.integers(len(sheets))])
        stain = colour(paper) * (1 + 0.085 * marks + 0.07 * pools)[..., None]
        thin = smooth(1.3, 2.2, marks)[..., None]
        over(part, shape, np.clip(stain + 0.5 * thin * (colour("#fbf3e2") - stain), 0, 1))
        slope_y, slope_x = np.gradient(blur(shape, 0.7 * unit))
        part += 0.16 * (slope_x + slope_y)[..., None]

    # The ground: rectangles, not quite straight, that overlap.
    edges_x, edges_y = np.array([0, 0.21, 0.40, 0.63, 0.81, 1.0]), np.array([0, 0.31, 0.66, 1.0])
    grounds = rng.permutation([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 2, 5, 1, 6])
    tiles = [(column, row) for row in range(3) for column in range(5)]
    for k, (column, row) in enumerate(tiles):
        left, right, top, bottom = edges_x[column] * width, edges_x[column +
                                                                    1] * width, edges_y[row] * height, edges_y[row +
                                                                                                               1] * height
        corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)]) + np.array([(-7, -7), (7, -7),
                                                                                                     (7, 7), (-7, 7)]) * unit
        corners += rng.uniform(-7, 7, (4, 2)) * unit
        paste(lambda stencil: stencil.polygon(corners), FIELDS[grounds[k]], 0.6)
    # Into each a cutting or two, in colours that the ground does not have; some reach over.
    cuts = [_weed, _star, _bird, _weed, _palm, _sun, _weed, _palm, _star, _bird, _weed, _sun, _palm, _weed, _bird]
    order = rng.permutation(len(tiles))
    for k in order:
        column, row = tiles[k]
        middle = np.array([(edges_x[column] + edges_x[column + 1]) / 2 * width, (edges_y[row] + edges_y[row + 1]) / 2 * height])
        size = 0.205 * height
        papers = rng.permutation([c for c in FIELDS if c != FIELDS[grounds[k]]])
        turn = rng.normal(0, 0.25)
        if rng.uniform() < 0.6:
            paste(lambda stencil: _blob(stencil, middle + rng.normal(0, 5, 2) * unit, size * 0.80, rng), papers[0], 0.9)
        paste(lambda stencil: cuts[k](stencil, middle, size * rng.uniform(0.80, 0.98), turn, rng), papers[1], 1.2)
        for _ in range(3):
            place = middle + rng.uniform(-0.95, 0.95, 2) * size * (0.8, 1)
            paste(lambda stencil: _blob(stencil, place, rng.uniform(0.05, 0.13) * size, rng), papers[2], 0.7)
    fibre = 1 + 0.035 * noise(rng, width, height, 2.4 * unit, 2)
    return np.clip(picture * fibre[..., None], 0, 1)


def _turned(points, middle, size, turn):
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return middle + size * np.asarray(points, float) @ rotation


def _weed(stencil, middle, size, turn, rng):
    """A stem with fingers to both sides, round at their ends, as of a sea weed."""
    t = np.linspace(0, 1, 24)
    stem = np.stack([0.10 * np.sin(4 * t), 1 - 2 * t], 1)
    stencil.ribbon(_turned(stem, middle, size, turn), size * (0.20 - 0.06 * t))
    for k, s in enumerate(np.linspace(0.08, 0.95, 6)):
        for sign in (-1, 1):
            root = stem[int(s * 23)]
            long = (0.62 - 0.32 * abs(s - 0.4)) * rng.uniform(0.85, 1.1)
            finger = root + np.stack([sign * long * t, -0.34 * long * t * t - 0.05 * np.sin(6 * t)], 1)
            points = _turned(finger, middle, size, turn)
            widths = size * (0.10 + 0.07 * np.sin(np.pi * t ** 1.5))
            stencil.ribbon(points, widths)
            stencil.disc(*points[-1], widths[-1] * 0.62)


def _star(stencil, middle, size, turn, rng):
    a = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    r = np.where(np.arange(20) % 2, 0.36, 0.95) * rng.uniform(0.85, 1.12, 20)
    stencil.polygon(_turned(np.stack([r * np.cos(a), r * np.sin(a)], 1), middle, size, turn))


def _sun(stencil, middle, size, turn, rng):
    stencil.disc(*middle, 0.42 * size)
    for a in np.linspace(0, 2 * np.pi, 13, endpoint=False):
        t = np.linspace(0.48, 0.98, 10)
        bend = a + 0.35 * (t - 0.5)
        stencil.ribbon(_turned(np.stack([t * np.cos(bend), t * np.sin(bend)], 1), middle, size, turn),
                       size * np.linspace(0.16, 0.05, 10))


def _bird(stencil, middle, size, turn, rng):
    t = np.linspace(0, 1, 20)
    body = np.stack([1.0 - 2.0 * t, 0.16 * np.sin(3 * t)], 1)
    stencil.ribbon(_turned(body, middle, size, turn), size * 0.42 * np.sin(np.pi * np.clip(t * 1.06, 0, 1)) ** 0.8 + 1)
    for sign, lean in ((-1, 0.5), (1, 0.35)):
        wing = np.stack([0.25 - lean * t - 0.3 * t * t, sign * 0.95 * t], 1)
        stencil.ribbon(_turned(wing, middle, size, turn), size * (0.46 * (1 - t) ** 0.7 + 0.03))
    stencil.polygon(_turned([(-0.6, 0.05), (-1.15, -0.25), (-0.95, 0.08), (-1.15, 0.40)], middle, size, turn))


def _palm(stencil, middle, size, turn, rng):
    for k, a in enumerate(np.linspace(-2.5, -0.64, 9)):
        t = np.linspace(0, 1, 16)
        long = (1.35 + 0.3 * (k % 2)) * (0.85 + 0.15 * np.sin(np.pi * k / 8))
        rib = np.stack([long * t * np.cos(a), 0.85 + long * t * np.sin(a) + 0.16 * t * t], 1)
        stencil.ribbon(_turned(rib, middle, size, turn), size * 0.24 * np.sin(np.pi * t ** 0.9) ** 0.8 + 1)
    stencil.ribbon(_turned([(0, 0.7), (0.03, 1.05)], middle, size, turn), np.array([0.12, 0.16]) * size)


def _blob(stencil, middle, size, rng):
    a = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    r = 0.86 + sum(rng.normal(0, 0.13 / k) * np.cos(k * a + rng.uniform(0, 6)) for k in (2, 3, 4))
    stencil.polygon(_turned(np.stack([r * np.cos(a), r * np.sin(a)], 1), middle, size, 0))

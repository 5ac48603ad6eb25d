"""Circles, wedges, arcs and lattices that hold each other in balance, painted in watercolour and oil on primed canvas."""
import numpy as np

from painting.fields import blur, colour, grid, noise, ramp, smooth
from painting.shapes import Stencil, over

PAINTS = ["#d8342a", "#f2b62c", "#1f4f9c", "#2f8f7a", "#7a3f8f", "#e8783a", "#14181f", "#7fb4d0", "#c94f7a", "#8fae3f"]


def paint(width, height, rng):
    unit = height / 480
    x, y = grid(width, height)
    base = noise(rng, width, height, 170 * unit, 3)
    picture = ramp(np.clip(0.5 + 0.55 * base, 0, 1), ["#d9c49a", "#f0e4c4", "#f4ead4", "#e4d8c8", "#c8d4cc"]).astype(np.float32)
    for _ in range(9):  # clouds of thin colour
        cx, cy, size = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(70, 170) * unit
        d = np.hypot(x - cx, y - cy) / size + 0.35 * noise(rng, width, height, 60 * unit, 3)
        over(picture, 0.5 * smooth(1.0, 0.2, d), colour(rng.choice(PAINTS)))
    put = _Painter(picture, width, height, rng, unit)

    # Large things first: a black ring with a violet heart, a wedge, a bow, a lattice; then what answers them.
    put.disc(0.24, 0.32, 118, "#14181f", 1.0)
    put.disc(0.24, 0.32, 104, "#e8783a", 0.95)
    put.disc(0.245, 0.33, 82, "#7a3f8f", 1.0)
    put.disc(0.25, 0.335, 48, "#1f4f9c", 0.95)
    put.disc(0.255, 0.34, 22, "#f2b62c", 1.0)
    put.shape([(0.36, 0.02), (0.99, 0.80), (0.72, 0.98)], "#f2b62c", 0.62)
    put.shape([(0.30, 0.98), (0.62, 0.14), (0.70, 0.98)], "#7fb4d0", 0.62)
    put.shape([(0.02, 0.60), (0.44, 0.70), (0.06, 0.96)], "#d8342a", 0.85)
    put.shape([(0.02, 0.92), (0.33, 0.60), (0.37, 0.66), (0.08, 0.99)], "#14181f", 0.9)
    put.lattice(0.62, 0.30, 17, 0.35, 7, 5)
    put.lattice(0.16, 0.80, 14, -0.5, 6, 4)
    put.disc(0.80, 0.24, 62, "#d8342a", 0.9)
    put.disc(0.80, 0.24, 40, "#f4ead4", 0.9)
    put.disc(0.81, 0.25, 24, "#1f4f9c", 1.0)
    put.disc(0.60, 0.74, 74, "#2f8f7a", 0.85)
    put.disc(0.58, 0.73, 44, "#f2b62c", 0.9)
    put.disc(0.57, 0.72, 20, "#d8342a", 1.0)
    put.disc(0.88, 0.72, 50, "#c94f7a", 0.85)
    put.disc(0.885, 0.715, 28, "#14181f", 0.9)
    for k in range(9):  # bows within each other
        put.arc(0.44, 0.92, (60 + 13 * k) * unit, -2.6, -0.9, (4.5 - 0.2 * k) * unit, PAINTS[k % len(PAINTS)])
    for k in range(5):
        put.arc(0.93, 0.46, (24 + 12 * k) * unit, 1.8, 4.3, 5 * unit, PAINTS[(3 * k + 1) % len(PAINTS)])
    t = np.linspace(0, 1, 60)
    for k in range(4):  # waves that cross the picture
        wave = np.stack([(0.03 + 0.94 * t) * width, (0.50 + 0.04 * k + 0.09 * np.sin(9 * t + 0.5 * k) * (1 - 0.6 * t))
                         * height], 1)
        put.ribbon(wave, unit * (5 - k + 3 * np.sin(np.pi * t)), ["#14181f", "#d8342a", "#14181f", "#1f4f9c"][k])
    for ax, ay, bx, by, wide in ((0.04, 0.06, 0.56, 0.95, 3), (0.98, 0.04, 0.40, 0.90, 4), (0.10, 0.52, 0.97, 0.36, 2.4),
                                 (0.50, 0.02, 0.78, 0.99, 2.4), (0.66, 0.04, 0.99, 0.62, 6),
                                 (0.02, 0.16, 0.50, 0.05, 2.4), (0.55, 0.97, 0.98, 0.86, 3)):
        put.ribbon(np.array([(ax * width, ay * height), (bx * width, by * height)]), np.array([wide, wide * 0.4]) * unit,
                   "#14181f")
    for k in range(17):  # teeth, beams, small discs
        a = rng.uniform(0, 6.3)
        px, py, size = rng.uniform(0.04, 0.96), rng.uniform(0.06, 0.94), rng.uniform(0.02, 0.05)
        corners = [(px + size * 0.75 * np.cos(a + b), py + size * np.sin(a + b)) for b in (0, 2.2, 4.0)]
        put.shape(corners, rng.choice(PAINTS), 0.9)
    for k in range(46):
        px, py, size = rng.uniform(0.02, 0.98), rng.uniform(0.03, 0.97), rng.choice([4, 6, 9, 14])
        put.disc(px, py, size, rng.choice(PAINTS), 0.92)
        if size > 8:
            put.disc(px, py, size * 0.45, rng.choice(PAINTS), 1.0)
    for k in range(6):
        a, px, py = rng.uniform(0, 3.1), rng.uniform(0.08, 0.92), rng.uniform(0.1, 0.9)
        for j in range(6):
            offset = (j - 2.5) * 7 * unit
            middle = np.array([px * width - offset * np.sin(a), py * height + offset * np.cos(a)])
            reach = np.array([np.cos(a), np.sin(a)]) * (26 - 2.4 * j) * unit
            put.ribbon(np.array([middle - reach, middle + reach]), np.array([2.6, 1.6]) * unit, "#14181f")

    # Canvas shows through thin paint.
    weave = np.sin(2 * np.pi * x / (3.2 * unit)) * np.sin(2 * np.pi * y / (3.2 * unit))
    weave = 0.030 * weave + 0.035 * noise(rng, width, height, 4 * unit, 2)
    return np.clip(picture * (1 + weave)[..., None], 0, 1)


class _Painter:
    def __init__(self, picture, width, height, rng, unit):
        self.picture, self.width, self.height, self.rng, self.unit = picture, width, height, rng, unit
        self.pools = [noise(rng, width, height, cell * unit, 3) for cell in (30, 40, 50, 65, 80)]
        self.grain = noise(rng, width, height, 3 * unit, 2)

    def lay(self, stencil, pigment, opacity):
        """Paint with pools, a rim that dried darker, and a faint halo of its oil."""
        window = stencil.window(16 * self.unit)
        mask, part = stencil.mask()[window], self.picture[window]
        pool = self.pools[self.rng.integers(len(self.pools))][window]
        body = colour(pigment) * (1 + 0.16 * pool + 0.05 * self.grain[window])[..., None] + 0.05 * np.clip(pool, 0, 1)[..., None]
        over(part, 0.13 * blur(mask, 7 * self.unit) * (1 - mask), colour(pigment))
        rim = np.clip(mask - blur(mask, 2 * self.unit), 0, 1)
        over(part, mask * np.clip(opacity * (0.92 + 0.14 * pool), 0, 1), np.clip(body * (1 - 0.55 * rim[..., None]), 0, 1))

    def disc(self, cx, cy, radius, pigment, opacity):
        stencil = Stencil(self.width, self.height)
        a = np.linspace(0, 2 * np.pi, 70, endpoint=False)
        r = radius * self.unit * (1 + 0.012 * np.cos(3 * a + cx * 40))
        stencil.polygon(np.stack([cx * self.width + r * np.cos(a), cy * self.height + r * np.sin(a)], 1))
        self.lay(stencil, pigment, opacity)

    def shape(self, corners, pigment, opacity):
        stencil = Stencil(self.width, self.height)
        stencil.polygon(np.array(corners) * (self.width, self.height))
        self.lay(stencil, pigment, opacity)

    def ribbon(self, points, widths, pigment):
        stencil = Stencil(self.width, self.height)
        stencil.ribbon(points, widths)
        self.lay(stencil, pigment, 0.97)

    def arc(self, cx, cy, radius, start, end, wide, pigment):
        a = np.linspace(start, end, 40)
        points = np.stack([cx * self.width + radius * np.cos(a), cy * self.height + radius * np.sin(a)], 1)
        self.ribbon(points, wide * (0.5 + 0.8 * np.sin(np.pi * np.linspace(0, 1, 40))), pigment)

    def lattice(self, cx, cy, size, turn, columns, rows):
        along, across = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn + 0.3), np.cos(turn + 0.3)])
        for c in range(columns):
            for r in range(rows):
                corner = np.array([cx * self.width, cy * self.height]) + self.unit * size * ((c - columns / 2) * along * 1.3 +
                                                                                             (r - rows / 2) * across)
                cell = corner + self.unit * size * np.array([0 * along, 1.3 * along, 1.3 * along + across, across])
                kind = ["#14181f", "#f4ead4",
                        PAINTS[self.rng.integers(len(PAINTS))]][(c + r) % 2 if self.rng.uniform() < 0.6 else 2]
                self.shape(cell / (self.width, self.height), kind, 0.93)

"""Poppies in wet paint: washes that run into each other, darker at their rims, on rough paper."""
import numpy as np

from painting.fields import blur, colour, grid, noise, smooth


class Sheet:
    """Rough paper that takes thin layers of pigment; each layer darkens what is below it."""

    def __init__(self, width, height, rng):
        self.width, self.height, self.rng, self.unit = width, height, rng, height / 480
        self.x, self.y = grid(width, height)
        self.tooth = 0.6 * noise(rng, width, height, 4 * self.unit, 2) + 0.4 * noise(rng, width, height, 1.5, 1)
        self.density = np.zeros((height, width, 3), np.float32)

    def layer(self, shape, pigment, strength, softness=1.0, rim=0.6):
        """Pigment where `shape` (rows, columns, pixels inside the edge) is above 0. `softness`: width of the edge in
        pixels, `rim`: how much pigment gathers there as the wash dries."""
        soft = max(softness * self.unit, 0.7)
        cover = smooth(-soft, soft, shape)
        border = np.exp(-(np.maximum(shape, 0) / (2.2 * self.unit)) ** 2) * cover if rim else 0
        pooled = 1 + 0.45 * noise(self.rng, self.width, self.height, 60 * self.unit, 3)
        amount = strength * cover * np.clip(pooled + 0.30 * self.tooth, 0.15, 2.2) + strength * rim * border
        self.density += amount[..., None] * -np.log(np.clip(colour(pigment), 0.03, 0.995))

    def spare(self, shape):
        """Leaves the paper nearly dry inside `shape`, as with masking fluid, so that what comes there stays bright."""
        cover = smooth(-1.5 * self.unit, 1.5 * self.unit, shape)[..., None]
        self.density *= 1 - 0.88 * cover

    def blob(self, cx, cy, radius, rough=0.25, squash=1.0, turn=0.0):
        """Pixels inside the edge of an uneven round shape."""
        dx, dy = self.x - cx, self.y - cy
        along, across = dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)
        r = np.hypot(along, across / squash)
        a = np.arctan2(across, along)
        wave = np.zeros_like(a)
        for order in range(2, 9):
            wave += self.rng.normal(0, 1 / order) * np.cos(order * a + self.rng.uniform(0, 7))
        return radius * (1 + rough * wave) - r

    def picture(self):
        paper = colour("#fbf6ea") * (1 + 0.022 * self.tooth[..., None])
        return np.clip(paper * np.exp(-0.72 * self.density), 0, 1)


def paint(width, height, rng):
    sheet = Sheet(width, height, rng)
    unit, x, y = sheet.unit, sheet.x, sheet.y
    wet = 30 * unit * noise(rng, width, height, 110 * unit, 3)

    # Sky and far hills, wet in wet, then hills with edges.
    for pigment, middle, reach, strength in (("#5f9fd6", 0.08, 90, 0.75), ("#8f86c9", 0.26, 55, 0.55), ("#f2b98a", 0.36, 40, 0.5)):
        sheet.layer(reach * unit - np.abs(y - middle * height) + wet, pigment, strength, softness=45, rim=0)
    clouds = noise(rng, width, height, 120 * unit, 4) * 60 * unit - 22 * unit
    sheet.layer(np.minimum(clouds, 0.34 * height - y), "#4d7fc0", 0.45, softness=7, rim=0.35)
    for k, (base, pigment, strength) in enumerate(((0.40, "#7d8fc4", 0.55), (0.46, "#5f9a9a", 0.6), (0.52, "#7fae62", 0.65))):
        ridge = (base + 0.035 * np.sin(x / width * (5 + 2 * k) + 2.2 * k)) * height + 9 * unit * noise(rng, width, height, 80 * unit, 3)
        bottom = (base + 0.22) * height + wet
        sheet.layer(np.minimum(y - ridge, (bottom - y) * 0.6), pigment, strength, softness=1.2, rim=0.5)

    # The meadow: loose greens and ochres, then blades.
    for pigment, middle, strength in (("#a9c84c", 0.68, 0.6), ("#4f9a58", 0.82, 0.7), ("#2f6f5a", 0.97, 0.8), ("#e2b94a", 0.62, 0.45)):
        sheet.layer(62 * unit - np.abs(y - middle * height) + 1.2 * wet[:, ::-1], pigment, strength, softness=24, rim=0.1)
    for _ in range(130):
        bx, by = rng.uniform(0, width), rng.uniform(0.66, 1.08) * height
        tall, bend = rng.uniform(40, 130) * unit * by / height, rng.normal(0, 26) * unit
        t = np.clip((by - y) / tall, 0, 1)
        half = rng.uniform(1.2, 3.0) * unit * (1 - t) ** 0.7
        inside = np.where((by - y > 0) & (by - y < tall), half - np.abs(x - bx - bend * t * t), -9 * unit)
        sheet.layer(inside, rng.choice(["#2f7d4a", "#6fa03c", "#1f5a5a", "#9cb03a"]), rng.uniform(0.35, 0.9), softness=0.6, rim=0.2)

    # Poppies, far ones small; four petals and a dark middle each.
    flowers = [(rng.uniform(0.02, 0.98), rng.uniform(0.56, 0.70), rng.uniform(9, 17)) for _ in range(16)]
    flowers += [(0.16, 0.64, 46), (0.40, 0.80, 58), (0.66, 0.62, 50), (0.86, 0.82, 60), (0.60, 0.93, 34), (0.08, 0.90, 38)]
    for fx, fy, size in flowers:
        cx, cy, size = fx * width, fy * height, size * unit
        reds = ["#e8432c", "#f0722f", "#d9284a", "#f4a04a"]
        start = rng.uniform(0, 6.3)
        stem = np.where(y > cy, 1.5 * unit - np.abs(x - cx - 0.10 * (y - cy) * np.sin(start)), -9)
        sheet.layer(np.minimum(stem, 5.5 * size - (y - cy)), "#2f6f45", 0.7, softness=0.6, rim=0.2)
        petals = []
        for k in range(4):
            angle = start + k * np.pi / 2 + rng.normal(0, 0.15)
            petals.append(sheet.blob(cx + 0.52 * size * np.cos(angle), cy + 0.40 * size * np.sin(angle), 0.62 * size, 0.13,
                                     0.85, angle))
        sheet.spare(np.max(petals, 0))
        for petal in petals:
            sheet.layer(petal, rng.choice(reds), rng.uniform(0.4, 0.75), softness=1.0, rim=0.6)
        if size > 20 * unit:
            sheet.layer(sheet.blob(cx, cy, 0.36 * size, 0.3), "#b0234a", 0.5, softness=9, rim=0)
            sheet.layer(sheet.blob(cx, cy, 0.17 * size, 0.2), "#2a2140", 1.4, softness=1.2, rim=0.6)
            for _ in range(14):
                a, r = rng.uniform(0, 6.3), rng.uniform(0.2, 0.33) * size
                sheet.layer(sheet.blob(cx + r * np.cos(a), cy + r * np.sin(a), 1.8 * unit, 0.1), "#241a38", 1.2, 0.7, 0)

    # Splashes, and water that fell in while all was wet.
    for _ in range(70):
        dot = sheet.blob(rng.uniform(0, width), rng.uniform(0.2, 1) * height, rng.exponential(1.9) * unit + 0.8, 0.1)
        sheet.layer(dot, rng.choice(["#e8432c", "#5f9fd6", "#2f7d4a", "#f0a23a", "#8f4f9c"]), rng.uniform(0.3, 0.9), 0.7, 0.5)
    for _ in range(9):
        pool = sheet.blob(rng.uniform(0, width), rng.uniform(0.05, 0.6) * height, rng.uniform(14, 34) * unit, 0.3)
        washed = smooth(-4 * unit, 8 * unit, pool)[..., None]
        edge = np.exp(-(pool / (2.5 * unit)) ** 2)[..., None]
        sheet.density = sheet.density * (1 - 0.45 * washed + 0.30 * edge)
    sheet.density = 0.75 * sheet.density + 0.25 * blur(sheet.density, 3 * unit)
    return sheet.picture()

"""Ink and water: mountains that stand in mist, an old pine, a boat; a few blows of one brush, and one red seal."""
import numpy as np

from painting.fields import colour, noise, smooth
from painting.shapes import Stencil, over
from painting.watercolour import Sheet

INK, WARM = "#1c2226", "#4a4038"


def paint(width, height, rng):
    sheet = Sheet(width, height, rng)
    unit, x, y = sheet.unit, sheet.x, sheet.y
    u, v = (x - width / 2) / height, y / height

    def wash(cell, octaves):
        return noise(rng, width, height, cell * unit, octaves)

    sheet.density += (0.10 + 0.05 * wash(140, 4) - 0.05 * v)[..., None] * -np.log(colour("#c9a56a"))
    sheet.layer(0.30 * height - y + 60 * unit * wash(170, 4), "#6f8088", 0.28, softness=50, rim=0)

    # Peaks, far ones pale; each fades into the mist at its foot and has dry blows down its slopes.
    peaks = [(0.26, 0.40, ((-0.46, 0.17, 0.11), (-0.02, 0.20, 0.09), (0.32, 0.12, 0.07), (0.62, 0.20, 0.1)), 0.5, "#5f7480"),
             (0.46, 0.42, ((-0.24, 0.27, 0.09), (0.17, 0.34, 0.10), (0.45, 0.24, 0.06), (0.7, 0.2, 0.1)), 0.6, "#36464f"),
             (0.68, 0.36, ((-0.66, 0.30, 0.16), (0.52, 0.40, 0.14), (-0.1, 0.10, 0.2)), 1.0, INK)]
    for base, foot, tops, strength, pigment in peaks:
        ridge = np.full_like(u, base)
        for middle, tall, spread in tops:
            ridge -= tall * np.exp(-np.abs((u - middle) / spread) ** 1.5)
        ridge += 0.020 * wash(34, 4) + 0.010 * np.sin(30 * u)
        depth = v - ridge
        mist = np.exp(-np.clip(depth, 0, 2) / (0.30 * foot))
        sheet.layer(depth * height, pigment, 0.45 * strength * mist, softness=2.0, rim=0.8)
        creases = np.abs(np.sin(17 * (u + 0.35 * depth * np.sign(np.sin(9 * u + base * 20))) + 3.4 * wash(70, 3)))
        blows = smooth(0.42, 0.05, creases + 0.35 * sheet.tooth + 0.9 * depth)
        sheet.density += (1.25 * strength * blows * mist * (depth > 0.006))[..., None] * -np.log(colour(pigment))
        edge = np.exp(-(depth / 0.004) ** 2) * smooth(-0.6, 0.5, wash(60, 2))
        sheet.density += (1.3 * strength * edge)[..., None] * -np.log(colour(pigment))
        trees = smooth(0.15, 0.55, wash(9, 2) + 0.9 * wash(60, 2) - 30 * np.abs(depth - 0.006))
        sheet.density += (strength * trees * mist * (depth > -0.008))[..., None] * -np.log(colour(INK))

    # Water below: strokes that lie flat, and rocks in it.
    for k in range(90):
        ru, rv = rng.uniform(-0.7, 0.7), 0.72 + 0.27 * rng.uniform() ** 0.8
        long, thick = rng.uniform(0.03, 0.14), rng.uniform(0.9, 2.4) * unit
        inside = thick * (1 - np.abs((u - ru) / long)) - np.abs(v - rv - 0.004 * np.sin(40 * (u - ru))) * height
        sheet.layer(inside, "#3f5560", rng.uniform(0.25, 0.8), softness=0.9, rim=0.2)
    for ru, rv, size in ((-0.12, 0.90, 34), (0.02, 0.95, 44), (0.16, 0.985, 30)):
        rock = sheet.blob(ru * height + width / 2, rv * height, size * unit, 0.35, 0.55)
        sheet.layer(rock, INK, 0.75, softness=1.4, rim=0.9)
        sheet.density += (smooth(0.2, 0.9, np.sin(50 * (u + 0.7 * v)) + sheet.tooth) * (rock > 0))[..., None] * 0.6

    picture = sheet.picture()
    _pine(picture, width, height, rng, unit)
    # A boat with its man, and the seal.
    pen, place = Stencil(width, height), np.array([0.57 * width, 0.80 * height])
    t = np.linspace(-1, 1, 15)
    pen.ribbon(place + np.stack([46 * t, -7 * t * t + 7], 1) * unit, 5.5 * unit * (1.05 - t * t))
    pen.ribbon(place + np.stack([4 - 12 * (t + 1) / 2, -30 * (1 - t) / 2], 1) * unit, unit * (3 + 5 * (t + 1)))
    pen.line(place + np.array([(14, -40), (-26, 18)]) * unit, 1.4 * unit)
    pen.polygon(place + np.array([(-9, -27), (4, -38), (17, -27)]) * unit)
    over(picture, 0.9 * pen.mask(), colour(INK))
    seal = (np.abs(u - 0.56) < 0.026) & (np.abs(v - 0.91) < 0.030)
    carved = (np.sin(2 * np.pi * (u - 0.534) / 0.0175) * np.sin(2 * np.pi * (v - 0.88) / 0.024 + 1.2 * np.sin(200 * u)) > 0.35)
    over(picture, (seal & ~carved) * np.clip(0.85 + 0.4 * sheet.tooth, 0, 1), colour("#b8281f"))
    return picture


def _pine(picture, width, height, rng, unit):
    """A crooked pine that leans in from the left: trunk, boughs, fans of needles."""
    trunk, needles, pale = Stencil(width, height), Stencil(width, height), Stencil(width, height)
    t = np.linspace(0, 1, 40)
    bole = np.stack([(30 + 150 * t ** 1.4 + 26 * np.sin(7 * t)) * unit, height - (t * 400 - 12 * np.sin(11 * t)) * unit], 1)
    trunk.ribbon(bole, unit * (34 * (1 - t) + 6) * (1 + 0.12 * np.sin(60 * t)))
    for k in range(17):
        start = bole[rng.integers(14, 40)]
        sign = rng.choice([-1, 1, 1])
        long = rng.uniform(60, 150) * unit
        bough = start + np.stack([sign * long * t, (-18 * np.sin(3 * t) + rng.uniform(-26, 40) * t * t) * unit], 1)
        trunk.ribbon(bough, unit * (8 * (1 - t) + 1.5))
        for at in bough[10::3]:
            for _ in range(rng.integers(1, 3)):
                middle = at + rng.normal(0, 8, 2) * unit
                for a in np.linspace(np.pi * 1.02, np.pi * 1.98, 17) + rng.normal(0, 0.05):
                    tip = middle + rng.uniform(15, 23) * unit * np.array([np.cos(a), np.sin(a)])
                    (needles if rng.uniform() < 0.7 else pale).line([middle, tip], rng.uniform(0.8, 1.5) * unit)
    bark = smooth(-1.1, 0.2, noise(rng, width, height, 9 * unit, 3) + 0.35 * noise(rng, width, height, 2 * unit, 1))
    over(picture, 0.95 * trunk.mask() * bark, colour("#17181a"))
    over(picture, 0.55 * pale.mask(), colour("#2f5a4f"))
    over(picture, 0.9 * needles.mask(), colour("#10201c"))

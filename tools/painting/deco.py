"""Art deco: towers under a sunburst, fans and chevrons, gold lines inlaid in lacquer."""
import numpy as np

from painting.fields import blur, colour, grid, noise, ramp

LACQUER = {
    "night": "#0c1a2e", "teal": "#0f5a66", "jade": "#2f8f80", "wine": "#6a1428", "rose": "#c95a5f", "ivory": "#f0e2c0",
    "black": "#0c0c10"
}


def paint(width, height, rng):
    unit = height / 480
    x, y = grid(width, height)
    u, v = (x - width / 2) / height, y / height
    picture = np.zeros((height, width, 3), np.float32)
    gold = np.zeros((height, width), np.float32)
    thin = 1.25 / 480

    def lay(where, paint):
        picture[where] = np.broadcast_to(paint, picture.shape)[where]
        gold[where] = 0

    def rule(distance, wide=1.0):
        np.maximum(gold, np.clip((wide * thin - np.abs(distance)) * height + 0.5, 0, 1), out=gold)

    # Rays behind everything, of three kinds, from a sun low in the middle.
    cv = 0.66
    r, a = np.hypot(u, v - cv), np.arctan2(u, cv - v)
    beam = np.floor((a + np.pi) / (2 * np.pi) * 48)
    shades = np.array([colour(LACQUER[name]) for name in ("night", "teal", "night", "jade", "wine", "teal")])
    lay(v < 2, shades[(beam.astype(int)) % 6] * (0.75 + 0.5 * np.exp(-r * 1.6))[..., None])
    share = (a + np.pi) / (2 * np.pi) * 48
    rule((share - np.round(share)) / 48 * 2 * np.pi * r, 0.9)
    rule(((share * 2) - np.round(share * 2)) / 96 * 2 * np.pi * r + 99 * (r < 0.42), 0.45)
    for k, radius in enumerate((0.42, 0.40, 0.33, 0.25, 0.18)):
        lay(r < radius,
            colour(LACQUER[("ivory", "wine", "rose", "ivory", "rose")[k]]) * np.clip(1.1 - 0.5 * r, 0, 2)[..., None])
        rule(r - radius, 1.4)
    for radius in np.arange(0.02, 0.18, 0.02):
        rule(r - radius, 0.6)
    studs = np.hypot(r - 0.365, ((share - np.floor(share)) - 0.5) / 48 * 2 * np.pi * r)
    gold[studs < 0.010] = 1

    # Towers in three rows, each stepping back towards its spire, with ribs that run up.
    towers = [(-0.55, 0.30, 0.10, 1), (0.53, 0.26, 0.10, 1), (-0.34, 0.20, 0.085, 2), (0.32, 0.24, 0.09, 0),
              (0.0, 0.06, 0.115, 2), (-0.46, 0.42, 0.10, 0), (0.43, 0.40, 0.085, 2), (-0.18, 0.34, 0.085, 1),
              (0.17, 0.37, 0.08, 1), (-0.63, 0.5, 0.09, 2), (0.63, 0.46, 0.09, 0)]
    for middle, top, half, kind in towers:
        du = np.abs(u - middle)
        for k in range(5):
            share_k = k / 4
            reach, level = half * (1 - 0.72 * share_k), top + 0.06 + (1 - share_k) ** 1.6 * (0.80 - top) * 0.62
            inside = (du < reach) & (v > level)
            shade = ramp(np.clip(0.5 + (u - middle) / half * 0.5 + 0.15 * np.sin(40 * (v - level)), 0, 1),
                         [[LACQUER["jade"], LACQUER["teal"], LACQUER["night"]], [LACQUER["rose"], LACQUER["wine"], "#2a0a18"],
                          ["#3a4458", "#1a2234", LACQUER["black"]]][kind])
            lay(inside, shade)
            rule(np.where(v > level, du - reach, 9), 1.1)
            rule(np.where(du < reach, v - level, 9), 1.1)
            ribs = np.abs((du / reach * 4) % 1 - 0.5) * reach / 4
            rule(np.where(inside & (v > level + 0.012), ribs, 9), 0.55)
            beside = np.abs((du / reach * 4) % 1 - 0.5)
            panes = inside & ((v * 64) % 1 < 0.5) & (beside < 0.28) & (beside > 0.14) & (v > level + 0.02)
            lit = rng.uniform(size=(80, 40))[np.clip((v * 64).astype(int), 0, 79),
                                             np.clip(((u - middle + half) / half * 8 + 4).astype(int), 0, 39)] > 0.45
            picture[panes & lit] = colour("#f4d88a")
        rule(np.where((v > top - 0.06) & (v < top + 0.07), du, 9), 1.3)
        gold[np.hypot(du, v - top + 0.06) < 0.007] = 1

    # In front: scales, each a fan of three rings; then a frame with chevrons.
    size = 0.088
    for row in range(5):
        base = 0.80 + row * size * 0.62
        for middle in np.arange(-0.8, 0.85, size * 2) + (row % 2) * size:
            d, turn = np.hypot(u - middle, v - base - size * 0.2), np.arctan2(u - middle, base + size * 0.2 - v)
            names = (("night", "jade", "ivory"), ("wine", "rose", "ivory"),
                     ("black", "teal", "jade"))[(row + int(round(middle / size / 2))) % 3]
            for share_k, name in zip((1.0, 0.74, 0.46), names):
                lay(d < size * share_k,
                    colour(LACQUER[name]) * np.clip(1.15 - 0.9 * (v - base + size) / size * 0.35, 0, 2)[..., None])
                rule(d - size * share_k, 1.1)
            spokes = (turn / 0.26 - np.round(turn / 0.26)) * 0.26 * d
            rule(np.where((d < size * 0.97) & (d > size * 0.48), spokes, 9), 0.6)
    inset = np.minimum(np.minimum(x, width - x), np.minimum(y, height - y)) / height
    along = np.where(np.minimum(x, width - x) < np.minimum(y, height - y), v, u)
    chevron = (along * 20 + np.abs(inset - 0.026) * 30) % 1
    band = inset < 0.052
    lay(band, np.where((chevron < 0.5)[..., None], colour(LACQUER["black"]), colour(LACQUER["teal"])))
    rule(np.where(band, np.minimum(np.abs(chevron - 0.5), np.minimum(chevron, 1 - chevron)) / 22, 9), 0.7)
    for at in (0.006, 0.050, 0.057):
        rule(inset - at, 1.3)

    # Lacquer has depth, gold leaf has wrinkles and catches the light.
    leaf = 0.55 + 0.30 * noise(rng, width, height, 26 * unit, 3) + 0.22 * noise(rng, width, height, 4 * unit,
                                                                                2) + 0.12 * np.sin(9 * u - 6 * v)
    metal = ramp(np.clip(leaf, 0, 1), ["#6a4414", "#b8862f", "#e8c25a", "#fff4c0"])
    picture *= (1 + 0.10 * noise(rng, width, height, 5 * unit, 3) + 0.10 * noise(rng, width, height, 90 * unit, 2))[..., None]
    height_y, height_x = np.gradient(blur(gold, 0.8 * unit))
    picture = picture + gold[..., None] * (metal - picture) + 0.30 * (height_x + height_y)[..., None]
    return np.clip(picture, 0, 1)

"""Autumn leaves on a wet path: maple, oak, beech and ginkgo, one above the other, each with its veins."""
import numpy as np

from painting.fields import colour, grid, noise, ramp, smooth

KINDS = ["maple", "oak", "beech", "ginkgo"]
COLOURS = [["#5a0f14", "#b3202a", "#e8502a", "#f4a03a"], ["#7a3a0c", "#d9781f", "#f4b03a", "#ffe07a"],
           ["#3a2414", "#7a4a24", "#b8803f", "#e0b870"], ["#3f4a14", "#8a8f24", "#d4c43f", "#f4e88a"],
           ["#4a0f2a", "#8f1f3f", "#c9405a", "#f09a6a"], ["#243f1f", "#4f7a2f", "#a0a83f", "#e8c44a"]]


def paint(width, height, rng):
    unit = height / 480
    x, y = grid(width, height)
    gravel = noise(rng, width, height, 9 * unit, 3) + 0.6 * noise(rng, width, height, 3 * unit, 2)
    picture = ramp(np.clip(0.35 + 0.3 * gravel, 0, 1), ["#14161c", "#2a2a30", "#4a443f", "#7a6f60"])
    places = []
    for layer, (size, count) in enumerate(((46, 330), (62, 190), (80, 75), (108, 20))):
        places += [(rng.uniform(-0.03, 1.03) * width, rng.uniform(-0.03, 1.03) * height, size * rng.uniform(0.75, 1.2), layer)
                   for _ in range(count)]
    for px, py, size, layer in places:
        _leaf(picture, px, py, size * unit, KINDS[rng.choice(4, p=[0.38, 0.22, 0.26, 0.14])],
              COLOURS[rng.choice(6, p=[0.24, 0.24, 0.12, 0.14, 0.13, 0.13])], 0.52 + 0.16 * layer, rng, unit)
    # A few drops of rain, each a small lens.
    for _ in range(150):
        cx, cy, radius = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(1.6, 4.6) * unit
        window = np.s_[max(int(cy - radius - 3), 0):int(cy + radius + 4), max(int(cx - radius - 3), 0):int(cx + radius + 4)]
        dx, dy = x[window] - cx, y[window] - cy
        r = np.hypot(dx, dy) / radius
        inside = np.clip((1 - r) * radius, 0, 1)[..., None]
        lens = picture[window] * (0.72 + 0.40 * ((dx + dy) / radius))[..., None] + (np.hypot(
            dx + 0.4 * radius, dy + 0.4 * radius) < 0.28 * radius)[..., None] * 0.7
        picture[window] += inside * (lens - picture[window])
    light = 0.92 + 0.20 * noise(rng, width, height, 240 * unit, 2)
    return np.clip(picture * light[..., None], 0, 1)


def _outline(kind, a):
    """How far the edge is at angle `a` from the stem's end, 0 being the tip; and how many veins, and how they spread."""
    if kind == "maple":
        lobes = np.abs(np.cos(2.5 * a)) ** 0.55
        teeth = 0.10 * np.abs(np.cos(12.5 * a))
        return (0.36 + 0.58 * lobes * (1 - 0.14 * np.abs(a)) + teeth) * smooth(np.pi, 2.5, np.abs(a))
    if kind == "oak":
        return 0.46 + 0.52 * np.cos(a / 2) ** 10 + 0.09 * np.cos(13 * a)
    if kind == "beech":
        return 0.40 + 0.6 * np.cos(a / 2) ** 12 + 0.35 * np.exp(-((np.abs(a) - np.pi) / 0.5) ** 2) + 0.012 * np.cos(44 * a)
    return 0.95 * (1 - 0.20 * np.exp(-(a / 0.09) ** 2)) * smooth(1.5, 1.1, np.abs(a)) * (1 + 0.035 * np.cos(21 * a)) + 0.05


def _leaf(picture, px, py, size, kind, stops, light, rng, unit):
    height, width = picture.shape[:2]
    reach = int(size * 1.25) + 8
    left, top = max(int(px) - reach, 0), max(int(py) - reach, 0)
    right, bottom = min(int(px) + reach, width), min(int(py) + reach, height)
    if left >= right or top >= bottom:
        return
    dx = np.arange(left, right, dtype=np.float32)[None, :] + 0.5 - px
    dy = np.arange(top, bottom, dtype=np.float32)[:, None] + 0.5 - py
    turn, curl, warp = rng.uniform(0, 6.3), rng.normal(0, 0.25), rng.normal(0, 0.12)

    def inside(shift):
        ex, ey = (dx - shift) / size, (dy - shift) / size
        along, across = ex * np.cos(turn) + ey * np.sin(turn), ey * np.cos(turn) - ex * np.sin(turn)
        across = across + curl * along * along
        a, r = np.arctan2(across, along), np.hypot(along, across)
        edge = _outline(kind, a)
        return along, across, a, r, edge - r

    shadow = inside(0.07 * size + 2 * unit)[-1]
    window = np.s_[top:bottom, left:right]
    picture[window] *= (1 - 0.60 * smooth(-0.12, 0.08, shadow))[..., None]

    along, across, a, r, into = inside(0)
    cover = np.clip(into * size / 1.2 + 0.5, 0, 1)
    if kind in ("maple", "ginkgo"):  # veins from one point
        spread = 5 / (2 * np.pi) if kind == "maple" else 4.5
        phase = a * spread
        main = np.abs(phase - np.round(phase)) / spread * r
        second = np.abs(np.sin(
            (r * 9 + np.abs(phase - np.round(phase)) * (10 if kind == "maple" else 0)) * np.pi)) * 0.05 + 0.012
    else:  # a middle vein with ribs
        main = np.abs(across)
        second = np.abs(np.sin(np.pi * 7 * (along - 0.75 * np.abs(across)))) * 0.05
    blotch = noise(rng, right - left, bottom - top, 0.35 * size, 3)
    tone = 0.45 + 0.34 * blotch + 0.22 * np.sign(across) * warp * 4 + 0.25 * into
    tone += 0.14 * np.sign(np.sin(2 * np.pi * 3.5 * (along - 0.75 * np.abs(across)))) * (kind in ("oak", "beech"))
    paint = ramp(np.clip(tone, 0, 1), stops)
    paint += 0.05 * noise(rng, right - left, bottom - top, 2.2 * unit, 2)[..., None]
    veins = np.exp(-(main / 0.020) ** 2) + 0.5 * np.exp(-(second / 0.012) ** 2)
    paint = paint + np.clip(veins, 0, 1)[..., None] * 0.55 * (colour(stops[3]) - paint)
    paint = paint * (1 - 0.35 * np.exp(-(into / 0.05) ** 2)[..., None])       # the rim dries first
    spots = smooth(0.92, 1.1, noise(rng, right - left, bottom - top, 0.12 * size, 2))
    paint = paint * (1 - 0.6 * spots[..., None])
    bend = 1 + 0.5 * warp * along * 2 + 0.22 * np.sin(5 * across + 2 * along)
    picture[window] += cover[..., None] * (np.clip(paint * (light * bend)[..., None], 0, 1) - picture[window])
    # The stem.
    stalk = np.clip(1.5 - np.abs(across + 0.06 * np.sin(6 * along)) * size /
                    (0.9 * unit), 0, 1) * ((along < 0) & (along > -1.05) & (into < 0.02))
    picture[window] += stalk[..., None] * (colour(stops[1]) * light - picture[window])

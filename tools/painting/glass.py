"""A church window: large pieces of coloured glass in dark lead, light shining through."""
import numpy as np

from painting.cells import cells
from painting.fields import blur, colour, grid, noise, smooth


def paint(width, height, rng):
    unit = height / 480
    x, y = grid(width, height)

    # Pieces in rings around a rose, finer towards its middle; free pieces elsewhere.
    cx, cy = 0.42 * width, 0.46 * height
    sites, kinds = [], []
    for ring, (radius, count) in enumerate([(0, 1), (34, 8), (72, 16), (112, 16), (154, 24)]):
        for k in range(count):
            angle = 2 * np.pi * (k + 0.5 * (ring % 2)) / count
            sites.append((cx + radius * unit * np.cos(angle), cy + radius * unit * np.sin(angle)))
            kinds.append((ring, k))
    size = 46 * unit
    for row in np.arange(-size / 2, height + size, size * 0.8):
        for column in np.arange(-size / 2, width + size, size):
            place = np.array([column, row]) + rng.uniform(-0.42, 0.42, 2) * size
            if np.hypot(place[0] - cx, place[1] - cy) > 186 * unit:
                sites.append(tuple(place))
                kinds.append((9, 0))
    sites = np.array(sites)
    wobble = np.stack([noise(rng, width, height, 70 * unit, 2), noise(rng, width, height, 70 * unit, 2)], 2)
    _, owner, border = cells(width, height, sites, None, size * 1.3, 0, 0)

    rings = {0: ["#fff3a8"], 1: ["#f6b21b", "#e8751a"], 2: ["#b5152b", "#d8342c", "#8c1038"],
             3: ["#143c9c", "#1f62c4", "#2b2a86"], 4: ["#0f7a5c", "#2fa36b", "#e3c22f", "#136a8a"]}
    free = ["#17307d", "#2250b0", "#4a2a86", "#7a1f6b", "#0d6f80", "#a81f3a", "#d98a1c", "#276b3a", "#93b8d8"]
    glass = []
    for (ring, k), (sx, sy) in zip(kinds, sites):
        if ring < 9:
            tones = rings[ring]
            glass.append(colour(tones[k % len(tones)]))
        else:
            far = np.hypot(sx - cx, sy - cy) / height
            tone = (0.6 * far + rng.uniform(0, 0.8)) % 1
            glass.append(colour(free[int(tone * len(free))]))
    glass = np.array(glass)
    glass = np.clip(glass * (1 + rng.normal(0, 0.12, (len(glass), 1))), 0, 1)
    picture = glass[owner]

    # Light from behind, streaks and bubbles in the glass, darker towards the lead.
    light = 1.12 - 0.45 * np.hypot((x - cx) / width, (y - cy) / height)
    streaks = 0.16 * noise(rng, width, height, 26 * unit, 4) + 0.08 * np.sin(0.35 * (x + 2 * y) / unit + 6 * wobble[..., 0])
    picture = picture * (light + streaks)[..., None]
    picture = picture + 0.20 * smooth(0.25, 1.0, noise(rng, width, height, 18 * unit, 3))[..., None]
    picture = picture * (0.55 + 0.45 * smooth(0, 14 * unit, border))[..., None]

    lead = smooth(3.4 * unit, 5.4 * unit, border + 0.8 * unit * noise(rng, width, height, 9 * unit, 2))[..., None]
    round_edge = np.abs(np.hypot(x - cx, y - cy) - 184 * unit)
    lead = np.minimum(lead, smooth(3.5 * unit, 5.5 * unit, round_edge)[..., None])
    height_of_lead = blur(1 - lead[..., 0], 1.5 * unit)
    slope_y, slope_x = np.gradient(height_of_lead)
    metal = colour("#17161b") + 0.35 * np.clip(-(slope_x + slope_y), 0, 1)[..., None]
    glow = blur(picture * lead, 9 * unit) * 0.16
    return np.clip(picture * lead + metal * (1 - lead) + glow, 0, 1)

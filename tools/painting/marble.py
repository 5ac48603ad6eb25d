"""Marbled paper: drops of colour on water, drawn out with a stylus and combed, then a sheet laid on it."""
import numpy as np

from painting.fields import colour, grid, noise

INKS = ["#14284f", "#c23a2a", "#f2e8d0", "#e2a33a", "#2f7f86", "#7a1f33", "#f7f2e4", "#4f9aa8"]
DROPS = 900


def paint(width, height, rng):
    unit = height / 480
    x, y = grid(width, height)
    x, y = x / unit, y / unit   # the bath is 480 high
    wide = width / unit

    # Where was each point of the sheet before the comb, before the swirls …? So the last motion is undone first.
    for cx in np.arange(-10, wide + 20, 23.0):  # the fine comb, drawn down; its teeth pull the colour along
        y = y - 26 * np.exp(-np.abs(x - cx) / 4.2)
    for cx, cy, turn, reach in ((0.22, 0.30, 4.4, 62), (0.73, 0.27, -4.8, 68), (0.50, 0.64, 5.0, 78), (0.13, 0.78, -4.2, 58),
                                (0.88, 0.76, 4.4, 62)):
        dx, dy = x - cx * wide, y - cy * 480
        r = np.hypot(dx, dy)
        a = turn * np.exp(-(r / reach) ** 2)
        x, y = cx * wide + dx * np.cos(a) - dy * np.sin(a), cy * 480 + dx * np.sin(a) + dy * np.cos(a)
    for k, cy in enumerate(np.arange(-20, 520, 46.0)):  # the wide rake, to and fro
        x = x + (74 if k % 2 else -74) * np.exp(-np.abs(y - cy) / 13)
    x = x + 7 * noise(rng, width, height, 60 * unit, 2)
    y = y + 7 * noise(rng, width, height, 60 * unit, 2)

    # Each drop pushed aside what lay there: undone from the last to the first; the first that covers a point colours it.
    inks = np.array([colour(ink) for ink in INKS])
    picture = np.full((height, width, 3), colour("#1f3f6a"), np.float32)
    unsettled = np.ones((height, width), bool)
    edge = np.zeros((height, width), np.float32)
    for k in range(DROPS):
        cx, cy = rng.uniform(-90, wide + 90), rng.uniform(-60, 540)
        radius = rng.choice([8, 13, 20, 28], p=[0.35, 0.3, 0.22, 0.13]) * rng.uniform(0.8, 1.25)
        dx, dy = x - cx, y - cy
        squared = dx * dx + dy * dy
        inside = (squared < radius ** 2) & unsettled
        ink = inks[rng.choice(len(inks), p=[0.2, 0.17, 0.13, 0.13, 0.12, 0.1, 0.08, 0.07])]
        picture[inside] = ink
        edge[inside] = (np.sqrt(squared[inside]) / radius) ** 6
        unsettled &= ~inside
        shrink = np.sqrt(np.clip(1 - radius ** 2 / np.maximum(squared, 1e-3), 0, 1))
        x, y = np.where(unsettled, cx + dx * shrink, x), np.where(unsettled, cy + dy * shrink, y)

    # Ink gathers at the rims of the drops; gall leaves fine pale spots; the sheet was not laid quite evenly.
    speck = noise(rng, width, height, 2.2 * unit, 2)
    picture = picture * (1 - 0.28 * edge[..., None])
    picture = picture + (speck > 0.9)[..., None] * 0.35 * (colour("#f7f2e4") - picture)
    sheet = 1 + 0.05 * noise(rng, width, height, 4 * unit,
                             2) + 0.06 * np.sin(y * 0.02 + 3 * noise(rng, width, height, 200 * unit, 2))
    return np.clip(picture * sheet[..., None], 0, 1)

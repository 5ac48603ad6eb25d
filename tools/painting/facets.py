"""Things seen from several sides at once: the canvas is cut along lines, and each piece has its own view and its own light."""
import numpy as np

from painting.brush import Canvas
from painting.fields import blur, colour, ramp
from painting.scenes import still_life

LINES = 15       # cuts through the whole canvas
SHIFT = 0.055    # how far a piece's view is from its place, in heights


def paint(width, height, rng):
    unit = height / 480
    scene = still_life(width, height, rng)
    u, v = scene.u, scene.v

    # Each line divides; a piece's number is made of the sides it lies on. Some lines are arcs.
    piece = np.zeros((height, width), np.int64)
    nearest = np.full((height, width), 9.0, np.float32)
    gradient = np.zeros((height, width), np.float32)
    for k in range(LINES):
        turn = rng.choice([0.35, 1.1, 1.9, 2.7]) + rng.normal(0, 0.16)
        cu, cv = rng.uniform(-0.6, 0.6), rng.uniform(0.1, 0.9)
        across = (u - cu) * np.sin(turn) - (v - cv) * np.cos(turn)
        if k % 5 == 4:
            radius = rng.uniform(0.2, 0.4)
            across = np.hypot(u - cu, v - cv) - radius
        along = (u - cu) * np.cos(turn) + (v - cv) * np.sin(turn)
        reach = np.abs(along) < rng.uniform(0.35, 0.9)  # a cut ends somewhere
        side = (across > 0) & reach
        piece = piece * 2 + side
        distance = np.where(reach, np.abs(across), 9)
        gradient = np.where(distance < nearest, np.sign(across) * np.exp(-distance / 0.10), gradient)
        nearest = np.minimum(nearest, distance)
    numbers, owner = np.unique(piece, return_inverse=True)
    owner = owner.reshape(height, width)

    shift = rng.normal(0, SHIFT, (len(numbers), 2))
    turns, scales = rng.normal(0, 0.16, len(numbers)), rng.uniform(0.8, 1.15, len(numbers))
    cosine, sine = np.cos(turns)[owner] * scales[owner], np.sin(turns)[owner] * scales[owner]
    su = u * cosine - (v - 0.55) * sine + shift[owner, 0]
    sv = u * sine + (v - 0.55) * cosine + 0.55 + shift[owner, 1]
    columns = np.clip((su * height + width / 2).astype(int), 0, width - 1)
    rows = np.clip((sv * height).astype(int), 0, height - 1)
    seen = scene.colours[rows, columns]

    # Few pigments: ochre, umber, grey-green, a cold blue; the things' own colours shine through.
    tone = np.clip(seen @ np.array([0.3, 0.55, 0.15]) * 1.15 + 0.34 * gradient + rng.normal(0, 0.07, len(numbers))[owner], 0, 1)
    warm = ramp(tone, ["#1a1410", "#5a3a20", "#a8743a", "#d9b878", "#f7ecd0"])
    cold = ramp(tone, ["#10161c", "#2f4450", "#5f7f86", "#a9bcb0", "#f2f0dc"])
    share = np.clip(0.5 + 1.6 * (seen[..., 0] - seen[..., 2]) + rng.normal(0, 0.3, len(numbers))[owner], 0, 1)[..., None]
    colours = 0.68 * (warm * share + cold * (1 - share)) + 0.32 * np.clip(seen * (0.55 + 0.6 * tone[..., None]), 0, 1)
    angles = rng.uniform(0, np.pi, len(numbers))[owner] + 0.2 * scene.noise(0.1, 1)

    canvas = Canvas(colours * 0.85, rng)
    canvas.cover(colours, angles, 10 * unit, 26 * unit, 7 * unit, jitter=0.07)
    canvas.cover(colours, angles, 5.5 * unit, 15 * unit, 5 * unit, jitter=0.08, load=1.3)
    picture = canvas.lit(0.4)
    # Contours of the things and of the cuts, broken.
    seen_things = scene.things[rows, columns]
    border = (np.abs(np.diff(seen_things, axis=1, prepend=seen_things[:, :1])) +
              np.abs(np.diff(seen_things, axis=0, prepend=seen_things[:1]))) > 0
    weight = np.clip(0.6 + 0.7 * scene.noise(0.12, 2), 0, 1)
    cuts = np.clip(1.3 - nearest * height / (1.5 * unit), 0, 1)
    lines = np.clip(blur(border.astype(np.float32), 1.2 * unit) * 4 * weight, 0, 1) + 0.7 * cuts * weight
    return picture + np.clip(lines, 0, 0.9)[..., None] * (colour("#15110f") - picture)

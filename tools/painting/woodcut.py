"""A coloured woodcut: a few flat inks on paper, carved lines that swell and taper, waves under a mountain."""
import numpy as np

from painting.fields import blur, colour, grid, noise, smooth

PAPER, PALE, BLUE, INK, RED, OCHRE = (colour(text) for text in
                                      ("#efe2c4", "#a9c3c4", "#3f6f96", "#1a2747", "#c8442c", "#d9a557"))


def paint(width, height, rng):
    unit = height / 480
    x, y = grid(width, height)
    u, v = (x - width / 2) / height, y / height
    shaky = 0.0025 * noise(rng, width, height, 14 * unit, 2)  # a knife is never quite steady
    u, v = u + shaky, v + 0.0025 * noise(rng, width, height, 14 * unit, 2)

    picture = np.zeros((height, width, 3), np.float32)
    picture[:] = PAPER
    fade = smooth(0.30, 0.0, v)[..., None]  # the printer wiped the ink towards the horizon
    picture = picture * (1 - fade) + BLUE * fade

    lines = np.zeros((height, width), np.float32)  # of ink, 0..1

    def print_ink(where, ink):
        picture[where] = ink

    # The sun and strips of cloud.
    sun = np.hypot(u - 0.36, v - 0.25)
    print_ink(sun < 0.115, RED)
    for base, reach, middle in ((0.20, 0.34, 0.28), (0.285, 0.28, 0.50), (0.13, 0.30, -0.34), (0.30, 0.22, -0.50)):
        half = 0.014 * np.clip(1 - ((u - middle) / reach) ** 2, 0, 1) * (1.4 + np.sin(26 * (u - middle)))
        cloud = np.abs(v - base) < half
        print_ink(cloud, PAPER)
        rim = np.abs(np.abs(v - base) - half) < 0.0028
        lines[rim & (half > 0.001)] = 1

    # The mountain: snow above, hatched slopes.
    peak = np.maximum(np.abs(u + 0.16) - 0.035, 0)
    slope = 0.235 + 0.62 * peak ** 0.86
    mountain = v > slope
    snow = slope + 0.085 + 0.03 * np.abs(np.sin(30 * u)) + 0.015 * np.sin(77 * u)
    print_ink(mountain, PALE)
    print_ink(mountain & (v < snow), PAPER)
    steep = (u + 0.16) / (0.12 + 1.1 * (v - 0.2))
    hatch = np.sin(95 * steep + 2 * noise(rng, width, height, 60 * unit, 2))
    shade = np.clip((v - slope) * 3.2, 0, 1)
    print_ink(mountain & (v > snow) & (hatch > 1.15 - 1.0 * shade) & (u > -0.16), BLUE)
    lines[mountain & (v > snow) & (hatch > 0.93)] = 1
    lines[np.abs(v - slope) < 0.004] = 1

    # Waves, each in front of the last. Crests are sharp and lean; bands follow them down into the trough.
    for k in range(6):
        base = 0.52 + 0.082 * k
        rise = 0.055 + 0.018 * k
        phase = u * (4.6 - 0.35 * k) + 1.7 * k + 0.25 * np.sin(3 * u + k)
        lean = phase + 0.35 * np.sin(2 * np.pi * phase) / 2
        crest = 1 - np.abs(np.sin(np.pi * lean)) ** 0.72
        edge = base + rise * (0.5 - crest) + 0.004 * np.sin(60 * u + k)
        depth = v - edge
        inside = depth > 0
        lines[inside] = 0
        print_ink(inside, PAPER)
        print_ink(depth > 0.016 + 0.006 * np.sin(80 * u), PALE)
        curl = depth / (0.55 + 0.75 * crest)
        stripe = np.sin(2 * np.pi * 27 * curl + 2.0 * np.sin(np.pi * lean))
        print_ink((depth > 0.022) & (stripe > -0.25), BLUE)
        print_ink((depth > 0.055) & (stripe > 0.45 - 3.5 * (depth - 0.055)), INK)
        lines[np.abs(depth) < 0.0045] = 1
        lines[(np.abs(depth - 0.020 - 0.006 * np.sin(80 * u)) < 0.0022)] = 1
        # Foam: fingers below the edge and drops above it.
        fingers = (depth > 0) & (depth < 0.036 * crest * (0.6 + 0.4 * np.sin(130 * u + 40 * v)))
        print_ink(fingers, PAPER)
        for _ in range(90):
            cu = rng.uniform(u.min(), u.max())
            column = int(np.clip((cu * height) + width / 2, 0, width - 1))
            high = crest[height // 2, column]
            if high < 0.55:
                continue
            cv = edge[height // 2, column] - rng.exponential(0.022) * high
            size = rng.uniform(0.0025, 0.0065)
            row = int(cv * height)
            reach = int(0.012 * height) + 2
            window = np.s_[max(row - reach, 0):max(row + reach, 0), max(column - reach, 0):column + reach]
            drop = np.hypot(u[window] - cu, v[window] - cv)
            part = picture[window]
            part[drop < size + 0.0022] = INK
            part[drop < size] = PAPER
            lines[window][drop < size + 0.0022] = 0

    # A boat's red sail and its reflection of ochre.
    sail = (v > 0.42) & (v < 0.575) & (np.abs(u - 0.30) < 0.055 * (v - 0.40) / 0.17 + 0.01 * np.sin(20 * v))
    print_ink(sail, RED)
    lines[sail] = (np.sin(2 * np.pi * v / 0.03) > 0.9)[sail]
    hull = (v > 0.575) & (v < 0.60) & (np.abs(u - 0.30) < 0.085 - 0.9 * (v - 0.575))
    print_ink(hull, OCHRE)
    lines[hull] = (np.abs(v - 0.577) < 0.003)[hull]

    ink = blur(lines, 0.9 * unit)[..., None]
    picture = blur(picture, 0.8 * unit)
    picture = picture * (1 - np.clip(ink * 1.5, 0, 1)) + INK * np.clip(ink * 1.5, 0, 1)

    # The block's grain in the inked parts, and the paper's fibres.
    grain = noise(rng, width, height, 3, 2) * 0.5 + np.sin(0.55 * y / unit + 5 * noise(rng, width, height, 140 * unit, 3))
    darkness = (1 - picture.mean(2, keepdims=True))
    picture = picture + 0.045 * darkness * grain[..., None] + 0.02 * noise(rng, width, height, 2, 1)[..., None]
    return np.clip(picture, 0, 1)

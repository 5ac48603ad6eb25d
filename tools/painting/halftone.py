"""A cheap colour print, seen near: dots of four inks in four screens, bold black lines; a rocket over a city."""
import numpy as np

from painting.fields import blur, colour, grid, noise, ramp, smooth
from painting.scenes import Scene

PAPER = colour("#f3e7cb")
# Ink, the angle of its screen, how far its plate is off in pixels.
PLATES = ((colour("#f7d51d"), 0.0, (1.5, 0.5)), (colour("#e0267a"), 1.309, (-1.0, 1.2)), (colour("#1f9ad6"), 0.262, (0.6,
                                                                                                                     -1.4)))
BLACK, SCREEN = colour("#17141a"), 6.2   # ink of the lines; pixels between dots at a height of 480


def paint(width, height, rng):
    unit = height / 480
    scene, lines = _city(width, height, rng, unit)
    x, y = grid(width, height)
    picture = np.zeros(
        (height, width, 3), np.float32) + PAPER * (1 + 0.025 * noise(rng, width, height, 2.5 * unit, 2)[..., None])
    amounts = 1 - blur(scene.colours, 1.2 * unit)[..., ::-1]  # yellow takes blue away, magenta green, cyan red
    for amount, (ink, turn, off) in zip(np.moveaxis(amounts, 2, 0), PLATES):
        a = (x * np.cos(turn) + y * np.sin(turn)) / (SCREEN * unit)
        b = (y * np.cos(turn) - x * np.sin(turn)) / (SCREEN * unit)
        spot = 0.5 + 0.25 * (np.cos(2 * np.pi * a) + np.cos(2 * np.pi * b))  # 1 in the middle of a dot
        printed = smooth(-0.09, 0.09, np.clip(amount, 0.02, 0.98) - (1 - spot))
        printed = np.roll(printed, (int(off[1] * unit), int(off[0] * unit)), (0, 1))
        solid = np.clip(0.93 + 0.08 * noise(rng, width, height, 2 * unit, 2), 0, 1)
        picture *= 1 - (printed * solid)[..., None] * (1 - ink)
    key = smooth(0.25, 0.5, lines) * np.clip(0.95 + 0.06 * noise(rng, width, height, 2 * unit, 1), 0, 1)
    return picture * (1 - key[..., None]) + BLACK * key[..., None]


def _city(width, height, rng, unit):
    scene = Scene(width, height, rng)
    u, v = scene.u, scene.v
    cu, cv = -0.08, 0.60
    r, a = np.hypot(u - cu, v - cv), np.arctan2(v - cv, u - cu)
    rays = np.sin(15 * a) > 0
    scene.put(v < 2, np.where(rays[..., None], ramp(r, ["#fff3a0", "#f9c03a", "#f0702f"]),
                              ramp(r, ["#f9d06a", "#f08a4a", "#d0386a"])))
    lines = np.zeros((height, width), np.float32)

    def draw(where, colours, weight=1.6):
        scene.put(where, colours)
        edge = blur(where.astype(np.float32), weight * unit)
        lines[where] = 0
        np.maximum(lines, 1.3 * (1 - np.abs(2 * edge - 1)) ** 2, out=lines)

    draw(np.hypot(u - 0.44, v - 0.20) < 0.13, ramp(np.clip(0.5 + 3 * (u - 0.44), 0, 1), ["#fffbe0", "#f7e7a0", "#c9a0a8"]))
    for du, dv, size in ((-0.04, -0.03, 0.028), (0.04, 0.03, 0.035), (0.03, -0.06, 0.018), (-0.05, 0.06, 0.02)):
        draw(np.hypot(u - 0.44 - du, v - 0.20 - dv) < size, colour("#d0b0a0"), 1.0)
    for row, (base, stops, panes) in enumerate(
        ((0.70, ("#a86fc0", "#8a5ab0"), "#f7d0a0"), (0.80, ("#3f7fd0", "#2f5fa8"), "#fff3a0"), (0.90, ("#2f9a9a", "#1f6f86"),
                                                                                                "#fff7c0"))):
        for left in np.arange(-0.75, 0.75, 0.105 + 0.02 * row):
            wide, top = rng.uniform(0.08, 0.13), base - rng.uniform(0.03, 0.25)
            inside = (u > left) & (u < left + wide) & (v > top)
            draw(inside, np.where((u > left + 0.7 * wide)[..., None], colour(stops[1]) * 0.6, colour(stops[rng.integers(2)])))
            if rng.uniform() < 0.5:
                draw((np.abs(u - left - wide / 2) < 0.006) & (v > top - 0.06) & (v < top), colour("#444444"), 0.8)
            pane = ((u - left) % 0.026 < 0.014) & (
                (v - top) % 0.036 < 0.019) & (u < left + 0.66 * wide) & (u > left + 0.008) & (v > top + 0.016)
            pane &= rng.uniform(size=(60, 60))[np.clip(((v - top) / 0.036).astype(int), 0, 59),
                                               np.clip(((u - left) / 0.026).astype(int), 0, 59)] > 0.3
            draw(inside & pane, colour(panes), 0.7)
    # Smoke that billows, the flame, the rocket.
    t = np.linspace(0, 1, 24)
    for s in t[::-1]:
        pu, pv = -0.52 + 0.36 * s, 1.02 - 0.46 * s ** 1.1
        for _ in range(2):
            du, dv, size = rng.normal(0, 0.035), rng.normal(0, 0.03), rng.uniform(0.05, 0.085) * (1.25 - 0.7 * s)
            d = np.hypot(u - pu - du, v - pv - dv) / size
            draw(d < 1, ramp(np.clip(0.5 - ((u - pu - du) + (v - pv - dv)) / size * 0.55, 0, 1),
                             ["#8a7fc0", "#e0d0e0", "#ffffff"]))
    turn = np.array([np.cos(-0.95), np.sin(-0.95)])
    along, across = (u + 0.06) * turn[0] + (v - 0.42) * turn[1], (v - 0.42) * turn[0] - (u + 0.06) * turn[1]
    for size, stops in ((1.0, "#f0502f"), (0.7, "#f9b02a"), (0.4, "#fffbd0")):
        draw((along < -0.13) & (np.abs(across) < size * 0.065 * (1 + (along + 0.16) / (0.24 * size))
                                * (1 + 0.2 * np.sin(90 * along))), colour(stops), 1.2)
    for sign in (-1, 1):
        draw((along > -0.20) & (along < 0.0) & (sign * across > 0.02) & (sign * across < 0.055 + 0.35 * (-0.03 - along)),
             colour("#d0203a"))
    half = 0.075 * np.sqrt(np.clip((0.30 - along) / 0.30, 0, 1)) * np.where(along < 0, 1 + 1.2 * along, 1)
    body = (np.abs(across) < half) & (along > -0.15) & (along < 0.30)
    draw(body, ramp(np.clip(0.5 + across / 0.14, 0, 1), ["#ffffff", "#e8f4f4", "#8fc0d8", "#4f7fb0"]), 2)
    draw(body & (along > 0.17), ramp(np.clip(0.5 + across / 0.1, 0, 1), ["#ff8a7a", "#e0203a", "#9a1040"]), 2)
    draw(np.hypot(along - 0.07, across) < 0.040, colour("#f9c03a"), 1.5)
    draw(np.hypot(along - 0.07, across) < 0.026, ramp(np.clip(0.5 + 14 * across, 0, 1), ["#d0f4ff", "#2f9ad6", "#1f4f9a"]), 1.2)
    for _ in range(26):
        su, sv, size = rng.uniform(-0.66, 0.66), rng.uniform(0.02, 0.36), rng.uniform(0.008, 0.022)
        d = np.abs((u - su) / size) ** 0.6 + np.abs((v - sv) / size) ** 0.6
        draw((d < 1) & ~body & (np.hypot(u - 0.44, v - 0.20) > 0.16), colour("#fffff0"), 0.8)
    return scene, lines

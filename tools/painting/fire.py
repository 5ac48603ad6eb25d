"""A fire at night: tongues that lick and part, sparks, glowing logs; painted in light on dark."""
import numpy as np

from painting.brush import Canvas
from painting.fields import blur, grid, noise, ramp, smooth


def paint(width, height, rng):
    unit = height / 480
    x, y = grid(width, height)
    u, v = (x - width / 2) / height, y / height
    # Air rises and turns: the places are bent the more the higher they are.
    rise = 1 - v
    bent = u + rise * (0.16 * noise(rng, width, height, 130 * unit, 3) + 0.05 * np.sin(9 * v + 3 * u))
    bent += 0.05 * rise * noise(rng, width, height, 50 * unit, 2)
    heat = np.full((height, width), -1.0, np.float32)
    phase = np.zeros((height, width), np.float32)
    for middle, tall, wide in ((-0.52, 0.52, 0.13), (-0.33, 0.80, 0.15), (-0.12, 0.98, 0.17), (0.10, 0.86, 0.16),
                               (0.27, 1.02, 0.15), (0.47, 0.66, 0.14), (0.63, 0.45, 0.10),
                               (-0.66, 0.40, 0.10), (0.0, 0.55, 0.2), (-0.43, 0.4, 0.1), (0.38, 0.45, 0.12)):
        t = np.clip((0.93 - v) / tall, 0, 1)
        half = wide * (1 - t) ** 0.85 * (0.75 + 0.45 * np.sin(np.pi * np.clip(t * 1.6, 0, 1)))
        lean = middle + 0.10 * np.sin(4.2 * t + middle * 17) * t
        side = (bent - lean) / np.maximum(half, 1e-3)
        tongue = (1 - np.abs(side)) * (0.35 + 0.65 * (1 - t)) * smooth(1.0, 0.94, v)
        phase = np.where(tongue > heat, side, phase)
        heat = np.maximum(heat, tongue)
    grad_v, grad_u = np.gradient(blur(heat, 3 * unit))
    angles = np.arctan2(-grad_u, grad_v)
    still = smooth(0.02, 0.002, np.hypot(grad_u, grad_v) * unit * 8)
    angles = np.where(still > 0.5, np.pi / 2 + 1.1 * noise(rng, width, height, 90 * unit, 2), angles)
    layers = np.clip(heat * 1.15 + 0.16 * np.sin(26 * heat + 2 * noise(rng, width, height, 80 * unit, 2))
                     * smooth(0, 0.3, heat), -1, 1)
    flame = ramp(np.clip(layers * 0.84 + 0.06, 0, 1), ["#4a0a18", "#a81a1c", "#e8481a", "#f8901f", "#fdc83a", "#fff0a0",
                                                       "#fffbe8"])
    smoke = noise(rng, width, height, 120 * unit, 4) + 0.4 * np.sin(14 * bent + 8 * v)
    night = ramp(np.clip(0.35 + 0.35 * smoke + 0.40 * np.exp(-np.abs(heat + 0.1) * 2.4) * 0.8, 0, 1),
                 ["#0a0c20", "#1a1738", "#3a1a44", "#6a1f3a", "#a83a28"])
    inside = smooth(-0.03, 0.05, heat)[..., None]
    colours = night * (1 - inside) + flame * inside
    # Logs with a skin of embers below.
    for k, (cu, cv, turn, long, thick) in enumerate(((-0.25, 0.93, 0.16, 0.42, 0.055), (0.28, 0.92, -0.2, 0.40, 0.06),
                                                     (0.02, 0.985, 0.02, 1.2, 0.055))):
        along, across = (u - cu) * np.cos(turn) + (v - cv) * np.sin(turn), (v - cv) * np.cos(turn) - (u - cu) * np.sin(turn)
        log = (np.abs(across) < thick) & (np.abs(along) < long)
        bark = np.sin(44 * along +
                      5 * noise(rng, width, height, 20 * unit, 2)) * np.sin(60 * across +
                                                                            3 * noise(rng, width, height, 20 * unit, 2))
        ember = np.clip(0.30 - 0.8 * across / thick * 0.5 + 0.45 * bark, 0, 1)
        colours[log] = ramp(ember, ["#120c10", "#2a1418", "#7a1c14", "#e8501a", "#ffc04a"])[log]
        angles[log] = turn

    canvas = Canvas(colours * 0.7, rng)
    canvas.cover(colours, angles, 12 * unit, 54 * unit, 10 * unit, jitter=0.06)
    canvas.cover(colours, angles, 6.5 * unit, 40 * unit, 6.5 * unit, jitter=0.08, load=1.2)
    hot = (heat > 0.12).astype(np.float32)
    canvas.cover(np.clip(colours * 1.2 + 0.05, 0, 1), angles, 3.4 * unit, 34 * unit, 9 * unit, jitter=0.12, where=hot, load=1.6)
    for _ in range(420):  # sparks, drawn by their own flight
        su, sv = rng.normal(0, 0.42), 0.95 - rng.gamma(2.0, 0.20)
        long, size = rng.uniform(3, 15) * unit, rng.uniform(0.9, 2.6) * unit
        a = -np.pi / 2 + rng.normal(0, 0.6)
        t = np.linspace(0, 1, 6)
        points = np.stack([su * height + width / 2 + long * t * np.cos(a + t), sv * height + long * t * np.sin(a + t)],
                          1).astype(np.float32)
        glow = ramp(np.array(rng.uniform(0.3, 1)), ["#e8481a", "#fdb03a", "#fff0a0", "#ffffff"]).astype(np.float32)
        canvas.stroke(points, size + 1, glow, load=1.5)
    return canvas.lit(0.36)

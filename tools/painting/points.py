"""A river at midday in dots: pure colours side by side, mixed by the eye."""
import numpy as np

from painting.fields import colour, grid, noise, ramp, smooth


def paint(width, height, rng):
    unit = height / 480
    x, y = grid(width, height)
    u, v = (x - width / 2) / height, y / height
    scene = _scene(u, v, rng, width, height, unit)

    picture = np.full((height, width, 3), colour("#efe6d2"), np.float32)
    for radius, spacing, purity in ((4.2, 4.4, 0.1), (3.2, 3.6, 0.25), (2.5, 3.6, 0.45), (1.8, 5.0, 0.8)):
        radius, spacing = radius * unit, max(spacing * unit, 1)
        columns, rows = np.arange(0, width + spacing, spacing), np.arange(0, height + spacing, spacing)
        places = np.array([(a, b) for b in rows for a in columns], np.float32)
        places += rng.uniform(-0.7, 0.7, places.shape) * spacing
        rng.shuffle(places)
        at = np.clip(places.astype(int), 0, [width - 1, height - 1])
        dots = scene[at[:, 1], at[:, 0]]
        # Divided colour: each dot leaves its place's mean for a purer neighbour or, now and then, its opposite.
        grey = dots.mean(1, keepdims=True)
        shifted = grey + (dots - grey) * (1 + purity) + rng.normal(0, 0.16 * purity + 0.03, dots.shape)
        opposite = rng.uniform(size=len(dots)) < 0.2 * purity
        shifted[opposite] = (grey + (grey - dots) * 0.9 + 0.12)[opposite]
        shifted = np.clip(shifted * (1 + rng.normal(0, 0.10, (len(dots), 1))), 0, 1)
        _stamp(picture, places, radius * rng.uniform(0.75, 1.2, len(places)), shifted.astype(np.float32))
    return picture


def _scene(u, v, rng, width, height, unit):
    cloud = smooth(0.0, 1.0, noise(rng, width, height, 150 * unit, 4) + 0.3 * np.sin(5 * u + 8 * v))[..., None]
    scene = ramp(np.clip(v / 0.45, 0, 1), ["#4f8fd0", "#8cbce0", "#f0e2c0"]) * (1 - cloud * 0.75) + colour("#fff3e2") * cloud * 0.75
    sun = np.exp(-(np.hypot(u + 0.3, v - 0.14) / 0.075) ** 2)[..., None]
    scene = scene * (1 - sun) + colour("#fff2a0") * sun

    edge = 0.42 + 0.03 * np.sin(6 * u) + 0.03 * noise(rng, width, height, 60 * unit, 2)
    wood = v > edge - 0.09 * np.abs(np.sin(7 * u + 1)) ** 0.7
    leaves = ramp(np.clip(0.5 + 0.6 * noise(rng, width, height, 34 * unit, 3), 0, 1), ["#1d3f5e", "#2f6a50", "#7f9c4c", "#d8c96a"])
    scene = np.where(wood[..., None], leaves, scene)
    river = v > 0.50 + 0.02 * np.sin(4 * u)
    mirror = np.clip(1 - (v - 0.5) / 0.4, 0, 1)
    ripple = 0.5 + 0.5 * np.sin(150 * np.maximum(v - 0.4, 0) ** 1.6 + 3 * noise(rng, width, height, 70 * unit, 2))
    water = ramp(np.clip(0.8 * ripple - 0.25 * mirror + 0.15, 0, 1), ["#1c3a73", "#2c6fa8", "#6cb0c9", "#f2d9a6"])
    scene = np.where(river[..., None], water, scene)
    bank = v > 0.72 + 0.20 * np.tanh(2.2 * u + 0.5) + 0.015 * np.sin(17 * u)
    grass = ramp(np.clip(0.5 + 0.35 * np.sin(26 * v + 9 * u) + 0.4 * noise(rng, width, height, 50 * unit, 3), 0, 1),
                 ["#2a5a44", "#6f9a4a", "#b3b85a", "#efd98a"])
    scene = np.where(bank[..., None], grass, scene)

    # A tree in front, its shadow, a red sail with its reflection.
    crown = np.hypot((u + 0.44) / 0.23, (v - 0.33) / 0.25) + 0.18 * noise(rng, width, height, 40 * unit, 3) < 1
    trunk = (np.abs(u + 0.44 - 0.02 * np.sin(9 * v)) < 0.018 + 0.03 * np.clip(v - 0.72, 0, 1)) & (v > 0.5) & (v < 0.86)
    foliage = ramp(np.clip(0.45 - 1.2 * (u + 0.44) - 0.8 * (v - 0.33) + 0.5 * noise(rng, width, height, 28 * unit, 3), 0, 1),
                   ["#232a5a", "#24584c", "#5c8a45", "#b0ae50", "#e8b55a"])
    scene = np.where(trunk[..., None], colour("#5b3347"), scene)
    scene = np.where(crown[..., None], foliage, scene)
    shade = (np.hypot((u + 0.30) / 0.26, (v - 0.88) / 0.05) < 1)[..., None]
    scene = np.where(shade, scene * np.array([0.45, 0.5, 0.85], np.float32), scene)
    sail = (v > 0.36) & (v < 0.57) & (u > 0.26) & (u - 0.26 < (v - 0.36) * 0.62)
    scene = np.where(sail[..., None], ramp(np.clip((u - 0.26) / 0.12, 0, 1), ["#f7e2b0", "#e4572e", "#a8203a"]), scene)
    image = (v > 0.585) & (v < 0.70) & (np.abs(u - 0.30 - 0.008 * np.sin(120 * v)) < 0.045 * (0.72 - v) / 0.12)
    scene = np.where((image & river & ~bank)[..., None], colour("#c8553a") * 0.6 + scene * 0.4, scene)
    return scene


def _stamp(picture, places, radii, paints):
    height, width = picture.shape[:2]
    for (x, y), radius, paint in zip(places, radii, paints):
        left, right = max(int(x - radius - 1), 0), min(int(x + radius + 2), width)
        top, bottom = max(int(y - radius - 1), 0), min(int(y + radius + 2), height)
        if left >= right or top >= bottom:
            continue
        dx = np.arange(left, right, dtype=np.float32) + 0.5 - x
        dy = np.arange(top, bottom, dtype=np.float32)[:, None] + 0.5 - y
        alpha = np.clip(radius + 0.5 - np.sqrt(dx * dx + dy * dy), 0, 1)[..., None] * 0.92
        picture[top:bottom, left:right] += alpha * (paint - picture[top:bottom, left:right])

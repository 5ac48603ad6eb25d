"""A street after rain, laid on with the palette knife: lamps, trees in autumn, people under umbrellas, all twice in the wet."""
import numpy as np

from painting.brush import Canvas
from painting.fields import blur, colour, ramp
from painting.scenes import Scene

EYE, VANISH = 0.50, 0.06   # where the street ends: v, u


def paint(width, height, rng):
    unit = height / 480
    scene = _street(width, height, rng)
    u, v = scene.u, scene.v
    # The street gives back what stands on it, drawn out downwards and broken by ripples.
    ground = EYE + 0.05
    wet = v > ground + 0.02 * np.abs(u - VANISH)
    rows = ground - (v - ground) * 0.95 + 0.012 * scene.noise(0.02, 2)
    columns = u + 0.018 * scene.noise(0.05, 2) + 0.008 * np.sin(130 * v)
    image = scene.colours[np.clip((rows * height).astype(int), 0, height - 1),
                          np.clip((columns * height + width / 2).astype(int), 0, width - 1)]
    image = 0.5 * blur(image, 3 * unit) + 0.5 * image
    stones = ramp(0.5 + 0.5 * scene.noise(0.05, 2), ["#10142c", "#24305a", "#4a4a7a"])
    image = image * 1.02 * (0.85 + 0.25 * scene.noise(0.06, 2)[..., None]) + 0.20 * stones
    flat = scene.noise(0.05, 2) > -0.15
    scene.put(wet, np.clip(image, 0, 1), np.where(flat, 0.0, np.pi / 2))
    for cu, base, size, pigment in ((-0.07, 0.86, 0.27, "#d9283a"), (0.30, 0.70, 0.14, "#f0a02a"),
                                   (-0.33, 0.68, 0.13, "#2f8fd0"), (0.42, 0.66, 0.11, "#c9509c"),
                                   (0.12, 0.62, 0.075, "#8fd04a"), (-0.17, 0.62, 0.07, "#f4e04a")):
        _walker(scene, cu, base, size, pigment)

    colours, angles = scene.colours, scene.angles + 0.1 * scene.noise(0.1, 1)
    bright = np.clip(colours.mean(2, keepdims=True) + 1.35 * (colours - colours.mean(2, keepdims=True)), 0, 1)
    canvas = Canvas(colours * 0.7, rng)
    canvas.cover(bright * 0.92, angles, 16 * unit, 30 * unit, 11 * unit, jitter=0.10, bristles=0.05, load=1.0)
    canvas.cover(bright, angles, 9 * unit, 18 * unit, 7.5 * unit, jitter=0.12, bristles=0.05, load=1.5)
    figures = (scene.things >= scene.street).astype(np.float32)
    canvas.cover(scene.colours, scene.angles, 5 * unit, 13 * unit, 4.2 * unit, jitter=0.07, where=figures, load=1.7)
    lights = (bright.max(2) > 0.8).astype(np.float32)
    canvas.cover(np.clip(bright * 1.2 + 0.05, 0, 1), angles, 6 * unit, 14 * unit, 9 * unit, jitter=0.14, where=lights,
                 load=2.2, bristles=0.05)
    return canvas.lit(0.55)


def _street(width, height, rng):
    scene = Scene(width, height, rng)
    u, v = scene.u, scene.v
    r, a = np.hypot(u - VANISH, v - EYE), np.arctan2(v - EYE, u - VANISH)
    glow = ramp(np.clip(r * 1.35 + 0.12 * scene.noise(0.15, 3), 0, 1),
                ["#fff4b0", "#fbc04a", "#e8703a", "#a83a6a", "#3f3a8f", "#182a6a", "#101a44"])
    scene.put(v < 2, glow, a + np.pi / 2)
    # House fronts that run towards the light, with windows that glow.
    for sign in (-1, 1):
        far = (sign * (u - VANISH))
        front = (far > 0.13) & (v < EYE + 0.06 + 0.25 * (far - 0.13)) & (v > EYE - 0.16 - 0.62 * (far - 0.13))
        depth = np.log(np.clip(far, 0.05, 2)) * 5.5
        height_at = (v - EYE) / np.clip(far, 0.05, 2)
        wall = ramp(np.clip(0.35 + 0.3 * np.sin(3.0 * np.floor(depth / 1.6) + sign) + 0.25 * scene.noise(0.08), 0, 1),
                    ["#1c1a44", "#4a2a6a", "#7a3f5f", "#b8644a"])
        scene.put(front, wall, 1.5)
        pane = front & ((depth * 1.5) % 1 < 0.48) & ((height_at * 5) % 1 < 0.55) & (height_at < -0.10)
        on = rng.uniform(size=(40, 40))[np.clip((depth * 1.5 + 25).astype(int), 0, 39),
                                        np.clip((height_at * 5 + 20).astype(int), 0, 39)] > 0.35
        scene.put(pane & on, ramp(np.clip(0.5 + 0.5 * scene.noise(0.03), 0, 1), ["#f4a02a", "#ffd86a", "#fff4c0"]), 1.5)
        shop = front & (height_at > -0.02) & (height_at < 0.16) & ((depth * 0.75) % 1 < 0.75)
        scene.put(
            shop,
            ramp(np.clip(0.5 + 0.6 * np.sin(7 * np.floor(depth * 0.75)), 0, 1), ["#e8483a", "#fbb03a", "#fff0a0", "#4fc0c8"]),
            0.2)
    # Trees and lamps in pairs, far ones first.
    for k, far in enumerate((0.16, 0.23, 0.33, 0.50, 0.66)):
        for sign in (-1, 1):
            cu, base = VANISH + sign * far * 0.98, EYE + 0.05 + 0.20 * far
            trunk = np.abs(u - cu - 0.03 * far * np.sin(12 * v + k)) < 0.035 * far
            scene.put(trunk & (v < base) & (v > base - 1.1 * far), colour("#1a1024"), 1.5)
            for _ in range(110):
                b, q = rng.uniform(0, 6.3), np.sqrt(rng.uniform())
                lu, lv, size = cu + 0.48 * far * q * np.cos(
                    b) - 0.12 * sign * far, base - 1.15 * far + 0.50 * far * q * np.sin(b), far * rng.uniform(0.05, 0.10)
                d = np.hypot(u - lu, (v - lv) * 1.3) / size
                scene.put(d < 1, colour(rng.choice(["#e8502a", "#f4902a", "#f9c43a", "#a82a3a", "#5f8f3a", "#2f5f5a",
                                                    "#7a2a5a"])), rng.uniform(0, 3.1))
    for far in (0.13, 0.20, 0.30, 0.46):
        for sign in (-1, 1):
            cu, base, top = VANISH + sign * far * 0.80, EYE + 0.05 + 0.24 * far, EYE - 0.62 * far
            scene.put((np.abs(u - cu) < 0.012 * far + 0.0015) & (v > top) & (v < base), colour("#0f0f20"), 1.5)
            d = np.hypot(u - cu, v - top) / (0.11 * far)
            scene.put(d < 1.6, ramp(d / 1.6, ["#fffbe0", "#fff0a0", "#fbb84a", "#e8803a"]), np.arctan2(v - top, u - cu)
                      + np.pi / 2)
    scene.street = scene.things.max() + 2
    return scene


def _walker(scene, cu, base, size, pigment):
    """Somebody from behind, under an umbrella, with a reflection."""
    u, v = (scene.u - cu) / size, (scene.v - base) / size
    for flip, dim in ((-1, 0.55), (1, 1.0)):
        h = -v * flip
        wobble = 0.0 if flip == 1 else 0.06 * np.sin(40 * v)
        x = u + wobble
        coat = colour("#241f3f") * dim + (1 - dim) * colour("#4a4a6a") * 0.5
        for sign in (-1, 1):
            scene.put((np.abs(x - 0.05 * sign) < 0.033) & (h > 0) & (h < 0.36), colour("#14101f") * dim, 1.5)
        scene.put((np.abs(x) < 0.09 + 0.10 * (0.75 - h)) & (h > 0.24) & (h < 0.72),
                  coat * (1.3 - 1.2 * (x > 0.03))[..., None], 1.5)
        scene.put(np.hypot(x, h - 0.78) < 0.065, colour("#3a2430") * dim, 0.0)
        r = np.hypot(x / 0.42, (h - 0.80) / 0.30)
        rim = 0.80 + 0.025 * np.abs(np.sin(x * 3 * np.pi / 0.42 * 1.0))
        shade = np.clip(0.55 - 0.9 * x + 0.25 * np.cos(9 * np.arctan2(x, np.maximum(h - 0.78, 0.01))), 0.25, 1.2)
        scene.put((r < 1) & (h > rim), np.clip(colour(pigment) * (shade * dim)[..., None] + 0.08, 0, 1),
                  np.arctan2(h - 0.8, -x * flip) + np.pi / 2)

"""What several styles paint each in its own way: things on a table, a town on a hill, flowers in a vase."""
import numpy as np

from painting.fields import colour, grid, noise, ramp, smooth


class Scene:
    """Colours, the directions that strokes follow, and which thing each pixel belongs to. u and v: places in heights of
    the picture, u from its middle, v from the top."""

    def __init__(self, width, height, rng):
        self.width, self.height, self.rng = width, height, rng
        x, y = grid(width, height)
        self.u, self.v = (x - width / 2) / height, y / height
        self.colours = np.zeros((height, width, 3), np.float32)
        self.angles = np.zeros((height, width), np.float32)
        self.things = np.zeros((height, width), np.int32)

    def put(self, where, colours, angles=None):
        """Lays a thing over what is there."""
        self.colours[where] = np.broadcast_to(colours, self.colours.shape)[where]
        if angles is not None:
            self.angles[where] = np.broadcast_to(angles, self.angles.shape)[where]
        self.things[where] = self.things.max() + 1

    def noise(self, cell, octaves=3):
        return noise(self.rng, self.width, self.height, cell * self.height, octaves)

    def tone(self):
        return self.colours @ np.array([0.3, 0.55, 0.15], np.float32)

    def borders(self):
        """True where two things meet."""
        found = np.zeros(self.things.shape, bool)
        found[:, 1:] |= self.things[:, 1:] != self.things[:, :-1]
        found[1:] |= self.things[1:] != self.things[:-1]
        return found


def lit(stops, normal_u, normal_v):
    """Colours of a round thing in light from the upper left, dark to bright along `stops`."""
    depth = np.sqrt(np.clip(1 - normal_u ** 2 - normal_v ** 2, 0, 1))
    return ramp(np.clip(0.12 + 0.85 * (-0.55 * normal_u - 0.5 * normal_v + 0.62 * depth), 0, 1), stops)


def still_life(width, height, rng):
    """A jug, a bottle, a bowl and fruit on a cloth before a curtain."""
    scene = Scene(width, height, rng)
    u, v = scene.u, scene.v
    fold = np.sin(11 * u + 1.2 * np.sin(3 * v + 1) + 0.8 * scene.noise(0.5, 2))
    scene.put(v < 2, ramp(0.5 + 0.36 * fold + 0.12 * scene.noise(0.2), ["#20304a", "#3a5a6e", "#7f8f78", "#c9a56a"]),
              1.4 + 0.2 * fold)
    table = v > 0.66 + 0.03 * np.sin(2 * u)
    scene.put(table, ramp(0.5 + 0.4 * np.sin(30 * v + 2 * scene.noise(0.3, 2)), ["#4a2618", "#7d4423", "#b4713a"]), 0.05)
    cloth = table & (v > 0.72 + 0.10 * np.sin(3.1 * u + 0.6)) & (v < 0.97 + 0.05 * np.sin(7 * u))
    crease = np.sin(16 * u + 9 * v + 1.8 * scene.noise(0.3, 2))
    scene.put(cloth, ramp(0.55 + 0.45 * crease, ["#6f7fa0", "#b9bfc4", "#efe6d6", "#fff8ea"]), 0.9 + 0.4 * crease)

    def turned(middle, top, bottom, radius, stops):
        """Something from a potter's wheel; `radius` at heights 0..1 from its top."""
        t = np.clip((v - top) / (bottom - top), 0, 1)
        half = np.interp(t, np.linspace(0, 1, len(radius)), radius)
        across = (u - middle) / half
        sag = 0.04 * np.sqrt(np.clip(1 - across ** 2, 0, 1))
        inside = (np.abs(across) < 1) & (v > top + sag * 0.4) & (v < bottom + sag)
        shadow = (((u - middle - 0.16) / 0.26) ** 2 + ((v - bottom - 0.01) / 0.035) ** 2 < 1) & table
        scene.put(shadow, scene.colours * colour("#6a6a92"), 0.1)
        scene.put(inside, lit(stops, np.clip(across, -1, 1), 0.25 * (t - 0.5)), 0.35 * across)

    turned(-0.28, 0.20, 0.76, np.array([0.075, 0.055, 0.06, 0.11, 0.155, 0.165, 0.15, 0.11]),
           ["#14264a", "#2a5a94", "#6fa8c9", "#f2f4e4"])
    turned(0.36, 0.08, 0.70, np.array([0.026, 0.024, 0.028, 0.07, 0.085, 0.085, 0.085, 0.08]),
           ["#0e1f14", "#24502c", "#6f9a48", "#e4e4a0"])
    turned(0.08, 0.60, 0.80, np.array([0.23, 0.22, 0.19, 0.13, 0.09]), ["#5a1f14", "#a4432a", "#d98a52", "#f7dfb0"])
    fruit = [(-0.03, 0.575, 0.085, 0), (0.20, 0.575, 0.08, 1), (0.085, 0.54, 0.09, 2), (-0.49, 0.80, 0.085, 2),
             (-0.12, 0.87, 0.09, 1),
             (0.38, 0.83, 0.095, 0), (0.53, 0.79, 0.08, 2), (-0.36, 0.90, 0.075, 0)]
    kinds = [["#4a0f1f", "#a81f2a", "#e4552f", "#ffd28a"], ["#6a3a0c", "#d07a1a", "#f4b03a", "#fff0b0"],
             ["#2a3f12", "#6f8a24", "#b9c24a", "#f7f2b0"]]
    for fu, fv, size, kind in fruit:
        du, dv = (u - fu) / size, (v - fv) / size
        scene.put(((du - 0.5) / 1.2) ** 2 + ((dv - 0.85) / 0.35) ** 2 < 1, scene.colours * colour("#7070a0"))
        scene.put(du ** 2 + dv ** 2 < 1, lit(kinds[kind], du, dv), np.arctan2(dv, du) + np.pi / 2)
        scene.put((np.abs(du - 0.15 * dv) < 0.07) & (dv > -1.25) & (dv < -0.7), colour("#3a2414"), 1.5)
    return scene


def bouquet(width, height, rng, ground=("#1c2f5a", "#2f5a86", "#6f9aa0")):
    """Flowers of several kinds in a vase, filling the picture."""
    scene = Scene(width, height, rng)
    u, v = scene.u, scene.v
    scene.put(v < 2, ramp(0.5 + 0.5 * scene.noise(0.35), list(ground)), 1.1 + 0.8 * scene.noise(0.4, 1))
    scene.put(v > 0.80 + 0.02 * np.sin(5 * u), ramp(0.5 + 0.4 * scene.noise(0.15), ["#7a3f1f", "#b8742f", "#e0b060"]), 0.0)
    half = 0.13 + 0.06 * np.sin(np.clip((v - 0.62) / 0.33, 0, 1) * np.pi)
    scene.put((np.abs(u) < half) & (v > 0.62) & (v < 0.95), lit(["#3a1a3a", "#8a3f5a", "#d98a7a", "#fbe6c4"],
                                                                np.clip(u / half, -1, 1), v - 0.8), u * 3)
    for _ in range(60):
        middle, turn, size = (rng.uniform(-0.58, 0.58), rng.uniform(0.10, 0.66)), rng.uniform(0, 6.3), rng.uniform(0.07, 0.15)
        du, dv = u - middle[0], v - middle[1]
        along, across = du * np.cos(turn) + dv * np.sin(turn), dv * np.cos(turn) - du * np.sin(turn)
        inside = (along / size) ** 2 + (across / (0.36 * size)) ** 2 < 1
        leaves = ramp(0.5 + 0.45 * np.sign(across) * smooth(0, 0.2 * size, np.abs(across)), ["#12321f", "#2f6a34", "#8fae4a"])
        scene.put(inside, leaves, turn + 0.5 * np.sign(across))
    kinds = [(13, 0.55, ["#3a1f0c", "#7a3f10", "#f0a81f", "#ffe04a"]), (6, 0.42, ["#f7e06a", "#f2c4b0", "#d9486a", "#a81f4a"]),
             (5, 0.35, ["#f4d04a", "#fffbe6", "#f4efe4", "#b9c4dc"]), (8, 0.45, ["#241a3a", "#5a3f9c", "#8f7fd9", "#c9c4f4"]),
             (9, 0.40, ["#5a0f14", "#c9241f", "#f0562f", "#f9a45a"])]
    places = np.array([(-0.44, 0.20), (-0.14, 0.13), (0.18, 0.17), (0.48, 0.16), (-0.50, 0.50), (0.52, 0.46), (-0.26, 0.36),
                       (0.04, 0.36),
                       (0.32, 0.38), (-0.30, 0.59), (0.26, 0.61), (-0.02, 0.57)])
    for k, (fu, fv) in enumerate(places + rng.uniform(-0.025, 0.025, places.shape)):
        count, depth, stops = kinds[(k * 3 + k // 5) % len(kinds)]
        size, turn = rng.uniform(0.105, 0.15), rng.uniform(0, 6)
        du, dv = u - fu, (v - fv) * rng.uniform(1, 1.25)
        r, a = np.hypot(du, dv) / size, np.arctan2(dv, du) + turn
        ridge = np.abs(np.cos(count * a / 2)) ** 0.7
        inside = r < 1 - depth + depth * ridge
        scene.put(inside, ramp(np.clip(0.85 * r + 0.25 * (ridge - 0.5) - 0.12 * du / size - 0.1 * dv / size, 0, 1), stops),
                  a - turn)
        scene.put(r < 0.27, ramp(r / 0.27 + 0.2 * scene.noise(0.02, 1), [stops[0], stops[0], stops[1]]), a - turn + np.pi / 2)
    return scene

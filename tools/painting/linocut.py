"""A linocut in three printings: an owl in a wood at night, everything cut with the same few gouges."""
import numpy as np

from painting.fields import blur, colour, grain, noise, smooth
from painting.scenes import Scene

PAPER, OCHRE, TEAL, BLACK = (colour(text) for text in ("#f1e6cc", "#e2a13a", "#2f8082", "#16181c"))


def paint(width, height, rng):
    unit = height / 480
    scene, light = _wood(width, height, rng)
    # The key block: black, but for the cuts; more and wider cuts where there is more light.
    wave = grain(rng, scene.angles, 26 * unit) + 0.25 * noise(rng, width, height, 2.4 * unit, 1)
    wave = blur(wave, 0.9 * unit)
    wave /= wave.std()
    key = smooth(0.12, -0.12, wave + 2.3 * (light - 0.52))
    key = np.maximum(key, blur(scene.borders().astype(np.float32), 1.5 * unit) > 0.17)
    chatter = smooth(1.55, 1.7, grain(rng, scene.angles + 0.5, 9 * unit)) * (light > 0.8)  # ridges left in what was cleared
    key = np.maximum(key, chatter)
    key = smooth(0.3, 0.7, blur(key.astype(np.float32), 0.8 * unit))

    salt = noise(rng, width, height, 2.2 * unit, 2)
    picture = np.zeros((height, width, 3), np.float32) + PAPER * (1 + 0.02 * salt[..., None])
    for block, ink, dx, dy in ((scene.ochre, OCHRE, 2, -1), (scene.teal, TEAL, -2, 2), (key, BLACK, 0, 0)):
        printed = np.roll(block, (int(dy * unit), int(dx * unit)), (0, 1))  # blocks are never in register
        solid = 0.90 + 0.10 * noise(rng, width, height, 90 * unit, 2) - 0.35 * smooth(0.75, 1.3, salt)
        alpha = np.clip(printed * solid, 0, 1)[..., None]
        picture *= 1 - alpha * (1 - ink)
    return picture


def _wood(width, height, rng):
    scene = Scene(width, height, rng)
    u, v = scene.u, scene.v
    light = np.zeros((height, width), np.float32)
    ochre, teal = light.copy(), np.ones_like(light)

    def put(where, tone, angles, yellow=0.0, green=1.0):
        scene.put(where, colour("#808080"), angles)
        for target, value in ((light, tone), (ochre, yellow), (teal, green)):
            target[where] = np.broadcast_to(value, light.shape)[where]

    moon = np.hypot(u - 0.30, v - 0.27)
    turn = np.arctan2(v - 0.27, u - 0.30) + np.pi / 2
    put(v < 2, np.clip(0.92 - 0.95 * moon, 0.25, 0.9), turn + 0.25 * scene.noise(0.2, 1))
    put(moon < 0.17, 1.1, turn, 1.0, 0.0)
    for k in range(4):
        line = 0.60 + 0.10 * k + 0.04 * np.sin((4 + k) * u + 2 * k) + 0.012 * np.sin(17 * u + k)
        put(v > line, np.clip(0.80 - (v - line) * 2.6, 0.25, 0.9), 0.5 * np.cos((4 + k) * u + 2 * k) + (k % 2) * 0.5,
            float(k == 1), float(k != 1))
    for middle, wide in ((-0.60, 0.06), (-0.44, 0.034), (0.60, 0.075), (0.47, 0.03), (-0.25, 0.022), (0.07, 0.02),
                         (0.20, 0.026)):
        edge = middle + 0.014 * np.sin(7 * v + middle * 20)
        side = (u - edge) / (wide * (1 + 0.7 * np.clip(v - 0.8, 0, 1) * 4))
        put(np.abs(side) < 1, np.clip(0.48 + 0.45 * side * np.sign(0.3 - middle), 0.1, 0.95),
            1.57 + 0.35 * np.sin(16 * v + 5 * side), 0.0, float(wide > 0.05))
    for _ in range(330):
        a = rng.uniform(0, 6.3)
        cu, cv = rng.uniform(-0.75, 0.75), rng.uniform(-0.02, 0.98)
        if np.hypot(cu - 0.27, cv - 0.27) < 0.24 or (abs(cu + 0.09) < 0.30 and
                                                     0.12 < cv < 0.98) or 0.22 < cv < 0.72 and abs(cu) < 0.52:
            continue
        du, dv = (u - cu) * np.cos(a) + (v - cv) * np.sin(a), (v - cv) * np.cos(a) - (u - cu) * np.sin(a)
        inside = (du / 0.055) ** 2 + (dv / 0.019) ** 2 < 1
        put(inside, np.where(np.abs(dv) < 0.003, 0, 0.78), a + 0.8 * np.sign(dv), float(rng.uniform() < 0.4),
            float(rng.uniform() < 0.6))
    bough = 0.80 + 0.05 * np.sin(3 * u) + 0.10 * (u + 0.1)
    put(np.abs(v - bough) < 0.032 + 0.008 * np.sin(20 * u), np.clip(0.55 - 14 * (v - bough), 0.15, 0.95),
        0.12 + 0.3 * np.sin(24 * u))
    _owl(put, u + 0.09, v)
    scene.ochre, scene.teal = ochre, teal
    return scene, light


def _owl(put, u, v):
    """Body of scales, wings, a face of two wheels."""
    body = (u / (0.165 + 0.035 * np.sin(4 * v))) ** 2 + ((v - 0.54) / 0.265) ** 2 < 1
    row = np.floor((v - 0.2) / 0.036)
    scale = np.abs(np.sin(np.pi * (u / 0.048 + 0.5 * (row % 2))))
    into = (v - 0.2) / 0.036 - row
    put(body, np.where(into < 0.30 * scale + 0.18, 0.05, 0.72 + 0.3 * into), 1.57 + 2.5 * u, 0.0, 0.0)
    for sign in (-1, 1):
        du = sign * u - 0.145
        wing = (du / (0.062 + 0.02 * np.sin(9 * v))) ** 2 + ((v - 0.58 + 0.4 * du) / 0.225) ** 2 < 1
        feather = np.sin(150 * (du + 0.35 * (v - 0.4)))
        put(wing, 0.5 + 0.42 * feather, 1.3 * sign + 0.0 * u, 0.0, 1.0)
        ear = (du + 0.055 > -0.05) & (du + 0.055 < 0.06) & (v > 0.215 - 0.9 * (du + 0.06)) & (v < 0.36)
        put(ear, 0.55, 1.57 - sign * 0.5, 0.0, 0.0)
    head = (u / 0.185) ** 2 + ((v - 0.36) / 0.135) ** 2 < 1
    put(head, np.clip(0.35 + 1.2 * np.abs(u), 0, 0.8), np.arctan2(v - 0.42, u), 1.0, 0.0)
    for sign in (-1, 1):
        r, a = np.hypot(sign * u - 0.082, v - 0.36), np.arctan2(v - 0.36, sign * u - 0.082)
        put(r < 0.098, 0.60 + 0.5 * np.sin(26 * a), (a if sign > 0 else np.pi - a), 0.0, 0.0)
        put(r < 0.060, 1.2, a, 1.0, 0.0)
        put(r < 0.034, 0.0, a, 0.0, 0.0)
        put(np.hypot(sign * u - 0.082 + sign * 0.012, v - 0.348) < 0.010, 1.2, a, 0.0, 0.0)
    put((np.abs(u) < 0.026 * (0.47 - v) / 0.08) & (v > 0.38) & (v < 0.47), 1.0, 1.57 + 0 * u, 1.0, 0.0)
    for du in (-0.075, -0.045, 0.045, 0.075):
        put((np.abs(u - du) < 0.012) & (v > 0.765) & (v < 0.83), 1.0, 1.57 + 0 * u, 1.0, 0.0)

"""A town in gouache: flat opaque colours beside each other, the brush half dry where it leaves the paper."""
import numpy as np

from painting.brush import Canvas
from painting.fields import blur, colour, grain, smooth
from painting.town import town

# Few pots of colour are mixed for a picture; every place takes the one that is nearest.
POTS = ["#1d2a44", "#2f4f74", "#4f8f9c", "#8fc4bc", "#f6e3c0", "#f2b84f", "#e4743a", "#c23a34", "#7a2a3f", "#3f5f34", "#86a04a",
        "#d9cf8a", "#c99a8a", "#6a4a5a", "#f7f2e4", "#ef9a8a"]


def paint(width, height, rng):
    unit = height / 480
    scene = town(width, height, rng, walls=["#f6e3c0", "#f2b84f", "#ef9a8a", "#f7f2e4", "#8fc4bc", "#e4743a"],
                 roofs=["#c23a34", "#7a2a3f", "#e4743a", "#2f4f74"], sky=("#2f4f74", "#4f8f9c", "#ef9a8a"))
    pots = np.array([colour(pot) for pot in POTS])
    wanted = blur(scene.colours, 1.5 * unit) + 0.07 * scene.noise(0.06, 2)[..., None]
    wanted = np.clip(wanted.mean(2, keepdims=True) + 1.25 * (wanted - wanted.mean(2, keepdims=True)), 0, 1)
    nearest = np.stack([((wanted - pot) ** 2).sum(2) for pot in pots]).argmin(0)
    flat = pots[nearest]

    canvas = Canvas(np.zeros((height, width, 3), np.float32) + colour("#d9a56a"), rng)
    canvas.cover(flat, scene.angles, 17 * unit, 44 * unit, 11 * unit, jitter=0.04, bristles=0.05)
    canvas.cover(flat, scene.angles, 8 * unit, 22 * unit, 6.5 * unit, jitter=0.04, bristles=0.05)
    canvas.cover(flat, scene.angles, 4 * unit, 9 * unit, 4.4 * unit, jitter=0.03, bristles=0.04)
    # A dry brush in a lighter and in a darker colour drags over the grain.
    streaks = grain(rng, scene.angles, 22 * unit)
    picture = canvas.picture
    dry = smooth(1.15, 1.7, streaks + 0.5 * scene.noise(0.15, 2))[..., None] * 0.55
    picture = picture + dry * (np.clip(flat * 1.2 + 0.12, 0, 1) - picture)
    deep = smooth(1.25, 1.8, -streaks + 0.5 * scene.noise(0.15, 2))[..., None] * 0.5
    return picture + deep * (flat * 0.62 - picture)

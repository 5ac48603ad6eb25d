"""Shapes with smooth edges: what is cut, drawn with a pen, or printed from a block."""
import numpy as np
from PIL import Image, ImageDraw

FINE = 3  # drawn so many times larger, then averaged


class Stencil:
    """A sheet into which shapes are cut; points are (n, 2) arrays of x and y in pixels."""

    def __init__(self, width, height):
        self.image = Image.new("L", (width * FINE, height * FINE))
        self.draw = ImageDraw.Draw(self.image)

    def polygon(self, points, tone=1.0):
        self.draw.polygon(_places(points), fill=int(255 * tone))

    def line(self, points, width, tone=1.0):
        self.draw.line(_places(points), fill=int(255 * tone), width=max(int(width * FINE + 0.5), 1), joint="curve")

    def disc(self, x, y, radius, tone=1.0):
        box = [FINE * (x - radius), FINE * (y - radius), FINE * (x + radius), FINE * (y + radius)]
        self.draw.ellipse(box, fill=int(255 * tone))

    def ribbon(self, points, widths, tone=1.0):
        """A line whose width changes, as a pen's or a brush's under a hand."""
        along = np.gradient(np.asarray(points, float), axis=0)
        along /= np.hypot(along[:, 0], along[:, 1])[:, None] + 1e-9
        across = np.stack([-along[:, 1], along[:, 0]], 1) * np.asarray(widths)[:, None] / 2
        self.polygon(np.concatenate([points + across, (points - across)[::-1]]), tone)

    def window(self, margin):
        """The part of the sheet, as slices, that has all its shapes and `margin` pixels around."""
        left, top, right, bottom = np.array(self.image.getbbox() or (0, 0, 1, 1)) / FINE
        return np.s_[max(int(top - margin), 0):int(bottom + margin), max(int(left - margin), 0):int(right + margin)]

    def mask(self):
        """How much of each pixel is inside, 0..1."""
        return np.asarray(self.image.reduce(FINE), np.float32) / 255


def _places(points):
    return [(float(x) * FINE, float(y) * FINE) for x, y in points]


def over(picture, mask, paint):
    """`paint` laid over `picture` where `mask` is, in place."""
    picture += mask[..., None] * (paint - picture)


def petals(count, radius, depth, turn=0.0, samples=120):
    """The outline of a flower around (0, 0)."""
    a = np.linspace(0, 2 * np.pi, samples, endpoint=False)
    r = radius * (1 - depth + depth * np.abs(np.cos(count * a / 2)) ** 0.7)
    return np.stack([r * np.cos(a + turn), r * np.sin(a + turn)], 1)


def leaf(length, width, bend=0.0, turn=0.0, samples=24):
    """The outline of a pointed leaf that starts at (0, 0), and its middle vein."""
    t = np.linspace(0, 1, samples)
    half = width / 2 * np.sin(np.pi * t ** 0.8) ** 0.9
    vein = np.stack([length * t, bend * length * t * (1 - t) * 2], 1)
    sides = [vein + np.stack([0 * t, sign * half], 1) for sign in (1, -1)]
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return np.concatenate([sides[0], sides[1][::-1]]) @ rotation, vein @ rotation

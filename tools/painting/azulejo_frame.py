"""The border of azulejo.py: scrolls with leaves on one tile's width, rosettes at the corners."""
import numpy as np

from painting.fields import grid
from painting.shapes import Stencil, leaf


def frame(cobalt, ochre, width, height, unit, tile):
    """A border one tile wide of scrolls with leaves, rosettes at its corners, two lines to either side."""
    x, y = grid(width, height)
    inset = np.minimum(np.minimum(x, width - x), np.minimum(y, height - y)) / tile
    band = inset < 1
    cobalt[band] = 0.62
    cobalt[(np.abs(inset - 1) < 0.10) | (inset < 0.09)] = 0.97
    ochre[(np.abs(inset - 1) < 0.035) | (np.abs(inset - 0.06) < 0.02)] = 1
    light, lines = Stencil(width, height), Stencil(width, height)
    t = np.linspace(0, 1, 60)

    def scrolls(start, end):
        start, end = np.array(start), np.array(end)
        long = np.hypot(*(end - start))
        along, count = (end - start) / long, int(round(long / tile))
        across = np.array([-along[1], along[0]])

        def wave(s):
            return start + np.outer(s * long, along) + np.outer(0.20 * tile * np.sin(np.pi * s * count), across)

        light.ribbon(wave(np.linspace(0, 1, 400)), np.full(400, 5 * unit))
        for k in range(count):
            centre, sign = start + along * (k + 0.5) * long / count, (-1) ** k
            turn = np.arctan2(along[1], along[0])
            spiral = 5.2 * t
            radius = 0.25 * tile * (1 - 0.8 * t)
            middle = centre - sign * 0.02 * tile * across
            points = middle + np.outer(radius * np.cos(spiral - 1.2), along) + np.outer(-sign * radius * np.sin(spiral - 1.2),
                                                                                        across)
            light.ribbon(points, (6.5 - 3.5 * t) * unit)
            for j, (s, size) in enumerate(((0.1, 0.36), (0.3, 0.40), (0.5, 0.40), (0.72, 0.40), (0.9, 0.36))):
                outline, vein = leaf(size * tile, 0.16 * tile, 0.35 * (-1) ** j, turn + (0.95 if j % 2 else -0.95))
                place = wave(np.array([(k + s) * 1.0 / count]))[0]
                light.polygon(outline + place)
                lines.line(vein[2:-3] + place, 1.3 * unit)

    half = tile / 2
    scrolls((tile, half), (width - tile, half))
    scrolls((width - tile, height - half), (tile, height - half))
    scrolls((half, height - tile), (half, tile))
    scrolls((width - half, tile), (width - half, height - tile))
    cobalt *= 1 - 0.94 * light.mask() * (inset < 0.9) * (inset > 0.09)
    np.maximum(cobalt, 0.8 * lines.mask() * band, out=cobalt)
    for cx in (half, width - half):
        for cy in (half, height - half):
            r, a = np.hypot(x - cx, y - cy) / tile, np.arctan2(y - cy, x - cx)
            inside = r < 0.46
            petal = np.clip(np.cos(8 * a) * 0.5 + 0.5, 0, 1)
            cobalt[inside] = np.where(r < 0.40 * (0.6 + 0.4 * petal), 0.08 + 1.6 * np.abs(r - 0.2) * (1 - petal), 0.9)[inside]
            cobalt[r < 0.12], ochre[r < 0.10] = 0.9, 1

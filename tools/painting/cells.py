"""Cuts a canvas into cells around sites: tiles laid along a direction, or pieces of glass."""
import numpy as np


def cells(width, height, sites, angles, size, square, rounds):
    """Moves `sites` (n, 2: x and y) to the middle of their cells, `rounds` times; `square`: 0 = round distances, which
    give pieces of glass, 1 = square ones turned by `angles` (rows, columns), which give tiles.
    Returns the sites, for each pixel the index of its site, and how near its border is (pixels, small at the border)."""
    reach = int(size * 2.2) + 2
    for turn in range(rounds + 1):
        best = np.full((height, width), np.inf, np.float32)
        second = best.copy()
        owner = np.zeros((height, width), np.int32)
        for index, (x, y) in enumerate(sites):
            column, row = int(x), int(y)
            left, right = max(column - reach, 0), min(column + reach, width)
            top, bottom = max(row - reach, 0), min(row + reach, height)
            if left >= right or top >= bottom:
                continue
            dx = np.arange(left, right, dtype=np.float32)[None, :] + 0.5 - x
            dy = np.arange(top, bottom, dtype=np.float32)[:, None] + 0.5 - y
            if square:
                angle = angles[min(max(row, 0), height - 1), min(max(column, 0), width - 1)]
                along, across = dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)
                distance = (along ** 4 + across ** 4) ** 0.25
            else:
                distance = np.hypot(dx, dy)
            window = np.s_[top:bottom, left:right]
            nearer = distance < best[window]
            second[window] = np.where(nearer, best[window], np.minimum(second[window], distance))
            owner[window] = np.where(nearer, index, owner[window])
            best[window] = np.minimum(best[window], distance)
        if turn < rounds:
            count = np.maximum(np.bincount(owner.ravel(), minlength=len(sites)), 1)
            y, x = np.mgrid[0:height, 0:width]
            sites = np.stack([np.bincount(owner.ravel(), (x + 0.5).ravel(), len(sites)) / count,
                              np.bincount(owner.ravel(), (y + 0.5).ravel(), len(sites)) / count], 1)
    return sites, owner, np.minimum(second - best, 1e3)


def scattered(rng, width, height, size):
    """Sites about `size` pixels apart, every second row shifted by half."""
    rows = np.arange(size / 2, height + size / 2, size)
    columns = np.arange(size / 2, width + size / 2, size)
    places = np.array([(x + (k % 2) * size / 2, y) for k, y in enumerate(rows) for x in columns])
    return places + rng.uniform(-0.3, 0.3, places.shape) * size

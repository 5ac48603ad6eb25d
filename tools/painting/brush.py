"""A loaded brush: strokes that follow a field of directions, with bristles and thick paint."""
import numpy as np

from painting.fields import blur


class Canvas:
    def __init__(self, picture, rng):
        """Paints over `picture` (rows, columns, 3), which it keeps and changes."""
        self.picture = picture
        self.height, self.width = picture.shape[:2]
        self.relief = np.zeros((self.height, self.width), np.float32)  # how thick the paint lies
        self.rng = rng

    def trace(self, x, y, angles, length, steps=10):
        """Points of a stroke through (x, y): half of it backwards, half forwards along the field `angles`."""
        step = length / steps
        halves = []
        for sign in (-1, 1):
            px, py, points, last = x, y, [], None
            for _ in range(steps // 2):
                row = min(max(int(py), 0), self.height - 1)
                column = min(max(int(px), 0), self.width - 1)
                angle = angles[row, column]
                dx, dy = np.cos(angle), np.sin(angle)
                if last is not None and dx * last[0] + dy * last[1] < 0:  # a direction has no front and back
                    dx, dy = -dx, -dy
                last = (dx, dy)
                px, py = px + sign * step * dx, py + sign * step * dy
                points.append((px, py))
            halves.append(points)
        return np.array(halves[0][::-1] + [(x, y)] + halves[1], np.float32)

    def stroke(self, points, width, paint, opacity=0.95, bristles=0.10, load=1.0):
        """One stroke of `width` pixels along `points`, tapered, streaked by the bristles; `load`: thickness of paint."""
        margin = width / 2 + 2
        left, top = np.floor(points.min(0) - margin).astype(int)
        right, bottom = np.ceil(points.max(0) + margin).astype(int)
        left, top = max(left, 0), max(top, 0)
        right, bottom = min(right, self.width), min(bottom, self.height)
        if left >= right or top >= bottom:
            return
        x = np.arange(left, right, dtype=np.float32)[None, :] + 0.5
        y = np.arange(top, bottom, dtype=np.float32)[:, None] + 0.5

        starts, ends = points[:-1], points[1:]
        across = ends - starts
        lengths = np.hypot(across[:, 0], across[:, 1]) + 1e-6
        along_x, along_y = (across / lengths[:, None]).T
        dx = x[None] - starts[:, 0, None, None]
        dy = y[None] - starts[:, 1, None, None]
        ahead = np.clip(dx * along_x[:, None, None] + dy * along_y[:, None, None], 0, lengths[:, None, None])
        off_x = dx - ahead * along_x[:, None, None]
        off_y = dy - ahead * along_y[:, None, None]
        squared = off_x * off_x + off_y * off_y
        nearest = squared.argmin(0)[None]
        distance = np.sqrt(np.take_along_axis(squared, nearest, 0)[0])
        side = np.sign(np.take_along_axis(off_y * along_x[:, None, None] - off_x * along_y[:, None, None], nearest, 0)[0])
        reached = (np.concatenate([[0], np.cumsum(lengths)[:-1]])[:, None, None] + ahead)
        t = np.take_along_axis(reached, nearest, 0)[0] / lengths.sum()

        # Wide after the start, narrow towards the end.
        radius = width / 2 * np.minimum(1, 0.55 + 4 * t) * np.minimum(1, 0.35 + 3 * (1 - t))
        cover = np.clip(radius - distance + 0.5, 0, 1)
        count = max(int(width), 3)
        streak = self.rng.normal(0, 1, count + 2).astype(np.float32)
        position = (side * distance / (width / 2) * 0.5 + 0.5) * (count - 1) + 1
        low = np.clip(position.astype(int), 0, count)
        part = np.clip(position - low, 0, 1)
        streaks = streak[low] * (1 - part) + streak[low + 1] * part
        dry = np.clip(1.3 + 0.4 * streaks - 1.1 * t, 0, 1)  # the paint runs out towards the end
        alpha = (opacity * cover * dry)[..., None]

        window = np.s_[top:bottom, left:right]
        pigment = np.clip(paint[None, None, :] * (1 + bristles * streaks[..., None]), 0, 1)
        self.picture[window] = self.picture[window] * (1 - alpha) + pigment * alpha
        edge = 1 + 0.5 * np.clip(distance / (radius + 1e-3), 0, 1) ** 3  # paint is pushed to the sides
        thickness = load * (1 + 0.35 * streaks) * edge
        self.relief[window] = self.relief[window] * (1 - alpha[..., 0]) + thickness * alpha[..., 0]

    def cover(self, colours, angles, width, length, spacing, jitter=0.06, where=None, **how):
        """Fills the canvas (or where `where` > 0.5) with strokes in random order, coloured by `colours` at their middle
        and turned by `angles`; `jitter`: how much a stroke's lightness and hue differ."""
        spacing = max(spacing, 2.0)  # closer strokes only hide each other
        xs = np.arange(spacing / 2, self.width, spacing)
        ys = np.arange(spacing / 2, self.height, spacing)
        places = np.array([(x, y) for y in ys for x in xs], np.float32)
        places += self.rng.uniform(-0.6, 0.6, places.shape) * spacing
        self.rng.shuffle(places)
        for x, y in places:
            row, column = min(max(int(y), 0), self.height - 1), min(max(int(x), 0), self.width - 1)
            if where is not None and where[row, column] <= 0.5:
                continue
            paint = colours[row, column] * (1 + self.rng.normal(0, jitter)) + self.rng.normal(0, jitter / 2, 3)
            points = self.trace(x, y, angles, length * self.rng.uniform(0.6, 1.3))
            self.stroke(points, width * self.rng.uniform(0.7, 1.25), np.clip(paint, 0, 1).astype(np.float32), **how)

    def lit(self, strength=0.5):
        """The picture with its relief in light from the upper left."""
        relief = self.relief - blur(self.relief, 12)
        slope_y, slope_x = np.gradient(blur(relief, 1) * 0.5 + relief * 0.5)
        shade = np.clip(-(slope_x + slope_y) * strength, -0.35, 0.35)[..., None]
        light = self.picture + np.where(shade > 0, (1 - self.picture) * shade, self.picture * shade)
        return np.clip(light, 0, 1)

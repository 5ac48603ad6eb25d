"""A circuit board from above: copper under green lacquer, gold pads, chips, white print, solder that shines."""
import numpy as np

from painting.circuit_parts import draw_chip, small_parts
from painting.fields import blur, colour, grid, noise, ramp
from painting.shapes import Stencil, over

STEPS = np.array([(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)])
PITCH = 7.0  # pixels between two neighbouring tracks at a height of 480


def paint(width, height, rng):
    unit = height / 480
    pitch = PITCH * unit
    columns, rows = int(width / pitch) + 2, int(height / pitch) + 2
    taken = np.zeros((rows, columns), bool)
    chips = _place_chips(taken, columns, rows, rng)

    copper, pads, holes = (Stencil(width, height) for _ in range(3))

    def at(places):
        return (np.asarray(places, float) + 0.5) * pitch

    starts = []
    for left, top, wide, tall, kind in chips:
        legs = [((c, top - 1), 6) for c in range(left, left + wide)] + [((c, top + tall), 2) for c in range(left, left + wide)]
        if kind == "quad":
            legs += [((left - 1, r), 4) for r in range(top, top + tall)]
            legs += [((left + wide, r), 0) for r in range(top, top + tall)]
        starts += legs
    rng.shuffle(starts)
    free = [((int(rng.integers(columns)), int(rng.integers(rows))), int(rng.integers(8))) for _ in range(1500)]
    for place, heading in [(tuple(map(int, place)), int(heading)) for place, heading in starts] + free:
        track = _route(taken, place, heading, rng)
        if len(track) < 4:
            continue
        copper.line(at(track), rng.choice([2.6, 2.6, 3.4]) * unit)
        for end in (track[0], track[-1]):
            pads.disc(*at(end), 3.2 * unit)
            holes.disc(*at(end), 1.3 * unit)

    # Lacquer: dark where there is none, lighter over copper, with its edges seen as steps.
    cover = copper.mask()
    flood = 0.5 + 0.5 * noise(rng, width, height, 120 * unit, 2)
    picture = ramp(np.clip(flood, 0, 1), ["#06301f", "#0b4a2c", "#0a4f3a"])
    mesh = 0.5 + 0.25 * (np.sin(2 * np.pi * np.arange(width) / (3.4 * unit))[None, :]
                         + np.sin(2 * np.pi * np.arange(height) / (3.4 * unit))[:, None])
    picture *= (0.88 + 0.16 * mesh)[..., None]
    over(picture, cover, ramp(np.clip(flood + 0.2, 0, 1), ["#1a7a3f", "#3fa860", "#58b878"]))
    slope_y, slope_x = np.gradient(blur(cover, 0.7 * unit))
    picture = picture - 0.45 * (slope_x + slope_y)[..., None]
    over(picture, pads.mask(), ramp(np.clip(0.5 + 0.5 * noise(rng, width, height, 9 * unit, 2), 0, 1),
                                    ["#8a6a1f", "#d9b04a", "#fff0b0"]))
    over(picture, holes.mask(), colour("#0c100c"))
    ink = Stencil(width, height)
    for chip in chips:
        draw_chip(picture, ink, chip, pitch, unit, rng)
    over(picture, 0.92 * ink.mask(), colour("#eef2e4"))
    small_parts(picture, width, height, taken, pitch, unit, rng)
    x, y = grid(width, height)
    glare = np.exp(-(((x - 0.3 * width) * 0.6 + (y - 0.2 * height)) / (0.35 * height)) ** 2)
    return np.clip(picture * (0.9 + 0.28 * glare[..., None]) + 0.012 * noise(rng, width, height, 2, 1)[..., None], 0, 1)


def _place_chips(taken, columns, rows, rng):
    chips = []
    for kind, sizes in (("quad", [(17, 17), (12, 12), (10, 10), (8, 8)]), ("dual", [(12, 5), (9, 4), (8, 4), (6, 4), (7, 5),
                                                                                    (9, 5), (6, 4)])):
        for wide, tall in sizes:
            for _ in range(80):
                left, top = int(rng.integers(3, max(columns - wide - 4, 4))), int(rng.integers(3, max(rows - tall - 4, 4)))
                if not taken[top - 3:top + tall + 3, left - 3:left + wide + 3].any():
                    taken[top - 1:top + tall + 1, left - 1:left + wide + 1] = True
                    chips.append((left, top, wide, tall, kind))
                    break
    return chips


def _route(taken, place, heading, rng):
    """A track that keeps its heading while it can, and turns by an eighth where something is in its way."""
    rows, columns = taken.shape
    track = [place]
    for _ in range(int(rng.integers(6, 44))):
        turns = [0, 1, -1] if rng.uniform() < 0.90 else [1, -1, 0]
        for turn in turns if rng.uniform() < 0.5 else [turns[0], turns[2], turns[1]]:
            c, r = np.array(track[-1]) + STEPS[(heading + turn) % 8]
            crossing = taken[track[-1][1], c] and taken[r, track[-1][0]] if 0 <= c < columns and 0 <= r < rows else True
            if not crossing and not taken[r, c]:
                heading = (heading + turn) % 8
                track.append((int(c), int(r)))
                taken[r, c] = True
                break
        else:
            break
    return track

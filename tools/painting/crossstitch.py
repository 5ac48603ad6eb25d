"""Cross-stitch on linen: a house between trees, deer and birds in wool, each stitch two threads that cross."""
import numpy as np

from painting.fields import colour, noise

STITCH = 6.0     # pixels of one stitch at a height of 480: 80 of them from top to bottom
THREADS = {"r": "#b3202c", "d": "#7a1420", "g": "#2f6a3a", "l": "#7fa83f", "b": "#23407f", "s": "#5f9cc4", "y": "#e8ac2a",
           "o": "#d9662a",
           "w": "#f7f0de", "n": "#5a3522", "p": "#d97f9c", "v": "#6a3f86"}


def paint(width, height, rng):
    unit = height / 480
    size = STITCH * unit
    rows, columns = int(np.ceil(height / size)), int(np.ceil(width / size))
    chart = _chart(rows, columns, rng)

    threads = [colour("#000000")] + [colour(text) for text in THREADS.values()]
    codes = np.array(threads, np.float32)
    y, x = np.mgrid[0:height, 0:width] + 0.5
    row, column = np.minimum((y / size).astype(int), rows - 1), np.minimum((x / size).astype(int), columns - 1)
    fx, fy = x / size - column, y / size - row

    # Linen: warp and weft, a hole at each corner of the grid.
    warp, weft = np.sin(2 * np.pi * x / size * 2), np.sin(2 * np.pi * y / size * 2)
    weave = 0.5 + 0.25 * np.maximum(warp, weft) + 0.12 * noise(rng, width, height, 3 * unit, 2)
    picture = (colour("#c9b48c") * (0.62 + 0.42 * weave)[..., None]).astype(np.float32)
    corner = np.hypot(np.minimum(fx, 1 - fx), np.minimum(fy, 1 - fy))
    picture *= np.clip(0.45 + 2.6 * corner, 0, 1)[..., None]

    kind = chart[row, column]
    shades = rng.normal(1, 0.10, (rows, columns, 2))
    for leg, (across, along) in enumerate((((fx - fy), (fx + fy)), ((fx + fy - 1), (fx - fy + 1)))):
        offset = np.abs(across) / np.sqrt(2) / 0.235  # 0 in the middle of the thread, 1 at its side
        inside = (offset < 1) & (kind > 0) & (along > 0.12) & (along < 1.88)
        twist = 0.5 + 0.5 * np.sin(2 * np.pi * (along * 2.4 + across * 2.2))
        round_light = np.sqrt(np.clip(1 - offset ** 2, 0, 1))
        light = (0.45 + 0.62 * round_light) * (0.82 + 0.26 * twist) * shades[row, column, leg] * (0.9 if leg == 0 else 1.06)
        paint = np.clip(codes[kind] * light[..., None], 0, 1)
        # The thread above throws a shadow on the one below.
        picture = np.where(((offset < 1.5) & (kind > 0))[..., None], picture * 0.72, picture)
        picture = np.where(inside[..., None], paint, picture)
    return np.clip(picture, 0, 1)


def _chart(rows, columns, rng):
    """Which thread each stitch has; 0 is bare linen."""
    chart = np.zeros((rows, columns), np.int32)
    codes = {letter: k + 1 for k, letter in enumerate(THREADS)}
    r, c = np.mgrid[0:rows, 0:columns]
    m = np.abs(c - columns // 2)  # everything is there twice, left and right
    half = columns // 2

    def sew(where, letter):
        chart[where] = codes[letter]

    sew(r >= 0, "w")
    sew((r < rows * 0.72) & ((r * 3 + c * 5) % 7 != 0), "s")
    sew((r < rows * 0.3) & ((r + c) % 2 == 0), "b")
    ground = rows * 0.72 + 2.5 * np.sin(c / 6)
    sew(r > ground, "l")
    sew((r > ground) & ((r * 2 + c * 3) % 5 == 0), "g")
    # The house.
    roof_top, eaves, floor = int(rows * 0.34), int(rows * 0.54), int(rows * 0.80)
    sew((r > eaves) & (r < floor) & (m < 15), "w")
    sew((r > eaves) & (r < floor) & (m < 15) & (r % 3 == 0), "p")
    sew((r > roof_top) & (r <= eaves) & (m < 4 + (r - roof_top) * 0.9), "r")
    sew((r > roof_top) & (r <= eaves) & (m < 4 + (r - roof_top) * 0.9) & ((r + (c // 2) % 2 * 2) % 4 == 0), "d")
    sew((r > floor - 10) & (r < floor) & (m < 4), "n")
    sew((r == floor - 5) & (m == 2), "y")
    sew((np.abs(r - eaves - 6) < 4) & (np.abs(m - 9) < 4), "b")
    sew((np.abs(r - eaves - 6) < 3) & (np.abs(m - 9) < 3), "y")
    sew((np.abs(r - eaves - 6) < 4) & (m == 9), "b")
    sew((np.abs(m - 9) < 2) & (r > roof_top - 2) & (r < roof_top + 6), "d")
    # Trees, deer, hearts and stars, then flowers in the grass.
    for at, tall in ((25, 34), (half - 12, 27)):
        top = floor - tall
        tier = (r - top) % 9
        sew((r > top) & (r < floor - 3) & (np.abs(m - at) < 1 + tier * 0.75 + (r - top) / 9), "g")
        sew((r > top) & (r < floor - 3) & (np.abs(m - at) < 1 + tier * 0.75 + (r - top) / 9) & ((r + m) % 4 == 0), "l")
        sew((r >= floor - 3) & (r < floor) & (np.abs(m - at) < 2), "n")
        sew((np.abs(r - top) + np.abs(m - at) < 3), "y")
    deer = ["  n n n    ", "   nnn     ", "    nn     ", "   nnno    ", "    nnnnnn ", "    nnnnnnn", "     nnnnn ",
            "     n  n  ", "     n  n  "]
    heart = [" rr rr ", "rrrrrrr", "rrprrrr", " rrrrr ", "  rrr  ", "   r   "]
    bird = ["  ww   ", "  wow  ", "o wwwwy", " wwwwww", "  wwww ", "   n   "]
    rose = ["  rr  ", " rprr ", "rrddpr", "rpddrr", " rrpr ", "g rr g", " gggg "]

    def motif(drawing, top, at):
        for dr, line in enumerate(drawing):
            for dc, letter in enumerate(line):
                if letter != " ":
                    sew((r == top + dr) & (m == at + dc), letter)

    motif(deer, floor - 5, 30)
    for top, at in ((13, 10), (18, 30), (9, 40)):
        motif(bird if at != 30 else heart, top, at)
    motif([line[3:] for line in heart], 11, 0)
    for _ in range(26):
        motif(rng.choice(np.array([["yoy", "oyo", " g "], ["pvp", "vyv", " g "], ["wrw", "ryr", " g "]])),
              int(rng.uniform(floor, rows - 12)), int(rng.uniform(0, half)))
    # A border of roses on dark cloth, all around.
    inset = np.minimum(np.minimum(r, rows - 1 - r), np.minimum(c, columns - 1 - c))
    sew(inset < 9, "d")
    sew(inset == 9, "y")
    sew(inset == 0, "y")
    for k in range(0, columns, 9):
        for top in (1, rows - 8):
            for dr, line in enumerate(rose):
                for dc, letter in enumerate(line):
                    if letter != " " and k + dc + 2 < columns:
                        chart[top + dr, k + dc + 2] = codes[{"r": "p", "d": "r"}.get(letter, letter)]
    for k in range(10, rows - 14, 9):
        for left in (2, columns - 8):
            for dr, line in enumerate(rose):
                for dc, letter in enumerate(line):
                    if letter != " ":
                        chart[k + dr, left + dc] = codes[{"r": "p", "d": "r"}.get(letter, letter)]
    return chart

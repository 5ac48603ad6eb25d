"""A woven rug: stepped medallions in madder, indigo and undyed wool, every knot to be seen."""
import numpy as np

from painting.fields import colour, noise

KNOT = (3.6, 3.0)  # width and height of a knot in pixels at a height of 480
WOOL = [colour(c) for c in ("#efe0c0", "#9c2324", "#1f2f5a", "#c98a2a", "#2f5f58", "#5a2a1c", "#d9603a", "#17151a", "#7f9fb0")]
CREAM, MADDER, INDIGO, GOLD, GREEN, BROWN, ORANGE, BLACK, PALE = range(9)


def paint(width, height, rng):
    unit = height / 480
    wide, tall = KNOT[0] * unit, KNOT[1] * unit
    columns, rows = int(np.ceil(width / wide)), int(np.ceil(height / tall))
    chart = _chart(rows, columns)

    y, x = np.mgrid[0:height, 0:width] + 0.5
    # The weft is beaten down unevenly: rows wave a little.
    y = y + 1.6 * unit * noise(rng, width, height, 110 * unit, 2)
    x = x + 1.2 * unit * noise(rng, width, height, 130 * unit, 2)
    row, column = np.clip((y / tall).astype(int), 0, rows - 1), np.clip((x / wide).astype(int), 0, columns - 1)
    fx, fy = (x / wide) % 1, (y / tall) % 1

    # Wool was dyed in small lots: each few rows have a shade of their own, each knot another.
    lots = np.repeat(rng.normal(1, 0.10, (rows // 4 + 2, len(WOOL))), 4, axis=0)[:rows]
    shade = lots[row, chart[row, column]] * rng.normal(1, 0.085, (rows, columns))[row, column]
    tint = rng.normal(0, 0.018, (rows, columns, 3))[row, column]
    lean = (fx - 0.5) * 0.35 * np.where(row % 2, 1, -1)
    knot = np.clip(1.25 - 4.2 * (fy - 0.5 + lean) ** 2 - 2.4 * (fx - 0.5) ** 2, 0.25, 1.15)
    fibres = 1 + 0.11 * noise(rng, width, height, 1.6 * unit, 2)
    picture = np.array(WOOL)[chart[row, column]] * (shade * knot * fibres)[..., None] + tint
    worn = 1 + 0.10 * noise(rng, width, height, 170 * unit, 3)
    dust = np.clip(0.10 + 0.10 * noise(rng, width, height, 60 * unit, 3), 0, 1)[..., None]
    picture = picture * worn[..., None] * (1 - dust) + dust * colour("#b8a58a")
    return np.clip(picture, 0, 1)


def _chart(rows, columns):
    r, c = np.mgrid[0:rows, 0:columns]
    m, q = np.abs(c - columns // 2), np.abs(r - rows // 2)
    chart = np.full((rows, columns), MADDER)

    def weave(where, wool):
        chart[where] = wool

    # The field: small hooked diamonds in rows.
    dr, dc = (r % 20) - 10, ((c + 12 * ((r // 20) % 2)) % 24) - 12
    step = np.abs(dr) // 2 * 2 + np.abs(dc)
    weave(step < 9, INDIGO)
    weave(step < 7, GOLD)
    weave(step < 4, CREAM)
    weave(step < 2, BLACK)
    weave((np.abs(dr) == 10) & (np.abs(dc) % 4 < 2), ORANGE)
    weave((step == 10) & (dr % 2 == 0), PALE)

    # Three medallions with steps and hooks.
    for centre, size in ((-columns * 0.285, 0.60), (columns * 0.285, 0.60), (0, 1.0)):
        k = np.abs(c - columns // 2 - int(centre))
        d = q // 3 * 3 + k // 2 * 2 * 1.15
        reach = rows * 0.36 * size
        for share, wool in ((1.10, BLACK), (1.06, CREAM), (1.0, INDIGO), (0.84, BLACK), (0.82, GOLD), (0.72, GREEN),
                            (0.56, CREAM), (0.52, MADDER), (0.34, BLACK),
                            (0.32, ORANGE), (0.22, INDIGO), (0.11, CREAM)):
            weave(d < reach * share, wool)
        ring = (d >= reach * 0.86) & (d < reach * 0.98)
        weave(ring & ((k + q) % 10 < 5), PALE)
        weave(ring & ((k + q) % 10 < 2), MADDER)
        weave((d >= reach * 0.58) & (d < reach * 0.70) & ((k - q) % 8 < 3), ORANGE)
        weave((d >= reach * 0.36) & (d < reach * 0.50) & (((k // 2) % 3 == 0) ^ ((q // 2) % 3 == 0)), CREAM)
        # hooks outside
        arm = (d >= reach * 1.10) & (d < reach * 1.24)
        weave(arm & ((k // 2 - q // 3) % 6 < 2) & (d < reach * 1.24), BLACK)
        weave((d >= reach * 1.18) & (d < reach * 1.24) & ((k // 2 - q // 3) % 6 < 4), BLACK)
    # Birds between the medallions, facing each other.
    bird = ["   xx     ", "  xox     ", "xxxxx    x", "   xx   xx", "   xxxxxxx", "   xoxoxx ", "    xxxx  ", "    x  x  ",
            "   xx xx  "]
    for centre in (columns * 0.145, columns * 0.40):
        for up in (1, -1):
            for dr, line in enumerate(bird):
                for dc, letter in enumerate(line):
                    if letter != " ":
                        where = (r == rows // 2 + up * int(rows * 0.27) + dr * 2) | (r == rows // 2 + up * int(rows * 0.27) +
                                                                                     dr * 2 + 1)
                        weave(where & (m == int(centre) + dc - 5), {"x": CREAM, "o": BLACK}[letter])

    # Borders from outside inwards: stripes, running triangles, stepped key, stripes.
    inset = np.minimum(np.minimum(r * KNOT[1] / KNOT[0], (rows - 1 - r) * KNOT[1] / KNOT[0]),
                       np.minimum(c, columns - 1 - c)).astype(int)
    along = np.where(np.minimum(r, rows - 1 - r) * KNOT[1] / KNOT[0] <= np.minimum(c, columns - 1 - c), c - columns // 2,
                     ((r - rows // 2) * KNOT[1] / KNOT[0]).astype(int))
    weave(inset < 27, INDIGO)
    weave(inset < 3, BLACK)
    weave((inset >= 3) & (inset < 5), GOLD)
    tooth = np.abs((along % 14) - 7)
    band = (inset >= 5) & (inset < 13)
    weave(band, CREAM)
    weave(band & (tooth // 1 < (inset - 5)), MADDER)
    weave(band & (tooth < (inset - 8)), BLACK)
    weave((inset >= 13) & (inset < 14), BLACK)
    key = np.abs((along % 18) - 9) + np.abs(inset - 19) // 1
    band = (inset >= 14) & (inset < 25)
    weave(band, INDIGO)
    weave(band & (key < 8), GREEN)
    weave(band & (key < 6), ORANGE)
    weave(band & (key < 4), CREAM)
    weave(band & (key < 2), MADDER)
    weave(band & (np.abs((along % 18) - 9) > 7) & (np.abs(inset - 19) < 3), GOLD)
    weave((inset >= 25) & (inset < 27), CREAM)
    weave((inset == 26) & (along % 4 < 2), BLACK)
    return chart

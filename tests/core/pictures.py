"""Pictures for the tests that run the real program: drawn from formulas, kept as floats in PFM files."""
import numpy


def write_pfm(path, picture):
    """picture: height x width x 3, rows from the top."""
    height, width, _ = picture.shape
    with open(path, "wb") as file:
        file.write(b"PF\n%d %d\n-1.0\n" % (width, height))
        file.write(picture[::-1].astype("<f4").tobytes())


def read_pfm(path):
    with open(path, "rb") as file:
        assert file.readline() == b"PF\n"
        width, height = map(int, file.readline().split())
        assert float(file.readline()) < 0
        return numpy.frombuffer(file.read(), "<f4").reshape(height, width, 3)[::-1].copy()


def grid(width, height):
    y, x = numpy.mgrid[0:height, 0:width].astype(numpy.float64)
    return x / max(width, height), y / max(width, height)


def scene(width, height):
    """A sky that fades, a hill, a sun and a house: flat parts, edges and a gradient, like a photograph."""
    x, y = grid(width, height)
    picture = numpy.stack([0.45 + 0.3 * y, 0.6 + 0.2 * y, 0.95 - 0.25 * y], 2)
    picture[(x - 0.75) ** 2 + (y - 0.18) ** 2 < 0.008] = (1.0, 0.9, 0.4)
    picture[y > 0.5 + 0.08 * numpy.sin(6 * x)] = (0.25, 0.5, 0.2)
    picture[(x > 0.2) & (x < 0.42) & (y > 0.35) & (y < 0.6)] = (0.7, 0.3, 0.25)
    picture[(x > 0.28) & (x < 0.34) & (y > 0.42) & (y < 0.6)] = (0.15, 0.1, 0.1)
    return picture.astype(numpy.float32)


def strokes(width, height):
    """Curved bands of paint in a few colours."""
    x, y = grid(width, height)
    wave = numpy.sin(40 * x + 9 * numpy.sin(7 * y)) * numpy.cos(31 * y - 5 * x)
    other = numpy.sin(23 * (x + y)) * numpy.sin(17 * (x - y) + 1)
    picture = numpy.stack([0.5 + 0.45 * wave, 0.45 + 0.3 * other, 0.5 - 0.3 * wave + 0.15 * other], 2)
    return numpy.clip(picture, 0, 1).astype(numpy.float32)

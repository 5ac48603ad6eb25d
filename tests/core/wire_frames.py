"""Frames of the worker's protocol, written and read from Python: what the tests that speak to a real worker share."""
import struct

import numpy

FINISHED, STOPPED, FAILED = 0, 1, 2
CAUSES = ["settings", "picture", "weights", "memory", "device", "output", "host", "internal"]


def frame(kind, body=b""):
    return kind + struct.pack("<Q", len(body)) + body


def text(value):
    return struct.pack("<I", len(value.encode())) + value.encode()


def image(rgba):
    height, width = rgba.shape[:2]
    return struct.pack("<ii", width, height) + rgba.astype("<f4").tobytes()


def mask(values):
    return image(values)


class Reader:
    def __init__(self, body):
        self.body, self.at = body, 0

    def numbers(self, form):
        values = struct.unpack_from("<" + form, self.body, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def text(self):
        length, = self.numbers("I")
        self.at += length
        return self.body[self.at - length:self.at].decode()

    def image(self):
        width, height = self.numbers("ii")
        values = numpy.frombuffer(self.body, "<f4", 4 * width * height, self.at)
        self.at += values.nbytes
        return values.reshape(height, width, 4)

    def end(self):
        assert self.at == len(self.body), "bytes left over"

"""PNG and TIFF files of any kind, written from NumPy arrays byte by byte: what no library would write."""
import struct
import zlib

import numpy

KINDS = {"u": 1, "i": 2, "f": 3, "c": 6}  # TIFF's SampleFormat


def png(path, rows, colour, bits=8, chunks=(), palette=None):
    """rows: levels, height x width x channels; colour: PNG's colour type; chunks: (kind, data) before the pixels."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    height, width = rows.shape[:2]
    lines = []
    for row in rows.reshape(height, -1):
        if bits == 16:
            lines.append(b"\0" + row.astype(">u2").tobytes())
        elif bits == 8:
            lines.append(b"\0" + row.astype(numpy.uint8).tobytes())
        else:
            lines.append(b"\0" + packed(row, bits))
    before = b"".join(chunk(kind, data) for kind, data in chunks)
    if palette is not None:
        before += chunk(b"PLTE", palette.astype(numpy.uint8).tobytes())
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
                     + before + chunk(b"IDAT", zlib.compress(b"".join(lines))) + chunk(b"IEND", b""))


def packed(row, bits):
    """Levels of 1, 2 or 4 bits, the first in a byte's highest bits; a row ends with its byte."""
    each = 8 // bits
    row = numpy.concatenate([row, numpy.zeros(-len(row) % each, row.dtype)]).reshape(-1, each)
    return bytes(sum(int(level) << (8 - bits * (i + 1)) for i, level in enumerate(group)) for group in row)


class Tiff:
    """Pictures are added with their tags; save() writes the file. A tag given as None is left out."""

    def __init__(self, order="<", big=False):
        self.order, self.big, self.pages, self.version_bytes = order, big, [], b""

    def add(self, pixels, photometric=2, below=(), separate=False, tile=None, bits=None, tags=(), raw=None):
        """pixels: height x width (x samples), of the type of the samples; below: pictures in SubIFDs, as arguments of
        this function; raw: the strip's bytes in place of the pixels'; tags: {number: (letter of struct, values)}."""
        self.pages.append(dict(pixels=pixels, photometric=photometric, below=below, separate=separate, tile=tile, bits=bits,
                               tags=dict(tags), raw=raw))
        return self

    def save(self, path):
        o, head = self.order, 16 if self.big else 8
        body = bytearray(b"\0" * head)
        first, links = None, None
        for page in self.pages:
            at, link = self._page(body, **page)
            if links is None:
                first = at
            else:
                struct.pack_into(o + ("Q" if self.big else "I"), body, links, at)
            links = link
        mark = b"II" if o == "<" else b"MM"
        body[:head] = mark + (struct.pack(o + "HHHQ", 43, 8, 0, first) if self.big else struct.pack(o + "HI", 42, first))
        if self.version_bytes:
            body[8:8 + len(self.version_bytes)] = self.version_bytes
        path.write_bytes(bytes(body))

    def _page(self, body, pixels, photometric, below, separate, tile, bits, tags, raw):
        o = self.order
        if len(body) == 8 and self.version_bytes:
            body += b"\0" * 8
        subs = [self._page(body, **{**dict(photometric=2, below=(), separate=False, tile=None, bits=None, tags={}, raw=None),
                                    **sub})[0] for sub in below]
        height, width = pixels.shape[:2]
        samples = pixels.shape[2] if pixels.ndim == 3 else 1
        cube = pixels.reshape(height, width, samples)
        places, sizes = [], []

        def put(data):
            body.extend(b"\0" * (len(body) % 2))
            places.append(len(body))
            sizes.append(len(data))
            body.extend(data)
        planes = [cube[:, :, i:i + 1] for i in range(samples)] if separate else [cube]
        for plane in planes:
            if raw is not None:
                put(raw)
            elif bits and bits < 8:
                put(b"".join(packed(row.ravel(), bits) for row in plane))
            elif tile:
                for top in range(0, height, tile):
                    for left in range(0, width, tile):
                        piece = numpy.zeros((tile, tile, plane.shape[2]), plane.dtype)
                        part = plane[top:top + tile, left:left + tile]
                        piece[:part.shape[0], :part.shape[1]] = part
                        put(piece.astype(piece.dtype.newbyteorder(o)).tobytes())
            else:
                put(plane.astype(plane.dtype.newbyteorder(o)).tobytes())
        fields = {256: ("I", [width]), 257: ("I", [height]), 258: ("H", [bits or 8 * pixels.itemsize] * samples),
                  259: ("H", [1]), 262: ("H", [photometric]), 277: ("H", [samples]),
                  284: ("H", [2 if separate else 1]), 339: ("H", [KINDS[pixels.dtype.kind]] * samples)}
        where = "Q" if self.big else "I"
        if tile:
            fields.update({322: ("I", [tile]), 323: ("I", [tile]), 324: (where, places), 325: (where, sizes)})
        else:
            fields.update({273: (where, places), 278: ("I", [height]), 279: (where, sizes)})
        if subs:
            fields[330] = (where, subs)
        fields.update(tags)
        fields = {tag: field for tag, field in fields.items() if field}
        body.extend(b"\0" * (len(body) % 2))
        at, inside, entry = len(body), 8 if self.big else 4, 20 if self.big else 12
        start = 8 if self.big else 2
        table, behind = struct.pack(o + ("Q" if self.big else "H"), len(fields)), b""
        end = at + start + entry * len(fields) + inside
        for tag, (code, values) in sorted(fields.items()):
            data = values if code == "s" else struct.pack(f"{o}{len(values)}{code}", *values)
            kind = {"B": 7, "H": 3, "I": 4, "Q": 16, "s": 2}[code]
            count = len(data) if code == "s" else len(values)
            if tag in (282, 283):
                kind, count = 5, 1
            place = data.ljust(inside, b"\0")
            if len(data) > inside:
                place = struct.pack(o + where, end + len(behind))
                behind += data + b"\0" * (len(data) % 2)
            table += struct.pack(o + "HH" + where, tag, kind, count) + place
        body.extend(table + b"\0" * inside + behind)
        return at, end - inside

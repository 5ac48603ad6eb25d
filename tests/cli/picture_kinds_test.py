#!/usr/bin/python3
"""Every kind of picture file is read with the right values or refused with a sentence that names it: a table of formats,
bits, types of numbers, colour spaces, channels and profiles, and what each comes to. docs/files.md tells the decisions.

picture_kinds_test.py NEURAL_STYLE FOLDER_OF_TESTS/core DUMP_PICTURE
"""
import io
import os
import struct
import subprocess
import sys
import unittest

import numpy
from PIL import Image, ImageCms

DUMP = os.path.abspath(sys.argv.pop())
from called_program import Program  # noqa: E402
from written_pictures import Tiff, png  # noqa: E402

W, H = 24, 20
Y, X = numpy.mgrid[0:H, 0:W]
SCENE = numpy.dstack([X / (W - 1), Y / (H - 1), (X + Y) / (W + H - 2)])  # 0..1, no channel like another
GREY = X / (W - 1) * .6 + Y / (H - 1) * .4
ALPHA = .25 + .75 * GREY[::-1]


def levels(numbers, largest=255):
    kind = {255: numpy.uint8, 65535: numpy.uint16, 4294967295: numpy.uint32}.get(largest, numpy.uint8)
    return numpy.round(numbers * largest).astype(kind)


def steps(numbers, largest):
    """What is left of numbers once they have been levels."""
    return numpy.round(numbers * largest) / largest


def light(shown):
    return numpy.where(shown <= .04045, shown / 12.92, ((shown + .055) / 1.055) ** 2.4)


def shown(linear):
    return numpy.where(linear <= .0031308, linear * 12.92, 1.055 * numpy.maximum(linear, 0) ** (1 / 2.4) - .055)


def profile_of(name):
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()


SRGB = profile_of("sRGB")


def tag_of(profile, name):
    for at in range(132, 132 + 12 * int.from_bytes(profile[128:132], "big"), 12):
        if profile[at:at + 4] == name:
            return int.from_bytes(profile[at + 4:at + 8], "big"), int.from_bytes(profile[at + 8:at + 12], "big"), at
    raise KeyError(name)


def changed(profile, **changes):
    """A profile with some tags' data replaced by others' of the same length, or its head's fields."""
    table = bytearray(profile)
    for name, data in changes.items():
        place = {"kind": 12, "space": 16}.get(name)
        if place is None:
            place = tag_of(profile, name.encode())[0]
        table[place:place + len(data)] = data
    return bytes(table)


def exchanged(profile):
    """Red means blue, and blue red."""
    red, blue = (profile[slice(tag_of(profile, name)[0], sum(tag_of(profile, name)[:2]))] for name in (b"rXYZ", b"bXYZ"))
    return changed(profile, rXYZ=blue, bXYZ=red)


def linear_profile():
    """sRGB's colours, their numbers in proportion to light: its curve's tag becomes one that says gamma 1."""
    at, bytes_, _ = tag_of(SRGB, b"rTRC")
    table = bytearray(SRGB)
    table[at:at + bytes_] = (b"curv" + bytes(8)).ljust(bytes_, b"\0")
    for name in (b"gTRC", b"bTRC"):
        entry = tag_of(SRGB, name)[2]
        table[entry + 4:entry + 12] = table[tag_of(SRGB, b"rTRC")[2] + 4:tag_of(SRGB, b"rTRC")[2] + 12]
    return bytes(table)


LINEAR = linear_profile()
SWAPPED = exchanged(SRGB)


def icc(profile):
    return 34675, ("B", list(profile))


def alpha(numbers, kind=2):
    return numpy.dstack([numbers, ALPHA.astype(numbers.dtype) if numbers.dtype.kind == "f"
                         else levels(ALPHA, numpy.iinfo(numbers.dtype).max)]), {338: ("H", [kind])}


def half(numbers):
    return numbers.astype(numpy.float16)


def chrm(*numbers):
    return b"cHRM", struct.pack(">8I", *(round(100000 * number) for number in numbers))


def gamma(number):
    return b"gAMA", struct.pack(">I", round(100000 * number))


def adobe_to_srgb(numbers):
    """Adobe RGB (1998), gamma 563/256, white D65, into sRGB; by the two standards' matrices."""
    to_xyz = numpy.array([[.57667, .18556, .18823], [.29734, .62736, .07529], [.02703, .07069, .99134]])
    from_xyz = numpy.linalg.inv([[.4124564, .3575761, .1804375], [.2126729, .7151522, .0721750], [.0193339, .1191920, .9503041]])
    return numpy.clip(shown((numbers ** (563 / 256)) @ to_xyz.T @ from_xyz.T), 0, 1)


def exif(*tables):
    """A block of tags: each table a list of (number, type, count, bytes); a later one hangs in the one before."""
    body, link = b"", None
    for table in reversed(tables):
        entries, behind = [], b""
        at = 8 + len(body)
        size = 2 + 12 * len(table) + 4
        for number, kind, count, data in table:
            if data is None:
                data = struct.pack("<I", link)
            if len(data) > 4:
                behind, data = behind + data, struct.pack("<I", at + size + len(behind))
            entries.append(struct.pack("<HHI", number, kind, count) + data.ljust(4, b"\0"))
        body += struct.pack("<H", len(table)) + b"".join(entries) + bytes(4) + behind
        link = at
    return b"II*\0" + struct.pack("<I", link) + body


ADOBE_CAMERA = exif([(34665, 4, 1, None)], [(40961, 3, 1, struct.pack("<H", 65535)), (40965, 4, 1, None)],
                    [(1, 2, 4, b"R03\0")])
THUMB = numpy.full((6, 8, 3), (200, 30, 30), numpy.uint8)


class Row:
    """One line of the table. make(path) writes the file; `values`: height x width x 3 (or 4) of what is seen, 0..1, or
    `words` of the sentence."""

    def __init__(self, name, make, values=None, words=None, bits=8, within=1e-4):
        assert (values is None) != (words is None), name
        self.name, self.make, self.values, self.words, self.bits, self.within = name, make, values, words, bits, within


def by_tiff(pixels, *arguments, order="<", big=False, **more):
    return lambda path: Tiff(order, big).add(pixels, *arguments, **more).save(path)


def by_pillow(picture, **options):
    return lambda path: picture.save(path, **options)


def by_bytes(data):
    return lambda path: path.write_bytes(data)


def by_png(*arguments, **more):
    return lambda path: png(path, *arguments, **more)


def three(grey):
    return numpy.dstack([grey] * 3)


def with_alpha(values, by=255):
    return numpy.dstack([values, steps(ALPHA, by) if by else ALPHA])


def jpeg_bytes(picture, **options):
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=98, **options)
    return held.getvalue()


def decoded(data, mode="RGB"):
    return numpy.asarray(Image.open(io.BytesIO(data)).convert(mode)) / 255


def table():
    rgb8 = levels(SCENE)
    picture, grey_picture = Image.fromarray(rgb8), Image.fromarray(levels(GREY))
    seen8, seen16 = steps(SCENE, 255), steps(SCENE, 65535)
    single, double = SCENE.astype(numpy.float32), SCENE.astype(numpy.float64)
    palette = numpy.random.default_rng(1).integers(0, 256, (16, 3))
    index = (X + Y) % 16
    row = Row
    yield from png_rows(rgb8, seen8, seen16, palette, index)

    jpeg = jpeg_bytes(picture)
    near = dict(within=.012)
    yield row("jpeg.jpg", by_bytes(jpeg), decoded(jpeg), **near)
    yield row("jpeg-grey.jpg", by_bytes(jpeg_bytes(grey_picture)), three(steps(GREY, 255)), **near)
    inks = jpeg_bytes(picture.convert("CMYK"))
    yield row("jpeg-cmyk-none.jpg", by_bytes(inks), numpy.full((H, W, 3), .5), within=.6)
    progressive = jpeg_bytes(picture, progressive=True)
    for name, whole in (("jpeg", jpeg), ("jpeg-progressive", progressive)):
        assert whole.endswith(b"\xff\xd9")
        yield row(name + "-no-end.jpg", by_bytes(whole[:-2]), decoded(whole), **near)
        yield row(name + "-half-end.jpg", by_bytes(whole[:-1]), decoded(whole), **near)
        yield row(name + "-more-behind.jpg", by_bytes(whole + bytes(100)), decoded(whole), **near)
        for cut in (40, len(whole) // 8):
            yield row(f"{name}-cut-{cut}.jpg", by_bytes(whole[:-cut]), words=["cannot be read"])
            yield row(f"{name}-cut-{cut}-closed.jpg", by_bytes(whole[:-cut] + b"\xff\xd9"), words=["cannot be read"])
    middle = len(jpeg) - 300
    yield row("jpeg-damaged.jpg", by_bytes(jpeg[:middle] + b"\xfe" * 60 + jpeg[middle + 60:]), words=["cannot be read", "damaged"])
    camera = jpeg_bytes(picture, exif=b"Exif\0\0" + ADOBE_CAMERA)
    yield row("jpeg-adobe-camera.jpg", by_bytes(camera), adobe_to_srgb(decoded(camera)), within=.02)
    yield row("jpeg-profile.jpg", by_pillow(picture, quality=100, subsampling=0, icc_profile=SWAPPED), seen8[:, :, ::-1],
              within=.05)
    yield row("jpeg-link-profile.jpg", by_pillow(picture, quality=98, icc_profile=changed(SWAPPED, kind=b"link")),
              decoded(jpeg), **near)
    yield row("jpeg-grey-with-rgb-profile.jpg", by_pillow(grey_picture, quality=98, icc_profile=SWAPPED),
              three(steps(GREY, 255)), **near)

    yield row("webp.webp", by_pillow(picture, lossless=True), seen8)
    yield row("webp-alpha.webp", by_pillow(Image.fromarray(numpy.dstack([rgb8, levels(ALPHA)])), lossless=True, exact=True),
              with_alpha(seen8))
    yield row("webp-profile.webp", by_pillow(picture, lossless=True, icc_profile=SWAPPED), seen8[:, :, ::-1], within=.003)

    yield from tiff_rows(rgb8, seen8, seen16, single, double, palette, index)
    yield from map_rows(rgb8, seen8, seen16, single)
    yield from foreign_rows(picture)


def png_rows(rgb8, seen8, seen16, palette, index):
    row = Row
    for bits in (1, 2, 4):
        most = 2 ** bits - 1
        yield row(f"png-grey{bits}.png", by_png(levels(GREY, most)[:, :, None], 0, bits), three(steps(GREY, most)))
        yield row(f"png-palette{bits}.png", by_png((index % 2 ** bits)[:, :, None], 3, bits, palette=palette[:2 ** bits]),
                  palette[index % 2 ** bits] / 255)
    yield row("png-palette8.png", by_png(index[:, :, None], 3, palette=palette), palette[index] / 255)
    yield row("png-grey8.png", by_png(levels(GREY)[:, :, None], 0), three(steps(GREY, 255)))
    yield row("png-grey16.png", by_png(levels(GREY, 65535)[:, :, None], 0, 16), three(steps(GREY, 65535)), bits=16)
    yield row("png-rgb8.png", by_png(rgb8, 2), seen8)
    yield row("png-rgb16.png", by_png(levels(SCENE, 65535), 2, 16), seen16, bits=16)
    yield row("png-grey-alpha8.png", by_png(alpha(levels(GREY))[0], 4), with_alpha(three(steps(GREY, 255))))
    yield row("png-rgba8.png", by_png(alpha(rgb8)[0], 6), with_alpha(seen8))
    yield row("png-rgba16.png", by_png(alpha(levels(SCENE, 65535))[0], 6, 16), with_alpha(seen16, 65535), bits=16)
    yield row("png-gamma-srgb.png", by_png(rgb8, 2, chunks=[gamma(.45455)]), seen8)
    yield row("png-linear.png", by_png(levels(SCENE, 65535), 2, 16, chunks=[gamma(1)]), shown(seen16), bits=16, within=4e-4)
    yield row("png-linear-grey.png", by_png(levels(GREY)[:, :, None], 0, chunks=[gamma(1)]), shown(three(steps(GREY, 255))),
              within=4e-4)
    yield row("png-gamma-1.8.png", by_png(rgb8, 2, chunks=[gamma(1 / 1.8)]), shown(seen8 ** 1.8), within=1e-3)
    yield row("png-gamma-but-srgb.png", by_png(rgb8, 2, chunks=[gamma(1), (b"sRGB", b"\0")]), seen8)
    yield row("png-gamma-but-profile.png", by_png(rgb8, 2, chunks=[gamma(1), icc_chunk(SWAPPED)]), seen8[:, :, ::-1], within=.003)
    yield row("png-adobe.png", by_png(rgb8, 2, chunks=[gamma(256 / 563), chrm(.3127, .329, .64, .33, .21, .71, .15, .06)]),
              adobe_to_srgb(seen8), within=.004)
    yield row("png-linear-profile.png", by_png(levels(SCENE, 65535), 2, 16, chunks=[icc_chunk(LINEAR)]), shown(seen16),
              bits=16, within=1e-3)
    yield row("png-cicp-srgb.png", by_png(rgb8, 2, chunks=[(b"cICP", bytes([1, 13, 0, 1]))]), seen8)
    yield row("png-cicp-pq.png", by_png(rgb8, 2, chunks=[(b"cICP", bytes([9, 16, 0, 1]))]), words=["cICP", "convert it to sRGB"])


def icc_chunk(profile):
    import zlib
    return b"iCCP", b"profile\0\0" + zlib.compress(profile)


def tiff_rows(rgb8, seen8, seen16, single, double, palette, index):
    row = Row
    for bits in (1, 2, 4, 8):
        most = 2 ** bits - 1
        yield row(f"grey{bits}.tif", by_tiff(levels(GREY, most), 1, bits=bits), three(steps(GREY, most)))
        yield row(f"white-is-zero{bits}.tif", by_tiff(levels(1 - GREY, most), 0, bits=bits),
                  three(1 - steps(1 - GREY, most)))
    yield row("grey16.tif", by_tiff(levels(GREY, 65535), 1), three(steps(GREY, 65535)), bits=16)
    yield row("white-is-zero16.tif", by_tiff(levels(1 - GREY, 65535), 0), three(1 - steps(1 - GREY, 65535)), bits=16)
    yield row("grey-alpha8.tif", by_tiff(alpha(levels(GREY))[0], 1, tags=alpha(levels(GREY))[1]),
              with_alpha(three(steps(GREY, 255))))
    yield row("palette8.tif", by_tiff(index.astype(numpy.uint8), 3, tags={320: colour_map(palette, 256)}), palette[index] / 255,
              within=.003)
    yield row("palette4.tif", by_tiff(index.astype(numpy.uint8), 3, bits=4, tags={320: colour_map(palette, 16)}),
              palette[index] / 255, within=.003)
    whole = {"rgb8": (rgb8, seen8, 8), "rgb16": (levels(SCENE, 65535), seen16, 16), "rgb32": (levels(SCENE, 4294967295), SCENE, 32)}
    wide = {"half": (half(SCENE), half(SCENE), 32), "single": (single, SCENE, 32), "double": (double, SCENE, 32)}
    for name, (pixels, seen, bits) in {**whole, **wide}.items():
        loose = dict(bits=bits, within=6e-4 if name == "half" else 1e-4)
        yield row(f"{name}.tif", by_tiff(pixels), seen, **loose)
        yield row(f"{name}-big-endian.tif", by_tiff(pixels, order=">"), seen, **loose)
        yield row(f"{name}-bigtiff.tif", by_tiff(pixels, big=True), seen, **loose)
        yield row(f"{name}-planes.tif", by_tiff(pixels, separate=True), seen, **loose)
        yield row(f"{name}-tiles.tif", by_tiff(pixels, tile=16), seen, **loose)
        yield row(f"{name}-srgb.tif", by_tiff(pixels, tags=[icc(SRGB)]), seen, bits=bits, within=1e-3)
        yield row(f"{name}-swapped.tif", by_tiff(pixels, tags=[icc(SWAPPED)]), seen[:, :, ::-1], bits=bits, within=2e-3)
        if name != "rgb8":
            yield row(f"{name}-linear.tif", by_tiff(pixels, tags=[icc(LINEAR)]), shown(seen), bits=bits,
                      within=6e-3 if name == "half" else 1e-3)
        kind = 2 ** bits - 1 if name in whole else None
        fading, tags = alpha(pixels)
        loose["within"] = max(loose["within"], 1e-3 if name == "half" else 0)
        yield row(f"{name}-alpha.tif", by_tiff(fading, tags=tags), numpy.dstack([seen, steps(ALPHA, kind) if kind else ALPHA]),
                  **loose)
        yield row(f"{name}-alpha-unstated.tif", by_tiff(fading, tags={338: ("H", [0])}),
                  numpy.dstack([seen, steps(ALPHA, kind) if kind else ALPHA]), **loose)
        over = numpy.dstack([SCENE * ALPHA[:, :, None], ALPHA])
        multiplied = levels(over, kind) if kind else over.astype(pixels.dtype)
        yield row(f"{name}-alpha-multiplied.tif", by_tiff(multiplied, tags={338: ("H", [1])}),
                  numpy.dstack([SCENE, ALPHA]), bits=bits, within=.02 if name == "rgb8" else 3e-3)
        more = numpy.dstack([pixels, pixels[:, :, 0], fading[:, :, 3]])
        yield row(f"{name}-two-extra.tif", by_tiff(more, tags={338: ("H", [0, 2])}),
                  numpy.dstack([seen, steps(ALPHA, kind) if kind else ALPHA]), **loose)
        yield row(f"{name}-two-unstated.tif", by_tiff(more, tags={338: ("H", [0, 0])}), seen, **loose)
        grey = pixels[:, :, 1]
        yield row(f"{name}-grey.tif", by_tiff(grey, 1), three(seen[:, :, 1]), **loose)
        yield row(f"{name}-white-is-zero.tif", by_tiff(grey, 0), three(1 - seen[:, :, 1]), **loose)
    inks = numpy.dstack([1 - SCENE, numpy.zeros((H, W))])
    for name, pixels in (("8", levels(inks)), ("16", levels(inks, 65535)), ("single", inks.astype(numpy.float32))):
        yield row(f"cmyk-{name}.tif", by_tiff(pixels, 5), numpy.full((H, W, 3), .5), within=.6,
                  bits={"8": 8, "16": 16}.get(name, 32))
    yield row("other-inks.tif", by_tiff(levels(inks), 5, tags={332: ("H", [2])}), words=["other inks", "RGB or grey"])
    yield row("lab8.tif", by_tiff(lab(8), 8), numpy.full((H, W, 3), .4663), within=3e-3)
    yield row("lab16.tif", by_tiff(lab(16), 8), numpy.full((H, W, 3), .4663), bits=16, within=3e-3)
    yield row("lab-alpha.tif", by_tiff(numpy.dstack([lab(8), lab(8)[:, :, 0]]), 8), words=["Lab with more channels"])
    yield row("icc-lab.tif", by_tiff(lab(8), 9), words=["photometric interpretation 9"])
    yield row("ycbcr.tif", by_tiff(rgb8, 6), words=["YCbCr", "RGB or grey"])
    yield row("logluv.tif", by_tiff(single, 32845), words=["photometric interpretation 32845"])
    yield row("jpeg-in-tiff.tif", by_pillow(Image.fromarray(rgb8), compression="jpeg", quality=100), seen8, within=.05)
    yield row("deflate.tif", by_pillow(Image.fromarray(rgb8), compression="tiff_adobe_deflate"), seen8)
    for name, pixels in (("signed8", numpy.zeros((H, W, 3), numpy.int8)), ("signed16", levels(SCENE, 65535).astype(numpy.int16)),
                         ("signed32", numpy.zeros((H, W), numpy.int32))):
        yield row(f"{name}.tif", by_tiff(pixels, 2 if pixels.ndim == 3 else 1), words=["signed numbers", "8 or 16 bits"])
    yield row("complex.tif", by_tiff(single, tags={339: ("H", [6] * 3)}), words=["complex numbers"])
    for bits, kind in ((12, 1), (24, 1), (64, 1), (24, 3)):
        yield row(f"bits{bits}-{kind}.tif", by_tiff(rgb8, tags={258: ("H", [bits] * 3), 339: ("H", [kind] * 3)}, raw=bytes(9 * W * H)),
                  words=[f"{bits} bits a channel"])
    yield row("uneven.tif", by_tiff(rgb8, tags={258: ("H", [5, 6, 5])}), words=["different numbers"])
    yield row("no-photometric.tif", by_tiff(rgb8, tags={262: None}), words=["colours that are not read"])
    yield row("levels-as-floats.tif", by_tiff((SCENE * 255).astype(numpy.float32)), words=["above 1", "scale them"])
    bright = SCENE * 1.5
    yield row("highlights.tif", by_tiff(bright.astype(numpy.float32)), bright, bits=32)
    for name, pixels in (("single", single), ("8", rgb8)):  # a small file that says it is huge
        yield row(f"huge-{name}.tif", by_tiff(pixels, tags={256: ("I", [260000]), 257: ("I", [260000])}), words=["not enough memory"])
    # which page
    large, small = rgb8, THUMB
    pages = [
        ("pages", [(large, {}), (rgb8[::-1], {})]),
        ("thumbnail-marked", [(small, {254: ("I", [1])}), (large, {})]),
        ("thumbnail-unmarked", [(small, {}), (large, {})]),
        ("thumbnail-of-old", [(small, {255: ("H", [2])}), (large, {})]),
        ("mask-first", [(levels(ALPHA), {254: ("I", [4]), 262: ("H", [4])}), (large, {})]),
        ("pyramid", [(large, {}), (small, {254: ("I", [1])})]),
        ("marked-and-alone", [(large, {254: ("I", [1])})]),
    ]
    for name, list_of_pages in pages:
        def make(path, list_of_pages=list_of_pages):
            file = Tiff()
            for pixels, tags in list_of_pages:
                file.add(pixels, tags=tags)
            file.save(path)
        yield row(f"{name}.tif", make, seen8)
    for turn in range(2, 9):
        yield row(f"turned{turn}.tif", by_tiff(single, tags={274: ("H", [turn])}), oriented(SCENE, turn), bits=32)
        yield row(f"turned-8-{turn}.tif", by_tiff(rgb8, tags={274: ("H", [turn])}), oriented(seen8, turn))
    # cameras' raw files
    below = [dict(pixels=large, tags={254: ("I", [0])})]
    raw = ["camera's raw file", "develop it first"]
    yield row("DSC_1.NEF", by_tiff(small, tags={254: ("I", [1])}, below=below), words=raw)
    yield row("nef-without-its-name.tif", by_tiff(small, tags={254: ("I", [1])}, below=below), words=raw)
    yield row("dng.tif", by_tiff(large, tags={50706: ("B", [1, 4, 0, 0])}), words=raw)
    yield row("mosaic.tif", by_tiff(levels(GREY, 65535), 32803), words=raw)
    yield row("mosaic-below.tif", by_tiff(large, below=[dict(pixels=levels(GREY, 65535), photometric=32803)]), words=raw)
    yield row("named.arw", by_tiff(large), words=raw)

    def canon(path):
        file = Tiff().add(large)
        file.version_bytes = b"CR\2\0"
        file.save(path)
    yield row("canon.tif", canon, words=raw)
    for name, pixels in (("8", large), ("single", single)):
        yield row(f"cut-{name}.tif", lambda path, pixels=pixels: (by_tiff(pixels)(path), path.write_bytes(cut_pixels(path))),
                  words=["cannot be read"])


def cut_pixels(path):
    """The tags moved before the pixels' second half, which is gone."""
    data = path.read_bytes()
    at = struct.unpack("<I", data[4:8])[0]
    patched = bytearray(data)
    count = struct.unpack("<H", data[at:at + 2])[0]
    for i in range(count):
        entry = at + 2 + 12 * i
        if struct.unpack("<H", data[entry:entry + 2])[0] == 273:
            struct.pack_into("<I", patched, entry + 8, len(data) - 100)
    return bytes(patched)


def lab(bits):
    """L* 50 and no colour: a and b are signed."""
    kind, full = (numpy.uint8, 255) if bits == 8 else (numpy.uint16, 65535)
    return numpy.dstack([numpy.full((H, W), round(.5 * full), kind), numpy.zeros((H, W, 2), kind)])


def colour_map(palette, count):
    table = numpy.zeros((count, 3), int)
    table[:len(palette)] = palette
    return "H", [int(level) * 257 for level in table.T.ravel()]


def oriented(picture, turn):
    """EXIF's eight: what is seen of a picture whose first row and column belong where `turn` says."""
    return {2: picture[:, ::-1], 3: picture[::-1, ::-1], 4: picture[::-1], 5: picture.transpose(1, 0, 2),
            6: picture[::-1].transpose(1, 0, 2), 7: picture[::-1, ::-1].transpose(1, 0, 2),
            8: picture[:, ::-1].transpose(1, 0, 2)}[turn]


def map_rows(rgb8, seen8, seen16, single):
    row = Row
    head = b"%d %d\n" % (W, H)
    yield row("p6.ppm", by_bytes(b"P6\n" + head + b"255\n" + rgb8.tobytes()), seen8)
    yield row("p6-16.ppm", by_bytes(b"P6\n" + head + b"65535\n" + levels(SCENE, 65535).astype(">u2").tobytes()), seen16, bits=16)
    yield row("p6-100.ppm", by_bytes(b"P6\n# a comment\n" + head + b"100\n" + levels(SCENE, 100).tobytes()), steps(SCENE, 100))
    yield row("p6-without-its-name.png", by_bytes(b"P6\n" + head + b"255\n" + rgb8.tobytes()), seen8)
    yield row("png-named.ppm", by_png(rgb8, 2), seen8)
    yield row("pf.pfm", by_bytes(b"PF\n" + head + b"-1.0\n" + single[::-1].tobytes()), SCENE, bits=32)
    yield row("pf-big-endian.pfm", by_bytes(b"PF\n" + head + b"1.0\n" + single[::-1].astype(">f4").tobytes()), SCENE, bits=32)
    yield row("pf-scaled.pfm", by_bytes(b"PF\n" + head + b"-255.0\n" + single[::-1].tobytes()), words=["unsupported range"])
    for kind, words in (("P1", "PBM"), ("P2", "PGM"), ("P3", "letters"), ("P4", "PBM"), ("P5", "PGM"), ("P7", "PAM"),
                        ("Pf", "grey float map")):
        yield row(f"{kind}.ppm", by_bytes(kind.encode() + b"\n" + head + b"255\n" + bytes(4 * W * H)), words=[words])


def foreign_rows(picture):
    row = Row
    yield row("a.gif", by_pillow(picture), words=["GIF", "export it"])
    yield row("gif.png", by_pillow(picture, format="GIF"), words=["GIF"])
    yield row("a.bmp", by_pillow(picture), words=["BMP", "export it"])
    for name, data, word in (
            ("a.heic", b"\0\0\0\x18ftypheic" + bytes(40), "HEIF"), ("b.heif", b"\0\0\0\x18ftypmif1" + bytes(40), "HEIF"),
            ("a.avif", b"\0\0\0\x18ftypavif" + bytes(40), "AVIF"), ("a.xcf", b"gimp xcf v011\0" + bytes(40), "XCF"),
            ("a.psd", b"8BPS\0\1" + bytes(40), "PSD"), ("a.cr3", b"\0\0\0\x18ftypcrx " + bytes(40), "raw file"),
            ("a.raf", b"FUJIFILMCCD-RAW 0201" + bytes(40), "raw file"), ("a.orf", b"IIRO\x08\0\0\0" + bytes(40), "raw file"),
            ("a.rw2", b"IIU\0\x18\0\0\0" + bytes(40), "raw file"), ("a.crw", b"II\x1a\0\0\0HEAPCCDR" + bytes(40), "raw file"),
            ("a.x3f", b"FOVb" + bytes(40), "raw file"), ("a.mrw", b"\0MRM" + bytes(40), "raw file"),
            ("a.jxl", b"\xff\x0a" + bytes(40), "JPEG XL"), ("b.jxl", b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(40), "JPEG XL"),
            ("a.jp2", b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40), "JPEG 2000"), ("a.exr", b"\x76\x2f\x31\x01" + bytes(40), "OpenEXR"),
            ("a.hdr", b"#?RADIANCE\n" + bytes(40), "Radiance"), ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
            ("a.pdf", b"%PDF-1.4\n" + bytes(40), "PDF"), ("a.ico", b"\0\0\1\0\1\0" + bytes(40), "ICO"),
            ("a.kra", b"PK\3\4" + bytes(40), "Krita"), ("a.png.gz", b"\x1f\x8b\x08" + bytes(40), "packed"),
            ("page.jpg", b"<!DOCTYPE html><html></html>", "web page"),
            ("pointer.png", b"version https://git-lfs.github.com/spec/v1\n", "git lfs"), ("nothing.png", b"", "empty"),
            ("text.jpg", b"This is no picture.\n", "unknown format")):
        yield row(name, by_bytes(data), words=[word])


ROWS = list(table())


class Kinds(Program):
    def dump(self, names, edge=0):
        """{name: (width, height, bits, has alpha, pixels) or the sentence}"""
        done = subprocess.run([DUMP, str(edge), *names], cwd=self.path, capture_output=True, text=True, timeout=250)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        found = {}
        for line in done.stdout.splitlines():
            name, what, *facts = line.split("\t")
            if what == "read":
                width, height, bits, has_alpha = map(int, facts)
                pixels = numpy.fromfile(self.path / (name + ".rgba"), numpy.float32).reshape(height, width, 4)
                found[name] = (bits, bool(has_alpha), pixels)
            else:
                self.assertIn(facts[0], ("picture", "memory"))
                found[name] = facts[1]
        return found

    def test_the_table(self):
        names = [row.name for row in ROWS]
        self.assertEqual(len(set(names)), len(names))
        for row in ROWS:
            row.make(self.path / row.name)
        found = self.dump(names)
        for row in ROWS:
            with self.subTest(row.name):
                got = found[row.name]
                if row.words:
                    self.assertIsInstance(got, str, "it was read")
                    for word in (row.name, *row.words):
                        self.assertIn(word, got)
                    self.assertTrue(got.endswith("."), got)
                    continue
                self.assertNotIsInstance(got, str, got)
                bits, has_alpha, pixels = got
                channels = row.values.shape[2]
                self.assertEqual((bits, has_alpha, pixels.shape[:2]), (row.bits, channels == 4, row.values.shape[:2]))
                seen = numpy.clip(pixels[:, :, :channels], 0, max(1, row.values.max()))
                self.assertLess(numpy.abs(seen - row.values).max(), row.within)
                if channels == 3:
                    self.assertEqual(pixels[:, :, 3].min(), 1)

    def test_inks_are_what_they_should_be(self):
        """The bounds in the table are wide for inks, whose profile is libvips' own: white, black and red tell them apart."""
        inks = numpy.zeros((3, 8, 4), numpy.uint8)
        inks[1], inks[2] = (0, 0, 0, 255), (0, 255, 255, 0)
        for name, pixels in (("a.tif", inks), ("b.tif", inks.astype(numpy.uint16) * 257), ("c.tif", (inks / 255).astype(numpy.float32))):
            Tiff().add(pixels, 5).save(self.path / name)
        Image.fromarray(inks, "CMYK").save(self.path / "d.tif")
        large = numpy.kron(inks, numpy.ones((8, 8, 1), numpy.uint8))
        Image.fromarray(large, "CMYK").save(self.path / "e.jpg", quality=100, subsampling=0)
        for name, got in self.dump(["a.tif", "b.tif", "c.tif", "d.tif", "e.jpg"]).items():
            pixels = got[2][:, :, :3] if name != "e.jpg" else got[2][4::8, 4::8, :3]
            self.assertGreater(pixels[0].min(), .97, name)
            self.assertLess(pixels[1].max(), .25, name)
            self.assertGreater(pixels[2, 0, 0], .8, name)
            self.assertLess(pixels[2, 0, 1:].max(), .3, name)

    def test_every_door_refuses_and_reads_alike(self):
        by_name = {row.name: row for row in ROWS}
        for name in ("DSC_1.NEF", "signed16.tif", "a.heic", "single-srgb.tif"):
            by_name[name].make(self.path / name)
        Tiff().add(numpy.full((20, 24), .5, numpy.float32), 1).save(self.path / "half-white.tif")
        doors = {"content": lambda name: self.stylise(content=name), "style": lambda name: self.stylise(style=name),
                 "mask": lambda name: self.stylise("--mask", name), "guide": lambda name: self.stylise("--guide", name + ":"),
                 "region": lambda name: self.stylise("--guide", "content.png:" + name),
                 "init": lambda name: self.stylise("--init", name)}
        for door, through in doors.items():
            for name in ("DSC_1.NEF", "signed16.tif", "a.heic"):
                with self.subTest(door=door, name=name):
                    self.expect_sentence(through(name), name, *by_name[name].words)
            with self.subTest(door=door):
                self.expect_done(through("single-srgb.tif"))
                (self.path / "result.png").unlink()

    def test_what_changes_nothing_gives_back_what_was_read(self):
        """From the file to the result: 8 bits stay 8 bits, more become 16, alpha stays."""
        scene = numpy.kron(SCENE, numpy.ones((3, 3, 1)))  # large enough that it is not enlarged
        veil = numpy.full((3 * H, 3 * W, 1), .5, numpy.float32)
        fading = numpy.dstack([scene.astype(numpy.float32), veil])
        Tiff().add(fading, tags={338: ("H", [2]), **dict([icc(SRGB)])}).save(self.path / "a.tif")
        png(self.path / "b.png", levels(scene), 2)
        for name, result, bits in (("a.tif", "result.tif", 16), ("a.tif", "result.png", 16), ("b.png", "result.tif", 8)):
            self.expect_done(self.stylise("--style-weight", 0, "--optimiser", "lbfgs", "--iterations", 1, content=name,
                                          output=result))
            got_bits, has_alpha, pixels = self.dump([result])[result]
            self.assertEqual((got_bits, has_alpha), (bits, name == "a.tif"))
            self.assertLess(numpy.abs(pixels[:, :, :3] - scene).max(), 1e-3 if bits == 16 else .00197, result)

    def test_what_is_made_smaller_while_it_is_read_keeps_its_colours(self):
        rough = numpy.random.default_rng(5).random((101, 203, 3))
        rough8 = levels(rough)
        veil = numpy.zeros((101, 203, 1), numpy.uint8)
        veil[:, :100] = 255
        png(self.path / "a.png", rough8, 2)
        png(self.path / "veil.png", numpy.dstack([rough8, veil]), 6)
        Tiff().add(rough8).save(self.path / "b.tif")
        Tiff().add(rough.astype(numpy.float32), tags={274: ("H", [6])}).save(self.path / "c.tif")
        Image.fromarray(rough8).save(self.path / "d.jpg", quality=100, subsampling=0)
        png(self.path / "thin.png", rough8[:1], 2)
        found = self.dump(["a.png", "veil.png", "b.tif", "c.tif", "d.jpg", "thin.png"], edge=40)
        expected = rough8[:100, :200].reshape(20, 5, 40, 5, 3).mean((1, 3)) / 255
        for name in ("a.png", "b.tif", "d.jpg"):
            self.assertEqual(found[name][2].shape[:2], (20, 41))
            self.assertLess(numpy.abs(found[name][2][:20, :40, :3] - expected).max(), .03 if name == "d.jpg" else .006, name)
        self.assertLess(numpy.abs(found["c.tif"][2][:40, ::-1, :3].transpose(1, 0, 2)[:20] - expected).max(), .006)
        clear = found["veil.png"][2]
        self.assertLess(numpy.abs(clear[:20, :20, :3] - expected[:, :20]).max(), .006)
        self.assertEqual((clear[:, :20, 3].min(), clear[:, 21:, 3].max()), (1, 0))
        self.assertEqual(found["thin.png"][2].shape[0], 1)
        # below twice the edge nothing is done
        self.assertEqual(self.dump(["a.png"], edge=102)["a.png"][2].shape[:2], (101, 203))


if __name__ == "__main__":
    unittest.main()

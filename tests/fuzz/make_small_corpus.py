#!/usr/bin/python3
"""Writes the seeds of the fuzzers that need no PyTorch: settings, frames, key files, pictures,
ONNX. Run from tests/fuzz."""
import io
import os
import struct
import sys

import numpy
from PIL import Image, ImageCms

sys.path.insert(0, "../core")
import onnx_file  # noqa: E402


def write(name, content):
    os.makedirs(os.path.dirname(os.path.join("corpus", name)), exist_ok=True)
    with open(os.path.join("corpus", name), "wb") as file:
        file.write(content)


# ---- settings

write("settings/plain", b"network=vgg19;size=1024;seed=7;style-weight=1e3;loss=gatys;style-layers=relu1_1:0.5,conv_4")
write("settings/blanks", b" tv-weight = 0.5 ;; threads=auto; memory=0;weights= /a\\;b\\\\c\\ ;")
write("settings/words", b"init=noise;colours=match;padding=circular;pooling=average;precision=bfloat16;scales=16,32")

# ---- frames


def text(value):
    return struct.pack("<I", len(value)) + value


def image(width, height, channels=4):
    return struct.pack("<ii", width, height) + struct.pack(f"<{width * height * channels}f",
                                                           *(i / 8 for i in range(width * height * channels)))


def frame(kind, body):
    return kind + struct.pack("<Q", len(body)) + body


bodies = {
    b"H": struct.pack("<I", 2) + text(b"0.1.0") + text(b"vgg19") + struct.pack("<I", 2) + text(b"cpu") + text(b"cuda:0")
          + text(b"LibTorch"),
    b"R": text(b"size=5;seed=1") + image(2, 1) + image(0, 0) + struct.pack("<Id", 1, 1.0) + image(1, 2) + image(2, 1, 1)
          + struct.pack("<I", 1) + image(2, 1, 1) + struct.pack("<I", 0) + image(0, 0, 1),
    b"S": b"",
    b"C": struct.pack("<6i", 0, 2, 20, 10, 300, 0) + text(b"builtin") + text(b"cpu") + text(b"sliced") + text(b"adam")
          + b"\1",
    b"E": struct.pack("<5i8d", 1, 300, 0, 20, 10, 1, 2, 3, 6, 0.5, 100, 400, 900),
    b"P": image(2, 2),
    b"O": b"\0\0" + text(b"") + text(b"builtin") + image(2, 2),
}
for kind, body in bodies.items():
    write("wire/body-" + kind.decode(), kind + body)
write("wire/to-worker", b"\x06" + frame(b"R", bodies[b"R"]) + frame(b"S", b""))
write("wire/to-plug-in", b"\x3f" + b"".join(frame(kind, bodies[kind]) for kind in (b"H", b"C", b"E", b"P", b"O")))
write("wire/failed", b"O" + b"\2\3" + text(b"There is not enough memory.") + text(b"") + image(0, 0))

# ---- key files

write("key_files/preset", "[preset]\nversion=1\nname=Soft\nname[de]=Weich\n\n[settings]\nstyle-weight=150\ninit=noise\n"
      "weights=/x\\sy\n".encode())
write("key_files/last", b"[file]\nversion=1\n[settings]\nsize=512\ncolours=match\n[styles]\nlayers=3;5;\nweights=1;0.5;\n")
write("key_files/record", b"[neural-style]\nversion=1\nprogram=0.1.0\nmore=1\n[settings]\nseed=3\n[content]\nname=Layer\n"
      b"width=40\nheight=30\ntattoo=4\nbeside=1\nsession=abc\nid=9\n[style 1]\nname=S\nfile=/a\\nb\nwidth=2\nheight=2\n"
      b"weight=0.5\n[style 2]\nname=T\nweight=1\n")
write("key_files/window", b"[window]\nwidth=900\nheight=700\nmaximised=true\ncontrols-width=440\nfavourites=a;b\nfolder=/h\n")

# ---- networks as ONNX

ones, bias = numpy.ones((2, 3, 3, 3), numpy.float32), numpy.zeros(2, numpy.float32)
write("onnx/plain", onnx_file.model(*onnx_file.chain([("w", "b", ones, bias)], ["MaxPool"])))
write("onnx/half", onnx_file.model(*onnx_file.chain([("w", "b", ones.astype("f2"), bias.astype("f2"))], as_list=True)))
write("onnx/double", onnx_file.model(*onnx_file.chain([("w", "b", ones.astype("f8"), bias.astype("f8"))], as_list=True)))
write("onnx/constant", onnx_file.model(
    [onnx_file.node("Constant", [], "k", value=onnx_file.tensor("", ones)), onnx_file.node("Identity", ["k"], "w"),
     onnx_file.node("Conv", ["input", "w", "b"], "c", strides=[2, 2], group=[1])], [onnx_file.tensor("b", bias, True)]))

# ---- pictures

write("pixmap/ppm", b"P6\n# comment\n2 2\n255\n" + bytes(range(12)))
write("pixmap/wide", b"P6 1 2 65535\n" + bytes(range(12)))
write("pixmap/pfm", b"PF\n2 1\n-1.0\n" + struct.pack("<6f", 0, 0.5, 1, -2, 1e30, float("nan")))

drawn = (numpy.indices((6, 9)).sum(0) * 17 % 256).astype(numpy.uint8)
rgb = Image.fromarray(numpy.dstack([drawn, drawn[::-1], drawn[:, ::-1]]))
rgba = rgb.copy()
rgba.putalpha(Image.fromarray(drawn))
profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def picture(name, source, kind, **options):
    out = io.BytesIO()
    source.save(out, kind, **options)
    write("picture/" + name, out.getvalue())


picture("rgb.png", rgb, "PNG")
picture("profile.png", rgba, "PNG", icc_profile=profile)
picture("palette.png", rgb.quantize(4), "PNG", transparency=1)
picture("grey16.png", Image.fromarray(drawn.astype(numpy.uint16) * 200), "PNG")
picture("rgb.jpg", rgb, "JPEG", quality=40)
picture("progressive.jpg", rgb.convert("L"), "JPEG", progressive=True, exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0")
picture("cmyk.jpg", rgb.convert("CMYK"), "JPEG", quality=30)
picture("rgba.tif", rgba, "TIFF")
picture("packed.tif", rgb, "TIFF", compression="tiff_lzw")
picture("float.tif", Image.fromarray(drawn.astype(numpy.float32) / 255), "TIFF")
picture("rgb.webp", rgba, "WEBP", lossless=True)
picture("lossy.webp", rgb, "WEBP", quality=20)

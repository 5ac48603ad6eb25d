"""The pictures that a network is trained on: photographs of free wallpaper packages and pictures painted from them."""
import io
import multiprocessing
import os
import pathlib
import shutil
import subprocess
import tempfile
import zlib

import numpy as np
import torch
import torch.nn.functional as functional
from PIL import Image

from training import painted

# Debian's packages of free wallpapers; their licences are in usr/share/doc/PACKAGE/copyright of each.
PACKAGES = ("mate-backgrounds", "lomiri-wallpapers-16.04", "lomiri-wallpapers-20.04", "ukui-wallpapers",
            "plasma-workspace-wallpapers", "gnome-backgrounds")
LONGEST = 1100
PAINTED_EDGE = 400
KINDS = (".jpg", ".jpeg", ".png", ".webp")


def unpack(package, folder):
    """Downloads a Debian package (nothing is installed) and unpacks it below `folder`; returns where it lies."""
    place = folder / package
    if not place.exists():
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            loading = subprocess.run(["apt-get", "download", package], cwd=scratch, capture_output=True, text=True)
            if loading.returncode:
                raise SystemExit(f"The package {package} cannot be downloaded: {loading.stderr.strip()}")
            [archive] = pathlib.Path(scratch).glob("*.deb")
            subprocess.run(["dpkg-deb", "--extract", archive, pathlib.Path(scratch) / "content"], check=True)
            shutil.move(pathlib.Path(scratch) / "content", place)
    return place


def _thumbnail(picture):
    small = np.asarray(picture.convert("L").resize((9, 8), Image.LANCZOS)).astype(np.int16)
    return tuple((small[:, 1:] > small[:, :-1]).ravel())


def photographs(packages, folder):
    """Every picture of the packages once (uint8, rows × columns × 3), sorted by path: no small ones, no plain ones, and no
    other sizes of one picture."""
    found, seen = [], set()
    for package in packages:
        for path in sorted(unpack(package, folder).rglob("*")):
            if path.suffix.lower() not in KINDS or path.is_symlink() or not path.is_file() or "screenshot" in path.name:
                continue
            try:
                picture = Image.open(path)
                picture.draft("RGB", (LONGEST, LONGEST))
                picture = picture.convert("RGB")
            except OSError:
                continue
            if min(picture.size) < 300:
                continue
            factor = LONGEST / max(picture.size)
            if factor < 1:
                picture = picture.resize([round(length * factor) for length in picture.size], Image.LANCZOS)
            mark = _thumbnail(picture)
            pixels = np.asarray(picture)
            if pixels.std() < 12 or mark in seen:
                continue
            seen.add(mark)
            found.append(pixels)
    return found


def _painted_one(task):
    photograph, seed, path = task
    rng = np.random.default_rng(seed)
    height, width = photograph.shape[:2]
    edge = int(rng.integers(min(height, width) // 2, min(height, width)))
    top, left = rng.integers(height - edge + 1), rng.integers(width - edge + 1)
    part = Image.fromarray(photograph[top:top + edge, left:left + edge]).resize((PAINTED_EDGE, PAINTED_EDGE), Image.LANCZOS)
    picture = painted.paint(np.asarray(part).astype(np.float32) / 255, rng)
    Image.fromarray((picture * 255 + 0.5).astype(np.uint8)).save(path)


def paintings(photos, count, folder):
    """`count` painted pictures (uint8), kept in `folder` so that they are painted once."""
    folder.mkdir(parents=True, exist_ok=True)
    tasks = []
    for index in range(count):
        path = folder / f"{index}.png"
        if not path.exists():
            tasks.append((photos[zlib.crc32(str(index).encode()) % len(photos)], index, path))
    if tasks:
        with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
            pool.map(_painted_one, tasks, chunksize=1)
    return [np.asarray(Image.open(folder / f"{index}.png").convert("RGB")) for index in range(count)]


class Crops:
    """Draws square crops of pictures in all scales, turned, recoloured, blurred, noisy and from JPEG: 3 × edge × edge in 0..1."""

    def __init__(self, pictures, edge, seed):
        self.pictures, self.edge = pictures, edge
        self.rng = np.random.default_rng(seed)

    def plain(self, pixels):
        rng = self.rng
        height, width = pixels.shape[:2]
        size = int(min(height, width, self.edge * np.exp(rng.uniform(0, np.log(5)))))
        top, left = rng.integers(height - size + 1), rng.integers(width - size + 1)
        part = Image.fromarray(pixels[top:top + size, left:left + size]).resize((self.edge, self.edge), Image.BICUBIC)
        if rng.uniform() < 0.5:
            part = part.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        if rng.uniform() < 0.2:
            part = part.transpose(Image.Transpose.ROTATE_90)
        if rng.uniform() < 0.2:
            stored = io.BytesIO()
            part.save(stored, "JPEG", quality=int(rng.integers(20, 90)))
            part = Image.open(stored)
        return torch.from_numpy(np.asarray(part).copy()).permute(2, 0, 1).float() / 255

    def recoloured(self, crop):
        rng = self.rng
        chance = rng.uniform()
        if chance < 0.15:
            crop = crop[torch.from_numpy(rng.permutation(3))]
        elif chance < 0.22:
            crop = 1 - crop
        if rng.uniform() < 0.4:
            gain = float(np.exp(rng.normal(0, 0.35)))
            shift = torch.from_numpy(rng.normal(0, 0.08, (3, 1, 1)).astype(np.float32))
            crop = (crop - 0.5) * gain + 0.5 + shift
        return crop

    def spoilt(self, crop):
        """Blur and noise of several sizes, as a picture may have on its way through an optimisation."""
        rng, edge = self.rng, self.edge
        if rng.uniform() < 0.15:
            small = max(int(edge / rng.uniform(1.3, 4)), 8)
            crop = functional.interpolate(crop[None], size=(small, small), mode="bilinear", antialias=True, align_corners=False)
            crop = functional.interpolate(crop, size=(edge, edge), mode="bicubic", align_corners=False)[0]
        if rng.uniform() < 0.25:
            cell = int(rng.choice([1, 1, 1, 2, 4, 8]))
            field = torch.from_numpy(rng.normal(0, 1, (1, 3, -(-edge // cell), -(-edge // cell))).astype(np.float32))
            if rng.uniform() < 0.3:
                field[:] = field.mean(1, keepdim=True)
            field = functional.interpolate(field, size=(edge, edge), mode="bicubic", align_corners=False)[0]
            crop = crop * float(rng.uniform(0.0, 1) if rng.uniform() < 0.2 else 1) + field * float(rng.uniform(0, 0.2))
        return crop

    def one(self):
        return self.pictures[self.rng.integers(len(self.pictures))]

    def draw(self, count):
        """count × 3 × edge × edge; half of the pairs are two crops of one picture, whose statistics are near each other."""
        drawn = []
        for index in range(count):
            if index % 2 == 0 or self.rng.uniform() < 0.5:
                pixels = self.one()
            drawn.append(self.spoilt(self.recoloured(self.plain(pixels))))
        return torch.stack(drawn).clamp_(0, 1)

    def draw_clean(self, count):
        return torch.stack([self.recoloured(self.plain(self.one())) for _ in range(count)]).clamp_(0, 1)

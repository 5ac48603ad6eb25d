#!/usr/bin/python3
"""The numbers of picture_numbers.py and the seconds of each way to paint, over the eight pairs of tools/contact-sheet, as
a table in Markdown. VGG-16 is the network that tools/real-network installs; it judges and paints.

usage: tests/bench/picture_table.py PROGRAM WEIGHTS.safetensors [--size 512] [--pairs 8] [--keep FOLDER] [WAY ...]
WAY: a name below; all of them unless some are given. --keep leaves the pictures in a folder, and paints none that is there.
"""
import argparse
import importlib.machinery
import importlib.util
import pathlib
import subprocess
import tempfile
import time

from PIL import Image

import picture_numbers

TOP = pathlib.Path(__file__).resolve().parents[2]

# neural-style-pt's losses and weights: Gram matrices over C·H·W, hence layers by 1/C², content 5 and style 100 of mean
# squared differences of features of bytes, max pooling, zeros around the picture, from noise at one scale. The engine's
# terms are the same but for the constants that content_factor() in core/src/run/method.cpp and `magnitude` stand for:
# 5 · 58² / 300 of content weight, 100 · Σ1/C² · 58⁴ of style weight.
PEER = ["--loss", "gatys", "--padding", "zero", "--init", "noise", "--scales", "1", "--style-layers",
        "relu1_1:64,relu2_1:16,relu3_1:4,relu4_1:1,relu5_1:1", "--content-weight", f"{5 * 58**2 / 300}",
        "--style-weight", f"{100 * (1 / 64**2 + 1 / 128**2 + 1 / 256**2 + 2 / 512**2) * 58**4}"]
WAYS = {
    "builtin": ["--network", "builtin"],
    "covariance": ["--network", "vgg16-caffe"],
    "gatys": ["--network", "vgg16-caffe", "--loss", "gatys"],
    "sliced": ["--network", "vgg16-caffe", "--loss", "sliced"],
    "tutorial": ["--network", "vgg16-caffe", "--loss", "tutorial"],
    "close to the photo": ["--network", "vgg16-caffe", "--style-weight", "250"],
    "close to the painting": ["--network", "vgg16-caffe", "--style-weight", "5000"],
    "peer": ["--network", "vgg16-caffe", *PEER],
}


def contact_sheet():
    loader = importlib.machinery.SourceFileLoader("contact_sheet", str(TOP / "tools/contact-sheet"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("contact_sheet", loader))
    loader.exec_module(module)
    return module


def arguments_for_pairs(size):
    """A parser of what every program that paints the pairs is told; `size`: the default longest edge in pixels."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program")
    arguments.add_argument("weights")
    arguments.add_argument("--size", type=int, default=size)
    arguments.add_argument("--pairs", type=int, default=8)
    arguments.add_argument("--keep")
    return arguments


def main():
    arguments = arguments_for_pairs(512)
    arguments.add_argument("ways", nargs="*", default=[], metavar="WAY")
    given = arguments.parse_args()
    sheet, network = contact_sheet(), picture_numbers.Vgg16(given.weights)
    folder = pathlib.Path(given.keep or tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    print("| way | content: mean, least | style: mean, most | high: mean, most | seconds: mean |\n|---|---|---|---|---|")
    for way in given.ways or WAYS:
        contents, styles, noises, seconds = [], [], [], []
        for content_name, style_name in sheet.PAIRS[:given.pairs]:
            painting = sheet.painted_style(style_name, folder)
            photograph = sheet.photograph(content_name, given.size, folder)
            content = Image.open(photograph)
            result = folder / f"{way}-{content_name}-{style_name}-{given.size}.png"
            began = time.monotonic()
            if not result.exists():
                subprocess.run([given.program, photograph, "--style", painting, "--output", result, "--seed", "1",
                                "--progress", "none", *WAYS[way]], check=True)
                seconds.append(time.monotonic() - began)
            judge = picture_numbers.Judge(network, content, Image.open(painting).convert("RGB"))
            picture = Image.open(result).convert("RGB")
            kept, apart = judge.numbers(picture)
            noises.append(judge.noise(picture))
            contents.append(kept)
            styles.append(apart)
        mean = [sum(list_) / len(list_) if list_ else float("nan") for list_ in (contents, styles, noises, seconds)]
        print(f"| {way} | {mean[0]:.2f}, {min(contents):.2f} | {mean[1]:.2f}, {max(styles):.2f} | "
              f"{mean[2]:+.3f}, {max(noises):+.3f} | {mean[3]:.0f} |", flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""What VGG-16 thinks of pictures that were optimised through another network: its covariance loss after 300 evaluations
through the built-in network, relative to 300 through VGG-16 itself. A small network that can be fooled ends high here, however
low its own loss is.

One scale, the content as the start, the content's weight as by default; the loss is the style's alone, the mean over the style
layers of |Cov − A|² + C |mean − a|², relative to the content's own. WEIGHTS is the file that tools/real-network installs.

usage: tests/bench/through_student.py PROGRAM WEIGHTS.safetensors [--size 384] [--pairs 8] [--network builtin] [--keep FOLDER]
"""
import pathlib
import subprocess
import tempfile

from PIL import Image

import picture_numbers
from picture_table import arguments_for_pairs, contact_sheet


def loss(judge, picture, relative_to):
    """By layer the squared distance from the style, relative to another picture's."""
    def apart(which):
        found = judge.network.features(which)
        return {layer: float((picture_numbers.statistic(found[layer]) - goal).pow(2).sum()) for layer, goal in judge.style.items()}
    own, start = apart(picture), apart(relative_to)
    return sum(own[layer] / start[layer] for layer in own) / len(own)


def main():
    arguments = arguments_for_pairs(384)
    arguments.add_argument("--network", default="builtin")
    given = arguments.parse_args()
    sheet, vgg = contact_sheet(), picture_numbers.Vgg16(given.weights)
    folder = pathlib.Path(given.keep or tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    quotients = []
    print("| pair | through the network | through VGG-16 | quotient |\n|---|---|---|---|")
    for content_name, style_name in sheet.PAIRS[:given.pairs]:
        painting, photograph = sheet.painted_style(style_name, folder), sheet.photograph(content_name, given.size, folder)
        content = Image.open(photograph).convert("RGB")
        judge = picture_numbers.Judge(vgg, content, Image.open(painting).convert("RGB"))
        losses = []
        for network in (given.network, "vgg16-caffe"):
            result = folder / f"{network}-{content_name}-{style_name}.png"
            if not result.exists():
                subprocess.run([given.program, photograph, "--style", painting, "--output", result, "--network", network,
                                "--scales", "1", "--iterations", "300", "--init", "content", "--seed", "1", "--progress", "none"],
                               check=True)
            losses.append(loss(judge, Image.open(result).convert("RGB"), content))
        quotients.append(losses[0] / losses[1])
        print(f"| {content_name} × {style_name} | {losses[0]:.4f} | {losses[1]:.4f} | {quotients[-1]:.2f} |", flush=True)
    print(f"mean of the quotients: {sum(quotients) / len(quotients):.2f}")


if __name__ == "__main__":
    main()

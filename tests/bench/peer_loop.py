"""Style transfer as a script in PyTorch does it, for the benchmarks to stand beside ours: VGG-19 up to conv5_1, Gram losses
and torch's L-BFGS. Two configurations on the same weights and pictures:

"peer": relu1_1 … relu5_1 and relu4_2, the evaluation of neural-style-pt (zero padding, max pooling);
"tutorial": the PyTorch tutorial's, conv_1 … conv_5, with its loop as it is written there.
"""
import pathlib
import sys
import time

import numpy
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
from training.tensors import read_tensors  # noqa: E402

WIDTHS = [64, 64, "pool", 128, 128, "pool", 256, 256, 256, 256, "pool", 512, 512, 512, 512, "pool", 512]


def random_state(seed=19):
    """He's deviations, so that features keep their size from layer to layer: torchvision's names -> tensors."""
    generator = torch.Generator().manual_seed(seed)
    state, channels, position = {}, 3, 0
    for width in WIDTHS:
        if width == "pool":
            position += 1
            continue
        deviation = (2 / (9 * channels)) ** 0.5
        state[f"features.{position}.weight"] = torch.randn((width, channels, 3, 3), generator=generator) * deviation
        state[f"features.{position}.bias"] = torch.randn(width, generator=generator) * 0.1
        channels, position = width, position + 2
    return state


def read_state(path):
    """The tensors of a .safetensors file, or of what torch.save wrote."""
    if pathlib.Path(path).suffix != ".safetensors":
        return torch.load(path, map_location="cpu", weights_only=True)
    return read_tensors(path)


def layers(state):
    """The convolutions up to conv5_1."""
    made, position = [], 0
    for width in WIDTHS:
        if width == "pool":
            made.append(torch.nn.MaxPool2d(2))
            position += 1
            continue
        weight = state[f"features.{position}.weight"]
        convolution = torch.nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
        convolution.weight.data, convolution.bias.data = weight, state[f"features.{position}.bias"]
        made += [convolution, torch.nn.ReLU()]
        position += 2
    for layer in made:
        layer.requires_grad_(False)
    return made


def gram(features, by_channels):
    matrix = features.float().flatten(2).squeeze(0)
    return matrix @ matrix.t() / (matrix.numel() if by_channels else matrix.shape[1])


def picture(path, width, height):
    """A P6 file of 8 bits, as tensor 1×3×h×w in 0..1."""
    rows = numpy.frombuffer(path.read_bytes()[-width * height * 3:], numpy.uint8).reshape(height, width, 3)
    return torch.from_numpy(rows.copy()).permute(2, 0, 1).unsqueeze(0).float().contiguous() / 255


class ProcessorClock:
    """Marks moments on the CPU, where a call returns when it is done."""

    def mark(self):
        return time.perf_counter()

    def seconds(self, marks):
        return [after - before for before, after in zip(marks, marks[1:])]


class CardClock:
    """Marks moments in the card's own queue of work, with CUDA events; nothing waits for them until the end."""

    def mark(self):
        event = torch.cuda.Event(enable_timing=True)
        event.record()
        return event

    def seconds(self, marks):
        torch.cuda.synchronize()
        return [before.elapsed_time(after) / 1000 for before, after in zip(marks, marks[1:])]


class Loop:
    """Either configuration, as a closure for torch's L-BFGS. `number` is the type that convolutions are computed in;
    pictures, statistics and the optimiser are float32."""

    def __init__(self, made, content, style, tutorial, device="cpu", number=torch.float32, history=100):
        self.made, self.tutorial, self.number = [layer.to(device, number) for layer in made], tutorial, number
        content, style = content.to(device), style.to(device)
        kinds = [type(layer) for layer in made]
        convolutions = [i for i, kind in enumerate(kinds) if kind is torch.nn.Conv2d]
        self.style_at = convolutions[:5] if tutorial else [convolutions[i] + 1 for i in (0, 2, 4, 8, 12)]
        self.content_at = convolutions[3] if tutorial else convolutions[9] + 1
        self.mean = torch.tensor([0.485, 0.456, 0.406], device=device).view(1, 3, 1, 1)
        self.deviation = torch.tensor([0.229, 0.224, 0.225], device=device).view(1, 3, 1, 1)
        with torch.no_grad():
            of_style, of_content = self.features(style), self.features(content)
            self.grams = [gram(of_style[i], tutorial) for i in self.style_at]
            self.target = of_content[self.content_at].float()
            del of_style, of_content
        self.image = content.clone().requires_grad_()
        self.optimiser = torch.optim.LBFGS([self.image], history_size=history, tolerance_grad=0, tolerance_change=0)
        self.clock = CardClock() if torch.device(device).type == "cuda" else ProcessorClock()
        self.marks = []

    def features(self, image):
        map_, result = ((image - self.mean) / self.deviation).to(self.number), {}
        for i, layer in enumerate(self.made[:max(self.style_at + [self.content_at]) + 1]):
            map_ = layer(map_)
            result[i] = map_
        return result

    def closure(self):
        with torch.no_grad():
            self.image.clamp_(0, 1)
        self.optimiser.zero_grad()
        features = self.features(self.image)
        style = sum(torch.nn.functional.mse_loss(gram(features[i], self.tutorial), target)
                    for i, target in zip(self.style_at, self.grams))
        loss = 1000 * style + torch.nn.functional.mse_loss(features[self.content_at].float(), self.target)
        loss.backward()
        self.marks.append(self.clock.mark())
        return loss

    def run(self, evaluations):
        """The seconds between that many evaluations, without the first."""
        while len(self.marks) < evaluations:
            self.optimiser.step(self.closure)
        return self.clock.seconds(self.marks[1:evaluations])

"""The network that is trained."""
import torch

from training.networks import POSITIONS, TAPS, features


class Student(torch.nn.Module):
    """A chain of convolutions, and how much each channel of a tap counts. The latter is a factor of its own while it is
    trained, since a channel that carries little must count little, and goes into the weights when they are written."""

    def __init__(self, layers):
        super().__init__()
        last = torch.channels_last
        self.weights = torch.nn.ParameterList([torch.nn.Parameter(weight.contiguous(memory_format=last)) for weight, _ in layers])
        self.biases = torch.nn.ParameterList([torch.nn.Parameter(bias) for _, bias in layers])
        self.scales = torch.nn.ParameterDict({name: torch.nn.Parameter(torch.zeros(len(self.biases[index])))
                                              for index, name in TAPS.items()})  # logarithms

    def forward(self, pictures):
        """The maps of TAPS by name, before their factors."""
        return features(pictures, list(zip(self.weights, self.biases)))

    def scaled(self, pictures):
        return {name: maps * self.scales[name].exp().view(1, -1, 1, 1) for name, maps in self(pictures).items()}

    @torch.no_grad()
    def tensors(self):
        """Weights by the names of torchvision's VGG-16. The features of TAPS are multiplied by their factors; the layer that
        follows takes a factor back, which ReLUs and pools let through: it is above 0."""
        result, factor = {}, torch.ones(self.weights[0].shape[1], device=self.weights[0].device)
        for index, (weight, bias) in enumerate(zip(self.weights, self.biases)):
            weight = weight / factor.view(1, -1, 1, 1)
            factor = self.scales[TAPS[index]].exp() if index in TAPS else torch.ones_like(bias)
            result[f"features.{POSITIONS[index]}.weight"] = (weight * factor.view(-1, 1, 1, 1)).contiguous()
            result[f"features.{POSITIONS[index]}.bias"] = bias * factor
        return result

"""Pictures on their way through an optimisation by the student itself. There is what fools it: what lowers its own losses
and not the teacher's. So it is trained on them, and they are made anew all the time."""
import torch
import torch.nn.functional as functional

from training.networks import CONTENT, STYLE

FIRST, SECOND = 0.9, 0.99  # Adam's memories


def covariances(found):
    """n × C × C of each style layer."""
    result = []
    for name in STYLE:
        rows = found[name].float().flatten(2)
        rows = rows - rows.mean(2, keepdim=True)
        result.append(rows @ rows.transpose(1, 2) / rows.shape[2])
    return result


class Optimised:
    """`count` pictures, each with a content and a style of its own, driven by Adam over their pixels. After `life` steps a
    picture is begun anew."""

    def __init__(self, count, contents, styles, life, device):
        self.contents, self.styles, self.life, self.device = contents, styles, life, device
        edge = contents.edge
        self.pictures = torch.empty(count, 3, edge, edge)
        self.content, self.style = torch.empty_like(self.pictures), torch.empty_like(self.pictures)
        self.first, self.second = torch.empty_like(self.pictures), torch.empty_like(self.pictures)
        self.left = torch.arange(count) * life // count  # steps of each, so that they do not all end at once
        self.steps, self.weight, self.rate = torch.zeros(count), torch.ones(count), torch.ones(count)
        self.next = 0
        for index in range(count):
            self._begin(index)

    def _begin(self, index):
        rng = self.contents.rng
        content, style = self.contents.draw_clean(1)[0], self.styles.draw_clean(1)[0]
        first, chance = content.clone(), rng.uniform()
        if chance < 0.3:  # as a larger scale begins
            first = functional.interpolate(functional.avg_pool2d(first[None], 4), scale_factor=4, mode="bicubic")[0].clamp(0, 1)
        elif chance < 0.4:
            first = torch.from_numpy(rng.uniform(0.25, 0.75, tuple(first.shape)).astype("float32"))
        self.content[index], self.style[index], self.pictures[index] = content, style, first
        self.first[index], self.second[index], self.steps[index] = 0, 0, 0
        self.weight[index] = float(0.25 * 4 ** rng.uniform(-1, 1))  # of the content; the program's default is 0.25
        self.rate[index] = float(0.015 * 2 ** rng.uniform(-1, 1))

    def advance(self, student, count, steps):
        """Drives the next `count` pictures on by `steps` and returns them, each followed by its style; student:
        pictures → features by name."""
        chosen = (torch.arange(count) + self.next) % len(self.pictures)
        self.next = (self.next + count) % len(self.pictures)
        for index in chosen.tolist():
            if self.left[index] <= 0:
                self._begin(index)
                self.left[index] = self.life
        here = lambda values: values[chosen].to(self.device)
        pictures, first, second, done = here(self.pictures), here(self.first), here(self.second), here(self.steps)
        weight, rate = here(self.weight), here(self.rate).view(-1, 1, 1, 1)
        with torch.no_grad():
            goal, begun = covariances(student(here(self.style))), student(here(self.content))
            content = begun[CONTENT].float()
            spread = (content - content.mean((2, 3), keepdim=True)).pow(2).mean((1, 2, 3)).clamp(min=1e-6)
            # terms are relative to where the content begins, as the program's are
            start = [torch.maximum((a - b).pow(2).sum((1, 2)), 0.01 * b.pow(2).sum((1, 2))).clamp(min=1e-9)
                     for a, b in zip(covariances(begun), goal)]
        for _ in range(steps):
            pictures.requires_grad_(True)
            found = student(pictures)
            style = sum(((a - b).pow(2).sum((1, 2)) / size).sum() for a, b, size in zip(covariances(found), goal, start))
            apart = (weight * (found[CONTENT].float() - content).pow(2).mean((1, 2, 3)) / spread).sum()
            [gradient] = torch.autograd.grad(style / len(STYLE) + apart, pictures)
            with torch.no_grad():
                done = done + 1
                turn = done.view(-1, 1, 1, 1)
                first = FIRST * first + (1 - FIRST) * gradient
                second = SECOND * second + (1 - SECOND) * gradient * gradient
                move = first / (1 - FIRST ** turn) / ((second / (1 - SECOND ** turn)).sqrt() + 1e-10)
                pictures = (pictures - rate * move).clamp(0, 1)
        self.pictures[chosen], self.first[chosen], self.second[chosen] = pictures.cpu(), first.cpu(), second.cpu()
        self.steps[chosen] = done.cpu()
        self.left[chosen] -= steps
        return torch.stack([pictures, here(self.style)], 1).flatten(0, 1)

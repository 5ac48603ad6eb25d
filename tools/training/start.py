"""A student before any training: the teacher's channels that explain most of the others, found layer by layer by least
squares from what the student's layer below gives."""
import torch
import torch.nn.functional as functional

from training.networks import BLOCKS, as_input, convolved


def _rows(maps):
    return maps.permute(0, 2, 3, 1).flatten(0, 2)


def _choose(maps, count):
    """The channels that together explain most of the variance of all, one after the other."""
    rows = _rows(maps)
    rows = rows - rows.mean(0)
    left = (rows.T @ rows).double()
    ground = 1e-3 * left.diagonal().mean()
    chosen = []
    for _ in range(count):
        gain = left.pow(2).sum(1) / (left.diagonal() + ground)
        gain[chosen] = -1
        best = int(gain.argmax())
        chosen.append(best)
        left = left - torch.outer(left[best], left[best]) / (left[best, best] + 1e-9)
    return chosen


def _solve(inputs, targets):
    """Weights (with a last row of biases) that predict targets from inputs, by ridge regression."""
    inputs = torch.cat([inputs, torch.ones(len(inputs), 1, device=inputs.device)], 1).double()
    square = inputs.T @ inputs
    square += torch.eye(len(square), dtype=square.dtype, device=square.device) * square.diagonal().mean() * 1e-4
    return torch.linalg.solve(square, inputs.T @ targets.double()).float()


@torch.no_grad()
def first_student(pictures, teacher, widths, rows=30000):
    """[(weight, bias)] with mean activations of 1; `pictures` are some dozens in 0..1."""
    deep = shallow = as_input(pictures)
    layers, index = [], 0
    for block, count in enumerate(BLOCKS):
        if block:
            deep, shallow = functional.max_pool2d(deep, 2), functional.max_pool2d(shallow, 2)
        for _ in range(count):
            weight, bias = (part.float() for part in teacher[index])
            before = convolved(deep, weight, bias)
            chosen = _choose(functional.relu(before), widths[block])
            patches = functional.unfold(functional.pad(shallow, (1, 1, 1, 1), mode="reflect"), 3).permute(0, 2, 1).flatten(0, 1)
            picked = torch.randperm(len(patches), device=patches.device)[:rows]
            solved = _solve(patches[picked], _rows(before[:, chosen])[picked])
            own, own_bias = solved[:-1].T.reshape(widths[block], shallow.shape[1], 3, 3), solved[-1]
            size = functional.relu(convolved(shallow, own, own_bias)).mean((0, 2, 3)).clamp(min=1e-3)
            own, own_bias = own / size.view(-1, 1, 1, 1), own_bias / size
            layers.append((own, own_bias))
            deep, shallow = functional.relu(before), functional.relu(convolved(shallow, own, own_bias))
            index += 1
    return layers

"""How near a student's features are to the teacher's: as a linear prediction of them, and as what losses see of them."""
import math

import torch


class Prediction:
    """The linear map from a student's features to the teacher's at one tap, by least squares over what came lately. It is
    solved anew from running sums in every step, so that it is never behind the student, as a map that is trained would be."""

    def __init__(self, memory=0.98):
        self.memory, self.square, self.cross = memory, 0, 0

    @torch.no_grad()
    def learn(self, own, wanted):
        """own: positions × channels; wanted: positions × the teacher's channels."""
        rows = torch.cat([own, torch.ones(len(own), 1, device=own.device)], 1)
        keep = self.memory
        self.square = keep * self.square + (1 - keep) * (rows.T @ rows / len(rows)).double()
        self.cross = keep * self.cross + (1 - keep) * (rows.T @ wanted / len(rows)).double()
        scale = self.square.diagonal().clamp(min=1e-12).sqrt()
        square = self.square / torch.outer(scale, scale)
        square += 1e-4 * torch.eye(len(square), dtype=square.dtype, device=square.device)
        self.map = (torch.linalg.solve(square, self.cross / scale[:, None]) / scale[:, None]).float()

    def unexplained(self, own, wanted):
        """The mean square error relative to the wanted features' variance: 0 is perfect, 1 is worth nothing."""
        predicted = own @ self.map[:-1] + self.map[-1]
        return (predicted - wanted).pow(2).mean() / (wanted - wanted.mean(0)).pow(2).mean()

    def columns(self):
        """How much of the teacher each channel of the student carries: the norm of its row of the map."""
        return self.map[:-1].pow(2).sum(1).sqrt()


def scalar_products(rows):
    """groups × positions × positions, of features about their mean; rows: groups × positions × channels."""
    centred = rows - rows.mean(1, keepdim=True)
    return centred @ centred.transpose(1, 2)


class Kernels:
    """|K − L|² / |L|² of the scalar products K of all pairs of positions in the student's features and L in the teacher's,
    both about their means.

    A covariance loss between two pictures is a sum of squared scalar products between their positions,
    N² |Cov(x) − Cov(y)|² = |K(x, x)|² − 2 |K(x, y)|² + |K(y, y)|², and a content loss is a sum of plain ones. Where the
    kernels of two networks agree, so do their losses, whatever their numbers of channels."""

    def __init__(self, memory=0.98):
        self.memory, self.usual = memory, None

    def apart(self, own, wanted):
        """own, wanted: groups × positions × channels; a group holds the positions of a few pictures. A group with much
        less contrast than usual is not blown up: the quotient says nothing there."""
        goal = scalar_products(wanted)
        size = goal.pow(2).sum((1, 2))
        usual = float(size.clamp(min=1e-12).log().mean())
        self.usual = usual if self.usual is None else self.memory * self.usual + (1 - self.memory) * usual
        difference = scalar_products(own) - goal
        return (difference.pow(2).sum((1, 2)) / size.clamp(min=0.2 * math.exp(self.usual))).mean()


def _covariances(rows):
    centred = rows - rows.mean(1, keepdim=True)
    return (centred.transpose(1, 2) @ centred / rows.shape[1]).flatten(1)


def distances_apart(own, wanted):
    """How wrong the distances between the pictures' covariances are, which is what a style loss sees: the mean of
    (d − D)² / D² over all pairs. An optimisation that fools the student makes d small and leaves D large.
    own, wanted: pictures × positions × channels."""
    first, second = torch.triu_indices(len(own), len(own), 1, device=own.device)
    mine, goals = _covariances(own), _covariances(wanted)
    goal = (goals[first] - goals[second]).pow(2).sum(1)
    floor = 1e-3 * goals.pow(2).sum(1).mean()
    is_pair = goal > floor
    got = (mine[first] - mine[second]).pow(2).sum(1)[is_pair].clamp(min=1e-12).sqrt()
    wished = goal[is_pair].sqrt()
    return ((got - wished) / wished).pow(2).mean() if len(wished) else own.sum() * 0

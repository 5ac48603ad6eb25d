#!/usr/bin/python3
"""The parts of tools/train-network: what its measures are zero for, and that what is written is what was trained."""
import pathlib
import sys
import tempfile
import unittest

try:
    import torch
except ImportError:
    print("no PyTorch for Python here")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
from training import matching, networks, student, tensors  # noqa: E402
from training.store import Store  # noqa: E402


def chain(widths, seed):
    generator, before, layers = torch.Generator().manual_seed(seed), 3, []
    for width, count in zip(widths, networks.BLOCKS):
        for _ in range(count):
            layers.append((torch.randn(width, before, 3, 3, generator=generator) * (2 / (9 * before)) ** 0.5,
                           torch.randn(width, generator=generator) * 0.1))
            before = width
    return layers


class Measures(unittest.TestCase):
    def setUp(self):
        self.generator = torch.Generator().manual_seed(1)
        self.rows = torch.randn(4, 60, 8, generator=self.generator)
        self.turn = torch.linalg.qr(torch.randn(12, 8, generator=self.generator))[0]  # 8 channels into 12, lengths kept

    def test_turned_features_are_the_same_to_losses(self):
        turned = self.rows @ self.turn.T + 3
        self.assertLess(float(matching.Kernels().apart(self.rows, turned)), 1e-9)
        self.assertLess(float(matching.distances_apart(self.rows, turned)), 1e-9)
        self.assertGreater(float(matching.Kernels().apart(self.rows.flip(1), turned)), 0.1)
        self.assertAlmostEqual(float(matching.distances_apart(2 * self.rows, turned)), 9, places=3)  # (4 − 1)²

    def test_kernels_are_what_covariance_losses_are_made_of(self):
        x, y = self.rows[:1].double(), self.rows[1:2].double()
        both = matching.scalar_products(torch.cat([x - x.mean(1, keepdim=True), y - y.mean(1, keepdim=True)], 1))[0].pow(2)
        from_kernels = float(both[:60, :60].sum() - 2 * both[:60, 60:].sum() + both[60:, 60:].sum())
        covariances = [(z - z.mean(1)).squeeze(0).T @ (z - z.mean(1)).squeeze(0) for z in (x, y)]
        self.assertAlmostEqual(from_kernels / float((covariances[0] - covariances[1]).pow(2).sum()), 1, places=9)

    def test_a_linear_prediction_is_found(self):
        prediction, own = matching.Prediction(), self.rows.flatten(0, 1)
        wanted = own @ self.turn.T * torch.linspace(1, 3, 12) - 2
        for _ in range(3):
            prediction.learn(own, wanted)
        self.assertLess(float(prediction.unexplained(own, wanted)), 1e-6)
        self.assertGreater(float(prediction.unexplained(own.flip(0), wanted)), 1)


class Networks(unittest.TestCase):
    def test_what_is_written_is_what_was_trained(self):
        trained = student.Student(chain((4, 4, 6, 6, 6), 2))
        for scale in trained.scales.values():
            scale.data.uniform_(-1, 1)
        pictures = torch.rand(2, 3, 32, 48, generator=torch.Generator().manual_seed(3))
        with tempfile.TemporaryDirectory() as folder:
            tensors.write_tensors(f"{folder}/small.safetensors", trained.tensors(), {})
            read = tensors.read_tensors(f"{folder}/small.safetensors")
        layers = [(read[f"features.{place}.weight"], read[f"features.{place}.bias"]) for place in networks.POSITIONS]
        with torch.no_grad():
            for name, maps in networks.features(pictures, layers).items():
                expected = trained.scaled(pictures)[name]
                self.assertLess(float((maps - expected).norm() / expected.norm()), 2e-3, name)  # of 16-bit floats

    def test_numbers_that_do_not_fit_are_refused(self):
        with tempfile.TemporaryDirectory() as folder, self.assertRaisesRegex(ValueError, "16-bit"):
            tensors.write_tensors(f"{folder}/large.safetensors", {"a": torch.tensor([1e6])}, {})


class Stores(unittest.TestCase):
    def test_pairs_stay_together(self):
        store = Store(8, 16, 5, torch.Generator().manual_seed(1))
        for first in (0, 4, 8):  # the last four take the place of the first
            numbers = torch.arange(first, first + 4).float()
            store.add(numbers.view(4, 1, 1, 1).expand(4, 3, 16, 16), {"relu1_1": numbers.view(4, 1, 1, 1).expand(4, 2, 4, 4)})
        seen = set()
        for _ in range(30):
            pictures, wanted = store.take(store.draw(4), torch.device("cpu"))
            numbers = pictures[:, 0, 0, 0].int().tolist()
            self.assertEqual(numbers[0] + 1, numbers[1])
            self.assertEqual(numbers[0] % 2, 0)
            self.assertEqual(wanted["relu1_1"][1][:, 0, 0].int().tolist(), numbers)
            seen.update(numbers)
        self.assertEqual(seen, set(range(4, 12)))


if __name__ == "__main__":
    unittest.main()

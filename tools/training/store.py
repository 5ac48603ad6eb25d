"""Pictures and what the teacher makes of them, kept in memory so that it looks at each only once."""
import torch


def rows_at(maps, places):
    """n × places × channels: the features of n maps at some of their positions, counted row by row."""
    rows = maps.flatten(2).transpose(1, 2)
    return torch.gather(rows, 1, places[..., None].expand(-1, -1, rows.shape[2]))


class Store:
    """The latest `capacity` pictures with the teacher's features at `positions` drawn positions of each tap, in 16 bits:
    some 0.9 MB each. A new picture takes the oldest one's place."""

    def __init__(self, capacity, edge, positions, generator):
        self.capacity, self.positions, self.generator = capacity, positions, generator
        self.added = 0
        self.pictures = torch.empty(capacity, 3, edge, edge, dtype=torch.float16)
        self.places, self.wanted = {}, {}

    def __len__(self):
        return min(self.added, self.capacity)

    def add(self, pictures, found):
        at = (torch.arange(len(pictures)) + self.added) % self.capacity
        self.pictures[at] = pictures.to("cpu", torch.float16)
        for name, maps in found.items():
            count = maps.shape[2] * maps.shape[3]
            drawn = min(self.positions, count)
            places = torch.stack([torch.randperm(count, generator=self.generator)[:drawn] for _ in pictures])
            if name not in self.wanted:
                self.places[name] = torch.empty(self.capacity, drawn, dtype=torch.int32)
                self.wanted[name] = torch.empty(self.capacity, drawn, maps.shape[1], dtype=torch.float16)
            self.places[name][at] = places.int()
            self.wanted[name][at] = rows_at(maps, places.to(maps.device)).to("cpu", torch.float16)
        self.added += len(pictures)

    def draw(self, count, latest=512):
        """Pictures in the pairs in which they came. Half of them from all, half from the latest: that is where what fools
        the student is."""
        pairs = torch.randint(len(self) // 2, (count // 2,), generator=self.generator)
        back = torch.randint(min(len(self), latest) // 2, (count // 4,), generator=self.generator)
        pairs[:count // 4] = (self.added // 2 - 1 - back) % (self.capacity // 2)
        pairs = pairs[torch.randperm(count // 2, generator=self.generator)]
        return torch.stack([2 * pairs, 2 * pairs + 1], 1).flatten()

    def take(self, chosen, device):
        """The chosen pictures, and by tap (places, wanted features there)."""
        pictures = self.pictures[chosen].to(device).float().contiguous(memory_format=torch.channels_last)
        return pictures, {name: (self.places[name][chosen].long().to(device), self.wanted[name][chosen].to(device).float())
                          for name in self.wanted}

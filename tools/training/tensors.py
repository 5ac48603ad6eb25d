"""Safetensors files (a header in JSON, then numbers), read and written without a package that Debian 12 does not have."""
import json
import pathlib

import numpy as np
import torch

TYPES = {"F32": "<f4", "F16": "<f2"}


def read_tensors(path):
    """The tensors of a file by name, as float32. Raises ValueError for numbers of other types."""
    data = pathlib.Path(path).read_bytes()
    begin = 8 + int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(data[8:begin]).items():
        if name == "__metadata__":
            continue
        if entry["dtype"] not in TYPES:
            raise ValueError(f"{path} holds numbers of the type {entry['dtype']}; only F32 and F16 are read here.")
        first, last = entry["data_offsets"]
        numbers = np.frombuffer(data[begin + first:begin + last], TYPES[entry["dtype"]]).astype(np.float32)
        tensors[name] = torch.from_numpy(numbers).reshape(entry["shape"])
    return tensors


def write_tensors(path, tensors, metadata):
    """Writes tensors by name in 16-bit floats. Raises ValueError if one does not fit into them."""
    header, numbers, place = {"__metadata__": metadata}, [], 0
    for name, tensor in tensors.items():
        with np.errstate(over="ignore"):
            half = tensor.detach().cpu().numpy().astype("<f2")
        if not np.isfinite(half).all():
            raise ValueError(f"{name} does not fit into 16-bit floats.")
        numbers.append(half.tobytes())
        header[name] = {"dtype": "F16", "shape": list(tensor.shape), "data_offsets": [place, place + len(numbers[-1])]}
        place += len(numbers[-1])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    pathlib.Path(path).write_bytes(len(text).to_bytes(8, "little") + text + b"".join(numbers))

"""What torch.save writes, without PyTorch: NumPy's arrays stand for tensors, and a pickler names what PyTorch's would.

`Tensor` says how an array's numbers lie; any other object in the content is pickled as Python does it, so that test files
can hold arguments, scores and classes of their own.
"""
import io
import pickle
import struct
import sys
import types
import zipfile
from collections import OrderedDict

import numpy


class Tensor:
    """An array, and the order of its axes in the file (None: as they are), where every gap-th number is its own."""

    def __init__(self, array, axes=None, gap=1):
        self.array, self.axes, self.gap = array, axes, gap


def channels_last(array):
    return Tensor(array, (0, 2, 3, 1) if array.ndim == 4 else None)


def _module(name):
    parent, _, last = name.rpartition(".")
    module = sys.modules[name] = types.ModuleType(name)
    if parent:
        setattr(sys.modules[parent], last, module)
    return module


def named(module, name, thing):
    """The thing under a name that a pickle can give, as if it were of another program's module."""
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        if ".".join(parts[:count]) not in sys.modules:
            _module(".".join(parts[:count]))
    thing.__module__, thing.__name__, thing.__qualname__ = module, name, name
    setattr(sys.modules[module], name, thing)
    return thing


_STORAGES = {kind: named("torch", name + "Storage", type(name, (), {}))
             for kind, name in (("float32", "Float"), ("float64", "Double"), ("float16", "Half"), ("int64", "Long"))}
_rebuild = named("torch._utils", "_rebuild_tensor_v2", lambda *arguments: None)


class _Storage:
    def __init__(self, key, numbers):
        self.persistent = ("storage", _STORAGES[numbers.dtype.name], key, "cpu", numbers.size)


class _Pickler(pickle.Pickler):
    def __init__(self, file, protocol, old):
        super().__init__(file, protocol)
        self.old, self.storages, self.known = old, OrderedDict(), {}

    def persistent_id(self, thing):
        if not isinstance(thing, _Storage):
            return None
        return thing.persistent + (None,) if self.old else thing.persistent

    def reducer_override(self, thing):
        if isinstance(thing, numpy.ndarray):
            thing = Tensor(thing)
        if not isinstance(thing, Tensor):
            return NotImplemented
        array, axes = thing.array, thing.axes or tuple(range(thing.array.ndim))
        lying = numpy.repeat(numpy.ascontiguousarray(array.transpose(axes)).flatten(), thing.gap)
        strides, step = [0] * array.ndim, thing.gap
        for axis in reversed(axes):
            strides[axis], step = step, step * array.shape[axis]
        key = self.known.setdefault(id(thing.array), str(len(self.known)))  # the same array, the same storage
        self.storages[key] = lying
        return _rebuild, (_Storage(key, lying), 0, array.shape, tuple(strides), False, OrderedDict())


def save(path, content, old=False, protocol=2, compressed=False):
    file = io.BytesIO()
    pickler = _Pickler(file, protocol, old)
    pickler.dump(content)
    if old:
        with open(path, "wb") as out:
            for head in 0x1950a86a20f9469cfc6c, 1001, {"protocol_version": 1001, "little_endian": True}:
                pickle.dump(head, out, 2)
            out.write(file.getvalue())
            pickle.dump(list(pickler.storages), out, 2)
            for lying in pickler.storages.values():
                out.write(struct.pack("<q", lying.size) + lying.tobytes())
        return
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED) as out:
        out.writestr("archive/data.pkl", file.getvalue())
        for key, lying in pickler.storages.items():
            out.writestr("archive/data/" + key, lying.tobytes())
        out.writestr("archive/version", "3\n")

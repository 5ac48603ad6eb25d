"""ONNX files for the tests, written by hand: the fields of onnx.proto in protobuf's wire format."""
import numpy

FLOAT, HALF, DOUBLE, BFLOAT = 1, 10, 11, 16
TYPES = {"float32": FLOAT, "float16": HALF, "float64": DOUBLE}


def number(value):
    """A protobuf number; a negative one has ten bytes."""
    value %= 1 << 64
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(index, value):
    """A whole number, or bytes and text with their length before them."""
    if isinstance(value, int):
        return number(index << 3) + number(value)
    value = value.encode() if isinstance(value, str) else bytes(value)
    return number(index << 3 | 2) + number(len(value)) + value


def tensor(name, array, as_list=False, kind=None):
    """A TensorProto: the numbers as bytes, or as the list that its type has."""
    out = b"".join(field(1, extent) for extent in array.shape) + field(2, kind or TYPES[array.dtype.name])
    if name:
        out += field(8, name)
    if not as_list:
        return out + field(9, array.tobytes())
    if array.itemsize == 2:
        return out + field(5, b"".join(number(int(bits)) for bits in array.view(numpy.uint16).flatten()))
    return out + field({4: 4, 8: 10}[array.itemsize], array.tobytes())


def attribute(name, value):
    """Of bytes: a tensor; of a list: whole numbers."""
    if isinstance(value, bytes):
        return field(1, name) + field(5, value) + field(20, 4)
    return field(1, name) + b"".join(field(8, item) for item in value) + field(20, 7)


def node(operation, inputs, output, **attributes):
    return (b"".join(field(1, name) for name in inputs) + field(2, output) + field(4, operation)
            + b"".join(field(5, attribute(name, value)) for name, value in attributes.items()))


def model(nodes, tensors, opset=7):
    graph = b"".join(field(1, one) for one in nodes) + field(2, "graph") + b"".join(field(5, one) for one in tensors)
    graph += field(11, field(1, "input")) + field(12, field(1, "output"))
    return field(1, 4) + field(2, "tests") + field(7, graph) + field(8, field(1, "") + field(2, opset))


def chain(convolutions, between=(), **tensor_options):
    """Nodes and tensors of convolutions one after another, each (name, name of its bias, weights, bias), with a ReLU, and
    what `between` names, behind each."""
    nodes, tensors, last = [], [], "input"
    for count, (weight, bias, weights, biases) in enumerate(convolutions):
        nodes.append(node("Conv", [last, weight, bias], f"c{count}", kernel_shape=[3, 3], strides=[1, 1], pads=[1] * 4))
        last = f"c{count}"
        for step, operation in enumerate(["Relu", *between]):
            nodes.append(node(operation, [last], f"r{count}.{step}"))
            last = f"r{count}.{step}"
        tensors += [tensor(weight, weights, **tensor_options), tensor(bias, biases, **tensor_options)]
    return nodes, tensors

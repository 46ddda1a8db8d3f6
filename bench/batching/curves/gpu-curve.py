"""What a batch of Inception V3 costs end to end on an NVIDIA GPU: python3 gpu-curve.py OUT.json

A batch starts as bytes (uint8, NHWC) in ordinary host memory and ends as probabilities in host memory: copy into pinned memory, copy to
the device, normalise there, run, softmax, copy back. One batch at a time, so that a figure is a latency. The weights are random (time
does not depend on them), the batch norms are fitted to the pictures so that float16 stays in range.
"""

import datetime
import json
import os
import platform
import subprocess
import sys
import time

import torch
import torchvision

SIZES = [1, 2, 4, 8, 16, 32, 64]
RUNS = 150
WARM_UP = 20
SIDE = 299
CLASSES = 5
# Threads of the host: more of them fight with the one that launches kernels.
THREADS = 4
# Of the logits, against float64. A network of random weights magnifies rounding far more than a trained one; a wrong one is off by 1.
ERROR_LIMIT = 0.2
# Batches that take turns, so that no run finds its pictures in a cache.
POOL = 8
KINDS = {
    "float32": {"dtype": torch.float32, "tf32": False, "layout": torch.contiguous_format},
    "tf32": {"dtype": torch.float32, "tf32": True, "layout": torch.contiguous_format},
    "float16": {"dtype": torch.float16, "tf32": False, "layout": torch.channels_last},
}


class Pipeline:
    """One kind and one size with buffers of its own. `judge` takes uint8 (size, 299, 299, 3) and returns probabilities (size, 5)."""

    def __init__(self, model, size, kind, as_graph):
        self.host_in = torch.empty((size, SIDE, SIDE, 3), dtype=torch.uint8, pin_memory=True)
        self.host_out = torch.empty((size, CLASSES), dtype=torch.float32, pin_memory=True)
        self.device_in = torch.empty((size, SIDE, SIDE, 3), dtype=torch.uint8, device="cuda")
        self.model, self.kind, self.graph = model, kind, None
        if as_graph:
            side_stream = torch.cuda.Stream()
            with torch.cuda.stream(side_stream):
                for _ in range(3):
                    self.on_device()
            torch.cuda.synchronize()
            self.graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self.graph):
                self.device_out = self.on_device()

    def on_device(self):
        pictures = self.device_in.permute(0, 3, 1, 2).to(self.kind["dtype"]).contiguous(memory_format=self.kind["layout"])
        self.logits = self.model(pictures.div_(127.5).sub_(1)).float()
        return torch.softmax(self.logits, dim=1)

    def judge(self, pixels):
        self.host_in.copy_(pixels)
        self.device_in.copy_(self.host_in, non_blocking=True)
        if self.graph is None:
            self.device_out = self.on_device()
        else:
            self.graph.replay()
        self.host_out.copy_(self.device_out, non_blocking=True)
        torch.cuda.synchronize()
        return self.host_out


def random_model():
    torch.manual_seed(1)
    model = torchvision.models.inception_v3(weights=None, aux_logits=False, num_classes=CLASSES, init_weights=True).cuda()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None
    model.train()
    model(torch.rand((32, 3, SIDE, SIDE), device="cuda") * 2 - 1)
    return model.eval()


def percentiles(times_ms):
    ordered = sorted(times_ms)
    return {f"p{share}": round(ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))], 3) for share in (5, 50, 95, 99)}


def measure(pipeline, pool):
    for turn in range(WARM_UP):
        pipeline.judge(pool[turn % POOL])
    times_ms = []
    for turn in range(RUNS):
        start = time.perf_counter()
        pipeline.judge(pool[turn % POOL])
        times_ms.append((time.perf_counter() - start) * 1000)
    return percentiles(times_ms)


def error_of(pipeline, pixels, exact):
    pipeline.judge(pixels)
    return float(torch.linalg.vector_norm(pipeline.logits.double() - exact) / torch.linalg.vector_norm(exact))


def measure_all(model):
    pools = {size: [torch.randint(0, 256, (size, SIDE, SIDE, 3), dtype=torch.uint8) for _ in range(POOL)] for size in SIZES}
    probe = pools[4][0]
    exact = model.double()(probe.cuda().permute(0, 3, 1, 2).double() / 127.5 - 1)
    curves = []
    for name, kind in KINDS.items():
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = kind["tf32"]
        model = model.to(dtype=kind["dtype"], memory_format=kind["layout"])
        for as_graph in (False, True):
            error = error_of(Pipeline(model, 4, kind, as_graph), probe, exact)
            if not error < ERROR_LIMIT:
                sys.exit(f"{name} is wrong: relative error {error}")
            figures = {str(size): measure(Pipeline(model, size, kind, as_graph), pools[size]) for size in SIZES}
            curves.append({"precision": name, "mode": "graph" if as_graph else "eager", "relativeError": float(f"{error:.1e}"), "milliseconds": figures})
            print(name, "graph" if as_graph else "eager", f"{error:.1e}", {size: row["p50"] for size, row in figures.items()}, flush=True)
    return curves


def cpu_model():
    with open("/proc/cpuinfo", encoding="ascii") as lines:
        return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def main(path):
    torch.backends.cudnn.benchmark = True
    torch.set_num_threads(THREADS)
    with torch.inference_mode():
        model = random_model()
        curves = measure_all(model)
    query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
    gpu, driver = subprocess.run(query, check=True, capture_output=True, text=True).stdout.strip().split(", ")
    document = {
        "name": "Inception V3, 299×299, end to end",
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "machine": f"one {gpu}, {os.cpu_count()} cores of {cpu_model()}",
        "software": f"PyTorch {torch.__version__}, torchvision {torchvision.__version__}, cuDNN {torch.backends.cudnn.version()}, driver {driver}",
        "method": " ".join(__doc__.split("\n\n", 1)[1].split()) + f" {WARM_UP} batches of warm-up, then {RUNS} a size.",
        "command": "python3 bench/batching/curves/gpu-curve.py OUT.json",
        "curves": curves,
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1, ensure_ascii=False)
        file.write("\n")


main(sys.argv[1])

"""The PyTorch side of bench: answers one JSON line with one JSON line.

hello                                   -> versions and thread settings
prepare {subject, options, tensors, work} -> {facts, tensors}; keeps the work under its name for `run` and `feed`
run {repetitions, threads, work}        -> {milliseconds: [...]}
feed {tensors, work}                    -> {facts, tensors} of work that takes tensors
memory {reset}                          -> {residentMb, peakMb}; `reset` starts a new peak
Ends with its standard input.
"""

import importlib
import json
import os
import sys
import time

# Answers go to the real standard output; whatever libraries print goes to standard error.
ANSWERS = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)
if os.environ.get("TORCHDIFFEQ"):
    sys.path.insert(0, os.environ["TORCHDIFFEQ"])

works = {}


def matrix_speed():
    """GFLOP/s of one matrix product: with a reference BLAS behind it PyTorch is no opponent."""
    import torch

    size = 1024
    a = torch.ones(size, size)
    seconds = []
    for _ in range(4):
        started = time.perf_counter()
        a @ a
        seconds.append(time.perf_counter() - started)
    return 2 * size**3 / min(seconds) / 1e9


def hello(_request):
    import torch

    try:
        torchdiffeq = importlib.import_module("torchdiffeq").__version__
    except ImportError:
        torchdiffeq = None
    lines = [line.strip(" -") for line in torch.__config__.show().splitlines()]
    kept = [line for line in lines if line.startswith(("Intel", "OpenMP", "CPU capability"))]
    settings = next((line for line in lines if line.startswith("Build settings")), "")
    kept += [part.strip() for part in settings.removeprefix("Build settings:").split(",") if "BLAS_INFO" in part]
    return {
        "torch": torch.__version__,
        "python": sys.version.split()[0],
        "threads": torch.get_num_threads(),
        "build": "; ".join(kept),
        "gigaflops": matrix_speed(),
        "torchdiffeq": torchdiffeq,
    }


def prepare(request):
    from wire import decode_tensors, encode_tensors

    subject = importlib.import_module(request["subject"])
    work, facts, tensors = subject.prepare(request["options"], decode_tensors(request["tensors"]))
    works[request["work"]] = work
    return {"facts": facts, "tensors": encode_tensors(tensors)}


def run(request):
    import torch

    work = works[request["work"]]
    if torch.get_num_threads() != request["threads"]:
        torch.set_num_threads(request["threads"])
        work()
    milliseconds = []
    for _ in range(request["repetitions"]):
        start = time.perf_counter()
        work()
        milliseconds.append((time.perf_counter() - start) * 1e3)
    return {"milliseconds": milliseconds}


def feed(request):
    from wire import decode_tensors, encode_tensors

    facts, tensors = works[request["work"]].feed(decode_tensors(request["tensors"]))
    return {"facts": facts, "tensors": encode_tensors(tensors)}


def memory(request):
    """Of this process, as Linux counts it; null elsewhere."""
    try:
        if request["reset"]:
            with open("/proc/self/clear_refs", "w") as file:
                file.write("5")
        with open("/proc/self/status") as file:
            lines = dict(line.split(":", 1) for line in file)
    except OSError:
        return {"residentMb": None, "peakMb": None}
    megabytes = {name: int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")}
    return {"residentMb": megabytes["VmRSS"], "peakMb": megabytes["VmHWM"]}


COMMANDS = {"hello": hello, "prepare": prepare, "run": run, "feed": feed, "memory": memory}


def answer(line):
    try:
        request = json.loads(line)
        return COMMANDS[request["command"]](request)
    except Exception as error:  # the caller reports it
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    for request_line in sys.stdin:
        ANSWERS.write(json.dumps(answer(request_line)) + "\n")

"""Solves z0.npy by solver.onnx and writes z1.npy, in the folder that is named."""

import sys
from pathlib import Path

import numpy as np
import onnxruntime

folder = Path(sys.argv[1])
session = onnxruntime.InferenceSession(folder / "solver.onnx", providers=["CPUExecutionProvider"])
(z1,) = session.run(["z1"], {"z0": np.load(folder / "z0.npy")})
np.save(folder / "z1.npy", z1)
print(f"ONNX Runtime {onnxruntime.__version__} in Python {sys.version.split()[0]}: {z1.shape[0]} states solved")

"""Run one program on one data set: ``python -m benchmarks.engine.peers ADAPTER METHOD DATA OUT``."""

import sys
from pathlib import Path

from benchmarks.engine.peers.adapter import adapt

module, method, folder, out = sys.argv[1:]
adapt(module, method, Path(folder), Path(out))

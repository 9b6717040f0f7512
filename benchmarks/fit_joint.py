"""``leadline fit`` on 480,000 ratings, the whole command, beside RaschPy's many-facet fit alone.

2,000 ratees by 8 raters on 30 items, 1,000 raters, five categories; the truth is known, so the error of
ratees' measures is shown too. RaschPy (1.4) has two estimators; both are timed, without reading or
reshaping the data and without standard errors: calibration of the rating-scale model with one effect a
rater, then persons' estimates. Every program runs in a process of its own, one after the other.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from benchmarks.simulate import Simulated, simulate

RATEES, RATERS_EACH, ITEMS, SEED = 2000, 8, 30, 1
TIMES_FASTER, MOST_MB = 25, 1000

RASCHPY = """
import json, sys, time, warnings
import numpy as np, pandas as pd, raschpy
warnings.simplefilter("ignore")
folder, estimation = sys.argv[1:]
long = pd.read_csv(f"{folder}/ratings.csv")
wide = long.pivot(index=["rater", "ratee"], columns="item", values="rating").astype(float) - 1
begun = time.perf_counter()
model = raschpy.MFRM(wide, max_score=4)
model.calibrate(model="global", estimation=estimation)
calibrated = time.perf_counter() - begun
model.person_estimates(model="global")
seconds = time.perf_counter() - begun
theta = model.persons_global.sort_index().tolist()
json.dump({"seconds": seconds, "calibrated": calibrated, "theta": theta}, open(f"{folder}/raschpy.json", "w"))
"""

LIBRARY = """
import json, sys
import leadline
found = leadline.fit(sys.argv[1] + "/ratings.csv", method="joint")
json.dump({"seconds": found.seconds}, open(sys.argv[1] + "/library.json", "w"))
"""


class Ended(NamedTuple):
    seconds: float
    peak_mb: float


def run() -> list[dict[str, Any]]:
    """One row a program."""
    made = simulate(RATEES, RATERS_EACH, ITEMS, seed=SEED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_ratings(made, folder / "ratings.csv")
        command = [
            str(Path(sys.executable).parent / "leadline"),
            "fit",
            str(folder / "ratings.csv"),
            "--method",
            "joint",
        ]
        whole = min(_launch([*command, "--out", str(folder / f"out{n}")]) for n in range(3))
        rows = [
            _row(
                "leadline fit (whole command)",
                whole.seconds,
                whole.peak_mb,
                _error(made, _measures(folder / "out0")),
            )
        ]
        library = _launch([sys.executable, "-c", LIBRARY, name])
        inside = json.loads((folder / "library.json").read_text(encoding="utf-8"))
        rows.append(_row("leadline.fit (reading included)", inside["seconds"], library.peak_mb, None))
        for estimation in ("cp-full-rcl", "pair-cpat"):
            peer = _launch([sys.executable, "-c", RASCHPY, name, estimation])
            found = json.loads((folder / "raschpy.json").read_text(encoding="utf-8"))
            error = _error(made, np.array(found["theta"]))
            rows.append(
                _row(f"RaschPy MFRM, {estimation} (fit alone)", found["seconds"], peer.peak_mb, error)
            )
    for row in rows:
        row["times_the_command"] = round(row["seconds"] / rows[0]["seconds"], 1)
    slowest_allowed = min(row["seconds"] for row in rows[2:]) / TIMES_FASTER
    ok = rows[0]["seconds"] <= slowest_allowed and rows[0]["peak_mb"] < MOST_MB
    rows[0]["bar"] = f"{'met' if ok else 'MISSED'}: {TIMES_FASTER} x RaschPy, {MOST_MB} MB"
    return rows


def _row(case: str, seconds: float, peak_mb: float, error: float | None) -> dict[str, Any]:
    return {
        "benchmark": "fit_joint",
        "case": case,
        "seconds": round(seconds, 2),
        "times_the_command": None,
        "peak_mb": round(peak_mb),
        "theta_rmse": None if error is None else round(error, 4),
        "bar": "",
    }


def _write_ratings(made: Simulated, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["ratee", "rater", "item", "rating"])
        for ratee, rater, item, rating in zip(made.ratee, made.rater, made.item, made.rating, strict=True):
            writer.writerow([f"p{ratee:04d}", f"r{rater:04d}", f"i{item:02d}", rating])


def _measures(folder: Path) -> np.ndarray:
    with (folder / "measures.csv").open(encoding="utf-8", newline="") as file:
        return np.array([float(row["measure"]) for row in csv.DictReader(file) if row["facet"] == "ratee"])


def _error(made: Simulated, theta: np.ndarray) -> float:
    return float(np.sqrt(np.mean((theta - theta.mean() - made.theta + made.theta.mean()) ** 2)))


def _launch(command: Sequence[str]) -> Ended:
    """Run a command; its seconds, and its peak memory as the kernel counts it."""
    begun = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise subprocess.CalledProcessError(child.returncode, command)
    scale = 1024 if sys.platform != "darwin" else 1024**2
    return Ended(time.perf_counter() - begun, usage.ru_maxrss / scale)

"""What was observed: the evidence tables, their checks, and the sources that fill them."""

from leadline.evidence.frames import Frame, codes, frame, rows, to_json, write_csv
from leadline.evidence.model import Evidence
from leadline.evidence.read import read_evidence, read_table

__all__ = [
    "Evidence",
    "Frame",
    "codes",
    "frame",
    "read_evidence",
    "read_table",
    "rows",
    "to_json",
    "write_csv",
]

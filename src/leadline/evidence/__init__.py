"""What was observed: the evidence tables, their checks, and the sources that fill them."""

from leadline.evidence.blocks import Blocks, Coder, blocks_of, whole
from leadline.evidence.checks.fitted import rating_faults
from leadline.evidence.checks.public import (
    check_groups,
    check_outcomes,
    check_people,
    check_ratings,
    check_responses,
)
from leadline.evidence.describe import describe
from leadline.evidence.description import ColumnDescription, Description, RelationshipCount, Subset
from leadline.evidence.frames import Frame, Series, codes, frame, rows, to_json, write_csv
from leadline.evidence.model import Evidence
from leadline.evidence.read import Source, read_blocks, read_evidence, read_table
from leadline.evidence.sources.address import place_of
from leadline.evidence.sources.delimited import read_records

__all__ = [
    "Blocks",
    "Coder",
    "ColumnDescription",
    "Description",
    "Evidence",
    "Frame",
    "RelationshipCount",
    "Series",
    "Source",
    "Subset",
    "blocks_of",
    "check_groups",
    "check_outcomes",
    "check_people",
    "check_ratings",
    "check_responses",
    "codes",
    "describe",
    "frame",
    "place_of",
    "rating_faults",
    "read_blocks",
    "read_evidence",
    "read_records",
    "read_table",
    "rows",
    "to_json",
    "whole",
    "write_csv",
]

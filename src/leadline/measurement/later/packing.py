"""Frozen values with arrays as bytes and back, exactly: the same value gives the same bytes."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any
from zipfile import BadZipFile

import numpy as np
from scipy.sparse import csr_array

from leadline.errors import MeasurementError
from leadline.frameworks import Framework
from leadline.measurement.factors.held import Held, HeldScale
from leadline.measurement.factors.joint_posterior import JointPosterior
from leadline.measurement.factors.kinds.item_scale import ItemScale
from leadline.measurement.factors.measures import Measures
from leadline.measurement.values.dimension import CompetencyMeasure, Dimension, QualityNote
from leadline.measurement.values.factor_map import Curve
from leadline.measurement.values.notice import Notice
from leadline.measurement.variational.messages import Messages

FORMAT, VERSION = "leadline kept", 1
"""A version that reads otherwise gets another number, and refuses numbers it does not know."""

_CONTENT = "content"
_CLASSES = (
    CompetencyMeasure,
    Curve,
    Dimension,
    Held,
    HeldScale,
    ItemScale,
    JointPosterior,
    Measures,
    Messages,
    Notice,
    QualityNote,
)
_BY_NAME: Mapping[str, Callable[..., Any]] = {one.__name__: one for one in _CLASSES}


def packed(value: Any) -> bytes:
    """A value made of measures, what they hold, arrays and plain values.

    Parameters
    ----------
    value : object
        Its frameworks are left out; fits must be.

    Returns
    -------
    bytes
        A NumPy archive, compressed.

    Examples
    --------
    >>> unpacked(packed({"a": (1.5, None), "b": np.arange(3)}), None)
    {'a': (1.5, None), 'b': array([0, 1, 2])}
    """
    arrays: list[Any] = []
    content = {"format": FORMAT, "version": VERSION, "value": _plain(value, arrays)}
    text = json.dumps(content, ensure_ascii=False).encode()
    numbered = {str(n): each for n, each in enumerate(arrays)}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{_CONTENT: np.frombuffer(text, dtype=np.uint8), **numbered})
    return buffer.getvalue()


def unpacked(data: bytes, framework: Framework | None) -> Any:
    """What `packed` made bytes of.

    Parameters
    ----------
    data : bytes
    framework : Framework or None
        Given to the measures.

    Returns
    -------
    object

    Raises
    ------
    MeasurementError
        The bytes are something else, damaged, or of a version that this one does not read.

    Examples
    --------
    >>> unpacked(packed({"a": (1.5, None)}), None)
    {'a': (1.5, None)}
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as found:
            content = json.loads(found[_CONTENT].tobytes())
            arrays = [found[str(n)] for n in range(len(found.files) - 1)]
    except (BadZipFile, zlib.error, KeyError, TypeError, ValueError, EOFError) as error:
        raise MeasurementError("measurement.not_kept") from error
    if content["version"] != VERSION:
        raise MeasurementError("measurement.kept_otherwise", version=content["version"], known=VERSION)
    return _value(content["value"], arrays, framework)


def _plain(value: Any, arrays: list[Any]) -> Any:
    """JSON-ready; arrays are put in the list and numbered."""
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, csr_array):
        parts = [_plain(each, arrays) for each in (value.data, value.indices, value.indptr)]
        return {"sparse": parts, "shape": list(value.shape)}
    if is_dataclass(value) and not isinstance(value, type):
        kept = (one.name for one in fields(value) if not isinstance(getattr(value, one.name), Framework))
        return {type(value).__name__: {name: _plain(getattr(value, name), arrays) for name in kept}}
    if isinstance(value, Mapping):
        return {"mapping": [[key, _plain(each, arrays)] for key, each in value.items()]}
    if isinstance(value, tuple):
        return [_plain(each, arrays) for each in value]
    return value


def _value(plain: Any, arrays: list[Any], framework: Framework | None) -> Any:
    if isinstance(plain, list):
        return tuple(_value(each, arrays, framework) for each in plain)
    if not isinstance(plain, dict):
        return plain
    kind, content = next(iter(plain.items()))
    if kind == "array":
        return arrays[content]
    if kind == "sparse":
        parts = tuple(_value(each, arrays, framework) for each in content)
        return csr_array(parts, shape=tuple(plain["shape"]))
    if kind == "mapping":
        return {key: _value(each, arrays, framework) for key, each in content}
    found = {name: _value(each, arrays, framework) for name, each in content.items()}
    return _BY_NAME[kind](**found, **({"framework": framework} if kind == Measures.__name__ else {}))

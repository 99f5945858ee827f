"""Memory-mapped arrays of a safetensors file: values are read on access."""

from __future__ import annotations

import json
import math
import mmap
import os
import sys
from typing import Any

import numpy as np

from nlpkit.errors import ArtifactError

DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "u1",
    "BOOL": "?",
    "BF16": "<u2",
}
"""numpy's names of the number types in a safetensors file; it has none of bfloat16, whose bits become float32's."""

_LARGEST_HEADER = 100_000_000


def map_arrays(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Map the arrays of the safetensors file ``path``.

    The header is checked against the file's size; the values are not checked. The arrays are writable copy-on-write:
    changes stay in the memory of this process. bfloat16 is not mapped, but converted to float32.

    Parameters
    ----------
    path : str or path-like
        Path of the file.

    Returns
    -------
    dict of str to ndarray
        Arrays by name.

    Raises
    ------
    ArtifactError
        If the file cannot be read, is not a safetensors file, or does not have the length given by its header.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from safetensors.numpy import save_file
    >>> path = pathlib.Path(tempfile.mkdtemp(), "numbers.safetensors")
    >>> save_file({"a": np.arange(3, dtype=np.float32)}, path)
    >>> map_arrays(path)["a"]
    array([0., 1., 2.], dtype=float32)
    """
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            length = int.from_bytes(file.read(8), "little")
            if size < 8 or not 2 <= length <= min(size - 8, _LARGEST_HEADER):
                raise ArtifactError(
                    f"{os.fspath(path)}: is not a safetensors file (invalid header length, {length} bytes)"
                )
            header = file.read(length)
            data = np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY), np.uint8)
    except OSError as error:
        raise ArtifactError(f"{os.fspath(path)}: cannot be read: {error.strerror or error}") from error
    try:
        return _arrays(json.loads(header), data[8 + length :])
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise ArtifactError(f"{os.fspath(path)}: is not a safetensors file ({error}): save the model again") from error


def _arrays(header: dict[str, Any], data: np.ndarray) -> dict[str, np.ndarray]:
    header.pop("__metadata__", None)
    arrays, expected = {}, 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        dtype, shape = np.dtype(DTYPES[entry["dtype"]]), tuple(entry["shape"])
        start, end = entry["data_offsets"]
        if any(type(number) is not int or number < 0 for number in (*shape, start, end)):
            raise ValueError(f"invalid shape or offset of {name!r}")
        if start != expected or end - start != dtype.itemsize * math.prod(shape) or end > len(data):
            raise ValueError(f"{name!r} is outside the file, or does not follow the array before it")
        expected = end
        array = data[start:end].view(dtype).reshape(shape)
        if sys.byteorder == "big" or not array.flags.aligned:
            array = array.astype(dtype.newbyteorder("="))
        if entry["dtype"] == "BF16":
            array = (array.astype(np.uint32) << 16).view(np.float32)
        arrays[name] = array
    if expected != len(data):
        raise ValueError(f"{len(data) - expected} bytes follow the last array")
    return arrays

"""How compiled kernels are made: by numba, without the interpreter's lock, kept on disk between runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


def kernel(function: Callable[..., Any]) -> Any:
    """Compile ``function`` when it is first called, and cache the machine code where a folder can be written."""
    try:
        return numba.njit(nogil=True, cache=True, error_model="numpy")(function)
    except RuntimeError:  # no folder to cache in
        return numba.njit(nogil=True, error_model="numpy")(function)


@intrinsic
def load_big_endian(typing_context, array, index):  # type: ignore[no-untyped-def]
    """The 8 bytes of a uint8 array from ``index`` on, the first of them highest, as a uint64."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        data = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0]).data
        pointer = builder.bitcast(builder.gep(data, [arguments[1]]), ir.IntType(64).as_pointer())
        return builder.bswap(builder.load(pointer, align=1))

    return types.uint64(array, types.int64), generate


@intrinsic
def leading_zeros(typing_context, value):  # type: ignore[no-untyped-def]
    """How many of the highest bits of a uint64 are zero (64 for 0)."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.ctlz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), generate

"""Compilation of kernels by numba, without the GIL and with an on-disk cache."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.caching import FunctionCache
from numba.extending import intrinsic


class _Cache(FunctionCache):
    """Numba's cache on disk. Code from a damaged file is compiled again, which replaces the file."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # of unpickling: any
            self.flush()
            return None


def kernel(function: Callable[..., Any], **options: Any) -> Any:
    """Compile ``function`` on its first call, and cache the machine code if a cache folder is writable."""
    made = numba.njit(nogil=True, error_model="numpy", **options)(function)
    with suppress(RuntimeError):  # no writable cache folder
        made._cache = _Cache(function)
    return made


def lean_kernel(function: Callable[..., Any]) -> Any:
    """Same as `kernel`, for functions that create no arrays, without numba's reference counting."""
    return kernel(function, _nrt=False)


def part(function: Callable[..., Any]) -> Any:
    """Inline ``function`` into the lean kernels that call it."""
    return numba.njit(nogil=True, error_model="numpy", forceinline=True, _nrt=False)(function)


def routine(function: Callable[..., Any]) -> Any:
    """Compile ``function`` once for all its calls in a lean kernel, without inlining it."""
    # without a value, forceinline is that of the caller
    return numba.njit(nogil=True, error_model="numpy", forceinline=False, _nrt=False)(function)


@intrinsic
def load_big_endian(typing_context, array, index):
    """The 8 bytes of a uint8 array from ``index`` on as a big-endian uint64."""

    def generate(context, builder, signature, arguments):
        data = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0]).data
        pointer = builder.bitcast(builder.gep(data, [arguments[1]]), ir.IntType(64).as_pointer())
        return builder.bswap(builder.load(pointer, align=1))

    return types.uint64(array, types.int64), generate


@intrinsic
def equal_bytes(typing_context, array, index, byte):
    """Bit mask (uint64) of the 64 bytes of a uint8 array from ``index`` on that equal ``byte``; the first is the lowest
    bit."""

    def generate(context, builder, signature, arguments):
        block = _load_vector(context, builder, signature, arguments, ir.IntType(8), 64)
        byte = builder.trunc(arguments[2], ir.IntType(8))
        return builder.bitcast(builder.icmp_unsigned("==", block, _splat(builder, byte, 64)), ir.IntType(64))

    return types.uint64(array, types.int64, types.int64), generate


@intrinsic
def count_below(typing_context, array, index, value):
    """The number of the 32 values of an int32 array from ``index`` on that are smaller than ``value``."""

    def generate(context, builder, signature, arguments):
        block = _load_vector(context, builder, signature, arguments, ir.IntType(32), 32)
        smaller = builder.icmp_signed("<", block, _splat(builder, arguments[2], 32))
        return builder.zext(builder.ctpop(builder.bitcast(smaller, ir.IntType(32))), ir.IntType(64))

    return types.int64(array, types.int64, types.int32), generate


def _load_vector(context, builder, signature, arguments, element, count):
    data = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0]).data
    vector = ir.VectorType(element, count)
    return builder.load(builder.bitcast(builder.gep(data, [arguments[1]]), vector.as_pointer()), align=1)


def _splat(builder, value, count):
    vector = ir.VectorType(value.type, count)
    single = builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), count), [0] * count)
    return builder.shuffle_vector(single, ir.Constant(vector, ir.Undefined), zeros)


@intrinsic
def trailing_zeros(typing_context, value):
    """The number of trailing zero bits of a uint64 (64 for 0)."""

    def generate(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), generate


@intrinsic
def prefetch(typing_context, array, index):
    """Prefetch ``array[index]`` into the cache."""

    def generate(context, builder, signature, arguments):
        data = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0]).data
        byte_pointer = ir.IntType(8).as_pointer()
        number = ir.IntType(32)
        function = builder.module.declare_intrinsic(
            "llvm.prefetch", [byte_pointer], ir.FunctionType(ir.VoidType(), [byte_pointer, number, number, number])
        )
        pointer = builder.bitcast(builder.gep(data, [arguments[1]]), byte_pointer)
        builder.call(function, [pointer, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate

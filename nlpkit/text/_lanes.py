"""Sixteen float32 at a time in compiled code: `Lanes`, a type that numba keeps in the processor's vector registers.

What a processor has no registers of 512 bits for, LLVM does in two or four steps.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

LANES = 16

_FLOAT = ir.FloatType()
_VECTOR = ir.VectorType(_FLOAT, LANES)
_INTS = ir.VectorType(ir.IntType(32), LANES)


class Lanes(types.Type):
    """Sixteen float32."""

    def __init__(self) -> None:
        super().__init__(name="Lanes")


lanes_type = Lanes()


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, _VECTOR)


@intrinsic
def load(typing_context, array, index):
    """The sixteen numbers of a float32 array from ``index`` on."""

    def generate(context, builder, signature, arguments):
        return builder.load(_place(context, builder, signature, arguments), align=4)

    return lanes_type(array, types.int64), generate


@intrinsic
def store(typing_context, array, index, lanes):
    """Put sixteen numbers into a float32 array from ``index`` on."""

    def generate(context, builder, signature, arguments):
        builder.store(arguments[2], _place(context, builder, signature, arguments), align=4)
        return context.get_dummy_value()

    return types.void(array, types.int64, lanes), generate


@intrinsic
def splat(typing_context, number):
    """Sixteen times the same float32."""

    def generate(context, builder, signature, arguments):
        return _splat(builder, arguments[0])

    return lanes_type(types.float32), generate


@intrinsic
def splat_of(typing_context, array, index):
    """Sixteen times the number of a float32 array at ``index``."""

    def generate(context, builder, signature, arguments):
        data = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0]).data
        return _splat(builder, builder.load(builder.gep(data, [arguments[1]])))

    return lanes_type(array, types.int64), generate


@intrinsic
def multiply_add(typing_context, a, b, c):
    """``a * b + c``, rounded once where the processor can."""

    def generate(context, builder, signature, arguments):
        return _call(builder, "llvm.fmuladd", *arguments)

    return lanes_type(a, b, c), generate


@intrinsic
def add(typing_context, a, b):
    """``a + b``."""

    def generate(context, builder, signature, arguments):
        return builder.fadd(*arguments)

    return lanes_type(a, b), generate


@intrinsic
def multiply(typing_context, a, b):
    """``a * b``."""

    def generate(context, builder, signature, arguments):
        return builder.fmul(*arguments)

    return lanes_type(a, b), generate


@intrinsic
def sums(typing_context, vectors):
    """The sum of each of up to sixteen vectors (a tuple): lane i has that of vector i; further lanes are of no use."""

    def generate(context, builder, signature, arguments):
        level = [builder.extract_value(arguments[0], i) for i in range(len(signature.args[0]))]
        evens = ir.Constant(_INTS, list(range(0, 2 * LANES, 2)))
        odds = ir.Constant(_INTS, list(range(1, 2 * LANES, 2)))
        for _ in range(4):
            if len(level) % 2:
                level.append(level[-1])
            level = [
                builder.fadd(builder.shuffle_vector(a, b, evens), builder.shuffle_vector(a, b, odds))
                for a, b in zip(level[::2], level[1::2], strict=True)
            ]
        return level[0]

    return lanes_type(vectors), generate


@intrinsic
def softplus_parts(typing_context, lanes, part):
    """``max(x, 0)`` (part 0) or ``exp(-|x|)`` (part 1): softplus(x) is the first plus log(1 + the second).

    The exponential is 2 to a whole number, from the bits of a float, times a polynomial for the rest (relative error
    below 2e-7); below -87 it is about 1e-38.
    """

    def generate(context, builder, signature, arguments):
        x = arguments[0]
        if signature.args[1].literal_value == 0:
            return _call(builder, "llvm.maxnum", x, _constant(0.0))
        return _exp_of_negative(builder, _call(builder, "llvm.fabs", x))

    if not isinstance(part, types.IntegerLiteral):
        return None
    return lanes_type(lanes, part), generate


@intrinsic
def logistic(typing_context, x, exponential):
    """1 / (1 + exp(-x)), given ``exp(-|x|)``."""

    def generate(context, builder, signature, arguments):
        x, e = arguments
        top = builder.select(builder.fcmp_ordered(">=", x, _constant(0.0)), _constant(1.0), e)
        return builder.fdiv(top, builder.fadd(e, _constant(1.0)))

    return lanes_type(x, exponential), generate


@intrinsic
def absolute(typing_context, x):
    """``|x|``."""

    def generate(context, builder, signature, arguments):
        return _call(builder, "llvm.fabs", arguments[0])

    return lanes_type(x), generate


def _exp_of_negative(builder, x):
    """exp(-x) for x >= 0: 2**(n + f) with n whole and f within 0 and 1."""
    power = builder.fmul(_call(builder, "llvm.minnum", x, _constant(87.0)), _constant(-1.4426950408889634))
    whole = _call(builder, "llvm.floor", power)
    rest = builder.fsub(power, whole)
    value = _constant(_POWER_OF_TWO[-1])
    for coefficient in reversed(_POWER_OF_TWO[:-1]):
        value = _call(builder, "llvm.fmuladd", value, rest, _constant(coefficient))
    exponent = builder.shl(builder.fptosi(whole, _INTS), ir.Constant(_INTS, [23] * LANES))
    return builder.bitcast(builder.add(builder.bitcast(value, _INTS), exponent), _VECTOR)


_POWER_OF_TWO = (0.99999989835, 0.69315448966, 0.2401418182, 0.055860337077, 0.0089495904233, 0.0018937540582)
"""The polynomial through 2**f at the six Chebyshev points of (0, 1), by rising powers of f."""


def _place(context, builder, signature, arguments):
    data = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0]).data
    return builder.bitcast(builder.gep(data, [arguments[1]]), _VECTOR.as_pointer())


def _splat(builder, number):
    single = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(single, ir.Constant(_VECTOR, ir.Undefined), ir.Constant(_INTS, [0] * LANES))


def _constant(value):
    return ir.Constant(_VECTOR, [float(value)] * LANES)


def _call(builder, name, *arguments):
    kind = ir.FunctionType(_VECTOR, [_VECTOR] * len(arguments))
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"{name}.v{LANES}f32"), arguments)

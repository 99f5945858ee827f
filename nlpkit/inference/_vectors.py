"""Vector instructions of inference, beside those of `nlpkit._lanes`."""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from nlpkit._lanes import LANES

_BOOLS = ir.VectorType(ir.IntType(1), LANES)


def _halved(builder, vector, join):
    """Join the halves of a vector until one number is left."""
    count = vector.type.count
    while count > 1:
        count //= 2
        first, second = (
            ir.Constant(ir.VectorType(ir.IntType(32), count), list(range(start, start + count))) for start in (0, count)
        )
        vector = join(builder.shuffle_vector(vector, vector, first), builder.shuffle_vector(vector, vector, second))
    return builder.extract_element(vector, ir.Constant(ir.IntType(32), 0))


@intrinsic
def total(typing_context, lanes):
    """The sum of the numbers."""

    def generate(context, builder, signature, arguments):
        return _halved(builder, arguments[0], builder.fadd)

    return types.float32(lanes), generate


@intrinsic
def greatest(typing_context, lanes):
    """The largest of the numbers; NaN if there is one."""

    def generate(context, builder, signature, arguments):
        def join(a, b):
            return builder.select(builder.fcmp_unordered(">", a, b), a, b)

        return _halved(builder, arguments[0], join)

    return types.float32(lanes), generate


@intrinsic
def any_above(typing_context, a, b):
    """Whether a number of ``a`` is larger than that of ``b``."""

    def generate(context, builder, signature, arguments):
        above = builder.fcmp_ordered(">", *arguments)
        bits = builder.bitcast(above, ir.IntType(LANES))
        return builder.icmp_unsigned("!=", bits, ir.Constant(ir.IntType(LANES), 0))

    return types.boolean(a, b), generate


@intrinsic
def exponential(typing_context, lanes):
    """exp(x) of x <= 0, 2e-7 of it at most off; below -87 about 1e-38."""
    from nlpkit._lanes import _constant, _exp_of_negative

    def generate(context, builder, signature, arguments):
        return _exp_of_negative(builder, builder.fsub(_constant(0.0), arguments[0]))

    return lanes(lanes), generate

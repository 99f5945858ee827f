"""Vector instructions of inference, beside those of `nlpkit._lanes`."""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from nlpkit._lanes import LANES, lanes_type
from nlpkit.inference._tile import compiled_features

_FLOAT, _INT = ir.FloatType(), ir.IntType(64)
_ROWS = LANES if "+avx512f" in compiled_features() else LANES // 2
"""Rows whose dot products are computed together: their sums fill the registers."""


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


@intrinsic
def dots(typing_context, queries, query, rows, places, first, last, offset, width):
    """Dot products of a query with sixteen rows: of ``places[first]`` to ``places[first + 15]``, or the last one again.

    Parameters
    ----------
    queries, query : array of float32, int64
        Where the query begins.
    rows : array of float32
    places : array of int64
        Where rows begin.
    first, last : int64
        The first of the sixteen, and the last place that there is.
    offset : int64
        Distance between the beginning of a row and the numbers to multiply.
    width : int64
        A multiple of sixteen.
    """

    def generate(context, builder, signature, arguments):
        array, start, matrix, lines, begin, end, shift, size = arguments
        kinds = signature.args
        left = cgutils.create_struct_proxy(kinds[0])(context, builder, array).data
        right = cgutils.create_struct_proxy(kinds[2])(context, builder, matrix).data
        table = cgutils.create_struct_proxy(kinds[3])(context, builder, lines).data
        pointers = []
        for lane in range(LANES):
            number = builder.add(begin, _INT(lane))
            number = builder.select(builder.icmp_signed("<", number, end), number, end)
            place = builder.add(builder.load(builder.gep(table, [number])), shift)
            pointers.append(builder.gep(right, [place]))
        asked = builder.gep(left, [start])
        parts = [
            _sums_of_products(builder, asked, pointers[first : first + _ROWS], size) for first in range(0, LANES, _ROWS)
        ]
        if len(parts) == 1:
            return parts[0]
        return builder.shuffle_vector(*parts, ir.Constant(ir.VectorType(ir.IntType(32), LANES), list(range(LANES))))

    whole = types.int64
    return lanes_type(queries, whole, rows, places, whole, whole, whole, whole), generate


def _sums_of_products(builder, asked, pointers, size):
    """Return a vector of the dot products of some rows with a query, whose sums all fit the registers."""
    count = len(pointers)
    kind = ir.VectorType(_FLOAT, count)
    before = builder.block
    loop, after = builder.append_basic_block("width"), builder.append_basic_block("done")
    builder.branch(loop)
    builder.position_at_end(loop)
    k = builder.phi(_INT)
    k.add_incoming(_INT(0), before)
    sums = [builder.phi(kind) for _ in pointers]
    value = _load(builder, asked, k, kind)
    made = []
    for pointer, total_ in zip(pointers, sums, strict=True):
        total_.add_incoming(ir.Constant(kind, [0.0] * count), before)
        made.append(_multiply_add(builder, value, _load(builder, pointer, k, kind), total_))
    for total_, new in zip(sums, made, strict=True):
        total_.add_incoming(new, loop)
    following = builder.add(k, _INT(count))
    k.add_incoming(following, loop)
    builder.cbranch(builder.icmp_signed("<", following, size), loop, after)
    builder.position_at_end(after)
    numbers = ir.VectorType(ir.IntType(32), count)
    evens, odds = (ir.Constant(numbers, list(range(first, 2 * count, 2))) for first in (0, 1))
    while len(made) > 1:
        made = [
            builder.fadd(builder.shuffle_vector(a, b, evens), builder.shuffle_vector(a, b, odds))
            for a, b in zip(made[::2], made[1::2], strict=True)
        ]
    return made[0]


def _load(builder, pointer, k, kind):
    place = builder.bitcast(builder.gep(pointer, [k]), kind.as_pointer())
    return builder.load(place, align=4)


def _multiply_add(builder, a, b, c):
    kind = ir.FunctionType(a.type, [a.type] * 3)
    function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fmuladd.v{a.type.count}f32")
    return builder.call(function, [a, b, c])

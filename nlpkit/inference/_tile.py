"""`product_tile`: the inner loop of a matrix product, in vector registers."""

from __future__ import annotations

from llvmlite import binding, ir
from numba import types
from numba.core import cgutils, config
from numba.extending import intrinsic

from nlpkit._lanes import LANES

PANEL = LANES
"""Columns of a packed panel."""


def compiled_features() -> str:
    """Return the processor's features for which numba compiles."""
    if config.CPU_FEATURES is not None:
        return str(config.CPU_FEATURES)
    if config.CPU_NAME not in (None, "host", binding.get_host_cpu_name()):
        return ""
    return binding.get_host_cpu_features().flatten()


PANELS = 2 if "+avx512f" in compiled_features() else 1
"""Panels of a tile of six rows, whose sums fill the registers: thirty-two of AVX-512, or sixteen."""

_FLOAT, _INT = ir.FloatType(), ir.IntType(64)
_VECTOR = ir.VectorType(_FLOAT, LANES)


@intrinsic
def product_tile(typing_context, x, weights, first, bias, y, sizes, place, floor, ahead, rows, panels):
    """Set a tile of ``y`` to max(first + bias + x W, floor), for float32 arrays that are flat.

    The sum over the depth stays in registers: ``rows`` x ``panels`` vectors of sixteen columns.

    Parameters
    ----------
    x, weights, first, bias, y : arrays of float32
        The input, packed panels (panels, depth, 16), what the product is added to, and the result.
    sizes : (int64, int64, int64, int64)
        Depth; distances between rows of x, of first (0: the same row for all) and of y.
    place : (int64, int64, int64, int64, int64)
        Where the tile begins in x, weights, first, bias and y.
    floor : float32
        0 rectifies, -inf does not.
    ahead : (int64, int64)
        Weights that are brought to the cache meanwhile: where they begin, and their number for each input.
    rows, panels : int
        Literal numbers.
    """
    if not (isinstance(rows, types.IntegerLiteral) and isinstance(panels, types.IntegerLiteral)):
        return None
    n_rows, n_panels = rows.literal_value, panels.literal_value

    def generate(context, builder, signature, arguments):
        at = pointers_into(("x", "weights", "first", "bias", "y"), context, builder, signature, arguments)
        depth, x_row, first_row, y_row = (builder.extract_value(arguments[5], i) for i in range(4))

        def times(number, distance):
            return builder.mul(distance, _INT(number))

        def vector(pointer):
            return builder.bitcast(pointer, _VECTOR.as_pointer())

        inputs = [at("x", times(r, x_row)) for r in range(n_rows)]
        columns = [at("weights", times(c * LANES, depth)) for c in range(n_panels)]
        ahead, each = ahead_of(context, builder, signature, arguments)
        tile = [(r, c) for r in range(n_rows) for c in range(n_panels)]
        begun = {
            (r, c): builder.load(vector(at("first", times(r, first_row), _INT(c * LANES))), align=4) for r, c in tile
        }
        before = builder.block
        loop, after = builder.append_basic_block("depth"), builder.append_basic_block("done")
        builder.cbranch(builder.icmp_signed(">", depth, _INT(0)), loop, after)

        builder.position_at_end(loop)
        k = builder.phi(_INT)
        k.add_incoming(_INT(0), before)
        sums = {}
        for cell in tile:
            sums[cell] = builder.phi(_VECTOR)
            sums[cell].add_incoming(begun[cell], before)
        here = builder.mul(k, _INT(LANES))
        weight = [builder.load(vector(builder.gep(column, [here])), align=4) for column in columns]
        prefetch(builder, builder.gep(ahead, [builder.mul(k, each)]))
        made = {}
        for r in range(n_rows):
            number = splat(builder, builder.load(builder.gep(inputs[r], [k])), _VECTOR)
            for c in range(n_panels):
                made[r, c] = _call(builder, "llvm.fmuladd", number, weight[c], sums[r, c])
        following = builder.add(k, _INT(1))
        k.add_incoming(following, loop)
        for cell in tile:
            sums[cell].add_incoming(made[cell], loop)
        builder.cbranch(builder.icmp_signed("<", following, depth), loop, after)

        builder.position_at_end(after)
        for cell in tile:
            sums[cell] = builder.phi(_VECTOR)
            sums[cell].add_incoming(begun[cell], before)
            sums[cell].add_incoming(made[cell], loop)
        least = splat(builder, arguments[7], _VECTOR)
        added = [builder.load(vector(at("bias", _INT(c * LANES))), align=4) for c in range(n_panels)]
        for r, c in tile:
            total = _call(builder, "llvm.maxnum", builder.fadd(sums[r, c], added[c]), least)
            builder.store(total, vector(at("y", times(r, y_row), _INT(c * LANES))), align=4)
        return context.get_dummy_value()

    return types.void(x, weights, first, bias, y, sizes, place, floor, ahead, rows, panels), generate


def pointers_into(names, context, builder, signature, arguments):
    """Return a function of a name and steps: a pointer into one of the five first arguments, which are arrays.

    The seventh argument holds where the tile begins in each of them.
    """
    data = {
        name: cgutils.create_struct_proxy(kind)(context, builder, array).data
        for name, kind, array in zip(names, signature.args[:5], arguments[:5], strict=True)
    }
    start = {name: builder.extract_value(arguments[6], i) for i, name in enumerate(names)}

    def at(name, *steps):
        place = start[name]
        for step in steps:
            place = builder.add(place, step)
        return builder.gep(data[name], [place])

    return at


def ahead_of(context, builder, signature, arguments):
    """Return a pointer to the weights that are prefetched, and their number for each input."""
    weights = cgutils.create_struct_proxy(signature.args[1])(context, builder, arguments[1]).data
    place, each = (builder.extract_value(arguments[8], i) for i in range(2))
    return builder.gep(weights, [place]), each


def prefetch(builder, pointer):
    """Bring memory to the second level of the cache, wherever it is."""
    byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
    to_read, level, data = word(0), word(2), word(1)
    function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
    builder.call(function, [builder.bitcast(pointer, byte), to_read, level, data])


def splat(builder, number, kind):
    """Return a vector whose lanes all hold a number."""
    nothing = ir.Constant(kind, ir.Undefined)
    single = builder.insert_element(nothing, number, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), kind.count), [0] * kind.count)
    return builder.shuffle_vector(single, nothing, zeros)


def _call(builder, name, *arguments):
    kind = ir.FunctionType(_VECTOR, [_VECTOR] * len(arguments))
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"{name}.v{LANES}f32"), arguments)

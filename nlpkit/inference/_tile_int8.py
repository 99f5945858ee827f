"""`product_tile_int8`: the inner loop of a product of bytes, in vector registers, for the processor's instructions.

Inputs are whole numbers from 0 to 127 and weights from -127 to 127, so that no instruction overflows, and the sums are
exact and the same on every processor.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from nlpkit._lanes import LANES
from nlpkit.inference._tile import ahead_of, compiled_features, pointers_into, prefetch, splat

_BYTE, _SHORT, _WORD, _LONG = (ir.IntType(bits) for bits in (8, 16, 32, 64))
_FLOAT = ir.FloatType()
_SUMS, _NUMBERS = ir.VectorType(_WORD, LANES), ir.VectorType(_FLOAT, LANES)
_BYTES = ir.VectorType(_BYTE, 4 * LANES)


def _way() -> str:
    """Return how bytes are multiplied: by one instruction, by two, or by any processor's."""
    features = compiled_features()
    if "+avx512vnni" in features and "+avx512f" in features:
        return "vnni 512"
    if "+avxvnni," in features + "," or ("+avx512vnni" in features and "+avx512vl" in features):
        return "vnni 256"
    if "+avx512bw" in features:
        return "pairs 512"
    return "pairs 256" if "+avx2" in features else "any"


WAY = _way()
PANELS = 4 if WAY == "vnni 512" else 2 if "512" in WAY else 1
"""Panels of a tile."""
ROWS = 6 if "512" in WAY else 4
"""Rows of a tile."""


@intrinsic
def product_tile_int8(typing_context, x, weights, columns, first, y, sizes, place, floor, ahead, rows, panels):
    """Set a tile of ``y`` to max(first + scale · (x · W - zero · Σ W) + bias, floor).

    Parameters
    ----------
    x : (bytes,) uint8
        Rows of whole numbers, padded with zeros to a multiple of four.
    weights : (bytes,) int8
        Packed panels (panels, depth / 4, 16, 4).
    columns : (numbers,) float32
        For each panel the scales, the sums of the weights and the bias of its columns, sixteen numbers each.
    first, y : (numbers,) float32
        Rows that are added, and the result.
    sizes : (int64, int64, int64)
        Depth, a multiple of four; distances between rows of first (0: the same row for all) and of y.
    place : (int64, int64, int64, int64, int64)
        Where the tile begins in x, weights, columns, first and y. Behind the bytes of each row of x, its scale and its
        zero are two float32.
    floor : float32
        0 rectifies, -inf does not.
    ahead : (int64, int64)
        As in `nlpkit.inference._tile.product_tile`.
    rows, panels : int
        Literal numbers.
    """
    if not (isinstance(rows, types.IntegerLiteral) and isinstance(panels, types.IntegerLiteral)):
        return None
    n_rows, n_panels = rows.literal_value, panels.literal_value

    def generate(context, builder, signature, arguments):
        at = pointers_into(("x", "weights", "columns", "first", "y"), context, builder, signature, arguments)
        depth, first_row, y_row = (builder.extract_value(arguments[5], i) for i in range(3))
        x_row = builder.add(depth, _LONG(8))

        def times(number, distance):
            return builder.mul(distance, _LONG(number))

        inputs = [at("x", times(r, x_row)) for r in range(n_rows)]
        panel_starts = [at("weights", times(c * LANES, depth)) for c in range(n_panels)]
        ahead, each = ahead_of(context, builder, signature, arguments)
        tile = [(r, c) for r in range(n_rows) for c in range(n_panels)]
        before = builder.block
        loop, after = builder.append_basic_block("depth"), builder.append_basic_block("done")
        builder.branch(loop)

        builder.position_at_end(loop)
        k = builder.phi(_LONG)
        k.add_incoming(_LONG(0), before)
        sums = {}
        for cell in tile:
            sums[cell] = builder.phi(_SUMS)
            sums[cell].add_incoming(ir.Constant(_SUMS, [0] * LANES), before)
        here = builder.mul(k, _LONG(LANES))
        loaded = [_load(builder, builder.gep(panel, [here]), _BYTES) for panel in panel_starts]
        prefetch(builder, builder.gep(ahead, [builder.mul(k, each)]))
        made = {}
        for r in range(n_rows):
            four = _load(builder, builder.gep(inputs[r], [k]), _WORD)
            for c in range(n_panels):
                made[r, c] = _multiply_add(builder, four, loaded[c], sums[r, c])
        following = builder.add(k, _LONG(4))
        k.add_incoming(following, loop)
        for cell in tile:
            sums[cell].add_incoming(made[cell], loop)
        builder.cbranch(builder.icmp_signed("<", following, depth), loop, after)

        builder.position_at_end(after)
        least = splat(builder, arguments[7], _NUMBERS)
        for c in range(n_panels):
            scales, totals, bias = (
                _load(builder, at("columns", _LONG((3 * c + part) * LANES)), _NUMBERS) for part in range(3)
            )
            totals = builder.fptosi(totals, _SUMS)
            for r in range(n_rows):
                tail = builder.gep(inputs[r], [depth])
                scale = _load(builder, tail, _FLOAT)
                zero = builder.fptosi(_load(builder, builder.gep(tail, [_LONG(4)]), _FLOAT), _WORD)
                whole = builder.sub(made[r, c], builder.mul(totals, splat(builder, zero, _SUMS)))
                scaled = builder.fmul(splat(builder, scale, _NUMBERS), scales)
                begun = _load(builder, at("first", times(r, first_row), _LONG(c * LANES)), _NUMBERS)
                number = builder.fadd(builder.fmul(builder.sitofp(whole, _NUMBERS), scaled), builder.fadd(bias, begun))
                number = _call(builder, f"llvm.maxnum.v{LANES}f32", _NUMBERS, number, least)
                pointer = at("y", times(r, y_row), _LONG(c * LANES))
                builder.store(number, builder.bitcast(pointer, _NUMBERS.as_pointer()), align=4)
        return context.get_dummy_value()

    return types.void(x, weights, columns, first, y, sizes, place, floor, ahead, rows, panels), generate


def _load(builder, pointer, kind):
    return builder.load(builder.bitcast(pointer, kind.as_pointer()), align=1)


def _call(builder, name, result, *arguments):
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)


def _halves(builder, vector):
    count = vector.type.count
    numbers = ir.VectorType(_WORD, count // 2)
    return [
        builder.shuffle_vector(vector, vector, ir.Constant(numbers, list(range(first, first + count // 2))))
        for first in (0, count // 2)
    ]


def _joined(builder, low, high):
    count = 2 * low.type.count
    return builder.shuffle_vector(low, high, ir.Constant(ir.VectorType(_WORD, count), list(range(count))))


def _multiply_add(builder, four, weights, sums):
    """Add to sixteen sums the products of four inputs with four weights each."""
    if WAY == "any":
        return _by_any(builder, four, weights, sums)
    width = 512 if "512" in WAY else 256
    parts = (
        [(weights, sums)] if width == 512 else list(zip(_halves(builder, weights), _halves(builder, sums), strict=True))
    )
    lanes = width // 32
    words = ir.VectorType(_WORD, lanes)
    inputs = splat(builder, four, words)
    made = []
    for part, total in parts:
        if WAY.startswith("vnni"):
            name = f"llvm.x86.avx512.vpdpbusd.{width}"
            made.append(_dot(builder, name, total, inputs, part, lanes))
        else:
            shorts = ir.VectorType(_SHORT, 2 * lanes)
            names = (
                ("llvm.x86.avx512.pmaddubs.w.512", "llvm.x86.avx512.pmaddw.d.512")
                if width == 512
                else ("llvm.x86.avx2.pmadd.ub.sw", "llvm.x86.avx2.pmadd.wd")
            )
            bytes_ = builder.bitcast(inputs, ir.VectorType(_BYTE, 4 * lanes))
            pairs = _call(builder, names[0], shorts, bytes_, part)
            fours = _call(builder, names[1], words, pairs, ir.Constant(shorts, [1] * (2 * lanes)))
            made.append(builder.add(total, fours))
    return made[0] if len(made) == 1 else _joined(builder, *made)


def _dot(builder, name, total, inputs, part, lanes):
    """vpdpbusd, whose inputs are bytes from LLVM 22 on and words before."""
    from llvmlite import binding

    kind = ir.VectorType(_BYTE if binding.llvm_version_info[0] >= 22 else _WORD, 4 * lanes)
    if binding.llvm_version_info[0] < 22:
        kind = ir.VectorType(_WORD, lanes)
    return _call(builder, name, total.type, total, builder.bitcast(inputs, kind), builder.bitcast(part, kind))


def _by_any(builder, four, weights, sums):
    """The same by instructions that every processor has."""
    inputs = builder.bitcast(splat(builder, four, _SUMS), _BYTES)
    wide = ir.VectorType(_WORD, 4 * LANES)
    products = builder.mul(builder.zext(inputs, wide), builder.sext(weights, wide))
    for offset in range(4):
        numbers = ir.Constant(_SUMS, list(range(offset, 4 * LANES, 4)))
        sums = builder.add(sums, builder.shuffle_vector(products, products, numbers))
    return sums

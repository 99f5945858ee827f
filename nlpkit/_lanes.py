"""SIMD in compiled code: `Lanes`, a type that numba keeps in the vector registers of the processor.

`load` takes sixteen float32; `load_half` takes 256 bits, eight float32 or four float64. On processors with smaller
registers, LLVM uses two or four instructions.
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
    """A vector of ``count`` float32 or float64."""

    def __init__(self, number: types.Float, count: int) -> None:
        self.number, self.count = number, count
        super().__init__(name=f"Lanes({number} x {count})")

    @property
    def vector(self) -> ir.VectorType:
        """LLVM's type of the vector."""
        return ir.VectorType(_FLOAT if self.number == types.float32 else ir.DoubleType(), self.count)


lanes_type = Lanes(types.float32, LANES)
half_types = {types.float32: Lanes(types.float32, 8), types.float64: Lanes(types.float64, 4)}


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, kind.vector)


@intrinsic
def load(typing_context, array, index):
    """Load sixteen numbers of a float32 array from ``index`` on."""

    def generate(context, builder, signature, arguments):
        return builder.load(_place(context, builder, signature, arguments, lanes_type), align=4)

    return lanes_type(array, types.int64), generate


@intrinsic
def load_half(typing_context, array, index):
    """Load eight numbers of a float32 array, or four of a float64 array, from ``index`` on."""
    kind = half_types[array.dtype]

    def generate(context, builder, signature, arguments):
        return builder.load(_place(context, builder, signature, arguments, kind), align=4)

    return kind(array, types.int64), generate


@intrinsic
def store(typing_context, array, index, lanes):
    """Store lanes in an array of the same type from ``index`` on."""

    def generate(context, builder, signature, arguments):
        builder.store(arguments[2], _place(context, builder, signature, arguments, lanes), align=4)
        return context.get_dummy_value()

    return types.void(array, types.int64, lanes), generate


@intrinsic
def splat(typing_context, number):
    """Return sixteen copies of a float32."""

    def generate(context, builder, signature, arguments):
        return _splat(builder, arguments[0], lanes_type)

    return lanes_type(types.float32), generate


@intrinsic
def splat_half(typing_context, array, number):
    """Return copies of ``number``, with as many lanes as `load_half` of the array."""
    kind = half_types[array.dtype]

    def generate(context, builder, signature, arguments):
        number = context.cast(builder, arguments[1], signature.args[1], kind.number)
        return _splat(builder, number, kind)

    return kind(array, number), generate


@intrinsic
def splat_half_of(typing_context, array, index):
    """Return copies of ``array[index]``, with as many lanes as `load_half` of the array."""
    kind = half_types[array.dtype]

    def generate(context, builder, signature, arguments):
        data = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0]).data
        return _splat(builder, builder.load(builder.gep(data, [arguments[1]])), kind)

    return kind(array, types.int64), generate


@intrinsic
def splat_of(typing_context, array, index):
    """Return sixteen copies of ``array[index]`` of a float32 array."""

    def generate(context, builder, signature, arguments):
        data = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0]).data
        return _splat(builder, builder.load(builder.gep(data, [arguments[1]])), lanes_type)

    return lanes_type(array, types.int64), generate


@intrinsic
def multiply_add(typing_context, a, b, c):
    """``a * b + c``, rounded once if the processor supports it."""

    def generate(context, builder, signature, arguments):
        return _call(builder, "llvm.fmuladd", *arguments)

    return a(a, b, c), generate


@intrinsic
def add(typing_context, a, b):
    """``a + b``."""

    def generate(context, builder, signature, arguments):
        return builder.fadd(*arguments)

    return a(a, b), generate


@intrinsic
def subtract(typing_context, a, b):
    """``a - b``."""

    def generate(context, builder, signature, arguments):
        return builder.fsub(*arguments)

    return a(a, b), generate


@intrinsic
def larger(typing_context, a, b):
    """The larger number of each pair; ignores NaN."""

    def generate(context, builder, signature, arguments):
        return _call(builder, "llvm.maxnum", *arguments)

    return a(a, b), generate


@intrinsic
def where_above(typing_context, a, b, c):
    """``c`` where ``a > b`` or one of them is NaN, elsewhere 0."""

    def generate(context, builder, signature, arguments):
        first, second, chosen = arguments
        return builder.select(builder.fcmp_unordered(">", first, second), chosen, _constant(0.0, chosen.type))

    return c(a, b, c), generate


@intrinsic
def multiply(typing_context, a, b):
    """``a * b``."""

    def generate(context, builder, signature, arguments):
        return builder.fmul(*arguments)

    return a(a, b), generate


@intrinsic
def divide(typing_context, a, b):
    """``a / b``."""

    def generate(context, builder, signature, arguments):
        return builder.fdiv(*arguments)

    return a(a, b), generate


@intrinsic
def sums(typing_context, vectors):
    """The sums of up to sixteen vectors (a tuple): lane i is the sum of vector i; other lanes are undefined."""

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
    """``max(x, 0)`` (part 0) or ``exp(-|x|)`` (part 1). softplus(x) is the first plus log(1 + the second).

    The exponential is a power of 2, made from the bits of a float, times a polynomial for the fraction (relative error
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
def transpose_into(typing_context, source, index, stride, target, place):
    """Transpose a square: lane j of `load_half` at ``index + i * stride`` is copied to ``place + j * L + i``."""
    kind = half_types[source.dtype]

    def generate(context, builder, signature, arguments):
        array, index, stride, target, place = arguments
        rows = _rows(context, builder, signature, (array, index, stride), kind)
        _store_rows(context, builder, signature.args[3], target, place, _transposed(builder, rows, kind))
        return context.get_dummy_value()

    return types.void(source, types.int64, types.int64, target, types.int64), generate


@intrinsic
def transpose_product_into(typing_context, source, index, stride, factors, first, target, place):
    """Same as `transpose_into`; each row is multiplied by `load_half` of ``factors`` at ``first``."""
    kind = half_types[source.dtype]

    def generate(context, builder, signature, arguments):
        array, index, stride, factors, first, target, place = arguments
        rows = _rows(context, builder, signature, (array, index, stride), kind)
        data = cgutils.create_struct_proxy(signature.args[3])(context, builder, factors).data
        pointer = builder.bitcast(builder.gep(data, [first]), kind.vector.as_pointer())
        share = builder.load(pointer, align=4)
        rows = _transposed(builder, [builder.fmul(row, share) for row in rows], kind)
        _store_rows(context, builder, signature.args[5], target, place, rows)
        return context.get_dummy_value()

    return types.void(source, types.int64, types.int64, factors, types.int64, target, types.int64), generate


def _rows(context, builder, signature, given, kind):
    """Load as many rows as there are lanes, ``stride`` apart."""
    array, index, stride = given
    places = [builder.add(index, builder.mul(stride, stride.type(i))) for i in range(kind.count)]
    return [builder.load(_place(context, builder, signature, [array, place], kind), align=4) for place in places]


def _store_rows(context, builder, array_type, target, place, rows):
    data = cgutils.create_struct_proxy(array_type)(context, builder, target).data
    for j, row in enumerate(rows):
        at = builder.gep(data, [builder.add(place, place.type(j * len(rows)))])
        builder.store(row, builder.bitcast(at, row.type.as_pointer()), align=4)


def _transposed(builder, rows, kind):
    """Swap the off-diagonal squares of 1, 2, 4 … lanes."""
    step = 1
    while step < kind.count:
        of_first = [lane if not lane & step else kind.count + lane - step for lane in range(kind.count)]
        of_second = [lane + step if not lane & step else kind.count + lane for lane in range(kind.count)]
        for i in range(kind.count):
            if not i & step:
                pair = rows[i], rows[i + step]
                rows[i], rows[i + step] = (
                    builder.shuffle_vector(*pair, ir.Constant(ir.VectorType(ir.IntType(32), kind.count), lanes))
                    for lanes in (of_first, of_second)
                )
        step *= 2
    return rows


@intrinsic
def log2(typing_context, x):
    """The base-2 logarithm of positive numbers.

    For float32 the integer part comes from the bits, the fraction from a polynomial (absolute error below 2e-7).
    """

    def generate(context, builder, signature, arguments):
        if x.number != types.float32:
            return _call(builder, "llvm.log2", arguments[0])
        ints = ir.VectorType(ir.IntType(32), x.count)
        bits = builder.bitcast(arguments[0], ints)
        root_half = ir.Constant(ints, [0x3F3504F3] * x.count)  # the bits of √½: the fraction is between √½ and √2
        shift = ir.Constant(ints, [23] * x.count)
        exponent = builder.ashr(builder.sub(bits, root_half), shift)
        fraction = builder.bitcast(builder.sub(bits, builder.shl(exponent, shift)), x.vector)
        rest = builder.fsub(fraction, _constant(1.0, x.vector))
        value = _constant(_LOG2[-1], x.vector)
        for coefficient in reversed(_LOG2[:-1]):
            value = _call(builder, "llvm.fmuladd", value, rest, _constant(coefficient, x.vector))
        return _call(builder, "llvm.fmuladd", value, rest, builder.sitofp(exponent, x.vector))

    return x(x), generate


@intrinsic
def logistic(typing_context, x, exponential):
    """1 / (1 + exp(-x)), given ``exp(-|x|)``."""

    def generate(context, builder, signature, arguments):
        x, e = arguments
        top = builder.select(builder.fcmp_ordered(">=", x, _constant(0.0)), _constant(1.0), e)
        return builder.fdiv(top, builder.fadd(e, _constant(1.0)))

    return lanes_type(x, exponential), generate


@intrinsic
def square_root(typing_context, x):
    """The square root."""

    def generate(context, builder, signature, arguments):
        return _call(builder, "llvm.sqrt", arguments[0])

    return x(x), generate


@intrinsic
def absolute(typing_context, x):
    """``|x|``."""

    def generate(context, builder, signature, arguments):
        return _call(builder, "llvm.fabs", arguments[0])

    return lanes_type(x), generate


def _exp_of_negative(builder, x):
    """exp(-x) for x >= 0: 2**(n + f) with n an integer and f between 0 and 1."""
    power = builder.fmul(_call(builder, "llvm.minnum", x, _constant(87.0)), _constant(-1.4426950408889634))
    whole = _call(builder, "llvm.floor", power)
    rest = builder.fsub(power, whole)
    value = _constant(_POWER_OF_TWO[-1])
    for coefficient in reversed(_POWER_OF_TWO[:-1]):
        value = _call(builder, "llvm.fmuladd", value, rest, _constant(coefficient))
    exponent = builder.shl(builder.fptosi(whole, _INTS), ir.Constant(_INTS, [23] * LANES))
    return builder.bitcast(builder.add(builder.bitcast(value, _INTS), exponent), _VECTOR)


_LOG2 = (
    1.442695004,
    -0.7213474682,
    0.4809107535,
    -0.3606932681,
    0.2879032609,
    -0.2391698814,
    0.2160782255,
    -0.2058618805,
    0.1231096846,
)
"""Polynomial through log2(1 + x) / x at the nine Chebyshev points of (√½ - 1, √2 - 1), in rising powers of x."""

_POWER_OF_TWO = (0.99999989835, 0.69315448966, 0.2401418182, 0.055860337077, 0.0089495904233, 0.0018937540582)
"""Polynomial through 2**f at the six Chebyshev points of (0, 1), in rising powers of f."""


def _place(context, builder, signature, arguments, kind):
    data = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0]).data
    return builder.bitcast(builder.gep(data, [arguments[1]]), kind.vector.as_pointer())


def _splat(builder, number, kind):
    nothing = ir.Constant(kind.vector, ir.Undefined)
    single = builder.insert_element(nothing, number, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), kind.count), [0] * kind.count)
    return builder.shuffle_vector(single, nothing, zeros)


def _constant(value, vector=_VECTOR):
    return ir.Constant(vector, [float(value)] * vector.count)


def _call(builder, name, *arguments):
    vector = arguments[0].type
    kind = ir.FunctionType(vector, [vector] * len(arguments))
    number = "f32" if vector.element == _FLOAT else "f64"
    function = cgutils.get_or_insert_function(builder.module, kind, f"{name}.v{vector.count}{number}")
    return builder.call(function, arguments)

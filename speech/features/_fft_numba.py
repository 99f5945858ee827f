"""Compiled Fourier transform of several real frames at once, one frame in each lane of the vector registers.

A Stockham transform of half the length (no bit reversal; Cochran et al. 1967, "What is the fast Fourier transform?")
with radices 4, 2, 3, 5 and 8. The even samples of a frame are the real parts of its input, the odd samples the
imaginary parts; `real_pair` separates the two spectra. Each lane has its own frame, so no shuffles are needed.

A number in a block has ``L`` lanes (eight of float32, four of float64). The real parts of complex number ``k`` start at
``2 * k * L``, the imaginary parts ``L`` further on.
"""

from __future__ import annotations

from math import cos, pi, sin, sqrt

from nlpkit._kernel import part
from nlpkit._lanes import add, load_half, multiply, multiply_add, splat_half, splat_half_of, store, subtract

_SIN_60 = sqrt(3) / 2
_ROOT_HALF = sqrt(0.5)
_COS_72, _COS_144 = cos(2 * pi / 5), cos(4 * pi / 5)
_SIN_72, _SIN_144 = sin(2 * pi / 5), sin(4 * pi / 5)


@part
def transform(a, b, half, radices, twiddles, lanes):
    """Transform the ``half`` complex numbers in ``a``; the result is in ``a`` if the number of radices is even.

    Parameters
    ----------
    a, b : (2 * half * lanes,) float32 or float64
        The block, and scratch space of the same size.
    radices : (n,) int64
        Factors 2, 3, 4 and 5, and 8 as the last one; their product is ``half``.
    twiddles : float array
        For each radix r with ``m`` numbers per part, and each p < m: cos and -sin of 2 pi p k / (m r) for k from 1 to r
        - 1. See `nlpkit.speech.features.band_tables`.
    lanes : int
    """
    length, stride, at = half, 1, 0
    for i in range(len(radices)):
        radix = radices[i]
        source, target = (a, b) if i % 2 == 0 else (b, a)
        length //= radix
        if radix == 4:
            _radix4(source, target, length, stride, 0, 1, twiddles, at, lanes, False)
            _radix4(source, target, length, stride, 1, length, twiddles, at, lanes, True)
        elif radix == 5:
            _radix5(source, target, length, stride, 0, 1, twiddles, at, lanes, False)
            _radix5(source, target, length, stride, 1, length, twiddles, at, lanes, True)
        elif radix == 3:
            _radix3(source, target, length, stride, twiddles, at, lanes)
        elif radix == 8:
            _radix8(source, target, stride, lanes)
        else:
            _radix2(source, target, length, stride, twiddles, at, lanes)
        stride *= radix
        at += length * (radix - 1) * 2


@part
def _put(target, place, lanes, real, imaginary, twiddles, at, turned):
    """Store a complex number multiplied by a twiddle factor, or unchanged."""
    if turned:
        c = splat_half_of(twiddles, at)
        s = splat_half_of(twiddles, at + 1)
        store(target, place, subtract(multiply(real, c), multiply(imaginary, s)))
        store(target, place + lanes, multiply_add(real, s, multiply(imaginary, c)))
    else:
        store(target, place, real)
        store(target, place + lanes, imaginary)


@part
def _radix2(source, target, m, stride, twiddles, at, lanes):
    apart = 2 * lanes * stride
    for p in range(m):
        for q in range(stride):
            i = 2 * lanes * (q + stride * p)
            ar, ai = load_half(source, i), load_half(source, i + lanes)
            i += m * apart
            br, bi = load_half(source, i), load_half(source, i + lanes)
            o = 2 * lanes * (q + stride * 2 * p)
            store(target, o, add(ar, br))
            store(target, o + lanes, add(ai, bi))
            _put(target, o + apart, lanes, subtract(ar, br), subtract(ai, bi), twiddles, at + 2 * p, True)


@part
def _radix3(source, target, m, stride, twiddles, at, lanes):
    apart = 2 * lanes * stride
    half = splat_half(source, -0.5)
    root = splat_half(source, _SIN_60)
    for p in range(m):
        for q in range(stride):
            i = 2 * lanes * (q + stride * p)
            ar, ai = load_half(source, i), load_half(source, i + lanes)
            i += m * apart
            br, bi = load_half(source, i), load_half(source, i + lanes)
            i += m * apart
            cr, ci = load_half(source, i), load_half(source, i + lanes)
            sr, si = add(br, cr), add(bi, ci)
            dr, di = multiply(root, subtract(br, cr)), multiply(root, subtract(bi, ci))
            mr, mi = multiply_add(half, sr, ar), multiply_add(half, si, ai)
            o = 2 * lanes * (q + stride * 3 * p)
            store(target, o, add(ar, sr))
            store(target, o + lanes, add(ai, si))
            _put(target, o + apart, lanes, add(mr, di), subtract(mi, dr), twiddles, at + 4 * p, True)
            _put(target, o + 2 * apart, lanes, subtract(mr, di), add(mi, dr), twiddles, at + 4 * p + 2, True)


@part
def _radix4(source, target, m, stride, first, last, twiddles, at, lanes, turned):
    apart = 2 * lanes * stride
    for p in range(first, last):
        for q in range(stride):
            i = 2 * lanes * (q + stride * p)
            ar, ai = load_half(source, i), load_half(source, i + lanes)
            i += m * apart
            br, bi = load_half(source, i), load_half(source, i + lanes)
            i += m * apart
            cr, ci = load_half(source, i), load_half(source, i + lanes)
            i += m * apart
            dr, di = load_half(source, i), load_half(source, i + lanes)
            er, ei, fr, fi = add(ar, cr), add(ai, ci), subtract(ar, cr), subtract(ai, ci)
            gr, gi, hr, hi = add(br, dr), add(bi, di), subtract(br, dr), subtract(bi, di)
            o = 2 * lanes * (q + stride * 4 * p)
            store(target, o, add(er, gr))
            store(target, o + lanes, add(ei, gi))
            _put(target, o + apart, lanes, add(fr, hi), subtract(fi, hr), twiddles, at + 6 * p, turned)
            _put(target, o + 2 * apart, lanes, subtract(er, gr), subtract(ei, gi), twiddles, at + 6 * p + 2, turned)
            _put(target, o + 3 * apart, lanes, subtract(fr, hi), add(fi, hr), twiddles, at + 6 * p + 4, turned)


@part
def _radix5(source, target, m, stride, first, last, twiddles, at, lanes, turned):
    apart = 2 * lanes * stride
    c1, c2 = splat_half(source, _COS_72), splat_half(source, _COS_144)
    s1, s2 = splat_half(source, _SIN_72), splat_half(source, _SIN_144)
    for p in range(first, last):
        for q in range(stride):
            i = 2 * lanes * (q + stride * p)
            ar, ai = load_half(source, i), load_half(source, i + lanes)
            i += m * apart
            br, bi = load_half(source, i), load_half(source, i + lanes)
            i += m * apart
            cr, ci = load_half(source, i), load_half(source, i + lanes)
            i += m * apart
            dr, di = load_half(source, i), load_half(source, i + lanes)
            i += m * apart
            er, ei = load_half(source, i), load_half(source, i + lanes)
            # sums and differences of the outer and the inner pair
            or_, oi, pr, pi_ = add(br, er), add(bi, ei), subtract(br, er), subtract(bi, ei)
            ir_, ii, jr, ji = add(cr, dr), add(ci, di), subtract(cr, dr), subtract(ci, di)
            o = 2 * lanes * (q + stride * 5 * p)
            store(target, o, add(ar, add(or_, ir_)))
            store(target, o + lanes, add(ai, add(oi, ii)))
            xr = multiply_add(c1, or_, multiply_add(c2, ir_, ar))
            xi = multiply_add(c1, oi, multiply_add(c2, ii, ai))
            yr = multiply_add(s1, pr, multiply(s2, jr))
            yi = multiply_add(s1, pi_, multiply(s2, ji))
            _put(target, o + apart, lanes, add(xr, yi), subtract(xi, yr), twiddles, at + 8 * p, turned)
            _put(target, o + 4 * apart, lanes, subtract(xr, yi), add(xi, yr), twiddles, at + 8 * p + 6, turned)
            xr = multiply_add(c2, or_, multiply_add(c1, ir_, ar))
            xi = multiply_add(c2, oi, multiply_add(c1, ii, ai))
            yr = subtract(multiply(s2, pr), multiply(s1, jr))
            yi = subtract(multiply(s2, pi_), multiply(s1, ji))
            _put(target, o + 2 * apart, lanes, add(xr, yi), subtract(xi, yr), twiddles, at + 8 * p + 2, turned)
            _put(target, o + 3 * apart, lanes, subtract(xr, yi), add(xi, yr), twiddles, at + 8 * p + 4, turned)


@part
def _radix8(source, target, stride, lanes):
    """The last step: no number is multiplied by a twiddle factor."""
    apart = 2 * lanes * stride
    root = splat_half(source, _ROOT_HALF)
    for q in range(stride):
        i = 2 * lanes * q
        ar, ai = load_half(source, i), load_half(source, i + lanes)
        er, ei = load_half(source, i + 4 * apart), load_half(source, i + 4 * apart + lanes)
        cr, ci = load_half(source, i + 2 * apart), load_half(source, i + 2 * apart + lanes)
        gr, gi = load_half(source, i + 6 * apart), load_half(source, i + 6 * apart + lanes)
        ar, ai, er, ei = add(ar, er), add(ai, ei), subtract(ar, er), subtract(ai, ei)
        cr, ci, gr, gi = add(cr, gr), add(ci, gi), subtract(cr, gr), subtract(ci, gi)
        br, bi = load_half(source, i + apart), load_half(source, i + apart + lanes)
        fr, fi = load_half(source, i + 5 * apart), load_half(source, i + 5 * apart + lanes)
        dr, di = load_half(source, i + 3 * apart), load_half(source, i + 3 * apart + lanes)
        hr, hi = load_half(source, i + 7 * apart), load_half(source, i + 7 * apart + lanes)
        br, bi, fr, fi = add(br, fr), add(bi, fi), subtract(br, fr), subtract(bi, fi)
        dr, di, hr, hi = add(dr, hr), add(di, hi), subtract(dr, hr), subtract(di, hi)
        # the even numbers of the spectrum are the transform of the four sums
        sr, si, tr, ti = add(ar, cr), add(ai, ci), add(br, dr), add(bi, di)
        store(target, i, add(sr, tr))
        store(target, i + lanes, add(si, ti))
        store(target, i + 4 * apart, subtract(sr, tr))
        store(target, i + 4 * apart + lanes, subtract(si, ti))
        sr, si, tr, ti = subtract(ar, cr), subtract(ai, ci), subtract(br, dr), subtract(bi, di)
        store(target, i + 2 * apart, add(sr, ti))
        store(target, i + 2 * apart + lanes, subtract(si, tr))
        store(target, i + 6 * apart, subtract(sr, ti))
        store(target, i + 6 * apart + lanes, add(si, tr))
        # the odd numbers that of the four differences, turned by k / 8 of a circle
        ur, ui = multiply(root, add(fr, fi)), multiply(root, subtract(fi, fr))
        vr, vi = multiply(root, subtract(hi, hr)), multiply(root, add(hr, hi))
        sr, si, tr, ti = add(er, gi), subtract(ei, gr), add(ur, vr), subtract(ui, vi)
        store(target, i + apart, add(sr, tr))
        store(target, i + apart + lanes, add(si, ti))
        store(target, i + 5 * apart, subtract(sr, tr))
        store(target, i + 5 * apart + lanes, subtract(si, ti))
        sr, si, tr, ti = subtract(er, gi), add(ei, gr), subtract(ur, vr), add(ui, vi)
        store(target, i + 3 * apart, add(sr, ti))
        store(target, i + 3 * apart + lanes, subtract(si, tr))
        store(target, i + 7 * apart, subtract(sr, ti))
        store(target, i + 7 * apart + lanes, add(si, tr))


@part
def real_pair(z, k, half, turns, lanes):
    """Return numbers ``k`` and ``half - k`` of the spectrum of the real samples, as four lanes.

    ``z`` is the output of `transform` for even and odd samples, divided by 2; ``turns`` holds cos and -sin of
    pi k / half.
    """
    first, last = 2 * lanes * k, 2 * lanes * (half - k)
    ar, ai = load_half(z, first), load_half(z, first + lanes)
    br, bi = load_half(z, last), load_half(z, last + lanes)
    er, ei = add(ar, br), subtract(ai, bi)  # twice the spectrum of the even samples
    dr, di = add(ai, bi), subtract(br, ar)  # and of the odd ones
    c, s = splat_half_of(turns, 2 * k), splat_half_of(turns, 2 * k + 1)
    tr = subtract(multiply(dr, c), multiply(di, s))
    ti = multiply_add(dr, s, multiply(di, c))
    return add(er, tr), add(ei, ti), subtract(er, tr), subtract(ti, ei)

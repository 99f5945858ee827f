"""Compiled: numbers from decimal text to float32 and back.

Reading gives exactly ``np.float32(float(text))``: the decimal rounded to float64, and that to float32. Where digits and
power of ten are both exact in float64, one operation does it (Clinger 1990, "How to read floating point numbers
accurately"). Else the product's error is known to be small, and the result is taken when everything within that error
rounds to the same float32; what is left, one number in many millions, is a doubt that the caller settles.

Writing gives the fewest digits that are read back as the same float32 without a doubt. Decimals of up to 6 digits all
stand for different float32, so the search goes 6, 7, 8, 9 and zeros at the end are dropped; only subnormal numbers
begin with 1.
"""

from __future__ import annotations

import math

import numpy as np

from nlpkit._kernel import kernel

NUMBER, DOUBT, NO_NUMBER = 0, 1, 2

_LEAST, _MOST = -120, 80
_POWERS = np.array([float(f"1e{e}") for e in range(_LEAST, _MOST + 1)])
_WIDE = 1 + 2.0**-50
_NARROW = 1 - 2.0**-50
_EXACT = np.uint64(1 << 53)
_FULL = np.uint64(10**18)
TEN = np.uint64(10)
_LEAST_NORMAL = 2.0**-126

LONGEST = 19
"""Most bytes of a written number, and the separator before it."""

TAB, NEWLINE, RETURN, SPACE = 9, 10, 13, 32


@kernel
def read_number(data, start):
    """The number at ``start`` of uint8 ``data``, which ends with a line end: (float32, where it ends, what it is)."""
    i = start
    negative = data[i] == 45
    if negative or data[i] == 43:
        i += 1
    digits = np.uint64(0)
    exponent = 0
    first = i
    digit = np.int64(data[i]) - 48
    while 0 <= digit <= 9:
        if digits < _FULL:
            digits = digits * TEN + np.uint64(digit)
        else:
            exponent += 1
        i += 1
        digit = np.int64(data[i]) - 48
    read = i - first
    if data[i] == 46:
        i += 1
        first = i
        digit = np.int64(data[i]) - 48
        while 0 <= digit <= 9:
            if digits < _FULL:
                digits = digits * TEN + np.uint64(digit)
                exponent -= 1
            i += 1
            digit = np.int64(data[i]) - 48
        read += i - first
    if read == 0:
        return np.float32(0), start, NO_NUMBER
    if data[i] == 101 or data[i] == 69:
        i += 1
        below = data[i] == 45
        if below or data[i] == 43:
            i += 1
        first = i
        power = 0
        digit = np.int64(data[i]) - 48
        while 0 <= digit <= 9:
            power = min(power * 10 + digit, 1 << 40)
            i += 1
            digit = np.int64(data[i]) - 48
        if i == first:
            return np.float32(0), start, NO_NUMBER
        exponent += -power if below else power
    after = data[i]
    if after != SPACE and after != NEWLINE and after != TAB and after != RETURN:
        return np.float32(0), start, NO_NUMBER
    if digits == 0:
        return np.float32(-0.0 if negative else 0.0), i, NUMBER
    value = np.float64(digits)
    if digits <= _EXACT and -22 <= exponent <= 22:
        if exponent < 0:
            value /= _POWERS[-exponent - _LEAST]
        else:
            value *= _POWERS[exponent - _LEAST]
        single = np.float32(value)
    elif exponent < _LEAST or exponent > _MOST:
        return np.float32(0), i, DOUBT
    else:
        value *= _POWERS[exponent - _LEAST]
        single = np.float32(value * _NARROW)
        if single != np.float32(value * _WIDE):
            return np.float32(0), i, DOUBT
    return -single if negative else single, i, NUMBER


@kernel
def write_number(value, out, at):
    """Write a float32 into uint8 ``out`` at ``at``; returns where it ends."""
    if value != value:
        out[at], out[at + 1], out[at + 2] = 110, 97, 110
        return at + 3
    if math.copysign(1.0, value) < 0:
        out[at] = 45
        at += 1
    exact = abs(np.float64(value))
    if exact == 0:
        out[at] = 48
        return at + 1
    if exact == np.inf:
        out[at], out[at + 1], out[at + 2] = 105, 110, 102
        return at + 3
    single = np.float32(exact)
    power = np.int64(math.floor(math.log10(exact)))
    number = np.int64(0)
    decimals = 0
    n = 6 if exact >= _LEAST_NORMAL else 1
    while n <= 10:  # nine digits are always enough, and log10 may be one too high
        decimals = n - 1 - power
        number = np.int64(exact * _POWERS[decimals - _LEAST] + 0.5)
        near = np.float64(number) * _POWERS[-decimals - _LEAST]
        if np.float32(near * _NARROW) == single and np.float32(near * _WIDE) == single:
            break
        n += 1
    while number % 10 == 0:
        number //= 10
        decimals -= 1
    count = 1
    more = number
    while more >= 10:
        more //= 10
        count += 1
    power = count - 1 - decimals
    if -5 <= power < 0:
        out[at] = 48
        out[at + 1] = 46
        for k in range(-power - 1):
            out[at + 2 + k] = 48
        at += 1 - power
        return _write_digits(number, count, count, out, at)
    if 0 <= power < 9:
        if decimals <= 0:
            return _write_digits(number * np.int64(_POWERS[-decimals - _LEAST]), power + 1, power + 1, out, at)
        return _write_digits(number, count, power + 1, out, at)
    at = _write_digits(number, count, 1, out, at)
    out[at] = 101
    out[at + 1] = 45 if power < 0 else 43
    out[at + 2] = 48 + abs(power) // 10
    out[at + 3] = 48 + abs(power) % 10
    return at + 4


@kernel
def _write_digits(number, count, whole, out, at):
    """Write ``count`` digits, with a point after the first ``whole`` of them where more follow."""
    end = at + count + (1 if whole < count else 0)
    i = end - 1
    for k in range(count, 0, -1):
        if k == whole and whole < count:
            out[i] = 46
            i -= 1
        out[i] = 48 + number % 10
        number //= 10
        i -= 1
    return end

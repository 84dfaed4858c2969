#!/usr/bin/env python3
"""Writes integer_cases.txt: operations on integers of all lengths with CPython's answers, one a line.

    operation a b result        (a, b and results in hexadecimal; shifts' b, text's base and double's bits as they are)
"""
import pathlib
import random
import struct

random.seed(20260)
LENGTHS = [1, 8, 31, 32, 33, 62, 63, 64, 65, 96, 127, 128, 129, 192, 256, 1000, 2100, 5000]


def some_int():
    bits = random.choice(LENGTHS)
    kind = random.randrange(4)
    value = random.getrandbits(bits)
    if kind == 1:
        value = (1 << bits) - random.randrange(2)
    elif kind == 2:
        value = (1 << bits) + random.randrange(2)
    return -value if random.randrange(2) else value


def double_bits(value):
    return "%016x" % struct.unpack("<Q", struct.pack("<d", value))[0]


def lines():
    binary = {
        "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
        "div": lambda a, b: a // b, "mod": lambda a, b: a % b,
        "and": lambda a, b: a & b, "or": lambda a, b: a | b, "xor": lambda a, b: a ^ b,
    }
    for name, operation in binary.items():
        for _ in range(60):
            a, b = some_int(), some_int()
            if b == 0 and name in ("div", "mod"):
                continue
            yield f"{name} {a:x} {b:x} {operation(a, b):x}"
    for _ in range(60):
        a, bits = some_int(), random.randrange(600)
        yield f"shl {a:x} {bits} {a << bits:x}"
        yield f"shr {a:x} {bits} {a >> bits:x}"
    for base in range(2, 37):
        a = some_int()
        digits, rest = "", abs(a)
        while rest:
            digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % base] + digits
            rest //= base
        yield f"text {a:x} {base} {'-' if a < 0 else ''}{digits or '0'}"
    halves = [(1 << 53) + 1, (1 << 54) + 2, (1 << 54) + 6, ((1 << 53) + 1 << 70), ((1 << 53) + 1 << 70) + 1,
              (1 << 1024) - (1 << 970), (1 << 1024) - (1 << 970) - 1, (1 << 63) - 1, (1 << 64) - 1]
    for a in [some_int() % (1 << 1024) for _ in range(80)] + halves + [-a for a in halves]:
        try:
            yield f"double {a:x} 0 {double_bits(float(a))}"
        except OverflowError:
            yield f"double {a:x} 0 {double_bits(float('-inf') if a < 0 else float('inf'))}"


pathlib.Path(__file__).with_name("integer_cases.txt").write_text("\n".join(lines()) + "\n")

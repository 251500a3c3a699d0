#!/usr/bin/env python3
"""Writes utf_tables.c from the mappings that Python has of the Unicode consortium. The tests compare with iconv, which shares nothing with it."""
tables = ["windows-125%d" % i for i in range(9)] + ["iso-8859-%d" % i for i in (2, 5, 7, 9, 15)] + ["koi8-r"]
print("/* utf_tables - bytes 0x80..0xFF of the encodings of one byte per character; 0: no such byte. Written by utf_tables.py. */")
print('#include "parse/utf.h"\n')
print("const uint16_t tribx_single_bytes[][128] = {")
for name in tables:
    codes = [ord(bytes([b]).decode(name, "ignore") or "\0") for b in range(128, 256)]
    print("\t{   /* %s */" % name)
    for i in range(0, 128, 16):
        print("\t\t" + ", ".join("0x%04X" % c if c else "0" for c in codes[i:i + 16]) + ",")
    print("\t},")
print("};")

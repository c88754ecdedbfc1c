#!/usr/bin/env python3
"""Counts the tests in the output of `ctest -V`: prints "PASSED FAILED".

A GoogleTest program counts for each test that it reports, any other program as one. A program that ends
badly with no failed test reported (a crash, a sanitizer's finding, no end) is one failure. No program at
all is one failure, too.
"""
import re
import sys
from collections import Counter

REPORTED = re.compile(r"^(\d+): .*\[ +(OK|FAILED) +\] [\w/.]+(?:, where .*)? \(\d+ ms\)$")
ENDED = re.compile(r"^ *\d+/\d+ Test +#(\d+): \S+ \.* *(Passed|\*\*\*\w+|Not Run)")


def count(lines):
    good, bad = Counter(), Counter()
    passed = failed = 0
    for line in lines:
        if report := REPORTED.match(line):
            (good if report[2] == "OK" else bad)[report[1]] += 1
        elif end := ENDED.match(line):
            number, is_passed = end[1], end[2] == "Passed"
            passed += max(good[number], 1) if is_passed else good[number]
            failed += 0 if is_passed else max(bad[number], 1)
    return (passed, failed) if passed + failed > 0 else (0, 1)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        print(*count(log))

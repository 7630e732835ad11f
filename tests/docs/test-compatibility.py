#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/compatibility.md tells the truth: it has all rows, each row that is done has a test that carries its number, and
each test that carries a number is in the table. Every row is done but those of LATER.
The tests that docs/guarantees.md names exist.

    test-compatibility.py SOURCE BUILD
"""
import fnmatch
import os
import re
import subprocess
import sys
from pathlib import Path

N_ROWS = 117
# What needs child processes; every other row is due.
LATER = {*range(113, 116)}


def read_table(source):
    rows = {}
    for line in (source / 'docs/compatibility.md').read_text().splitlines():
        found = re.match(r'\| (\d+) \| (.*?) \| (done|not yet) \| (.*?) \|$', line)
        if found:
            rows.setdefault(int(found.group(1)), []).append((found.group(3), re.findall(r'`([^`]+)`', found.group(4))))
    return rows


def list_tests(build):
    """Every test case of every test program that is built."""
    names = set()
    for program in sorted((build / 'tests').glob('*/test-*')):
        if program.is_file() and os.access(program, os.X_OK):
            done = subprocess.run([program, '-l'], capture_output=True, text=True, timeout=60)
            names.update(line for line in done.stdout.splitlines() if line.startswith('/'))
    return names


def rows_of(name):
    """`/rpc/row-033-034-values` carries 33 and 34."""
    numbers = []
    for found in re.findall(r'row-((?:\d{3}-?)+)', name):
        numbers += [int(number) for number in found.strip('-').split('-')]
    return numbers


def check(rows, tests):
    carried = {}
    for test in tests:
        for number in rows_of(test):
            carried.setdefault(number, set()).add(test)
    wrong = [f'{test}: say row-, the number is not seen otherwise' for test in sorted(tests) if re.search(r'rows-\d', test)]
    if sorted(rows) != list(range(1, N_ROWS + 1)):
        wrong.append(f'rows are not 1 to {N_ROWS}: {sorted(set(range(1, N_ROWS + 1)) ^ set(rows))}')
    for number, entries in sorted(rows.items()):
        if len(entries) > 1:
            wrong.append(f'row {number} is there {len(entries)} times')
        state, named = entries[0]
        for pattern in named:
            matches = fnmatch.filter(tests, pattern)
            if not matches:
                wrong.append(f'row {number} names {pattern}, which does not exist')
            elif any(number not in rows_of(test) for test in matches):
                wrong.append(f'row {number} names {pattern}, which does not carry its number')
        if state != 'done' and number not in LATER:
            wrong.append(f'row {number} is due, and is not done')
        if state == 'done' and not named:
            wrong.append(f'row {number} is done and names no test')
        for test in sorted(carried.get(number, set())):
            if not any(fnmatch.fnmatchcase(test, pattern) for pattern in named):
                wrong.append(f'row {number} does not name {test}')
    for number in sorted(set(carried) - set(rows)):
        wrong.append(f'{sorted(carried[number])[0]} carries row {number}, which does not exist')
    return wrong


def check_guarantees(text, tests):
    named = re.findall(r'`(/[^`]+)`', text)
    return [f'docs/guarantees.md names {pattern}, which does not exist' for pattern in named if not fnmatch.filter(tests, pattern)]


def main():
    source, build = map(Path, sys.argv[1:3])
    rows = read_table(source)
    tests = list_tests(build)
    tap = []
    tap.append((bool(tests), 'test programs list their tests', []))
    wrong = check(rows, tests)
    tap.append((not wrong, 'the table agrees with the tests', wrong))
    guarantees = (source / 'docs/guarantees.md').read_text()
    wrong = check_guarantees(guarantees, tests)
    tap.append((not wrong and '`/' in guarantees, 'the tests of the guarantees exist', wrong))
    # The check itself can fail: a row without its test, a row that is missing.
    broken = {number: list(entries) for number, entries in rows.items()}
    broken[1] = [('done', ['/no/such/row-001-test'])]
    tap.append((any('/no/such' in text for text in check(broken, tests)), 'a test that does not exist is found', []))
    broken[1] = [('not yet', rows[1][0][1])]
    tap.append((any('row 1 is due' in text for text in check(broken, tests)), 'a row that is due and not done is found', []))
    tap.append((any('say row-' in text for text in check(rows, tests | {'/x/rows-001-y'})), 'a wrong name is found', []))
    del broken[1]
    tap.append((any('rows are not' in text for text in check(broken, tests)), 'a missing row is found', []))
    print(f'1..{len(tap)}')
    for number, (good, title, texts) in enumerate(tap, 1):
        print(f'{"ok" if good else "not ok"} {number} - {title}')
        for text in texts:
            print(f'# {text}')
    return 0 if all(good for good, _, _ in tap) else 1


if __name__ == '__main__':
    sys.exit(main())

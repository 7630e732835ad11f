#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does what docs/tutorial.md says, in a temporary folder.

    test-tutorial.py TUTORIAL FOLIOT

A fenced `sh` block is run; `exit=N` behind it is the exit status that is expected. A `text` block is what the sh block
before it printed: `…` stands for anything inside a line, and for any lines when alone in one. A `diff` block changes the
file named in its first line.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

FENCE = re.compile(r'^```(\w+)(?: exit=(\d+))?\n(.*?)^```$', re.M | re.S)


def read_blocks(text):
    for match in FENCE.finditer(text):
        line = text.count('\n', 0, match.start()) + 1
        yield line, match[1], int(match[2] or 0), match[3]


def matches(shown, printed):
    """Whether the printed text is what is shown, `…` standing for what it stands for."""
    pattern = ''
    for line in shown.splitlines():
        if line == '…':
            pattern += r'(?:.*\n)*?'
        else:
            pattern += '.*'.join(re.escape(part) for part in line.rstrip().split('…')) + r' *\n'
    return re.fullmatch(pattern, printed) is not None


def change(folder, text):
    """Applies a diff without line numbers: its context and `-` lines must be there, in this order, once."""
    head, *lines = (line or ' ' for line in text.splitlines())
    path = os.path.join(folder, head.removeprefix('+++ '))
    with open(path, encoding='utf-8') as file:
        content = file.read()
    place = 0
    for hunk in re.findall(r'(?:^ .*\n)*(?:^-.*\n)*(?:^\+.*\n)*(?:^ .*\n)*', '\n'.join(lines) + '\n', re.M):
        if not hunk:
            continue
        rows = hunk.splitlines()
        old = ''.join(row[1:] + '\n' for row in rows if row[0] != '+')
        new = ''.join(row[1:] + '\n' for row in rows if row[0] != '-')
        if content.count(old, place) != 1:
            raise ValueError(f'{head}: {content.count(old, place)} places for\n{old}')
        place = content.index(old, place)
        content = content[:place] + new + content[place + len(old):]
        place += len(new)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(content)


def run(folder, foliot, script):
    env = dict(os.environ, LC_ALL='C.UTF-8', PATH=os.path.dirname(foliot) + ':' + os.environ['PATH'])
    for name in [name for name in env if name.startswith(('MESON', 'NINJA', 'G_TEST'))]:
        del env[name]
    done = subprocess.run(['bash', '-e', '-o', 'pipefail', '-c', script], cwd=folder, env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout


def check(kind, status, text, folder, foliot, last):
    """Returns what is wrong, or None; `last` holds what was printed last."""
    if kind == 'diff':
        change(folder, text)
    elif kind == 'sh':
        code, last[0] = run(folder, foliot, text)
        if code != status:
            return f'exit status {code}, expected {status}; printed:\n{last[0]}'
    elif kind == 'text' and not matches(text, last[0]):
        return f'printed:\n{last[0]}shown:\n{text}'
    return None


def main():
    tutorial, foliot = sys.argv[1], os.path.abspath(sys.argv[2])
    with open(tutorial, encoding='utf-8') as file:
        blocks = list(read_blocks(file.read()))
    folder = tempfile.mkdtemp(prefix='foliot-tutorial-')
    last, failed = [''], False
    print(f'1..{len(blocks)}')
    for number, (line, kind, status, text) in enumerate(blocks, 1):
        name = f'{number} - line {line}, {kind}'
        programs = set(re.findall(r'^(\w+)', text, re.M)) & {'gdb', 'sqlite3'} if kind == 'sh' else set()
        if any(shutil.which(program) is None for program in programs):
            last = None
        if kind == 'sh' and last is None and not programs:
            last = ['']
        if last is None:
            print(f'ok {name} # SKIP {" ".join(sorted(programs))} is not installed')
            continue
        try:
            wrong = check(kind, status, text, folder, foliot, last)
        except (ValueError, OSError) as error:
            wrong = str(error)
        print('ok' if wrong is None else 'not ok', name)
        if wrong is not None:
            failed = True
            print('\n'.join('# ' + row for row in wrong.splitlines()))
    shutil.rmtree(folder)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

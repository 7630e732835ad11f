#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does what docs/tutorial.md says, in a temporary folder; docs/interop.md and docs/tls.md too.

    test-tutorial.py DOCUMENT FOLIOT [SOURCE]

A fenced `sh` block is run; `exit=N` behind it is the exit status that is expected. With `background` it goes on while the
rest is done, is ended at last, and must then have been well; what counts is its first line, and a line `READY URL` sets $URL for
what follows; a `text background` block is what it prints next. A `text` block is what the sh block before it printed: `…` stands for anything inside a line, and for any lines
when alone in one. A `diff` block changes the file named in its first line; one with `file=NAME` is written to that file.

With SOURCE the document is about the real aiomas: its Python is python3 (tools/peers), and programs find the built Foliot.
Without a real aiomas everything is skipped, but with CI=true that is a failure.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

FENCE = re.compile(r'^```(\w+)((?: [^\n]+)?)\n(.*?)^```$', re.M | re.S)
DEADLINE_S = 60


def read_blocks(text):
    for match in FENCE.finditer(text):
        line = text.count('\n', 0, match.start()) + 1
        yield line, match[1], dict(word.partition('=')[::2] for word in match[2].split()), match[3]


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


class Terminal:
    """Where the commands of a document are typed."""

    def __init__(self, folder, foliot, source):
        self.folder, self.last, self.background = folder, '', []
        self.env = dict(os.environ, LC_ALL='C.UTF-8', PATH=os.path.dirname(foliot) + ':' + os.environ['PATH'])
        for name in [name for name in self.env if name.startswith(('MESON', 'NINJA', 'G_TEST', 'G_DEBUG', 'MALLOC_'))]:
            del self.env[name]
        if source is not None:
            self.visit_peers(source, os.path.join(os.path.dirname(foliot), '../..'))

    def visit_peers(self, source, build):
        python = subprocess.run([os.path.join(source, 'tools/peers'), '--find'], capture_output=True, text=True)
        if python.returncode != 0:
            raise LookupError(python.stderr.strip())
        self.env.update(PATH=os.path.dirname(python.stdout.strip()) + ':' + self.env['PATH'],
                        PYTHONPATH=os.path.join(source, 'tests/peers'),
                        PKG_CONFIG_PATH=os.path.join(build, 'meson-uninstalled'),
                        LD_LIBRARY_PATH=os.path.join(build, 'src'))
        os.symlink(os.path.join(source, 'scenarios'), os.path.join(self.folder, 'scenarios'))

    def run(self, script):
        done = subprocess.run(['bash', '-e', '-o', 'pipefail', '-c', script], cwd=self.folder, env=self.env, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        self.last = done.stdout
        return done.returncode

    def start(self, script):
        process = subprocess.Popen(['bash', '-c', 'exec ' + script], cwd=self.folder, env=self.env, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        self.background.append(process)
        self.last = process.stdout.readline()
        if self.last.startswith('READY '):
            self.env['URL'] = self.last.split()[1]

    def end(self):
        """Ends what goes on; returns what is wrong with how it ended."""
        wrong = []
        for process in self.background:
            process.terminate()
            try:
                rest, _ = process.communicate(timeout=DEADLINE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                rest, _ = process.communicate()
            if process.returncode not in (0, -signal.SIGTERM) or rest:
                wrong.append(f'{process.args[-1]}: exit status {process.returncode}; printed:\n{rest}')
        return '\n'.join(wrong) or None


def check(kind, options, text, terminal):
    """Returns what is wrong, or None."""
    if 'file' in options:
        with open(os.path.join(terminal.folder, options['file']), 'w', encoding='utf-8') as file:
            file.write(text)
    elif kind == 'diff':
        change(terminal.folder, text)
    elif kind == 'sh' and 'background' in options:
        terminal.start(text)
    elif kind == 'sh':
        code = terminal.run(text)
        if code != int(options.get('exit', 0)):
            return f'exit status {code}, expected {options.get("exit", 0)}; printed:\n{terminal.last}'
    elif kind == 'text' and 'background' in options:
        printed = ''.join(terminal.background[-1].stdout.readline() for _ in text.splitlines())
        return None if matches(text, printed) else f'printed:\n{printed}shown:\n{text}'
    elif kind == 'text' and not matches(text, terminal.last):
        return f'printed:\n{terminal.last}shown:\n{text}'
    return None


def read_arguments():
    document, foliot = sys.argv[1], os.path.abspath(sys.argv[2])
    with open(document, encoding='utf-8') as file:
        return list(read_blocks(file.read())), foliot, sys.argv[3] if len(sys.argv) > 3 else None


def report(name, wrong):
    print('ok' if wrong is None else 'not ok', name)
    if wrong is not None:
        print('\n'.join('# ' + row for row in wrong.splitlines()))
    return wrong is not None


def main():
    blocks, foliot, source = read_arguments()
    folder = tempfile.mkdtemp(prefix='foliot-document-')
    try:
        terminal = Terminal(folder, foliot, source)
    except LookupError as error:
        if os.environ.get('CI') != 'true':
            print(f'1..0 # SKIP {error}')
            return 0
        print('1..1')
        return report('1 - peers', str(error))
    skipped, failed = False, False
    print(f'1..{len(blocks) + 1}')
    for number, (line, kind, options, text) in enumerate(blocks, 1):
        name = f'{number} - line {line}, {kind}'
        programs = set(re.findall(r'^(\w+)', text, re.M)) & {'gdb', 'sqlite3'} if kind == 'sh' else set()
        if kind == 'sh':
            skipped = any(shutil.which(program) is None for program in programs)
        if skipped and kind in ('sh', 'text'):
            print(f'ok {name} # SKIP {" ".join(sorted(programs))} is not installed')
            continue
        try:
            wrong = check(kind, options, text, terminal)
        except (ValueError, OSError) as error:
            wrong = str(error)
        failed |= report(name, wrong)
    failed |= report(f'{len(blocks) + 1} - what went on ended well', terminal.end())
    shutil.rmtree(folder)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

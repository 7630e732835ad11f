#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plants one breach after the other into a small tree that is clean, and wants tools/lint to find each at its line."""
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LINT = Path(__file__).resolve().parent.parent.parent / 'tools' / 'lint'
SPDX = '/* SPDX-License-Identifier: MIT */\n'
FORMAT = LINT.parent.parent / '.clang-format'

# A tree with nothing wrong in it.
CLEAN = {
    'include/foliot/foliot-macros.h': SPDX + '#pragma once\n\n#define FOLIOT_API extern '
    '__attribute__ ((visibility ("default")))\n',
    'include/foliot/foliot-value.h': SPDX + '#pragma once\n\n#include <foliot/foliot-macros.h>\n\n'
    'FOLIOT_API int foliot_value_get (void);\n',
    'include/foliot/foliot-codec.h': SPDX + '#pragma once\n\n#include <foliot/foliot-value.h>\n',
    'include/foliot/foliot-transport.h': SPDX + '#pragma once\n\n#include <foliot/foliot-value.h>\n',
    'include/foliot/foliot.h': SPDX + '#pragma once\n\n#include <foliot/foliot-value.h>\n',
    'src/base/foliot-value.c': SPDX + '#include <foliot/foliot-value.h>\n\nint\nfoliot_value_get (void)\n{\n'
    '  return 1;\n}\n',
    'src/codec/foliot-codec-private.h': SPDX + '#pragma once\n\n#include <foliot/foliot-codec.h>\n',
    'src/codec/foliot-codec.c': SPDX + '#include "codec/foliot-codec-private.h"\n',
    'scenarios/pond/frog.c': SPDX + '#include <foliot/foliot.h>\n',
}

LIB = 'src/base/foliot-value.c'
TOP = SPDX + '#include <foliot/foliot-value.h>\n'


def body(line):
    return TOP + '\nvoid\nf (void)\n{\n  ' + line + '\n}\n'


# rule, file, its content, line of the breach (None: clean), a word of the message
PLANTED = [
    ('floors', 'src/codec/foliot-codec.c', SPDX + '#include "codec/foliot-codec-private.h"\n\n'
     '#include <foliot/foliot-transport.h>\n', 4, 'floor 3'),
    ('floors', 'src/base/foliot-value.c', TOP + '#include "codec/foliot-codec-private.h"\n', 3, 'floors below'),
    ('floors', 'src/base/foliot-value.c', TOP + '#include <foliot/foliot.h>\n', 3, 'floor 9'),
    ('floors', 'include/foliot/foliot-value.h', SPDX + '#include "base/foliot-value-private.h"\n', 2, 'private'),
    ('floors', 'include/foliot/foliot-thing.h', SPDX, 1, 'without a floor'),
    ('floors', 'src/cellar/foliot-rat.c', SPDX, 1, 'no floor'),
    ('modules', 'scenarios/pond/frog.c', SPDX + '#include "codec/foliot-codec-private.h"\n', 2, 'of the library'),
    ('determinism', LIB, body('g_get_monotonic_time ();'), 7, 'g_get_monotonic_time'),
    ('determinism', LIB, body('long t = time (NULL);'), 7, 'time'),
    ('determinism', LIB, body('g_usleep (1);'), 7, 'g_usleep'),
    ('determinism', LIB, body('g_timeout_add_seconds (1, f, 0);'), 7, 'main loop'),
    ('determinism', LIB, body('g_idle_add (f, 0);'), 7, 'main loop'),
    ('determinism', LIB, body('int i = g_random_int ();'), 7, 'seed'),
    ('determinism', LIB, body('int i = rand ();'), 7, 'seed'),
    ('determinism', LIB, body('double d = exp (1.0) + expf (1.0f);'), 7, 'bits'),
    ('determinism', LIB, body('double d = pow (1.0, 2.0);'), 7, 'bits'),
    ('determinism', LIB, body('double d = strtod ("1", NULL);'), 7, 'foliot_double_parse'),
    ('determinism', LIB, body('int i = strcoll ("a", "b");'), 7, 'locale'),
    ('determinism', LIB, body('g_hash_table_iter_init (&iter, table);'), 7, 'hash'),
    ('determinism', LIB, body('const char *t = __TIME__;'), 7, 'build'),
    ('determinism', 'scenarios/pond/frog.c', SPDX + 'int x = sin (1);\n', 2, 'bits'),
    ('determinism', LIB, body('/* time (NULL) */ const char *s = "rand ()"; self->time (1);'), None, ''),
    ('determinism', LIB, body('/* Freed in any order. */\n  g_hash_table_iter_init (&iter, table);'), None, ''),
    ('determinism', 'src/kernel/foliot-realtime.c', body('g_get_monotonic_time ();'), None, ''),
    ('determinism', 'src/kernel/foliot-realtime.c', body('rand ();'), 7, 'seed'),
    ('printf', LIB, body('g_strdup_printf ("%d %.3g", 1, 2.0);'), 7, 'locale'),
    ('printf', LIB, body('g_strdup_printf ("100 %% good %d", 1);'), None, ''),
    ('format', LIB, TOP + 'int f(void) {return 1;}\n', 3, 'clang-format'),
    ('license', LIB, '#include <foliot/foliot-value.h>\n', 1, 'SPDX'),
    ('license', 'src/meson.build', "x = 1\n", 1, 'SPDX'),
    ('own-header', LIB, SPDX + '#include <string.h>\n#include <foliot/foliot-value.h>\n', 2, 'first include'),
    ('own-header', LIB, SPDX + 'int x;\n', 1, 'no header'),
    ('length', LIB, TOP + '\n' * 899, 901, 'two nouns'),
    ('length', LIB, TOP + '\n' * 898, None, ''),
    ('blanks', LIB, TOP + 'int x; \n', 3, 'blanks'),
    ('blanks', LIB, TOP + 'int\tx;\n', 3, 'tab'),
    ('blanks', LIB, TOP + 'int x;', 3, 'newline'),
    ('paths', LIB, TOP + 'char *x = "/ho' 'me/me/foliot";\n', 3, 'one machine'),
    ('headers', 'include/foliot/foliot-codec.h', SPDX + '#pragma once\n\nFoliotValue *f (void);\n', 4, 'FoliotValue'),
]


def run(root, *args):
    done = subprocess.run([sys.executable, str(LINT), '--root', str(root), *args], capture_output=True, text=True)
    if done.returncode not in (0, 1) or done.stderr:
        raise SystemExit(f'Bail out! lint {args}: exit {done.returncode}\n{done.stderr}')
    return done.returncode, done.stdout


def plant(folder):
    for name, text in CLEAN.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    shutil.copy(FORMAT, folder / '.clang-format')


def build(folder):
    """The library as meson would leave it, with @symbols in it."""
    (folder / 'build/src').mkdir(parents=True)
    subprocess.run(['gcc', '-shared', '-fPIC', '-Iinclude', '-o', 'build/src/libfoliot-1.so', LIB], cwd=folder, check=True)


def check_planted(rule, name, text, line, word):
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        plant(folder)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        code, out = run(folder, '--rule', rule)
        if line is None:
            return code == 0, out
        hits = [hit for hit in out.splitlines() if hit.startswith(f'{name}:{line}: {rule}: ') and word in hit]
        return code == 1 and bool(hits), out


def check_clean():
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        plant(folder)
        build(folder)
        code, out = run(folder, '--build', str(folder / 'build'))
        return code == 0, out


def check_exports(planted_name, planted_text, word):
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        plant(folder)
        path = folder / planted_name
        path.write_text(path.read_text() + planted_text)
        build(folder)
        code, out = run(folder, '--rule', 'exports', '--build', str(folder / 'build'))
        return code == 1 and word in out, out


def main():
    tests = [('clean tree', check_clean, ())]
    for number, planted in enumerate(PLANTED):
        tests.append((f'{planted[0]} {number}: {planted[4] or "no false alarm"}', check_planted, planted))
    tests.append(('exports: declared, not there', check_exports,
                  ('include/foliot/foliot-value.h', 'FOLIOT_API int foliot_value_lost (void);\n', 'foliot_value_lost')))
    tests.append(('exports: there, not declared', check_exports,
                  (LIB, 'int foliot_value_found (void) { return 1; }\n', 'foliot_value_found')))
    print(f'1..{len(tests)}')
    failed = 0
    for number, (title, check, args) in enumerate(tests, 1):
        good, out = check(*args)
        print(f'{"ok" if good else "not ok"} {number} - {title}', flush=True)
        if not good:
            failed += 1
            for row in out.splitlines():
                print(f'# {row}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

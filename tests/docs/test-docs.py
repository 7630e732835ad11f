#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/errors.md has every error code of the headers, pages show the programs that are compiled, links
lead somewhere, and each floor has its page.

    test-docs.py SOURCE
"""
import re
import sys
from pathlib import Path


def codes_of(source):
    codes = set()
    for header in (source / 'include/foliot').glob('*.h'):
        for body in re.findall(r'typedef enum\s*\{([^}]*)\}\s*Foliot\w*Error\s*;', header.read_text()):
            codes.update(re.findall(r'\bFOLIOT_\w+', re.sub(r'/\*.*?\*/', '', body, flags=re.S)))
    return codes


def asserts(text, code):
    """Whether a test expects the code of what it called: in an assertion, or in a row of a table or a define that one reads;
    not where it makes the error itself."""
    for found in re.finditer(rf'\b{code}\b', text):
        begin = max(text.rfind(end, 0, found.start()) for end in ';{}') + 1
        if not re.search(r'g_(set_error|error_new|propagate)|_reject\b', text[begin:found.start()]):
            return True
    return False


def check_errors(source):
    table = {}
    for code, tests in re.findall(r'^\| `(FOLIOT_\w+)` \| .*? \| (.*?) \|$', (source / 'docs/errors.md').read_text(), re.M):
        table[code] = re.findall(r'`([^`]+)`', tests)
    codes = codes_of(source)
    wrong = [f'{code} is not in docs/errors.md' for code in sorted(codes - set(table))]
    wrong += [f'{code} is in docs/errors.md and in no header' for code in sorted(set(table) - codes)]
    for code, tests in table.items():
        if not tests:
            wrong.append(f'{code} names no test')
        for test in tests:
            path = source / test
            if not path.is_file() or not asserts(path.read_text(), code):
                wrong.append(f'{code}: {test} does not exist or does not assert it')
    return wrong


def check_readme(source):
    wrong = []
    for page, name in ('README.md', 'tests/readme/two-agents.c'), ('docs/mosaik-c.md', 'docs/examples/mosaik-battery.c'):
        shown = re.findall(r'```c\n(.*?)```', (source / page).read_text(), re.S)
        if (source / name).read_text() not in shown:
            wrong.append(f'{page} does not show {name} as it is')
    return wrong


def check_links(source):
    wrong = []
    for page in [*source.glob('*.md'), *(source / 'docs').rglob('*.md')]:
        for target in re.findall(r'\]\(([^)#:]+)(?:#[^)]*)?\)', page.read_text()):
            if not (page.parent / target).exists():
                wrong.append(f'{page.relative_to(source)} links {target}, which does not exist')
    return wrong


def check_floors(source):
    linked = (source / 'docs/architecture.md').read_text()
    picture = (source / 'docs/floors.svg').read_text()
    floors = sorted(path.name for path in (source / 'src').iterdir() if path.is_dir())
    wrong = [f'docs/architecture.md does not link floors/{name}.md' for name in floors if f'](floors/{name}.md)' not in linked]
    wrong += [f'docs/floors.svg does not show {name}' for name in floors if not re.search(rf'>\d {name}<', picture)]
    return wrong


def check_files(source):
    """Each source file stands on the page of its floor, and each that stands there is one."""
    wrong = []
    for floor in (path for path in (source / 'src').iterdir() if path.is_dir()):
        page = (source / f'docs/floors/{floor.name}.md').read_text()
        files = {path.stem.removeprefix('foliot-') for path in floor.rglob('foliot-*.c')}
        listed = {name for row in re.findall(r'^\|.*\| *([^|]*) \|$', page, re.M) for name in re.findall(r'`([a-z0-9-]+)`', row)}
        if floor.name == 'tools':  # those behind the verbs are in the text
            listed |= files & set(re.findall(r'`([a-z-]+)`', page))
        wrong += [f'docs/floors/{floor.name}.md does not say what foliot-{name}.c is for' for name in sorted(files - listed)]
        wrong += [f'docs/floors/{floor.name}.md lists foliot-{name}.c, which does not exist' for name in sorted(listed - files)]
    return wrong


def options_of_code(source, verb):
    """Those that the verb parses, without the hidden ones."""
    tools = source / 'src/tools'
    text = (tools / f'foliot-verb-{"codec" if verb in ("encode", "decode") else verb}.c').read_text()
    for macro, header in ('FOLIOT_RUN_ENTRIES', 'run-options'), ('FOLIOT_WIRE_ENTRIES', 'wire'):
        if macro in text:
            text += (tools / f'foliot-{header}.h').read_text()
    entry = r'"([a-z][a-z-]*)",[\s\\]*(?:0|\'.\'),[\s\\]*0,[\s\\]*G_OPTION_ARG_'
    return {f'--{name}' for name in re.findall(entry, text)}


def check_options(source):
    """The help of a verb has its options, and so have completion and manual."""
    page_of = dict(re.findall(r'\{ "(\w+)", "(.*?)\\n" \}', (source / 'src/tools/foliot-verb-help.c').read_text(), re.S))
    completion = (source / 'src/tools/completion/foliot').read_text()
    manual = (source / 'docs/foliot.1').read_text().replace('\\-', '-')
    wrong = [] if len(page_of) == 16 else [f'found {len(page_of)} pages of help: {sorted(page_of)}']
    for verb, page in page_of.items():
        known = options_of_code(source, verb) if verb not in ('new', 'bench') else set()
        told = {option for line in page.split('\\n') for option in re.findall(r'--[a-z][a-z-]+', line[:line.find('  ', 8)])
                if re.match(r'[\s"]*(?:-\w, )?--', line)}
        offered = set(re.findall(r'--[a-z-]+', (re.search(rf"(?:^|[\s|]){verb}(?::-?\*\|\w+)?:-?\*\) .*?-W '([^']*)'", completion, re.M) or ['', ''])[1]))
        wrong += [f'foliot help {verb} lacks {option}' for option in sorted(known - told)]
        wrong += [f'foliot help {verb} has {option}, which {verb} does not know' for option in sorted(told - known)]
        wrong += [f'the completion of {verb} lacks {option}' for option in sorted(known - offered)]
        wrong += [f'docs/foliot.1 lacks {option} of {verb}' for option in sorted(known) if option not in manual]
    return wrong


def main():
    source = Path(sys.argv[1])
    failed = 0
    checks = [('errors', check_errors), ('readme', check_readme), ('links', check_links), ('floors', check_floors), ('files', check_files),
              ('options', check_options)]
    print(f'1..{len(checks)}')
    for number, (title, check) in enumerate(checks, 1):
        wrong = check(source)
        failed += bool(wrong)
        print(f'{"not ok" if wrong else "ok"} {number} - {title}')
        for text in wrong:
            print(f'# {text}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

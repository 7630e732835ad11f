#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/scenario.md names every member of the schema, and every example in it loads.

    test-scenario-doc.py DOC FOLIOT SCHEMA SCENARIOS

An example without the member "foliot" shows single members: it is laid over the wind park's scenario.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile


def collect_members(schema):
    """All names of members, and all words of enumerations."""
    names = set()
    if isinstance(schema, dict):
        names.update(word for word in schema.get('enum', []) if isinstance(word, str))
        for name, part in schema.items():
            if name in ('properties', '$defs'):
                names.update(part if name == 'properties' else ())
                part = list(part.values())
            names |= collect_members(part)
    elif isinstance(schema, list):
        for part in schema:
            names |= collect_members(part)
    return names


def load(folder, foliot, example):
    """Returns what is wrong, or None."""
    if 'foliot' not in example:
        with open(os.path.join(folder, 'scenario.json'), encoding='utf-8') as file:
            example = {**json.load(file), **example}
    path = os.path.join(folder, 'example.json')
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(example, file)
    done = subprocess.run([foliot, 'describe', path], text=True, capture_output=True, check=False)
    return None if done.returncode == 0 else done.stderr.strip()


def main():
    doc, foliot, schema, scenarios = sys.argv[1:]
    with open(doc, encoding='utf-8') as file:
        text = file.read()
    with open(schema, encoding='utf-8') as file:
        members = sorted(collect_members(json.load(file)))
    examples = [(text.count('\n', 0, match.start()) + 1, match[1])
                for match in re.finditer(r'^```json\n(.*?)^```$', text, re.M | re.S)]
    quoted = ' '.join(re.findall(r'`([^`\n]+)`', text))
    words = set(re.findall(r'[A-Za-z_]+', quoted)) | set(re.findall(r'[A-Za-z_-]+', quoted)) | {'each'} & set(
        re.findall(r'"(\w+)"', text))
    failed = False

    def report(name, wrong):
        nonlocal failed
        failed = failed or wrong is not None
        print('ok' if wrong is None else 'not ok', name, '' if wrong is None else '# ' + wrong)

    print(f'1..{len(members) + len(examples)}')
    for name in members:
        report(f'member {name}', None if name in words else 'is not in the document')
    parent = tempfile.mkdtemp(prefix='foliot-scenario-')
    folder = shutil.copytree(os.path.join(scenarios, 'wind-park'), os.path.join(parent, 'wind-park'))
    for line, example in examples:
        try:
            wrong = load(folder, foliot, json.loads(example))
        except ValueError as error:
            wrong = str(error)
        report(f'example in line {line}', wrong)
    shutil.rmtree(parent)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

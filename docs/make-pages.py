#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the pages of docs/ into those of the reference: gi-docgen takes a page's title from a line of its own, and its links lead to
what it makes of them.

    make-pages.py OUT PAGE…
"""
import re
import sys
from pathlib import Path


def main():
    out, pages = Path(sys.argv[1]), [Path(page) for page in sys.argv[2:]]
    names = {page.name for page in pages}
    out.mkdir(parents=True, exist_ok=True)
    for page in pages:
        title, text = page.read_text().split('\n', 1)
        text = re.sub(r'\]\(([\w-]+)\.md(#[^)]*)?\)', lambda m: f'](./{m[1]}.html{m[2] or ""})' if f'{m[1]}.md' in names else m[0], text)
        (out / page.name).write_text(f'Title: {title.removeprefix("# ")}\n\n{title}\n{text}')


main()

#!/usr/bin/python3
"""Looks that po/POTFILES names exactly the sources that have texts for people.

usage: potfiles_test.py SOURCE_ROOT"""

import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
marked = re.compile(r'\bN?_\(|\bg_dngettext\(')
with_texts = {path.relative_to(root).as_posix() for path in (root / 'plugin').rglob('*.cpp')
              if marked.search(path.read_text(encoding='utf-8'))}
listed = {line.strip() for line in (root / 'po' / 'POTFILES').read_text(encoding='utf-8').splitlines()
          if line.strip() and not line.startswith('#') and line.strip().endswith('.cpp')}
for path in sorted(with_texts - listed):
    print(f'{path} has texts for people; name it in po/POTFILES')
for path in sorted(listed - with_texts):
    print(f'{path} is named in po/POTFILES but has no texts for people')
sys.exit(1 if with_texts != listed else 0)

#!/usr/bin/python3
"""Looks that each translation is whole: every text of the sources translated, formats and plurals right.

usage: translations_test.py SOURCE_ROOT"""

import pathlib
import subprocess
import sys
import tempfile

root = pathlib.Path(sys.argv[1])
po = root / 'po'


def lines(path):
    return [line.strip() for line in path.read_text(encoding='utf-8').splitlines()
            if line.strip() and not line.startswith('#')]


failed = False
with tempfile.TemporaryDirectory() as folder:
    template = f'{folder}/neural-style.pot'
    subprocess.run(['xgettext', '--keyword=_', '--keyword=N_', '--keyword=g_dngettext:2,3', '--from-code=UTF-8',
                    '-o', template, *lines(po / 'POTFILES')], cwd=root, check=True)
    for language in lines(po / 'LINGUAS'):
        catalogue = po / f'{language}.po'
        check = subprocess.run(['msgfmt', '--check', '-o', f'{folder}/out.mo', catalogue],
                               capture_output=True, text=True)
        if check.returncode != 0 or check.stderr:  # what is missing in the head is a warning only
            print(check.stderr)
            failed = True
        merged = f'{folder}/{language}.po'
        subprocess.run(['msgmerge', '--quiet', '--no-fuzzy-matching', catalogue, template, '-o', merged], check=True)
        missing = subprocess.run(['msgattrib', '--untranslated', '--no-obsolete', '--no-location', '--no-wrap', merged],
                                 check=True, capture_output=True, text=True).stdout
        if 'msgid' in missing:
            failed = True
            print(f'{language}: not translated in po/{language}.po:')
            print('\n'.join(line for line in missing.splitlines() if line.startswith('msgid ') and line != 'msgid ""'))
sys.exit(1 if failed else 0)

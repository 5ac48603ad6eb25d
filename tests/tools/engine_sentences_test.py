#!/usr/bin/python3
"""The window translates the engine's sentences by their words: each pattern's words must be the engine's own."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LITERAL = r'"(?:[^"\\\n]|\\.)*"'


def literals(text):
    """What string literals say, those that the compiler joins as one."""
    text = re.sub(r'(?m)^\s*//.*$|\s//\s.*$', '', text)
    for run in re.findall(rf'{LITERAL}(?:\s*(?:\+\s*)?{LITERAL})*', text):
        yield ''.join(part[1:-1] for part in re.findall(LITERAL, run)).replace('\\"', '"')


def main():
    sources = [path for folder in ('core/src', 'core/cli', 'core/include') for path in sorted((ROOT / folder).rglob('*.[ch]pp'))]
    said = {sentence for path in sources for sentence in literals(path.read_text())}
    said |= {line.partition('=')[2].strip() for path in (ROOT / 'data/networks').glob('*.ini')
             for line in path.read_text().splitlines()}
    listed = re.search(r'known\[\] = \{(.*?)\n\};', (ROOT / 'plugin/engine_sentences.cpp').read_text(), re.S).group(1)
    patterns = [''.join(literals(pattern)) for pattern in re.findall(rf'N_\(({LITERAL}(?:\s*{LITERAL})*)\)', listed)]
    assert len(patterns) == listed.count('N_(') > 40, len(patterns)
    strangers = [(pattern, piece) for pattern in patterns for piece in pattern.split('%s')
                 if piece and not any(piece in sentence for sentence in said)]
    for pattern, piece in strangers:
        print(f'the engine never says "{piece}" (of "{pattern}")')
    return 1 if strangers else 0


if __name__ == '__main__':
    sys.exit(main())

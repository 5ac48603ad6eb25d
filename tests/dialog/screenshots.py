#!/usr/bin/python3
"""Takes a picture of each page of the window, light and dark and in each language, to be looked at.

usage: screenshots.py STAGE WORKER_COMMAND FOLDER [option…]

A worker such as "slow_painter --worker 60" is slow enough to be caught in the middle of a run.
  --languages en,de,zh_CN  in these (their .mo files in $NEURAL_STYLE_LOCALES)
  --scale 2              for screens of twice the resolution
  --themes light,dark    of light, dark, contrast
  --pages start,mix      only these
  --content FILE --style FILE…   with these pictures in place of those drawn in code"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from stage_driver import Stage, private_screen, start_window_manager, wait_for  # noqa: E402


class Words:
    """Names of controls in the language of the window: looked up in the same catalogue."""

    def __init__(self, language):
        self.catalogue = None
        if language != 'en':
            import gettext
            self.catalogue = gettext.translation('neural-style', os.environ['NEURAL_STYLE_LOCALES'], [language])

    def __call__(self, text):
        if not self.catalogue:
            return re.sub('_(?!_)', '', text)
        translated = self.catalogue.gettext(text)
        return re.sub(r'_(?!_)', '', re.sub(r'\(_.\)', '', translated))


def snap(path, title):
    time.sleep(0.6)  # animations come to rest
    window = subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', f'^{re.escape(title)}$'], check=True,
                            capture_output=True, text=True).stdout.split()[-1]
    subprocess.run(['import', '-window', window, str(path)], check=True)
    print(path, flush=True)


def quiet_draft(stage, words):
    wait_for(lambda: stage.preview_words() == words('Draft'), 'the draft')

    def rests():
        before = stage.preview_picture()
        time.sleep(1.5)
        return stage.preview_picture() == before
    wait_for(rests, 'the end of the draft')


def page_start(stage, words, save):
    quiet_draft(stage, words)
    save()


def page_mix(stage, words, save):
    stage.choose('Swirls')
    stage.press(words('Mi_x several'), 'check box')
    stage.choose('Embers')
    stage.set_value('slider', words('Share of %s') % 'Embers', 40)
    quiet_draft(stage, words)
    save()


def page_advanced(stage, words, save):
    stage.press(words('_Advanced'), 'toggle button')
    quiet_draft(stage, words)
    stage.find('spin button', words('C_ontent weight')).get_component_iface().grab_focus()
    save()
    stage.find('spin button', words('_Threads')).get_component_iface().grab_focus()
    save('below')


def page_running(stage, words, save):
    quiet_draft(stage, words)
    stage.press(words('_Start'))
    wait_for(lambda: stage.find('progress bar', words('Progress')).get_value_iface().get_current_value() > 0.55,
             'most of the run')
    save()


def page_failure(stage, words, save):
    stage.press(words('Li_ve draft'), 'check box')
    stage.set_text(words('_Network'), 'small-card')
    stage.press(words('_Start'))
    wait_for(lambda: stage.shows('label', '.*90 GiB.*'), 'the sentence')
    save()


def page_lost(stage, words, save):
    stage.press(words('Li_ve draft'), 'check box')
    stage.set_text(words('_Network'), 'late-card')
    stage.set_value('spin button', words('_Iterations'), 20)
    stage.press(words('_Start'))
    wait_for(lambda: stage.shows('push button', words('Keep the picture so far')), 'what can be done')
    save()


def page_presets(stage, words, save):
    quiet_draft(stage, words)
    stage.press(words('_Preset'), 'toggle button')
    save()


def page_result(stage, words, save):
    stage.press(words('Close when _done'), 'check box')
    for count, style in enumerate(('Swirls', 'Embers'), 1):
        stage.choose(style)
        stage.set_value('spin button', words('_Iterations'), 20)
        stage.press(words('_Start'))
        wait_for(lambda: stage.preview_words() == words('Result %d') % count, 'a result')
    save()


def page_queue(stage, words, save):
    stage.set_value('spin button', words('_Iterations'), 20)
    for style in ('Swirls', 'Blocks', 'Embers'):
        stage.choose(style)
        stage.press(words('Add to qu_eue'))
    stage.press(words('Paint the queue'))
    wait_for(lambda: any(node.get_description() == words('Added as a layer') for node in stage.all('list item')),
             'the first layer')
    save()


def page_device(stage, words, save):
    quiet_draft(stage, words)
    stage.press(re.escape(words('Why no GPU?')))
    wait_for(lambda: len(stage.all_windows()) > 1, 'the page')
    save(window=words('Why No GPU?'))


def page_networks(stage, words, save):
    quiet_draft(stage, words)
    stage.press(words('Networks…'))
    wait_for(lambda: len(stage.all_windows()) > 1, 'the page')
    save(window=words('Networks'))


def page_install(stage, words, save):
    quiet_draft(stage, words)
    with tempfile.TemporaryDirectory() as folder:
        weights = pathlib.Path(folder) / 'vgg19-caffe.safetensors'
        weights.write_bytes(b'cut off')
        stage.drag_file(weights, stage.find(None, stage.preview))
        wait_for(lambda: len(stage.all_windows()) > 1, 'the page')
        save(window=words('Networks'))
        stage.press(words('_Install'), window=words('Networks'))
        wait_for(lambda: any(stage.has_state(node, 'SHOWING') for page in stage.all_windows()
                             for node in stage.all('label', '.*vgg19-caffe.safetensors.*', page)), 'the sentence')
        save('refused', window=words('Networks'))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('stage')
    parser.add_argument('worker')
    parser.add_argument('folder', type=pathlib.Path)
    parser.add_argument('--languages', default='en')
    parser.add_argument('--scale', type=int, default=1)
    parser.add_argument('--themes', default='light,dark')
    parser.add_argument('--pages', default='')
    parser.add_argument('--content')
    parser.add_argument('--style', action='append', default=[])
    options = parser.parse_args()
    private_screen(1400 * options.scale, 900 * options.scale)
    manager = start_window_manager()
    options.folder.mkdir(parents=True, exist_ok=True)
    pages = {name[5:]: call for name, call in globals().items() if name.startswith('page_')}
    arguments = ['--content', options.content] if options.content else []
    for style in options.style:
        arguments += ['--style', style]
    try:
        for language in [code for code in options.languages.split(',') if code]:
            for theme in options.themes.split(','):
                for page, show in pages.items():
                    if options.pages and page not in options.pages.split(','):
                        continue
                    environment = {'GDK_SCALE': str(options.scale), 'LANGUAGE': language, 'LC_ALL': 'C.UTF-8'}
                    if theme == 'contrast':
                        environment['GTK_THEME'] = 'HighContrast'
                    dark = ['--dark'] if theme == 'dark' else []
                    with Stage(options.stage, options.worker, *dark, *arguments, environment=environment) as stage:
                        def save(part=None, window=None):
                            parts = [page, part, language, theme, f'{options.scale}x' if options.scale > 1 else None]
                            snap(options.folder / ('-'.join(filter(None, parts)) + '.png'),
                                 window or Words(language)('Neural Style'))
                        stage.preview = Words(language)('Preview')
                        show(stage, Words(language), save)
    finally:
        manager.terminate()


if __name__ == '__main__':
    main()

#!/usr/bin/python3
"""Works the window by the names of its parts and looks how each way through it ends.

usage: drive_dialog.py [--times N] STAGE WORKER_COMMAND [NAME of a test…]

With --times all is done so often in a row, up to the first failure."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from stage_driver import Stage, private_screen, run_tests, start_window_manager, wait_for  # noqa: E402

# A run that lasts until something is done about it, however slow the machine is.
ENDLESS = ('--settings', 'iterations=10000')
RUNNING = r'Evaluation \d+ of \d+'


def run_until_preview(stage):
    stage.press('Start')
    wait_for(lambda: re.fullmatch(RUNNING, stage.preview_words()), 'a picture of the run')


def test_choose_and_finish(open_stage):
    with open_stage() as stage:
        stage.choose('Blocks')
        stage.set_value('spin button', 'Style weight', 5000)
        stage.set_value('spin button', 'Content weight', 2)
        stage.set_value('spin button', 'Iterations', 12)
        wait_for(lambda: stage.preview_words() == 'Draft', 'the draft')
        stage.press('Start')
        end = stage.ending()
        assert end['ended'] == 'finished', end
        assert end['styles'] == 'Blocks:1', end
        assert end['settings'] == 'content-weight=2;style-weight=5000;iterations=12', end
        assert end['picture'] == '960x640', end


def test_draft_follows_changes(open_stage):
    with open_stage() as stage:
        wait_for(lambda: stage.preview_words() == 'Draft', 'the first draft, without asking')
        for change in (lambda: stage.choose('Embers'), lambda: stage.set_value('slider', 'Strength', 80)):
            before = stage.preview_picture()
            change()
            wait_for(lambda: stage.preview_picture() != before, 'another picture')
            wait_for(lambda: stage.preview_words() == 'Draft', 'the new draft')
        assert abs(stage.value('spin button', 'Style weight') - 15800) < 1
        stage.press('Live draft', 'check box')
        stage.choose('Ink')
        stage.press('Cancel')
        end = stage.ending()
        assert end['ended'] == 'nothing' and end['styles'] == 'Ink:1', end


def test_stop_and_keep(open_stage):
    with open_stage(*ENDLESS) as stage:
        run_until_preview(stage)
        stage.press('Stop and keep')
        end = stage.ending()
        assert end['ended'] == 'stopped' and end['picture'] == '960x640', end


def test_cancel_in_mid_run(open_stage):
    with open_stage(*ENDLESS) as stage:
        run_until_preview(stage)
        stage.press('Cancel')
        assert stage.ending()['ended'] == 'nothing'


def test_close_in_mid_run(open_stage):
    with open_stage(*ENDLESS) as stage:
        run_until_preview(stage)
        worker = stage.worker_pid()
        stage.keys('alt+F4')
        assert stage.ending()['ended'] == 'nothing'
        wait_for(lambda: not os.path.exists(f'/proc/{worker}'), 'the worker to end')


def test_back_to_settings(open_stage):
    with open_stage(*ENDLESS) as stage:
        run_until_preview(stage)
        assert stage.shows('progress bar', 'Progress')
        assert not stage.shows('push button', 'Start')
        stage.press('Back to settings')
        stage.set_value('spin button', 'Iterations', 8)
        stage.press('Start')
        assert stage.ending()['ended'] == 'finished'


def test_keyboard(open_stage):
    with open_stage(*ENDLESS) as stage:
        wait_for(lambda: stage.preview_words() == 'Draft', 'the draft')
        stage.keys('alt+s')
        wait_for(lambda: re.fullmatch(RUNNING, stage.preview_words()), 'a picture of the run')
        stage.keys('Escape')
        wait_for(lambda: stage.shows('push button', 'Start'), 'the settings again')
        stage.keys('Escape')
        assert stage.ending()['ended'] == 'nothing'


def nameless(stage, root=None):
    """What can have the focus and is nothing but a role to a screen reader."""
    return [node.get_role_name() for node in stage.showing('FOCUSABLE', root) if not (node.get_name() or '').strip()]


def test_every_control_has_a_name(open_stage):
    with open_stage() as stage:
        wait_for(lambda: stage.preview_words() == 'Draft', 'the draft')
        stage.press('Close when done', 'check box')
        stage.press('Mix several', 'check box')
        stage.choose('Ink')
        stage.tell('channels')
        stage.press('Regions', 'toggle button')
        stage.press('Advanced', 'toggle button')
        stage.set_value('spin button', 'Iterations', 8)
        stage.press('Start')
        wait_for(lambda: stage.preview_words() == 'Result 1', 'the result')
        stage.press('Add to queue')
        wait_for(lambda: queue_rows(stage), 'the queue')
        stage.set_text('Network', 'too-large')
        stage.press('Start')
        wait_for(lambda: stage.shows('push button', 'Paint at .*'), 'the message')
        assert not nameless(stage)
        stage.press('Preset', 'toggle button')
        wait_for(lambda: stage.shows(None, 'Bold shapes'), 'the presets')
        assert not nameless(stage)
        stage.keys('Escape')
        stage.press('Networks…')
        page = wait_for(lambda: networks_page(stage), 'the page of networks')
        stage.find_in(page, 'push button', 'Get Painted network')
        assert not nameless(stage, page)
        stage.press('Close', window='Networks')
        stage.press('Why no GPU[?]')
        page = wait_for(lambda: next((node for node in stage.all_windows() if node.get_name() == 'Why No GPU?'), None),
                        'the page')
        stage.find_in(page, 'text', 'Details of the device')
        assert not nameless(stage, page)
        stage.press('Close', window='Why No GPU?')
        stage.press('Cancel')
        stage.ending()


def focus(stage):
    return {(node.get_role_name(), node.get_name()) for node in stage.showing('FOCUSED')}


def test_mnemonics_do_not_clash(open_stage):
    """Of what is in sight as the window opens; the rows under Advanced are more than there are letters."""
    for language in ('en', 'de', 'zh_CN') if 'NEURAL_STYLE_LOCALES' in os.environ else ('en',):
        with open_stage(environment={'LANGUAGE': language, 'LC_ALL': 'C.UTF-8'}) as stage:
            keys = wait_for(lambda: mnemonics(stage), 'mnemonics')
            assert len(keys) > 10, keys
            assert not {key: names for key, names in keys.items() if len(names) > 1}, (language, keys)


def mnemonics(stage):
    """Names of the controls in sight by their keys."""
    keys = {}
    for node in stage.showing('FOCUSABLE'):
        action = node.get_action_iface()
        for index in range(action.get_n_actions() if action else 0):
            if action.get_key_binding(index):
                keys.setdefault(action.get_key_binding(index), set()).add(node.get_name())
    return keys


def test_tab_goes_everywhere(open_stage):
    with open_stage('--settings', 'style-weight=20') as stage:
        wait_for(lambda: stage.preview_words() == 'Draft', 'the draft')
        single = {'push button', 'toggle button', 'check box', 'combo box', 'spin button', 'slider', 'text', 'drawing area'}
        wanted = {(node.get_role_name(), node.get_name()) for node in stage.showing('FOCUSABLE')
                  if node.get_role_name() in single and stage.has_state(node, 'SENSITIVE') and stage.has_place(node)}
        assert len(wanted) > 15 and ('spin button', 'Threads') not in wanted, wanted  # Advanced is closed
        seen, cards = set(), 0
        for _ in range(2 * len(wanted) + 10):
            before = focus(stage)
            seen |= before  # it may have come late
            stage.keys('Tab')
            for _ in range(100):  # a combo box's own button is not on the bus: from one to the next nothing changes
                if focus(stage) not in (set(), before):
                    break
                time.sleep(0.05)
            seen |= focus(stage)
            cards += any(role == 'list item' for role, _ in focus(stage))
            if wanted <= seen:
                break
        assert wanted <= seen, f'never reached: {wanted - seen}'
        assert cards <= 2, f'{cards} stops in the grid of styles'
        stage.press('Cancel')
        stage.ending()


def test_reset(open_stage):
    with open_stage('--settings', 'style-weight=20;size=700;colours=match;seed=7') as stage:
        assert stage.value('spin button', 'Size') == 700
        assert stage.shows('push button', 'Reset Colours')
        stage.press('Reset Colours')
        stage.press('Reset')
        wait_for(lambda: stage.value('spin button', 'Style weight') == 1000, 'the default style weight')
        assert stage.value('spin button', 'Size') == 0
        assert stage.shown_text('spin button', 'Size') == 'as the layer'
        stage.press('Cancel')
        assert stage.ending()['settings'] == ''


def test_quality_and_colours(open_stage):
    with open_stage() as stage:
        stage.pick('Quality', 'Draft')
        wait_for(lambda: stage.value('spin button', 'Size') == 256, 'the size of drafts')
        stage.pick('Colours', "Keep the photo's own")
        stage.press('Cancel')
        assert stage.ending()['settings'] == 'size=256;iterations=30;colours=content'


def test_worker_killed(open_stage):
    with open_stage(*ENDLESS) as stage:
        run_until_preview(stage)
        stage.kill_worker()
        wait_for(lambda: stage.shows('label', '.*killed by the system.*'), 'the sentence')
        stage.set_value('spin button', 'Iterations', 8)
        stage.press('Start')
        assert stage.ending()['ended'] == 'finished'


def test_failed_run(open_stage):
    with open_stage() as stage:
        stage.set_text('Network', 'broken')
        wait_for(lambda: stage.shows('label', '.*"broken" has no weights.*'), 'the sentence of the draft')
        stage.press('Start')
        wait_for(lambda: stage.shows('label', '.*"broken" has no weights.*'), 'the sentence of the run')
        stage.press('Cancel')
        assert stage.ending()['ended'] == 'nothing'


def test_size_that_fits(open_stage):
    with open_stage() as stage:
        stage.set_text('Network', 'too-large')
        stage.set_value('spin button', 'Iterations', 8)
        wait_for(lambda: stage.shows('push button', '512 pixels would fit'), 'the plan')
        stage.press('Start')
        wait_for(lambda: stage.shows('label', '.*needs 90 GiB.*'), 'the sentence')
        assert not stage.shows('push button', 'Paint on the processor')  # that is where it was
        stage.press('Paint at 512 pixels')  # what the engine said before, not a guess
        end = stage.ending()
        assert end['ended'] == 'finished', end
        assert 'size=512' in end['settings'], end


def test_lost_card(open_stage):
    with open_stage() as stage:
        stage.press('Live draft', 'check box')
        stage.set_text('Network', 'lost-card')
        stage.set_value('spin button', 'Iterations', 8)
        stage.press('Start')
        wait_for(lambda: stage.shows('label', 'The GPU failed.*'), 'the sentence')
        stage.press('Paint on the processor')
        end = stage.ending()
        assert end['ended'] == 'finished', end
        assert 'device=cpu' in end['settings'], end


def fail_late(stage, network, sentence):
    """In the second of three scales, after pictures have been seen."""
    stage.press('Live draft', 'check box')
    stage.set_text('Network', network)
    stage.set_value('spin button', 'Iterations', 100)
    stage.press('Start')
    wait_for(lambda: stage.shows('label', sentence + '.*'), 'the sentence')


def keep_what_was_seen(stage):
    stage.press('Keep the picture so far')
    wait_for(lambda: stage.preview_words() == 'Result 1', 'the picture')
    stage.press('Add as a layer')
    end = stage.ending()
    assert end['ended'] == 'stopped' and end['picture'] == '960x640', end


def lose_card_late(stage):
    fail_late(stage, 'late-card', 'The GPU failed')
    assert not stage.shows('push button', 'Paint on the processor')  # no need to begin again


def test_goes_on_when_the_card_is_lost(open_stage):
    with open_stage() as stage:
        lose_card_late(stage)
        stage.press('Go on with the processor')
        # 100, 66, 44, 29 and 20 were planned; two of the 66 are done
        wait_for(lambda: re.fullmatch(r'Evaluation \d+ of 157', stage.preview_words()), 'what is left')
        end = stage.ending()
        assert end['ended'] == 'finished' and end['picture'] == '960x640', end
        assert 'device=cpu' in end['settings'] and 'scales' not in end['settings'], end


def test_keeps_what_a_lost_card_has_painted(open_stage):
    with open_stage() as stage:
        lose_card_late(stage)
        keep_what_was_seen(stage)


def test_a_draft_that_a_lost_card_painted_is_no_result(open_stage):
    with open_stage() as stage:
        stage.set_text('Network', 'late-card')
        wait_for(lambda: stage.shows('push button', 'Paint on the processor'), 'the offer')
        assert not stage.shows('push button', 'Keep the picture so far')
        stage.press('Cancel')
        assert stage.ending()['ended'] == 'nothing'


def test_keeps_what_a_killed_engine_has_painted(open_stage):
    with open_stage() as stage:
        fail_late(stage, 'short-of-memory', 'The engine was killed by the system')
        assert stage.shows('push button', r'Paint at \d+ pixels')
        assert not stage.shows('push button', 'Go on with the processor')
        keep_what_was_seen(stage)


def test_small_card(open_stage):
    with open_stage() as stage:
        stage.press('Live draft', 'check box')
        stage.set_text('Network', 'small-card')
        stage.set_value('spin button', 'Iterations', 8)
        stage.press('Start')
        wait_for(lambda: stage.shows('push button', r'Paint at \d+ pixels'), 'the smaller size')
        stage.press('Paint on the processor')  # slower, and as large as asked
        end = stage.ending()
        assert end['ended'] == 'finished', end
        assert 'device=cpu' in end['settings'] and 'size=' not in end['settings'], end


def test_what_a_run_takes(open_stage):
    with open_stage() as stage:
        # The engine's own guess, until a draft has told how fast this computer is.
        stage.press('Live draft', 'check box')
        stage.choose('Ink')
        wait_for(lambda: stage.shows('label', '.*Full picture: 512 MiB of 8.0 GiB of memory, about .*'),
                 'what is needed')
        assert not stage.shows('push button', '.* would fit')
        stage.set_text('Network', 'too-large')
        wait_for(lambda: stage.shows('label', '.*needs 90.0 GiB, only 8.0 GiB are free'),
                 'what is needed now')
        stage.press('512 pixels would fit')
        assert stage.value('spin button', 'Size') == 512
        wait_for(lambda: not stage.shows('push button', '.* would fit'), 'the offer to go')
        # A new network: what was measured of the other says nothing.
        wait_for(lambda: stage.shows('label', '.*of memory, about 25 minutes'), "the engine's guess")
        stage.press('Live draft', 'check box')
        wait_for(lambda: stage.shows('label', r'.*of memory, about \d+ seconds?'), "the draft's measure")
        stage.press('Cancel')
        assert stage.ending()['settings'] == 'network=too-large;size=512'


def test_layers_come_and_go(open_stage):
    with open_stage() as stage:
        stage.tell('add Lately')
        stage.choose('Lately')
        stage.tell('remove Lately')
        wait_for(lambda: not stage.maybe(None, 'Lately, .*'), 'the layer to go')
        wait_for(lambda: not stage.has_state(stage.find('push button', 'Start'), 'SENSITIVE'), 'nothing to start')
        stage.choose('Weave')
        wait_for(lambda: stage.has_state(stage.find('push button', 'Start'), 'SENSITIVE'), 'something to start')
        stage.press('Cancel')
        assert stage.ending()['styles'] == 'Weave:1'


def test_image_closed_in_mid_run(open_stage):
    with open_stage(*ENDLESS) as stage:
        run_until_preview(stage)
        stage.tell('close')
        wait_for(lambda: stage.shows('label', '.*will become an image of its own.*'), 'the sentence')
        stage.press('Stop and keep')  # what was painted is not lost
        assert stage.ending()['ended'] == 'stopped'


def test_image_closed_before_a_run(open_stage):
    with open_stage() as stage:
        wait_for(lambda: stage.preview_words() == 'Draft', 'the draft')
        stage.tell('close')
        wait_for(lambda: stage.shows('label', '.*its image was closed.*'), 'the sentence')
        wait_for(lambda: not stage.has_state(stage.find('push button', 'Start'), 'SENSITIVE'), 'nothing to start')
        stage.press('Cancel')
        assert stage.ending()['ended'] == 'nothing'


def test_mix(open_stage):
    with open_stage() as stage:
        stage.choose('Swirls')
        stage.press('Mix several', 'check box')
        stage.choose('Embers')
        stage.set_value('slider', 'Share of Embers', 40)
        stage.press('Cancel')
        assert stage.ending()['styles'] == 'Swirls:1 Embers:0.4'


def test_regions(open_stage):
    with open_stage() as stage:
        stage.choose('Embers')
        wait_for(lambda: stage.preview_words() == 'Draft', 'the draft')
        whole = stage.still_picture()
        assert not stage.shows(None, 'Regions')
        stage.tell('channels')
        stage.press('Regions', 'toggle button')
        stage.pick('What is taken of Embers', 'Top')
        stage.pick('Where Embers goes', 'Sky')
        wait_for(lambda: stage.preview_words() == 'Draft' and
                 not stage.same_picture(stage.still_picture(), whole), 'the lower half to stay as it was')
        wait_for(lambda: stage.shows('label', '.*Full picture: 522 MiB .*'), 'a plan that knows of the guide')
        stage.set_value('spin button', 'Iterations', 8)
        stage.press('Start')
        end = stage.ending()
        assert end['ended'] == 'finished' and end['regions'] == '101:102', end


def look_away_and_back(stage):
    """As if a person had been in GIMP's window meanwhile."""
    stage.press('Networks…')
    stage.press('Close', window='Networks')


def test_selection(open_stage):
    """What is not selected is not painted, in a draft either; a run keeps to what was selected as it began."""
    with open_stage(*ENDLESS) as stage:
        stage.press('Compare', 'check box')
        stage.choose('Ink')
        wait_for(lambda: stage.preview_words() == 'Draft', 'the draft')
        whole = stage.still_picture()
        stage.tell('select left')
        look_away_and_back(stage)
        wait_for(lambda: not stage.same_picture(stage.preview_picture(), whole), 'the right half to be the original')
        wait_for(lambda: stage.preview_words() == 'Draft', 'the draft')
        unpainted, painted = stage.still_picture(), stage.still_picture(left=True)
        stage.choose('Embers')
        wait_for(lambda: not stage.same_picture(stage.preview_picture(left=True), painted), 'another style on the left')
        wait_for(lambda: stage.preview_words() == 'Draft', 'the draft')
        assert stage.same_picture(stage.still_picture(), unpainted), 'another style changed what is not selected'
        wait_for(lambda: stage.shows('label', '.*Full picture: 612 MiB .*'), 'a plan that knows of the selection')
        run_until_preview(stage)
        unpainted = stage.still_picture()  # in a smaller view
        stage.tell('select elsewhere')
        look_away_and_back(stage)
        seen = stage.preview_words()
        wait_for(lambda: stage.preview_words() != seen, 'the run to go on')
        assert stage.same_picture(stage.still_picture(), unpainted), 'the run shows what was not selected'
        stage.press('Stop and keep')
        end = stage.ending()
        assert end['ended'] == 'stopped' and end['mask'] == '1 0', end


def preset_shown(stage):
    return stage.find('toggle button', 'Preset').get_description()


def test_presets(open_stage):
    with open_stage() as stage:
        assert preset_shown(stage) == 'Painting'
        stage.press('Preset', 'toggle button')
        stage.activate(None, 'Bold shapes')
        wait_for(lambda: stage.value('spin button', 'Style weight') == 3000, 'the weight of the preset')
        stage.set_value('spin button', 'Seed', 9)
        wait_for(lambda: preset_shown(stage) == 'Own settings', 'no preset')

        stage.press('Manage presets', 'toggle button')
        stage.press('Save as a Preset…')
        stage.dialog_text('Save as a Preset', 'Mine / 1', 'Save')
        wait_for(lambda: preset_shown(stage) == 'Mine / 1', 'the preset kept')
        stage.press('Reset')
        wait_for(lambda: preset_shown(stage) == 'Painting', 'the defaults')
        stage.press('Preset', 'toggle button')
        stage.activate(None, 'Mine / 1')
        wait_for(lambda: stage.value('spin button', 'Seed') == 9, 'the seed of the preset')

        stage.press('Manage presets', 'toggle button')
        stage.press('Rename…')
        stage.dialog_text('Rename the Preset', 'Yours', 'Rename')
        wait_for(lambda: preset_shown(stage) == 'Yours', 'the new name')
        stage.press('Manage presets', 'toggle button')
        stage.press('Delete…')
        stage.dialog_text('', None, 'Delete')
        wait_for(lambda: preset_shown(stage) == 'Own settings', 'the preset gone')
        stage.press('Cancel')
        assert stage.ending()['settings'] == 'style-weight=3000;style-scale=2;seed=9'


def test_favourites(open_stage):
    with open_stage() as stage:
        stage.press('Preset', 'toggle button')
        stage.activate(None, 'Seamless tile')
        wait_for(lambda: preset_shown(stage) == 'Seamless tile', 'the preset')
        stage.press('Manage presets', 'toggle button')
        stage.press('Favourite', None)
        stage.press('Preset', 'toggle button')
        wait_for(lambda: stage.find(None, 'Seamless tile').get_index_in_parent() == 0, 'the favourite to come first')
        stage.keys('Escape')
        stage.press('Cancel')
        stage.ending()
    with open_stage(again=True) as stage:
        stage.press('Preset', 'toggle button')
        wait_for(lambda: stage.find(None, 'Seamless tile').get_index_in_parent() == 0, 'the favourite to be first')
        assert stage.find(None, 'Seamless tile').get_description() == 'Favourite'
        stage.activate(None, 'Seamless tile')
        stage.press('Manage presets', 'toggle button')
        stage.press('Favourite', None)
        stage.press('Preset', 'toggle button')
        wait_for(lambda: stage.find(None, 'Painting').get_index_in_parent() == 0, 'the usual order')
        stage.keys('Escape')
        stage.press('Cancel')
        stage.ending()


def test_search(open_stage):
    with open_stage() as stage:
        def shown():
            return sorted(name for name in ('Swirls', 'Blocks', 'Dots', 'Weave', 'Ink', 'Embers', 'Sketch')
                          if stage.shows(None, name + ', .*'))
        stage.set_text('Search the styles', 'HARB')  # by the image's name
        wait_for(lambda: shown() == ['Sketch'], 'the layers of the image')
        stage.set_text('Search the styles', 'nothing such')
        wait_for(lambda: stage.shows('label', 'No layer or image has that in its name.'), 'the sentence')
        stage.find('text', 'Search the styles').get_component_iface().grab_focus()
        stage.keys('Escape')  # empties the field and leaves the window
        wait_for(lambda: len(shown()) == 7, 'all of them')
        stage.set_text('Search the styles', 'paint emb')
        wait_for(lambda: shown() == ['Embers'], 'the layer of that name')
        stage.keys('Return')
        wait_for(lambda: stage.preview_words() == 'Draft', 'its draft')
        stage.press('Cancel')
        assert stage.ending()['styles'] == 'Embers:1'


def test_compare_results(open_stage):
    with open_stage() as stage:
        stage.press('Close when done', 'check box')
        stage.set_value('spin button', 'Iterations', 8)
        for count, style in enumerate(('Blocks', 'Ink'), 1):
            stage.choose(style)
            stage.press('Start')
            wait_for(lambda: stage.preview_words() == f'Result {count}', 'a result')
        original = stage.still_picture(left=True)
        stage.pick('Compare with', 'Result 1')
        wait_for(lambda: not stage.same_picture(stage.preview_picture(left=True), original), 'the first on the left')
        first = stage.still_picture(left=True)
        stage.press('Result 1')
        wait_for(lambda: stage.preview_words() == 'Result 1', 'the first on the right too')
        assert stage.same_picture(stage.still_picture(left=True), first)
        stage.pick('Compare with', 'Original')
        # The line about memory may have come meanwhile and made the view a little smaller: it is nearly the original.
        wait_for(lambda: stage.distance(stage.preview_picture(left=True), original) <
                 stage.distance(first, original) / 4, 'the original on the left')
        stage.press('Cancel')
        stage.ending()


def test_window_is_left_as_it_was(open_stage):
    with open_stage() as stage:
        stage.press('Advanced', 'toggle button')
        stage.press('Live draft', 'check box')
        stage.press('Cancel')
        stage.ending()
    with open_stage(again=True) as stage:
        assert not stage.has_state(stage.find('check box', 'Live draft'), 'CHECKED')
        assert stage.shows('spin button', 'Content weight')
        stage.press('Cancel')
        stage.ending()


def test_picture_file(open_stage):
    with tempfile.TemporaryDirectory() as folder:
        picture = os.path.join(folder, 'far away.ppm')
        with open(picture, 'wb') as file:
            file.write(b'P6 60 40 255\n' + bytes(range(240)) * 30)
        settings = os.path.join(os.environ['XDG_CONFIG_HOME'], 'neural-style')
        os.makedirs(settings, exist_ok=True)
        with open(os.path.join(settings, 'window.ini'), 'w') as file:  # as if looked into before
            file.write(f'[window]\nfolder={folder}\n')
        with open_stage(again=True) as stage:
            stage.press('Add a picture', 'toggle button')
            stage.press('Open a Picture File…')
            stage.answer_file_dialog('Open a Picture as a Style', 'far away.ppm')
            wait_for(lambda: stage.maybe(None, 'far away.ppm, added'), 'the card of the picture')
            wait_for(lambda: stage.has_state(stage.find('push button', 'Start'), 'SENSITIVE'), 'something to start')
            stage.press('Manage presets', 'toggle button')
            stage.press('Copy as a Command')  # knows where the file lies, as the finished layer does
            wait_for(lambda: f"--style '{picture}' " in clipboard_text(), 'the command')
            stage.set_value('spin button', 'Iterations', 8)
            stage.press('Start')
            end = stage.ending()
            assert end['ended'] == 'finished' and end['styles'] == 'far away.ppm:1', end


def test_paste(open_stage):
    with tempfile.TemporaryDirectory() as folder, open_stage() as stage:
        stage.press('Add a picture', 'toggle button')
        stage.press('Paste a Picture')
        wait_for(lambda: stage.shows('label', 'There is no picture on the clipboard.*'), 'the sentence')
        picture = os.path.join(folder, 'a.ppm')
        with open(picture, 'wb') as file:
            file.write(b'P6 60 40 255\n' + bytes(range(240)) * 30)
        owner = clipboard_owner(picture)
        try:
            stage.find(None, 'Preview').get_component_iface().grab_focus()
            stage.keys('ctrl+v')
            wait_for(lambda: stage.maybe(None, 'Clipboard, added'), 'the card of the picture')
        finally:
            owner.kill()
            owner.wait()
        stage.press('Cancel')
        assert stage.ending()['styles'] == 'Clipboard:1'


def clipboard_text():
    return subprocess.run([sys.executable, '-c', '''
import gi
gi.require_version("Gtk", "3.0")
gi.require_version("Gdk", "3.0")
from gi.repository import Gtk, Gdk
print(Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_text() or "")'''], capture_output=True, text=True).stdout.strip()


def test_copy_the_call(open_stage):
    with open_stage() as stage:
        stage.choose('Ink')
        stage.set_value('spin button', 'Seed', 9)
        stage.press('Manage presets', 'toggle button')
        stage.press('Copy as a Command')
        wait_for(lambda: re.fullmatch(r'neural-style \S+ --style Ink\.png --output \S+ --seed 9', clipboard_text()),
                 'the command')
        stage.press('Manage presets', 'toggle button')
        stage.press('Copy as a Script-Fu Call')
        wait_for(lambda: re.fullmatch(r'\(let\* \(\(image 1\) .*plug-in-neural-style RUN-NONINTERACTIVE image content style '
                                      r'1 1000 300 "seed=9"\)\)', clipboard_text()), 'the expression')
        stage.press('Cancel')
        stage.ending()


def clipboard_owner(picture):
    """A program that has copied the picture."""
    owner = subprocess.Popen([sys.executable, '-c', '''
import sys, gi
gi.require_version("Gtk", "3.0")
gi.require_version("Gdk", "3.0")
from gi.repository import Gtk, Gdk, GdkPixbuf
clipboard = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD)
clipboard.set_image(GdkPixbuf.Pixbuf.new_from_file(sys.argv[1]))
while Gtk.events_pending():
    Gtk.main_iteration()
print("there", flush=True)
Gtk.main()''', picture], stdout=subprocess.PIPE, text=True)
    assert owner.stdout.readline() == 'there\n'
    return owner


def test_results_stay(open_stage):
    with open_stage() as stage:
        stage.press('Close when done', 'check box')
        stage.set_value('spin button', 'Iterations', 8)
        stage.choose('Blocks')
        stage.press('Start')
        wait_for(lambda: stage.preview_words() == 'Result 1', 'the first result')
        stage.press('Continue with 200 more')
        wait_for(lambda: stage.preview_words() == 'Result 2', 'what it was continued to')
        stage.choose('Ink')
        stage.set_value('spin button', 'Seed', 3)
        stage.press('Start')
        wait_for(lambda: stage.preview_words() == 'Result 3', 'the third result')
        stage.press('Result 1')
        wait_for(lambda: stage.value('spin button', 'Seed') == 0, 'the settings of the first')
        stage.press('Add as a layer')
        end = stage.ending()
        assert end['ended'] == 'finished' and end['styles'] == 'Blocks:1', end
        assert end['settings'] == 'iterations=8' and end['picture'] == '960x640', end


def queue_rows(stage):
    """What is said of each job, by its name."""
    said = {}
    for row in stage.all('list item', None, stage.find('list box', 'Queue')):
        for label in stage.all('label', r'\d+\. .*', row):  # none in a row that is just being removed
            said[label.get_name()] = row.get_description()
    return said


def add_to_queue(stage, style, count):
    stage.choose(style)
    stage.press('Add to queue')
    wait_for(lambda: queue_rows(stage).get(f'{count}. {style}') == 'Waiting', f'{style} in the queue')


def test_queue(open_stage):
    with open_stage() as stage:
        stage.set_value('spin button', 'Iterations', 8)
        add_to_queue(stage, 'Blocks', 1)
        add_to_queue(stage, 'Dots', 2)
        stage.set_text('Network', 'broken')
        add_to_queue(stage, 'Ink', 3)
        stage.set_text('Network', 'auto')
        add_to_queue(stage, 'Embers', 4)
        stage.set_value('spin button', 'Seed', 5)
        stage.press('Remove 2\\. Dots')
        wait_for(lambda: len(queue_rows(stage)) == 3, 'the job to go')
        stage.press('Paint the queue')
        wait_for(lambda: queue_rows(stage)['4. Embers'] == 'Added as a layer', 'the last job')
        rows = queue_rows(stage)
        assert rows['1. Blocks'] == 'Added as a layer', rows
        assert '"broken" has no weights' in rows['3. Ink'], rows
        assert stage.shows('push button', 'Result 2') and not stage.maybe('push button', 'Result 3')
        assert stage.value('spin button', 'Seed') == 5  # what was chosen last is still chosen
        stage.press('Cancel')
        end = stage.ending()
        assert end['ended'] == 'nothing' and end['layers'] == 'Blocks Embers', end


def test_queue_goes_on(open_stage):
    """Past a worker that is killed; a job that is stopped is kept; one that is given up waits again."""
    with open_stage(*ENDLESS) as stage:
        add_to_queue(stage, 'Blocks', 1)
        add_to_queue(stage, 'Dots', 2)
        add_to_queue(stage, 'Ink', 3)

        def wait_for_job(name):
            # The words under the picture may still be of the job before; the bar begins anew with each.
            wait_for(lambda: queue_rows(stage)[name] == 'Being painted' and stage.value('progress bar', 'Progress') > 0 and
                     re.fullmatch(RUNNING, stage.preview_words()), f'{name} to be painted')
        stage.press('Paint the queue')
        wait_for_job('1. Blocks')
        stage.kill_worker()
        wait_for_job('2. Dots')
        assert 'killed by the system' in queue_rows(stage)['1. Blocks']
        stage.press('Stop and keep')
        wait_for_job('3. Ink')
        assert queue_rows(stage)['2. Dots'] == 'Added as a layer'
        stage.press('Back to settings')
        wait_for(lambda: queue_rows(stage)['3. Ink'] == 'Waiting', 'the job to wait again')
        stage.tell('full')
        stage.press('Paint the queue')
        wait_for_job('3. Ink')
        stage.press('Stop and keep')
        wait_for(lambda: queue_rows(stage)['3. Ink'] == 'There is no room for another layer.', 'the sentence')
        stage.press('Cancel')
        assert stage.ending()['layers'] == 'Dots'


def test_queue_delivers(open_stage):
    """A picture that is finished becomes a layer, whatever is pressed meanwhile."""
    with open_stage() as stage:
        stage.set_value('spin button', 'Iterations', 4)
        add_to_queue(stage, 'Blocks', 1)
        add_to_queue(stage, 'Dots', 2)
        stage.tell('slow')
        stage.press('Paint the queue')
        wait_for(lambda: stage.preview_words() == 'Result 1', 'the first job')
        assert queue_rows(stage)['1. Blocks'] == 'Being painted'
        stage.press('Stop and keep')
        stage.press('Back to settings')
        wait_for(lambda: queue_rows(stage)['1. Blocks'] == 'Added as a layer', 'the layer')
        stage.press('Paint the queue')
        wait_for(lambda: stage.preview_words() == 'Result 2', 'the second job')
        stage.keys('alt+F4')
        assert stage.ending()['layers'] == 'Blocks Dots'


def longest_pause(open_stage):
    """Of the main loop in milliseconds, over all that is done with a large picture."""
    with open_stage('--size', '4000x3000', '--settings', 'iterations=6;preview-every=2',
                    environment={'NEURAL_STYLE_LOG_PAUSES': '1', 'MALLOC_PERTURB_': '0'}) as stage:
        # (Memory that a test runner has malloc() fill is filled at once, which takes 80 ms for this picture.)
        wait_for(lambda: stage.preview_words() == 'Draft', 'the draft')
        stage.press('Add to queue')
        stage.press('Paint the queue')
        wait_for(lambda: list(queue_rows(stage).values()) == ['Added as a layer'], 'the queue to be painted')
        stage.press('Close when done', 'check box')
        stage.press('Start')
        wait_for(lambda: stage.preview_words() == 'Result 2', 'the result')
        stage.press('Zoom in')
        stage.pick('Compare with', 'Result 1')
        stage.press('Continue with 200 more')
        wait_for(lambda: re.fullmatch(RUNNING, stage.preview_words()), 'a picture of the run')
        stage.press('Back to settings')
        stage.press('Result 1')
        wait_for(lambda: stage.preview_words() == 'Result 1', 'the result again')
        stage.press('Add as a layer')
        assert stage.ending()['picture'] == '4000x3000'
        return stage.longest_pause


def test_large_picture(open_stage):
    # A fault of ours shows each time; what else goes on in the computer does not.
    pauses = []
    while not pauses or (pauses[-1] > 100 and len(pauses) < 3):
        pauses.append(longest_pause(open_stage))
    assert pauses[-1] <= 100, f'the window stood still for {pauses} ms'


def test_device_page(open_stage):
    with open_stage() as stage:
        stage.press('Why no GPU[?]')
        page = wait_for(lambda: next((node for node in stage.all_windows() if node.get_name() == 'Why No GPU?'), None),
                        'the page')
        details = wait_for(lambda: next(iter(stage.all('text', 'Details of the device', page)), None), 'the details')
        text = details.get_text_iface()
        text = text.get_text(0, text.get_character_count())
        assert 'painted by hand' in text and 'NVIDIA driver:' in text, text
        next(iter(stage.all('push button', 'Copy for a Report', page))).do_action(0)
        next(iter(stage.all('push button', 'Close', page))).do_action(0)
        stage.press('Cancel')
        stage.ending()


def networks_page(stage):
    return next((node for node in stage.all_windows() if node.get_name() == 'Networks'), None)


def wait_for_page_to_say(stage, sentence):
    wait_for(lambda: any(stage.has_state(node, 'SHOWING') for node in
                         stage.all('label', sentence, networks_page(stage))), f'the page to say {sentence}')


def test_networks(open_stage):
    with open_stage() as stage:
        stage.press('Networks…')
        stage.press('Get Painted network', window='Networks')
        stage.press('Use Painted network', window='Networks')
        stage.press('Close', window='Networks')
        wait_for(lambda: 'closed' if networks_page(stage) is None else None, 'the page to close')
        stage.press('Cancel')
        assert stage.ending()['settings'] == 'network=painted'


def test_network_from_file(open_stage):
    folder = os.path.join(os.environ['XDG_DATA_HOME'], 'weights')
    os.makedirs(folder, exist_ok=True)
    for name, word in (('painted.pth', 'painted'), ('Painted 2.pt', 'drawn'), ('holiday.safetensors', 'photos')):
        with open(os.path.join(folder, name), 'w') as file:
            file.write(word)
    settings = os.path.join(os.environ['XDG_CONFIG_HOME'], 'neural-style')
    os.makedirs(settings, exist_ok=True)
    with open(os.path.join(settings, 'window.ini'), 'w') as file:  # as if looked into before
        file.write(f'[window]\nfolder={folder}\n')
    with open_stage(again=True) as stage:
        stage.press('Networks…')

        def choose(name, says):
            stage.press('Install from a File…', window='Networks')
            stage.answer_file_dialog('Install a Network from a File', name)
            stage.press('Install', window='Networks')
            wait_for_page_to_say(stage, says)
        choose('holiday.safetensors', 'The weights file .*holiday.safetensors cannot be used: .*')
        choose('painted.pth', '“painted.pth” is installed as Painted network.')
        # by its name the one, by its numbers the other
        choose('Painted 2.pt', '“Painted 2.pt” is installed as Drawn network.')
        stage.press('Use Drawn network', window='Networks')
        stage.press('Close', window='Networks')
        stage.press('Cancel')
        assert stage.ending()['settings'] == 'network=drawn'


def test_drop(open_stage):
    """A style, weights and something else are dragged from another window."""
    with tempfile.TemporaryDirectory() as folder:
        contents = {'far away.ppm': b'P6 60 40 255\n' + bytes(range(240)) * 30, 'painted.safetensors': b'painted',
                    'words.txt': b'words'}
        for name, content in contents.items():
            with open(os.path.join(folder, name), 'wb') as file:
                file.write(content)
        with open_stage() as stage:
            target = stage.find(None, stage.preview)
            stage.drag_file(os.path.join(folder, 'far away.ppm'), target)
            wait_for(lambda: stage.maybe(None, 'far away.ppm, added'), 'the card of the picture')
            stage.drag_file(os.path.join(folder, 'words.txt'), target)
            wait_for(lambda: stage.shows('label', '“words.txt” is neither a picture.*'), 'the sentence')
            stage.drag_file(os.path.join(folder, 'painted.safetensors'), target)
            wait_for(lambda: networks_page(stage), 'the page of networks')
            stage.press('Install', window='Networks')
            wait_for_page_to_say(stage, '“painted.safetensors” is installed as Painted network.')
            stage.press('Close', window='Networks')
            stage.press('Cancel')
            assert stage.ending()['styles'] == 'far away.ppm:1'


def test_help(open_stage):
    applications = os.path.join(os.environ['XDG_DATA_HOME'], 'applications')
    os.makedirs(applications, exist_ok=True)
    opened = os.path.join(os.environ['XDG_DATA_HOME'], 'opened')
    with open(os.path.join(applications, 'reader.desktop'), 'w') as file:
        file.write('[Desktop Entry]\nType=Application\nName=Reader\nMimeType=text/html;\n'
                   f'Exec=sh -c "echo %u > {opened}.new; mv {opened}.new {opened}"\n')
    with open(os.path.join(applications, 'mimeapps.list'), 'w') as file:
        file.write('[Default Applications]\ntext/html=reader.desktop\n')
    with open_stage() as stage:
        stage.press('Help')
        wait_for(lambda: os.path.exists(opened), 'the manual to be opened')
        with open(opened) as file:
            page = file.read().strip().replace('file://', '')
        with open(page) as file:
            assert 'Neural Style' in file.read()
        stage.press('Cancel')
        stage.ending()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--times', type=int, default=1)
    parser.add_argument('stage')
    parser.add_argument('worker')
    parser.add_argument('names', nargs='*')
    options = parser.parse_intermixed_args()
    private_screen()
    manager = start_window_manager()
    try:
        for turn in range(1, options.times + 1):
            failures = run_all(options)
            if options.times > 1:
                print(f'round {turn} of {options.times}: {failures} failures', flush=True)
            if failures:
                return 1
    finally:
        manager.terminate()
    return 0


def run_all(options):
    def call(test):
        for folder in ('XDG_CONFIG_HOME', 'XDG_DATA_HOME'):  # each test is a new person's
            shutil.rmtree(os.environ[folder], ignore_errors=True)
            os.makedirs(os.environ[folder])
        test(lambda *arguments, **more: Stage(options.stage, options.worker, *arguments, **more))

    return run_tests(globals(), options.names, call)


if __name__ == '__main__':
    sys.exit(main())

#!/usr/bin/python3
"""On a small screen, and at twice the scale, the buttons that lead on are on the screen, with a window manager and without,
before a run, in it, and after it; and the window can be made 600 high and 1024 wide.

usage: small_screens_test.py STAGE WORKER_COMMAND [WIDTH HEIGHT SCALE MANAGED]
"""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from stage_driver import Stage, private_screen, start_window_manager, wait_for  # noqa: E402

SCREENS = [(1366, 768, 1), (1024, 600, 1), (2736, 1824, 2)]


def on_screen(stage, width, height, scale, *buttons):
    def inside():
        for name in buttons:
            place = stage.find('push button', name).get_component_iface().get_extents(stage.atspi.CoordType.SCREEN)
            if place.width < 20 or place.x < 0 or place.y < 0 or place.x + place.width > width // scale or \
                    place.y + place.height > height // scale:
                return None
        return True
    wait_for(inside, f'{buttons} on the screen of {width}x{height}')


def least_size(scale):
    window = subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', '^Neural Style$'], check=True, capture_output=True,
                            text=True).stdout.split()[-1]
    hints = subprocess.run(['xprop', '-id', window, 'WM_NORMAL_HINTS'], check=True, capture_output=True, text=True).stdout
    return [int(number) // scale for number in re.search(r'minimum size: (\d+) by (\d+)', hints).groups()]


def look(stage_program, worker, width, height, scale, managed):
    manager = start_window_manager() if managed else None
    holder = subprocess.Popen(['xprop', '-root', '-spy'], stdout=subprocess.DEVNULL)  # a server without a client starts anew
    try:
        with Stage(stage_program, worker, environment={'GDK_SCALE': str(scale)}) as stage:
            on_screen(stage, width, height, scale, 'Start', 'Cancel', 'Add to queue', 'Reset')
            least_width, least_height = least_size(scale)
            assert least_width <= 1024 - 8 and least_height <= 600 - 40, (least_width, least_height)
            stage.press('Close when done', 'check box')
            stage.set_value('spin button', 'Iterations', 12)
            stage.press('Start')
            on_screen(stage, width, height, scale, 'Stop and keep', 'Back to settings')
            wait_for(lambda: stage.shows('push button', 'Add as a layer'), 'the end of the run')
            on_screen(stage, width, height, scale, 'Add as a layer', 'Continue with 200 more', 'Start', 'Cancel')
            stage.press('Add as a layer')
            assert stage.ending()['ended'] == 'finished'
    finally:
        holder.terminate()
        if manager:
            manager.terminate()


def main():
    if len(sys.argv) > 3:
        width, height, scale, managed = map(int, sys.argv[3:])
        private_screen(width, height)
        return look(*sys.argv[1:3], width, height, scale, managed)
    failed = 0
    for screen in SCREENS:
        for managed in (1, 0):
            case = [str(number) for number in (*screen, managed)]
            code = subprocess.run([sys.executable, *sys.argv, *case]).returncode
            print('FAILED' if code else 'ok', *case, flush=True)
            failed += code != 0
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

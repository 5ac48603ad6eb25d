"""Opens the window of dialog_stage and works it through the accessibility bus, as a screen reader would.
Used by drive_dialog.py and screenshots.py, which call private_screen() first."""

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings

PATIENCE = 60  # seconds that anything may take at the most; nothing is expected to take long


def private_screen(width=1400, height=900):
    """Goes on under an X server, a session bus and a window manager of this test's own."""
    if os.environ.get('STAGE_SCREEN') == 'own':
        return
    environment = dict(os.environ, STAGE_SCREEN='own', GSETTINGS_BACKEND='memory', NO_AT_BRIDGE='0', XDG_SESSION_TYPE='x11')
    for name in ('GTK_THEME', 'GTK_MODULES', 'WAYLAND_DISPLAY', 'AT_SPI_BUS_ADDRESS', 'GTK_IM_MODULE'):
        environment.pop(name, None)
    home = tempfile.mkdtemp(prefix='stage-home-')
    environment.update(HOME=home, XDG_CONFIG_HOME=home + '/config', XDG_CACHE_HOME=home + '/cache',
                       XDG_DATA_HOME=home + '/data', XDG_RUNTIME_DIR=home)
    try:
        # -r: on a busy machine a key may stay down so long that it would be repeated
        code = subprocess.run(['xvfb-run', '-a', '-s', f'-screen 0 {width}x{height}x24 -nolisten tcp -r',
                               'dbus-run-session', '--', sys.executable, *sys.argv], env=environment).returncode
    finally:
        shutil.rmtree(home, ignore_errors=True)
    sys.exit(code)


def run_tests(tests, names, call=lambda test: test()):
    """Calls each test_... of `tests` (all, or those in `names`) by `call`, says how it went; returns how many failed."""
    failures = 0
    for name, test in list(tests.items()):
        if not name.startswith('test_') or (names and name not in names):
            continue
        try:
            call(test)
            print('ok', name, flush=True)
        except Exception as error:
            failures += 1
            print('FAILED', name, f'{type(error).__name__}: {error}', flush=True)
    return failures


def start_window_manager():
    manager = subprocess.Popen(['openbox'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: b'window id' in subprocess.run(['xprop', '-root', '_NET_SUPPORTING_WM_CHECK'],
                                                    capture_output=True).stdout, 'the window manager')
    return manager


def wait_for(condition, what):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            value = condition()
        except Exception as error:  # the tree changes while it is read: GLib.Error, or None for a child
            if type(error).__module__.startswith('gi.') or isinstance(error, AttributeError):
                value = None
            else:
                raise
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f'waited in vain for {what}')


# A window that a file can be dragged from: says where it can be grasped, that it is dragged, and that it was taken.
DRAG_SOURCE = '''
import pathlib, sys, gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gtk, Gdk
place = pathlib.Path(sys.argv[1]).as_uri()
window = Gtk.Window(type=Gtk.WindowType.POPUP)
window.move(0, 0)
box = Gtk.EventBox()
box.set_size_request(60, 60)
window.add(box)
box.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
box.drag_source_add_uri_targets()
box.connect("drag-begin", lambda *_: print("dragged", flush=True))
box.connect("drag-data-get", lambda box, context, data, info, time: data.set_uris([place]))
box.connect("drag-failed", lambda *_: print("failed", flush=True))
box.connect("drag-end", lambda *_: print("taken", flush=True))
box.connect("map", lambda *_: print(30, 30, flush=True))
window.show_all()
Gtk.main()'''


class Stage:
    """One dialog_stage with its window."""

    preview = 'Preview'  # its name in the language of the window
    preview_place = None

    def __init__(self, program, worker, *arguments, environment=None, again=False):
        import gi
        gi.require_version('Atspi', '2.0')
        from gi.repository import Atspi
        self.atspi = Atspi
        warnings.filterwarnings('ignore', category=DeprecationWarning)  # the older names are there everywhere
        if not again:  # each window is a person's first one
            shutil.rmtree(os.environ['XDG_CONFIG_HOME'], ignore_errors=True)
        self.errors = tempfile.TemporaryFile(mode='w+')
        self.process = subprocess.Popen([program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors, text=True,
                                        env=dict(os.environ, NEURAL_STYLE_WORKER=worker, **(environment or {})))
        try:
            self.window = wait_for(self._find_window, 'the window')
        except BaseException:
            self.process.kill()
            raise

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            self.errors.seek(0)
            sys.stderr.write(self.errors.read())
            if self.process.poll() is not None:
                said = '' if self.process.stdout.closed else self.process.stdout.read()
                sys.stderr.write(f'the stage had ended with {self.process.returncode}: {said}\n')
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def _find_window(self):
        assert self.process.poll() is None, f'the stage ended with {self.process.returncode}'
        desktop = self.atspi.get_desktop(0)
        for index in range(desktop.get_child_count()):
            application = desktop.get_child_at_index(index)
            if application and application.get_process_id() == self.process.pid and application.get_child_count() > 0:
                return application.get_child_at_index(0)
        return None

    # ---- finding

    def _nodes(self, role, root, state=None):
        """Below `root`. The window looks for them itself, which is a hundred times as fast as to ask for each child."""
        atspi = self.atspi
        roles = [] if role is None else [getattr(atspi.Role, role.upper().replace(' ', '_'))]
        every, any_one = atspi.CollectionMatchType.ALL, atspi.CollectionMatchType.ANY
        states = atspi.StateSet.new([getattr(atspi.StateType, state)] if state else [])
        rule = atspi.MatchRule.new(states, every, {}, every, roles, any_one if roles else every, [], every,
                                   False)
        root.clear_cache()
        return root.get_collection_iface().get_matches(rule, atspi.CollectionSortOrder.CANONICAL, 0, True)

    def all(self, role=None, name=None, root=None):
        """Every node of that role whose name matches (a whole-string pattern)."""
        found = []
        for node in self._nodes(role, root or self.window):
            node.clear_cache()
            if name is None or re.fullmatch(name, node.get_name() or '', re.S):
                found.append(node)
        return found

    def showing(self, state, root=None):
        """Every node in sight that is in that state too."""
        found = []
        for node in self._nodes(None, root or self.window, state):
            node.clear_cache()
            if self.has_state(node, 'SHOWING'):
                found.append(node)
        return found

    def maybe(self, role, name):
        found = self.all(role, name)
        return found[0] if found else None

    def find(self, role, name):
        return wait_for(lambda: self.maybe(role, name), f'{role} "{name}"')

    def has_place(self, node):
        """Whether it has been given room, though perhaps scrolled away; what was never unfolded has none."""
        return node.get_component_iface().get_extents(self.atspi.CoordType.SCREEN).width > 1

    def find_in(self, root, role, name):
        return wait_for(lambda: next(iter(self.all(role, name, root)), None), f'{role} "{name}"')

    def has_state(self, node, state):
        return node.get_state_set().contains(getattr(self.atspi.StateType, state))

    def shows(self, role, name):
        """Whether it is there and visible."""
        return any(self.has_state(node, 'SHOWING') for node in self.all(role, name))

    # ---- doing

    def press(self, name, role='push button', window=None):
        """In the large window, or in the one of that title."""
        def ready():
            root = next((node for node in self.all_windows() if node.get_name() == window), None)
            for node in self.all(role, name, root) if root or not window else []:
                if self.has_state(node, 'SENSITIVE') and self.has_state(node, 'SHOWING'):
                    return node
        node = wait_for(ready, f'{role} "{name}" ready to be pressed')
        assert node.do_action(0), f'{name} cannot be pressed'
        return node

    def choose(self, name):
        """The style whose layer is called so."""
        child = self.find(None, re.escape(name) + ', .*')
        parent = child.get_parent()
        parent.get_selection_iface().select_child(child.get_index_in_parent())

    def value(self, role, name):
        return self.find(role, name).get_value_iface().get_current_value()

    def set_value(self, role, name, value):
        self.find(role, name).get_value_iface().set_current_value(value)

    def set_text(self, name, text):
        self.find('text', name).get_editable_text_iface().set_text_contents(text)

    def activate(self, role, name):
        """Focus and Return, for what has no action of its own."""
        node = wait_for(lambda: next((node for node in self.all(role, name) if self.has_state(node, 'SHOWING')), None),
                        f'{role} "{name}" in sight')
        node.get_component_iface().grab_focus()
        wait_for(lambda: self.has_state(node, 'FOCUSED'), f'{name} to have the focus')
        self.keys('Return')

    def pick(self, name, item):
        """An item of a combo box."""
        box = self.find('combo box', name)

        def index():  # from 1, so that the first is not nothing
            names = [node.get_name() for node in self.all('menu item', None, box)]
            return names.index(item) + 1 if item in names else None
        box.get_selection_iface().select_child(wait_for(index, f'{name}: {item}') - 1)

    def preview_picture(self, left=False):
        """What is seen right of the divider, or left of it, as raw pixels."""
        place = self.preview_node().get_component_iface().get_extents(self.atspi.CoordType.SCREEN)
        x = place.x + place.width * (1 if left else 5) // 9
        crop = f'{place.width // 3}x{place.height // 3}+{x}+{place.y + place.height // 3}'
        return subprocess.run(['import', '-window', 'root', '-crop', crop, 'rgb:-'], check=True,
                              capture_output=True).stdout

    def still_picture(self, left=False):
        """The same once it has come to rest: while panels slide in and out it moves."""
        pictures = [None]

        def rests():
            pictures.append(self.preview_picture(left))
            time.sleep(0.15)
            return pictures[-1] == pictures[-2] and pictures[-1]
        return wait_for(rests, 'the preview to come to rest')

    @staticmethod
    def same_picture(a, b):
        """But for the rounding of what was drawn in parts."""
        return len(a) == len(b) and max(abs(x - y) for x, y in zip(a, b)) <= 2

    @staticmethod
    def distance(a, b):
        """Mean of the differences, where both have pixels."""
        return sum(abs(x - y) for x, y in zip(a, b)) / min(len(a), len(b))

    def dialog_text(self, title, text, accept):
        """Answers one of the small windows over the large one."""
        def window():
            for node in self.all_windows():
                if node.get_role_name() in ('dialog', 'alert') and (not title or node.get_name() == title):
                    return node
        dialog = wait_for(window, f'the dialog "{title}"')
        if text is not None:
            entry = wait_for(lambda: next(iter(self.all('text', None, dialog)), None), 'its text field')
            entry.get_editable_text_iface().set_text_contents(text)
        button = wait_for(lambda: next((node for node in self.all('push button', accept, dialog)
                                        if self.has_state(node, 'SENSITIVE')), None), f'its button {accept}')
        button.do_action(0)
        self.wait_until_closed(title, window)

    def wait_until_closed(self, title, window):
        """And another window has the keys again: what is opened before would be closed by that."""
        wait_for(lambda: 'closed' if window() is None else None, f'the dialog "{title}" to close')
        wait_for(lambda: any(self.has_state(one, 'ACTIVE') for one in self.all_windows()), 'a window to be active')

    def answer_file_dialog(self, title, name):
        """Opens a file of the folder that is shown."""
        def window():
            return next((node for node in self.all_windows() if node.get_name() == title), None)
        dialog = wait_for(window, f'the dialog "{title}"')
        def row():  # of the list of files; the places on the left are a list box
            for table in self.all('table', None, dialog) + self.all('tree table', None, dialog):
                cells = table.get_table_iface()
                for index in range(cells.get_n_rows()):  # the name is a part of its cell
                    if any(self.all(None, re.escape(name), cells.get_accessible_at(index, column))
                           for column in range(cells.get_n_columns())):
                        return cells, index
        table, index = wait_for(row, f'{name} in the list')
        table.add_row_selection(index)
        wait_for(lambda: table.is_row_selected(index), f'{name} to be selected')
        wait_for(lambda: next((node for node in self.all('push button', 'Open', dialog)
                               if self.has_state(node, 'SENSITIVE')), None), 'the button Open').do_action(0)
        self.wait_until_closed(title, window)

    def drag_file(self, file, target):
        """Drags the file from a small window of another program onto the middle of `target`."""
        source = subprocess.Popen([sys.executable, '-c', DRAG_SOURCE, file], stdout=subprocess.PIPE, bufsize=0)

        def says(seconds):
            """Its next line, or nothing if it says none so long."""
            return source.stdout.readline() if select.select([source.stdout], [], [], seconds)[0] else b''
        try:
            start = [int(word) for word in says(30).split()]
            assert len(start) == 2, 'the window to drag from did not open'
            place = target.get_component_iface().get_extents(self.atspi.CoordType.SCREEN)
            x, y = place.x + place.width // 2, place.y + place.height // 2

            def mouse(*words):
                subprocess.run(['xdotool', *map(str, words)], check=True)

            def grasped():  # the window may be there for its program, and not yet for the mouse
                mouse('mousemove', *start, 'mousedown', 1)
                mouse('mousemove_relative', 20, 20)  # far enough to be a drag
                if says(5) == b'dragged\n':
                    return True
                mouse('mouseup', 1)
            wait_for(grasped, 'the file to be grasped')
            for step in range(5):  # the target answers each motion
                mouse('mousemove', x + step, y)
                time.sleep(0.1)
            mouse('mouseup', 1)
            assert says(30) == b'taken\n', 'the file was not taken'
        finally:
            source.kill()
            source.wait()

    def all_windows(self):
        application = self.window.get_application()
        application.clear_cache()
        children = [application.get_child_at_index(index) for index in range(application.get_child_count())]
        return [child for child in children if child]

    def preview_node(self):
        if not self.preview_place:
            self.preview_place = self.find('drawing area', self.preview)
        return self.preview_place

    def preview_words(self):
        node = self.preview_node()
        node.clear_cache()
        return node.get_description()

    def keys(self, *keys, window='Neural Style'):
        subprocess.run(['xdotool', 'search', '--sync', '--onlyvisible', '--name', f'^{window}$', 'windowactivate', '--sync'], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(['xdotool', 'key', '--clearmodifiers', *keys], check=True)

    def tell(self, line):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()

    def worker_pid(self):
        def child():
            out = subprocess.run(['pgrep', '-P', str(self.process.pid), '-f', '--', '--worker'], capture_output=True,
                                 text=True).stdout.split()
            return int(out[0]) if out else None
        return wait_for(child, 'the worker')

    def kill_worker(self):
        os.kill(self.worker_pid(), signal.SIGKILL)

    def shown_text(self, role, name):
        text = self.find(role, name).get_text_iface()
        return text.get_text(0, text.get_character_count())

    # ---- ending

    def ending(self):
        """What it printed, as a dictionary; fails for a bad end or complaints of GTK and GLib."""
        try:
            out, _ = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError('the window did not close')
        assert self.process.returncode == 0, f'the stage ended with {self.process.returncode}'
        self.errors.seek(0)
        complaints = [line for line in self.errors if re.search(r'-(WARNING|CRITICAL|ERROR) \*\*|runtime error|Sanitizer', line)
                      # of the accessibility bus while it shuts down, not ours
                      and 'dbind' not in line and 'atk-bridge' not in line.lower() and 'AT-SPI' not in line]
        assert not complaints, 'complaints on the console:\n' + ''.join(complaints)
        self.errors.seek(0)
        pauses = [int(ms) for ms in re.findall(r'longest pause was (\d+) ms', self.errors.read())]
        self.longest_pause = pauses[-1] if pauses else None
        return dict(line.split(' ', 1) if ' ' in line else (line, '') for line in out.splitlines())

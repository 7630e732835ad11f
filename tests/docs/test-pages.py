#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the pages about co-simulation show is done as it stands there, with the real peers: programs in Python, lines of a shell, and
what they print. A page is done in a folder of its own, in which `scenarios` are, as in a clone.

    test-pages.py SOURCE FOLIOT PAGE [PEER]

PAGE is the name of one in docs/. Without its peer (tools/peers) a page is skipped, but with CI=true that is a failure (not of mosaik37).
"""
import contextlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

DEADLINE_S = 150
SOURCE, FOLIOT, PAGE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3]
PEER = sys.argv[4] if len(sys.argv) > 4 else None

specification = importlib.util.spec_from_file_location('tutorial', os.path.join(os.path.dirname(__file__), 'test-tutorial.py'))
tutorial = importlib.util.module_from_spec(specification)
specification.loader.exec_module(tutorial)

# What the pages leave to the reader: turbines with the wind of the scenario, and a solar panel.
WIND = '''
import csv
import mosaik_api_v3

class Simulator(mosaik_api_v3.Simulator):
    def __init__(self):
        super().__init__({"api_version": "3.0", "type": "time-based", "models": {
            "WECS": {"public": True, "params": ["P_rated"], "attrs": ["P", "P_max"]}}})

    def init(self, sid, time_resolution=1.0):
        with open("scenarios/wind-park/wind-park.csv") as file:
            self.rows = [row[1:] for row in csv.reader(line for line in file if not line.startswith("#"))][1:]
        self.rated = []
        return self.meta

    def create(self, num, model, P_rated):
        self.rated.append(P_rated)
        return [{"eid": f"wecs-{len(self.rated) - 1}", "type": model}]

    def step(self, time, inputs, max_advance):
        self.row = self.rows[time // 900]
        return time + 900

    def get_data(self, outputs):
        return {eid: {"P": float(self.row[int(eid[5:])]) * self.rated[int(eid[5:])]} for eid in outputs}
'''
PANEL = '''
import mosaik_api_v3

class PV(mosaik_api_v3.Simulator):
    def __init__(self):
        super().__init__({"api_version": "3.0", "type": "time-based", "models": {
            "Panel": {"public": True, "params": [], "attrs": ["P"]}}})

    def create(self, num, model):
        return [{"eid": "panel", "type": model}]

    def step(self, time, inputs, max_advance):
        return time + 900

    def get_data(self, outputs):
        return {"panel": {"P": 1.5}}
'''


def find_python(peer):
    found = subprocess.run([os.path.join(SOURCE, 'tools/peers'), '--find', peer], capture_output=True, text=True, check=False)
    if found.returncode != 0:
        raise LookupError(found.stderr.strip())
    return found.stdout.strip()


class Page:
    """A page, and the folder in which it is done."""

    def __init__(self, folder):
        with open(os.path.join(SOURCE, 'docs', PAGE + '.md'), encoding='utf-8') as file:
            self.text = file.read()
        self.folder, self.build = folder, os.path.join(os.path.dirname(FOLIOT), '../..')
        os.symlink(os.path.join(SOURCE, 'scenarios'), self.path('scenarios'))
        self.terminal = tutorial.Terminal(folder, FOLIOT, None)
        self.env = self.terminal.env
        self.env['PYTHONDONTWRITEBYTECODE'] = '1'
        if PEER is not None:
            self.python = find_python(PEER)
            self.env['PATH'] = os.path.dirname(self.python) + ':' + self.env['PATH']

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text):
        with open(self.path(name), 'w', encoding='utf-8') as file:
            file.write(text)

    def read(self, *names):
        with open(self.path(*names), encoding='utf-8') as file:
            return file.read()

    def block(self, kind, words):
        """The block of this kind in which the words are."""
        found = [text for _, name, _, text in tutorial.read_blocks(self.text) if name == kind and words in text]
        assert len(found) == 1, f'docs/{PAGE}.md has {len(found)} blocks of {kind} with "{words}"'
        return found[0]

    def run(self, script, prefix=(), code=0):
        """What the shell prints of it."""
        process = subprocess.Popen([*prefix, 'bash', '-e', '-o', 'pipefail', '-c', script], cwd=self.folder, env=self.env, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            said, _ = process.communicate(timeout=DEADLINE_S)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        assert process.returncode == code, f'exit code {process.returncode}:\n{said}'
        return said

    def run_python(self, words):
        self.write('program.py', self.block('python', words))
        return self.run('exec python3 program.py')

    def await_file(self, *names):
        """mosaik 3.6 does not wait for the simulators that it has started."""
        end = time.monotonic() + DEADLINE_S
        while not os.path.exists(self.path(*names)) and time.monotonic() < end:
            time.sleep(0.01)

    def console(self, words):
        """A block of lines `$ command` and what they print, done line by line."""
        found = [text for text in re.findall(r'^```(?:console)?\n(\$ .*?)^```$', self.text, re.M | re.S) if words in text]
        assert len(found) == 1, f'docs/{PAGE}.md has {len(found)} blocks with "{words}"'
        for command, shown in re.findall(r'^\$ (.*)\n((?:(?!\$ ).*\n)*)', found[0], re.M):
            code = self.terminal.run(command)
            # A size depends on the compiler.
            shown = re.sub(r'\d+\.\d MB$', '… MB', shown, flags=re.M)
            if not tutorial.matches(shown, self.terminal.last):
                raise AssertionError(f'$ {command}\nshown:\n{shown}printed (exit code {code}):\n{self.terminal.last}')


def without_install(script, name):
    """The first line makes a folder for the peer, which is there already."""
    first, rest = script.split('\n', 1)
    assert re.match(rf'python3 -m venv {name} && {name}/bin/pip install ', first), first
    return rest


# ---- pages -----------------------------------------------------------------------------------------------------------


def mosaik_section(page):
    """The section of the wind park is shown as it is."""
    with open(os.path.join(SOURCE, 'scenarios/wind-park/scenario.json'), encoding='utf-8') as file:
        scenario = json.load(file)
    shown = json.loads('{' + page.block('json', '"cosim"') + '}')
    assert shown['cosim'] == scenario['cosim'], f'shown: {shown["cosim"]}\nthe scenario has: {scenario["cosim"]}'


def mosaik_program(page):
    """The table is that of a run without mosaik."""
    page.write('my_wind.py', WIND)
    page.run_python('my_wind:Simulator')
    page.await_file('results/day/run.json')
    page.run('foliot run scenarios/wind-park --quiet --out alone')
    assert page.read('results/day/turbines.csv') == page.read('alone/turbines.csv')


def mosaik_with_grid(page):
    """The script of the scenario, by the line of the page; and what is recorded is replayed, as it says below."""
    page.run(page.block('sh', 'with-grid.py'))
    page.await_file('results/day/run.json')
    page.run('foliot replay day.flj --quiet --out before')
    assert page.read('results/day/turbines.csv') == page.read('before/turbines.csv')
    page.run('foliot diff results/day day.flj --quiet')
    change_one_number(page)


def change_one_number(page):
    """As docs/diff.md has it: a number in the controller is another one, and the first event that this makes different is found."""
    shutil.copytree(os.path.join(SOURCE, 'scenarios/wind-park'), page.path('changed'))
    page.write('changed/controller.c', page.read('changed/controller.c').replace('#define VOLTAGE_LIMIT_PU 1.03', '#define VOLTAGE_LIMIT_PU 1.02'))
    page.env.update(PKG_CONFIG_PATH=os.path.join(page.build, 'meson-uninstalled'), LD_LIBRARY_PATH=os.path.join(page.build, 'src'))
    page.run('cd changed && cc -shared -fPIC -o wind-park.so *.c $(pkg-config --cflags --libs foliot-1)')
    said = page.run('foliot replay day.flj --modules changed --quiet --out strict', code=3)
    assert 'the run differs from its recording: message ' in said and '→ mosaik' in said, said
    page.run('foliot replay day.flj --modules changed --quiet --lenient --out after', code=3)
    said = page.run('foliot diff before after', code=3)
    for words in 'The first different event is number ', 'carried something else', 'set_limit', 'Caused by, the latest first':
        assert words in said, said


def mosaik_c_battery(page):
    """Compiled by the line of the page, and under mosaik by its program."""
    shutil.copy(os.path.join(SOURCE, 'docs/examples/mosaik-battery.c'), page.folder)
    page.env.update(PKG_CONFIG_PATH=os.path.join(page.build, 'meson-uninstalled'), LD_LIBRARY_PATH=os.path.join(page.build, 'src'))
    page.run(page.block('sh', 'mosaik-battery.c'))
    page.write('pv.py', PANEL)
    said = page.run_python('./battery %(addr)s')
    assert 'ERROR' not in said and 'finished successfully' in said, said


def run_federation(page, script, alone):
    """A core of HELICS now and then gives up a broker that listens, and the others wait for it: then once more, and that is told."""
    for _ in range(3):
        try:
            return page.run(script, alone)
        except (AssertionError, subprocess.TimeoutExpired) as error:
            said = str(error) + str(getattr(error, 'output', None))
            if 'nable to connect to broker' not in said:
                raise
            print('# HELICS: its own fault, tried again')
    return page.run(script, alone)


def helics_day(page):
    """Broker, grid and agents by the lines of the page, in a network of their own where the system gives one; then replayed."""
    os.symlink(os.path.dirname(os.path.dirname(page.python)), page.path('helics'))
    page.write('grid.py', page.block('python', 'helicsCreateFederateInfo'))
    script = without_install(page.block('sh', 'helics_broker'), 'helics') + 'wait\n'
    alone = ['unshare', '-rn', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']
    if subprocess.run([*alone, 'true'], capture_output=True, check=False).returncode != 0:
        alone = []
    said = run_federation(page, script, alone)
    digests = re.findall(r'^digest (\w+)$', said, re.M)
    assert len(digests) == 2 and digests[0] == digests[1], said
    rows = re.findall(r'^\d+ \[[\d., -]+\]$', said, re.M)
    assert len(rows) == 96, said


def grid_year(page):
    os.symlink(os.path.dirname(os.path.dirname(page.python)), page.path('grid'))
    said = page.run(without_install(page.block('sh', 'POWER_GRID_MODEL_LIBRARY'), 'grid'))
    assert len(re.findall(r'^digest \w+$', said, re.M)) == 2 and '105120 rows' in said, said


def fmu_file(page):
    page.console('foliot fmu')
    assert os.path.getsize(page.path('park.fmu')) > 100_000


def diff_two_runs(page):
    """In the folder of the scenarios."""
    os.symlink(os.path.join(SOURCE, 'scenarios/wind-park'), page.path('wind-park'))
    page.console('foliot run wind-park')


def record_run(page):
    """Of a scenario whose containers talk over sockets."""
    script = page.block('sh', 'foliot run SCENARIO') + page.block('sh', 'foliot replay run.flj [--out DIR]')
    script = script.replace('SCENARIO', 'scenarios/wind-park --set transport=tcp').replace('[--out DIR]', '--out again')
    said = page.run(script)
    digests = re.findall(r'^digest (\w+)$', said, re.M)
    assert len(digests) == 2 and digests[0] == digests[1], said
    assert page.read('results/wind-park/run.json') == page.read('again/run.json')


def has_grid(page):
    return subprocess.run([page.python, '-c', 'import pandapower'], capture_output=True, check=False).returncode == 0


PAGES = {'mosaik': [mosaik_section, mosaik_program, mosaik_with_grid], 'mosaik-c': [mosaik_c_battery], 'helics': [helics_day],
         'grid': [grid_year], 'fmu': [fmu_file], 'diff': [diff_two_runs],
         'record': [record_run]}


def try_one(function):
    """Returns what is wrong, what it lacks."""
    with tempfile.TemporaryDirectory(prefix='foliot-page-') as folder:
        try:
            page = Page(folder)
            if function is mosaik_with_grid and not has_grid(page):
                return None, 'no pandapower'
            function(page)
        except LookupError as error:
            return (str(error), None) if os.environ.get('CI') == 'true' and PEER != 'mosaik37' else (None, str(error))
        except (AssertionError, ValueError, OSError, subprocess.SubprocessError) as error:
            return str(error) or type(error).__name__, None
    return None, None


def main():
    failed = False
    print(f'1..{len(PAGES[PAGE])}')
    for number, function in enumerate(PAGES[PAGE], 1):
        wrong, lacks = try_one(function)
        failed |= tutorial.report(f'{number} - {function.__name__.replace("_", "-")}' + (f' # SKIP {lacks}' if lacks else ''), wrong)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

#!/usr/bin/env python3
"""Makes the root file system of the server's image: the server, the GStreamer plug-ins of
`gstreamer_plugins`, and what both need.

  make_root.py --server FILE --config FOLDER --out FOLDER [--variant slim|full|debug]

Needs root, or a kernel that lets users make user namespaces: the list of plug-ins is made inside.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from tree import Root, fail, libraries_folder, run  # noqa: E402 (after the path that finds it)

USER = 10001  # of the server; no name of the host has it
SERVER = '/usr/bin/kurento-media-server'
LIBRARIES = libraries_folder()
PLUGINS = f'{LIBRARIES}/gstreamer-1.0'
REGISTRY = '/usr/share/kurento/gstreamer-registry.bin'

# What is opened by name at run time, so that no list of needed libraries has it.
OPENED_BY_NAME = [
    f'{LIBRARIES}/libsoup-3.0.so.0',               # by the plug-in soup
    f'{LIBRARIES}/gio/modules/libgiognutls.so',    # by GIO, for https
]
# Letters of text overlays: the plug-in pango finds them by fontconfig.
FONT = ['/etc/fonts/fonts.conf', '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf']
SHELL = '/bin/busybox'  # of the debug variant: a shell and some tools in one static file
CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'  # of the authorities that https asks


def plugin_names(variant):
    """Names of gstreamer_plugins that the variant has: debug is full, and more."""
    with open(f'{HERE}/gstreamer_plugins', encoding='utf-8') as lines:
        words = [line.split() for line in lines if line.strip() and not line.startswith('#')]
    return [line[-1] for line in words if len(line) == 1 or variant != 'slim']


def add_programs(root, server, plugins):
    """The server, stripped, the plug-ins and all libraries."""
    root.copy_own(server, SERVER, 0o755)
    run('strip', '--strip-unneeded', root.path(SERVER))
    loaded = [f'{PLUGINS}/libgst{name}.so' for name in plugins] + OPENED_BY_NAME
    absent = [path for path in loaded if not os.path.exists(path)]
    if absent:
        fail(f'not installed here: {" ".join(absent)}')
    for path in loaded:
        root.copy(path)
    root.add_libraries_of([server, *loaded])


def add_debugging(root, server):
    """A shell with its tools, and the server's symbols where gdb looks for them by the build id."""
    root.copy(SHELL, 0o755)
    for applet in run(SHELL, '--list').split():
        if not os.path.lexists(root.path(f'/usr/bin/{applet}')):
            os.symlink('busybox', root.path(f'/usr/bin/{applet}'))
    build_id = re.search(r'Build ID: (\w+)', run('readelf', '-n', server)).group(1)
    symbols = f'/usr/lib/debug/.build-id/{build_id[:2]}/{build_id[2:]}.debug'
    root.make_folder(os.path.dirname(symbols))
    run('objcopy', '--only-keep-debug', '--compress-debug-sections', server, root.path(symbols))
    os.chmod(root.path(symbols), 0o644)


# In a copy of the tree: the list holds paths and times as they are inside.
SCAN = '''
set -eu
tar -C "$1" -cf - --sort=name --mtime=@"$SOURCE_DATE_EPOCH" . | tar -C "$4" -xf -
cp "$2" "$4/scan"
mkdir -p "$4$(dirname "$3")"
env -i PATH="$PATH" GST_REGISTRY_1_0="$3" GST_REGISTRY_FORK=no HOME=/ chroot "$4" /scan >/dev/null
cat "$4$3"
'''
# The list keeps the order in which the file system has the names: that of a tmpfs depends on nothing else.
SCAN_IN_TMPFS = 'set -eu; mount -t tmpfs -o mode=755 tmpfs /mnt;' + SCAN


def scan(root, scanner):
    """The bytes of the list. Where nothing can be mounted, as in `docker build`, its order may differ."""
    with tempfile.TemporaryDirectory() as copy:
        words = ['sh', root.folder, scanner, REGISTRY]
        ways = [['unshare', '--map-root-user', '--mount', 'sh', '-c', SCAN_IN_TMPFS, *words, '/mnt'],
                ['sh', '-c', SCAN, *words, copy]]
        for way in ways:
            made = subprocess.run(way, capture_output=True, check=False)
            if made.returncode == 0 and made.stdout:
                return made.stdout
        fail(f'no list of plug-ins: {made.stderr.decode()}')


def make_registry(root):
    """GStreamer's list of plug-ins, so that no process has to open all of them to find one."""
    scanner = shutil.which('gst-inspect-1.0')
    if not scanner:
        fail('gst-inspect-1.0 is not installed here')
    root.write(REGISTRY, scan(root, scanner))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--server', required=True)
    parser.add_argument('--config', required=True, help='folder with the default configuration')
    parser.add_argument('--out', required=True)
    parser.add_argument('--variant', choices=['slim', 'full', 'debug'], default='slim')
    options = parser.parse_args()

    root = Root(options.out)
    root.add_skeleton(USER, 'kurento', '/var/lib/kurento')
    root.make_folder(f'{LIBRARIES}/kurento/modules')
    for folder in ['/var/lib/kurento', '/var/log/kurento-media-server']:  # the server's own: packed with its user
        root.make_folder(folder, 0o750)
    root.copy(CERTIFICATES, package='ca-certificates')
    for path in FONT:
        root.copy(path)
    add_programs(root, options.server, plugin_names(options.variant))
    if options.variant == 'debug':
        add_debugging(root, options.server)
    root.add_copyrights()
    shutil.copytree(options.config, root.path('/etc/kurento'), dirs_exist_ok=True)
    make_registry(root)
    root.write_packages()


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
"""Makes the root file system of Coturn's image: Debian's turnserver, a STUN client for the health check,
and our configuration.

  make_root.py --out FOLDER
"""
import argparse
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from tree import Root  # noqa: E402 (after the path that finds it)

USER = 10002
PROGRAMS = ['/usr/bin/turnserver', '/usr/bin/turnutils_stunclient']


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', required=True)
    options = parser.parse_args()

    root = Root(options.out)
    root.add_skeleton(USER, 'turnserver', '/nonexistent')
    for program in PROGRAMS:
        root.copy(program, 0o755)
    root.add_libraries_of(PROGRAMS)
    root.add_copyrights()
    root.copy_own(f'{HERE}/turnserver.conf', '/etc/coturn/turnserver.conf')
    root.write_packages()


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
"""Lists, for every Debian package in an image, its version and the vulnerabilities that Debian has
closed in it since the release, as its changelog names them: what a scanner that compares upstream's
version numbers takes for open, and what an image without Debian's updates would have.

  closed_holes.py --packages ROOT.packages.json > FILE    of files of this machine's packages
  closed_holes.py --root ROOT --list LIST > FILE          of a Debian of its own

LIST: lines of dpkg-query (package, version, source, ...). A line for each package: name, version, then CVE
numbers, `-` when there is none.
"""
import argparse
import gzip
import json
import os
import re
import subprocess
import sys

ENTRY = re.compile(r'^\S+ \((?P<version>[^)]+)\) ', re.MULTILINE)
OF_AN_UPDATE = re.compile(r'[+~]deb\d+u\d+')  # Debian's versions for a release that is out.


def versions(packages):
    form = '${binary:Package}\t${Version}\n'
    lines = subprocess.run(['dpkg-query', '-W', '-f', form, *packages], capture_output=True, text=True, check=True).stdout
    return {name.split(':')[0]: version for name, version in (line.split('\t') for line in lines.splitlines())}


def changelog(package, root='/'):
    for name in ('changelog.Debian.gz', 'changelog.gz'):  # The second: of Debian's own programs.
        try:
            with gzip.open(os.path.join(root, 'usr/share/doc', package, name), 'rt', encoding='utf-8', errors='replace') as text:
                return text.read()
        except FileNotFoundError:
            pass
    return None


def changelog_in(root, package, source, siblings):
    """Packages of one source have one changelog, which some of them do not bring themselves."""
    for place in (root, '/'):
        for name in (package, source, *siblings):
            if text := changelog(name, place):
                return text
    return None


def closed(text):
    entries = list(ENTRY.finditer(text))
    numbers = set()
    for entry, following in zip(entries, entries[1:] + [None]):
        if not OF_AN_UPDATE.search(entry['version']):
            break
        numbers |= set(re.findall(r'CVE-\d{4}-\d{4,7}', text[entry.end():following.start() if following else len(text)]))
    return sorted(numbers, key=lambda number: [int(part) for part in number.split('-')[1:]])


def of_machine(packages_file):
    with open(packages_file, encoding='utf-8') as packages:
        names = sorted({name.split(':')[0] for name in json.load(packages).values()})
    known = versions(names)
    return [(name, known[name], changelog(name)) for name in names]


def of_root(root, list_file):
    with open(list_file, encoding='utf-8') as lines:
        fields = sorted(line.split('\t')[:3] for line in lines if line.strip())
    siblings = {source: [name for name, _, other in fields if other == source] for _, _, source in fields}
    return [(name, version, changelog_in(root, name, source, siblings[source])) for name, version, source in fields]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--packages')
    parser.add_argument('--root')
    parser.add_argument('--list')
    given = parser.parse_args()
    for name, version, text in of_machine(given.packages) if given.packages else of_root(given.root, given.list):
        if text is None:
            sys.exit(f'{name} has no changelog here: install it with its documentation')
        print(name, version, *(closed(text) or ['-']))


main()

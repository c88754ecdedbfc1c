#!/usr/bin/env python3
"""Lists what is in the bootable image, in SPDX 2.3: the Debian packages of its root with their versions, and
those that came in with the trees of the container images.

  sbom.py --packages FILE --tree SBOM... --version VERSION --revision COMMIT > FILE

FILE: lines of dpkg-query (package, version, source, its version, architecture). SBOM: of a container image.
"""
import argparse
import datetime
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from sbom import debian_package, identifier  # noqa: E402 (after the path that finds it)

OURS = 'SPDXRef-ours'
NAME = 'media-server-appliance'


def versioned(package):
    return identifier('Package', f"{package['name']}-{package['versionInfo']}")


def packages_of(lines):
    """{SPDXID: package}"""
    fields = [line.rstrip('\n').split('\t') for line in lines if line.strip()]
    return {identifier('Package', name): debian_package(name, *rest) for name, *rest in fields}


def packages_of_tree(path):
    """The same of a container image. A version that the root has too stays one entry; another one gets its own."""
    with open(path, encoding='utf-8') as text:
        packages = json.load(text)['packages']
    for package in packages:
        key = package['SPDXID'] if package['SPDXID'] != OURS else versioned(package)
        yield key, package | {'SPDXID': key}


def merged(packages, others):
    for key, package in others:
        known = packages.get(key)
        if known and known['versionInfo'] != package['versionInfo']:
            key = versioned(package)
            package = package | {'SPDXID': key}
        packages[key] = package


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--packages', required=True)
    parser.add_argument('--tree', action='append', default=[])
    parser.add_argument('--version', required=True)
    parser.add_argument('--revision', required=True)
    options = parser.parse_args()

    with open(options.packages, encoding='utf-8') as lines:
        packages = packages_of(lines)
    for tree in options.tree:
        merged(packages, packages_of_tree(tree))
    time = datetime.datetime.fromtimestamp(int(os.environ['SOURCE_DATE_EPOCH']), datetime.timezone.utc)
    ours = {'SPDXID': OURS, 'name': NAME, 'versionInfo': options.version, 'sourceInfo': options.revision, 'downloadLocation': 'NOASSERTION',
            'filesAnalyzed': False, 'licenseConcluded': 'NOASSERTION', 'licenseDeclared': 'NOASSERTION', 'copyrightText': 'NOASSERTION'}
    relations = [{'spdxElementId': 'SPDXRef-DOCUMENT', 'relationshipType': 'DESCRIBES', 'relatedSpdxElement': OURS}]
    relations += [{'spdxElementId': OURS, 'relationshipType': 'CONTAINS', 'relatedSpdxElement': key} for key in sorted(packages)]
    json.dump({'spdxVersion': 'SPDX-2.3', 'dataLicense': 'CC0-1.0', 'SPDXID': 'SPDXRef-DOCUMENT', 'name': f'{NAME}-image',
               'documentNamespace': f'urn:{NAME}:{options.version}:{options.revision}',
               'creationInfo': {'created': time.strftime('%Y-%m-%dT%H:%M:%SZ'), 'creators': ['Tool: image/disk/sbom.py']},
               'packages': [ours] + [packages[key] for key in sorted(packages)], 'relationships': relations}, sys.stdout, indent=1)


if __name__ == '__main__':
    main()

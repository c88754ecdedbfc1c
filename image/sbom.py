#!/usr/bin/env python3
"""Lists what is in the image, in SPDX 2.3: every Debian package with its version, every file with its
checksum and the package it came from, and what is our own.

  sbom.py --root FOLDER --name NAME --version VERSION --revision COMMIT > FILE
"""
import argparse
import datetime
import hashlib
import json
import os
import re
import subprocess
import sys

OURS = 'SPDXRef-ours'


def checksum(path):
    with open(path, 'rb') as data:
        return hashlib.sha256(data.read()).hexdigest()


def versions(packages):
    """{package: (version, source package, its version, architecture)}"""
    form = '${binary:Package}\t${Version}\t${source:Package}\t${source:Version}\t${Architecture}\n'
    lines = subprocess.run(['dpkg-query', '-W', '-f', form, *packages], capture_output=True, text=True, check=True).stdout
    return {fields[0].split(':')[0]: tuple(fields[1:]) for fields in (line.split('\t') for line in lines.splitlines())}


def identifier(kind, name):
    return f'SPDXRef-{kind}-' + re.sub(r'[^A-Za-z0-9.-]', '-', name)


def debian_package(name, version, source, source_version, architecture):
    return {'SPDXID': identifier('Package', name), 'name': name, 'versionInfo': version,
            'supplier': 'Organization: Debian', 'downloadLocation': 'NOASSERTION', 'filesAnalyzed': False,
            'licenseConcluded': 'NOASSERTION', 'licenseDeclared': 'NOASSERTION', 'copyrightText': 'NOASSERTION',
            'sourceInfo': f'{source} {source_version}',
            'externalRefs': [{'referenceCategory': 'PACKAGE-MANAGER', 'referenceType': 'purl',
                              'referenceLocator': f'pkg:deb/debian/{name}@{version}?arch={architecture}&distro=bookworm'}]}


def files_of(root):
    for folder, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                yield path, '/' + os.path.relpath(path, root)


def document(options, packages):
    of_file = {inside: name.split(':')[0] for inside, name in packages.items()}
    known = versions(sorted(set(of_file.values())))
    files, relations = [], [{'spdxElementId': 'SPDXRef-DOCUMENT', 'relationshipType': 'DESCRIBES', 'relatedSpdxElement': OURS}]
    for path, inside in files_of(options.root):
        file_id = identifier('File', inside[1:])
        files.append({'SPDXID': file_id, 'fileName': '.' + inside, 'licenseConcluded': 'NOASSERTION', 'copyrightText': 'NOASSERTION',
                      'checksums': [{'algorithm': 'SHA256', 'checksumValue': checksum(path)}]})
        owner = identifier('Package', of_file[inside]) if inside in of_file else OURS
        relations.append({'spdxElementId': owner, 'relationshipType': 'CONTAINS', 'relatedSpdxElement': file_id})
    relations += [{'spdxElementId': OURS, 'relationshipType': 'DEPENDS_ON', 'relatedSpdxElement': identifier('Package', name)}
                  for name in sorted(known)]
    time = datetime.datetime.fromtimestamp(int(os.environ['SOURCE_DATE_EPOCH']), datetime.timezone.utc)
    ours = {'SPDXID': OURS, 'name': options.name, 'versionInfo': options.version, 'sourceInfo': options.revision,
              'downloadLocation': 'NOASSERTION', 'filesAnalyzed': False, 'licenseConcluded': 'NOASSERTION',
              'licenseDeclared': 'NOASSERTION', 'copyrightText': 'NOASSERTION'}
    return {'spdxVersion': 'SPDX-2.3', 'dataLicense': 'CC0-1.0', 'SPDXID': 'SPDXRef-DOCUMENT', 'name': f'{options.name}-image',
            'documentNamespace': f'urn:{options.name}:image:{options.version}:{options.revision}',
            'creationInfo': {'created': time.strftime('%Y-%m-%dT%H:%M:%SZ'), 'creators': ['Tool: image/sbom.py']},
            'packages': [ours] + [debian_package(name, *known[name]) for name in sorted(known)],
            'files': files, 'relationships': relations}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ['root', 'name', 'version', 'revision']:
        parser.add_argument(f'--{name}', required=True)
    options = parser.parse_args()
    with open(f'{options.root}.packages.json', encoding='utf-8') as text:
        packages = json.load(text)
    json.dump(document(options, packages), sys.stdout, indent=1)


if __name__ == '__main__':
    main()

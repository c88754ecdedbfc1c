#!/usr/bin/env python3
"""Packs a root file system and its image.json into an OCI archive and a docker-archive, without an engine.

  pack.py --root FOLDER --image FILE --out FOLDER --name NAME:TAG --version VERSION --revision COMMIT

The same input and SOURCE_DATE_EPOCH give the same bytes: names are sorted, times and owners fixed.
"""
import argparse
import datetime
import gzip
import hashlib
import io
import json
import os
import subprocess
import tarfile

EPOCH = int(os.environ['SOURCE_DATE_EPOCH'])

MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
CONFIG = 'application/vnd.oci.image.config.v1+json'
LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'


def as_json(value):
    return json.dumps(value, sort_keys=True, separators=(',', ':')).encode()


def digest(data):
    return 'sha256:' + hashlib.sha256(data).hexdigest()


def architecture():
    return subprocess.run(['dpkg', '--print-architecture'], capture_output=True, text=True, check=True).stdout.strip()


def paths_of(root):
    for folder, names, files in os.walk(root):
        for name in names + files:
            yield os.path.relpath(os.path.join(folder, name), root)


def add_to(tar, name, source, owners):
    member = tar.gettarinfo(source, name)
    member.uid = member.gid = owners.get('/' + name, 0)
    member.uname = member.gname = ''
    member.mtime = EPOCH
    if member.islnk():  # as a file of its own: which name of two comes first says nothing
        member.type, member.linkname = tarfile.REGTYPE, ''
        member.size = os.path.getsize(source)
    with open(source, 'rb') if member.isreg() else io.BytesIO() as content:
        tar.addfile(member, content)


def layer_of(root, owners):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode='w', format=tarfile.GNU_FORMAT) as tar:
        for name in sorted(paths_of(root)):
            add_to(tar, name, os.path.join(root, name), owners)
    return data.getvalue()


def archive(path, files):
    """A tar of {name: bytes}."""
    with tarfile.open(path, 'w', format=tarfile.GNU_FORMAT) as tar:
        for name in sorted(files):
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = len(files[name]), EPOCH, 0o644
            tar.addfile(member, io.BytesIO(files[name]))


def image_of(options):
    """{"config": as Docker has it, "owners": {folder: user}, the root's where not named}"""
    with open(options.image, encoding='utf-8') as text:
        return json.load(text)


def configuration(options, layer):
    """The image's configuration: what image.json says, and what is known only now."""
    config = image_of(options)['config']
    config['Labels'] |= {'org.opencontainers.image.version': options.version,
                         'org.opencontainers.image.revision': options.revision}
    time = datetime.datetime.fromtimestamp(EPOCH, datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
    return {'architecture': architecture(), 'os': 'linux', 'created': time, 'config': config,
            'rootfs': {'type': 'layers', 'diff_ids': [digest(layer)]}, 'history': [{'created': time}]}


def write_oci(options, layer, config):
    blobs = [as_json(config), gzip.compress(layer, 9, mtime=0)]
    described = [{'mediaType': kind, 'digest': digest(blob), 'size': len(blob)}
                 for kind, blob in zip([CONFIG, LAYER], blobs)]
    manifest = as_json({'schemaVersion': 2, 'mediaType': MANIFEST, 'config': described[0], 'layers': described[1:]})
    index = {'schemaVersion': 2, 'manifests': [{
        'mediaType': MANIFEST, 'digest': digest(manifest), 'size': len(manifest),
        'annotations': {'org.opencontainers.image.ref.name': options.name}}]}
    files = {'blobs/sha256/' + digest(blob)[7:]: blob for blob in [*blobs, manifest]}
    files |= {'oci-layout': as_json({'imageLayoutVersion': '1.0.0'}), 'index.json': as_json(index)}
    archive(f'{options.out}/image.oci.tar', files)


def write_docker(options, layer, config):
    blob = as_json(config)
    names = {'Config': digest(blob)[7:] + '.json', 'Layers': [digest(layer)[7:] + '.tar']}
    archive(f'{options.out}/image.docker.tar', {
        names['Config']: blob, names['Layers'][0]: layer, 'manifest.json': as_json([{'RepoTags': [options.name], **names}])})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ['root', 'image', 'out', 'name', 'version', 'revision']:
        parser.add_argument(f'--{name}', required=True)
    options = parser.parse_args()
    layer = layer_of(options.root, image_of(options)['owners'])
    config = configuration(options, layer)
    write_oci(options, layer, config)
    write_docker(options, layer, config)


if __name__ == '__main__':
    main()

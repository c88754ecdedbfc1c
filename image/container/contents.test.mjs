// What is in the image, and what is not. MS_IMAGE_FOLDER: what image/container/build made.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {lstatSync, readFileSync, readdirSync, readlinkSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {test} from 'node:test';

const kFolder = process.env.MS_IMAGE_FOLDER;
const kRoot = join(kFolder, 'root');
const kMostCompressed_MB = 80;
const kMostPrograms = 12;

const run = (...words) => execFileSync(words[0], words.slice(1), {encoding: 'utf8', maxBuffer: 1 << 28});
const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const json = (text) => JSON.parse(text);

/** The member of a tar, as bytes. */
const member = (tar, name) => execFileSync('tar', ['-xOf', join(kFolder, tar), name], {maxBuffer: 1 << 28});

/** Everything below the root: [{path, info}]. */
function everything(folder = '') {
  return readdirSync(join(kRoot, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    const info = lstatSync(join(kRoot, path));
    return [{path, info}, ...(info.isDirectory() ? everything(path) : [])];
  });
}
const all = everything();
const files = all.filter(({info}) => info.isFile());

test('compressed it is small', () => {
  assert.ok(statSync(join(kFolder, 'image.oci.tar')).size < kMostCompressed_MB * 1e6);
});

test('the server and the loader are the only programs', () => {
  const programs = files.filter(({info}) => info.mode & 0o111).map(({path}) => path);
  assert.ok(programs.length <= kMostPrograms, String(programs));
  assert.deepEqual(programs.map((path) => path.split('/').at(-1).replace(/^ld-linux.*/, 'ld-linux')).sort(), ['kurento-media-server', 'ld-linux']);
});

test('every element that a filter may be made of is in the list of plug-ins', () => {
  const source = readFileSync(new URL('../../modules/filters/src/allowed_elements.cpp', import.meta.url), 'utf8');
  const list = readFileSync(join(kRoot, 'usr/share/kurento/gstreamer-registry.bin'), 'latin1');
  const elements = [...source.matchAll(/"([a-z0-9_-]+)"/g)].map(([, name]) => name);
  assert.ok(elements.length > 50);
  assert.deepEqual(elements.filter((name) => !list.includes(`${name}\0`)), []);
});

test('there is no shell, no package manager, no interpreter', () => {
  const unwanted = /^(sh|bash|dash|busybox|apt.*|dpkg.*|perl.*|python.*|gst-.*|openssl|curl|ldconfig)$/;
  assert.deepEqual(all.map(({path}) => path).filter((path) => unwanted.test(path.split('/').at(-1)) && !path.startsWith('/usr/share/doc/')), []);
});

test('no file gives rights away', () => {
  assert.deepEqual(files.filter(({info}) => info.mode & 0o6000).map(({path}) => path), [], 'setuid or setgid');
  const open = all.filter(({info}) => !info.isSymbolicLink() && info.mode & 0o002).map(({path}) => path);
  assert.deepEqual(open, ['/tmp'], 'writable for all');
});

test('every link leads to something inside', () => {
  for (const {path, info} of all.filter(({info: {isSymbolicLink}, info}) => isSymbolicLink.call(info))) {
    const target = readlinkSync(join(kRoot, path));
    assert.ok(lstatSync(target.startsWith('/') ? join(kRoot, target) : join(kRoot, dirname(path), target)), path);
    assert.ok(info);
  }
});

test('the list of contents (SPDX) has every file, with its checksum and where it came from', () => {
  const sbom = json(readFileSync(join(kFolder, 'sbom.spdx.json'), 'utf8'));
  const listed = new Map(sbom.files.map((file) => [file.fileName.slice(1), file]));
  const owner = new Map(sbom.relationships.filter(({relationshipType}) => relationshipType === 'CONTAINS')
      .map(({spdxElementId, relatedSpdxElement}) => [relatedSpdxElement, spdxElementId]));
  const packages = new Set(sbom.packages.map(({SPDXID}) => SPDXID));
  assert.equal(listed.size, files.length);
  for (const {path} of files) {
    assert.equal(listed.get(path)?.checksums[0].checksumValue, sha256(readFileSync(join(kRoot, path))), path);
    assert.ok(packages.has(owner.get(listed.get(path).SPDXID)), path);
  }
});

test('the list of contents names the versions that Debian knows', () => {
  const sbom = json(readFileSync(join(kFolder, 'sbom.spdx.json'), 'utf8'));
  const glib = sbom.packages.find(({name}) => name === 'libglib2.0-0');
  assert.equal(glib.versionInfo, run('dpkg-query', '-W', '-f', '${Version}', 'libglib2.0-0').trim());
  assert.equal(sbom.packages.find(({name}) => name === 'kurento-media-server').versionInfo, '7.3.0');
});

test('Debian has no update of anything in it', () => {
  const names = readFileSync(join(kFolder, 'closed-holes.txt'), 'utf8').trim().split('\n').map((line) => line.split(' ')[0]);
  const simulated = run('apt-get', 'install', '--simulate', '--only-upgrade', ...names);
  assert.deepEqual(simulated.match(/^Inst .*/gm) ?? [], []);
});

test('the vulnerabilities that Debian has closed are listed by package', () => {
  const closed = new Map(readFileSync(join(kFolder, 'closed-holes.txt'), 'utf8').trim().split('\n').map((line) => line.split(' ')).map(([name, version, ...holes]) => [name, {version, holes}]));
  const sbom = json(readFileSync(join(kFolder, 'sbom.spdx.json'), 'utf8'));
  for (const {name, versionInfo} of sbom.packages.slice(1)) assert.equal(closed.get(name)?.version, versionInfo, name);
  assert.ok(closed.get('libvpx7').holes.includes('CVE-2023-5217'), 'the one that was exploited in browsers');
  assert.deepEqual(closed.get('libjemalloc2').holes, ['-']);
});

test('each package brings its licence', () => {
  const packages = new Set(Object.values(json(readFileSync(join(kFolder, 'root.packages.json'), 'utf8'))).map((name) => name.split(':')[0]));
  for (const name of packages) assert.ok(statSync(join(kRoot, 'usr/share/doc', name, 'copyright')).size > 0, name);
});

test('checksums are right', () => { run('sh', '-c', 'cd "$1" && sha256sum --check --quiet SHA256SUMS', 'sh', kFolder); });

test('the OCI archive is whole: every blob has the digest of its name, and the manifest names them all', () => {
  const index = json(member('image.oci.tar', 'index.json'));
  const blob = (digest) => {
    const data = member('image.oci.tar', `blobs/${digest.replace(':', '/')}`);
    assert.equal(`sha256:${sha256(data)}`, digest);
    return data;
  };
  const manifest = json(blob(index.manifests[0].digest));
  assert.equal(manifest.layers.length, 1);
  assert.equal(blob(manifest.layers[0].digest).length, manifest.layers[0].size);
  const {config} = json(blob(manifest.config.digest));
  assert.equal(config.User, '10001:10001');
  assert.deepEqual(Object.keys(config.ExposedPorts), ['8888/tcp']);
});

test('nothing of this machine is in the image', () => {
  const {config, created} = json(member('image.oci.tar', `blobs/${json(member('image.oci.tar', `blobs/${json(
      member('image.oci.tar', 'index.json')).manifests[0].digest.replace(':', '/')}`)).config.digest.replace(':', '/')}`));
  assert.ok(!JSON.stringify(config).includes(run('hostname').trim()));
  assert.equal(new Date(created).getTime() / 1000, Number(run('git', 'log', '-1', '--format=%ct')));
});

test('the server holds no path of this machine', {skip: process.env.MS_SERVER && 'it was not built for the image'}, () => {
  assert.ok(!readFileSync(join(kRoot, 'usr/bin/kurento-media-server'), 'latin1').includes(process.cwd()));
});

test('the profile knows no system call that leads out of a container', () => {
  const profile = json(readFileSync(join(kFolder, 'seccomp.json'), 'utf8'));
  assert.equal(profile.defaultAction, 'SCMP_ACT_ERRNO');
  const allowed = new Set(profile.syscalls.filter(({action}) => action === 'SCMP_ACT_ALLOW').flatMap(({names}) => names));
  for (const name of ['add_key', 'bpf', 'chroot', 'delete_module', 'execveat', 'init_module', 'io_uring_setup', 'kexec_load', 'keyctl', 'mknod', 'mknodat',
    'mount', 'move_mount', 'name_to_handle_at', 'open_by_handle_at', 'perf_event_open', 'personality', 'pivot_root', 'process_vm_readv',
    'process_vm_writev', 'ptrace', 'reboot', 'request_key', 'setns', 'swapon', 'umount2', 'unshare', 'userfaultfd']) {
    assert.ok(!allowed.has(name), name);
  }
});

// The bootable image in a machine with Secure Boot: it serves calls, keeps its state, and runs nothing that was changed.
// MS_DISK_FOLDER: what image/disk/build made, signed with the key that the firmware knows.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {inPage} from '../../e2e/harness/call.mjs';
import {scene} from '../../e2e/harness/scene.mjs';
import {call, clientOf, kBoot_s, kTime, machineOf} from './appliance.mjs';

const kFolder = process.env.MS_DISK_FOLDER;
const kDisk = join(kFolder, 'disk.raw');
const kMostBytes = 250e6;
const kMostSeconds = Number(process.env.MS_BOOT_SECONDS ?? 120);  // without acceleration, on a machine that others use, too
const kEnd_s = 120;
const kPorts = /^(tcp3478|udp3478|tcp8888|udp68|udp546)$/;  // TURN, control, DHCP
// Of calls: the server's, over UDP and ICE-TCP, and above them the relay's.
const kFirstMediaPort = 20000, kLastServerPort = 49151;
const isOfMedia = (protocol, port) => port >= kFirstMediaPort && (protocol === 'udp' || port <= kLastServerPort);

const run = (...words) => execFileSync(words[0], words.slice(1), {encoding: 'utf8'});

scene('from nothing to a call through its relay; the root is read-only, the ports are those that are documented; the state outlasts a reset; the power button ends it in order', async (s) => {
  const machine = machineOf(s, kDisk);
  const page = await s.pageOf({});
  await machine.start();
  const client = await clientOf(s, machine);
  s.fact('seconds to an answer', machine.seconds);
  const first = await call(s, machine, page, client, 'first');
  s.fact('seconds to a completed loopback', machine.seconds);
  console.log(`    ${machine.seconds.toFixed(1)} s from start to a completed loopback`);
  assert.ok(machine.seconds < kMostSeconds, `${machine.seconds} s`);
  assert.equal((await inPage(page, 'way', 'first')).local.type, 'relay');

  await machine.says(/healthy: version .* is healthy/, kBoot_s);
  const report = /root: (squashfs) (\S+); listening: (.*)/.exec(machine.console);
  assert.ok(report[2].split(',').includes('ro'), report[0]);
  assert.ok(!machine.console.includes('can be written'));
  assert.doesNotMatch(machine.console, /failed units/);
  const undocumented = report[3].trim().split(' ').filter((port) => !kPorts.test(port) && !isOfMedia(port.slice(0, 3), Number(port.slice(3))));
  assert.deepEqual(undocumented, [], report[3]);
  assert.doesNotMatch(machine.console, /login:/);

  await machine.stop();  // without a word: as when power fails
  await machine.start();
  assert.ok(!machine.console.includes('the state partition is made'));
  const after = await clientOf(s, machine);
  await call(s, machine, page, after, 'after', first.credentials);  // the relay knows yesterday's secret
  assert.ok(!machine.console.includes('the state partition is made'));

  assert.ok(await machine.powerButton(kEnd_s), `the button ends it: ${machine.console.slice(-2000)}`);
  assert.match(machine.console, /Stopped .*media-ser/);
}, kTime);

scene('a root with other bytes than the signed ones does not run', async (s) => {
  const machine = machineOf(s, kDisk);
  const [, start, size] = /start= *(\d+), size= *(\d+), type=4F68BCE3/.exec(run('sfdisk', '--dump', machine.disk)).map(Number);
  const disk = openSync(machine.disk, 'r+');
  for (let n = 1; n < 64; ++n) writeSync(disk, 'tampered', Math.floor(start + size * n / 64) * 512);
  closeSync(disk);
  await machine.start({once: true});
  await machine.ended;
  assert.match(machine.console, /dm-verity device corrupted|not the one that was signed|cannot be mounted/);
}, kTime);

scene('under Secure Boot a kernel image of another signer is refused', async (s) => {
  const machine = machineOf(s, kDisk);
  const work = mkdtempSync(join(tmpdir(), 'signer-'));
  s.atEnd(() => rmSync(work, {recursive: true}));
  const name = run('mdir', '-b', '-i', `${machine.disk}@@1M`, '::/EFI/Linux/').trim().split('/').at(-1);
  run('mcopy', '-i', `${machine.disk}@@1M`, `::/EFI/Linux/${name}`, join(work, 'uki'));
  run('openssl', 'req', '-new', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=stranger/', '-keyout', join(work, 'key'), '-out', join(work, 'crt'));
  execFileSync('sbattach', ['--remove', join(work, 'uki')]);
  execFileSync('sbsign', ['--key', join(work, 'key'), '--cert', join(work, 'crt'), '--output', join(work, 'signed'), join(work, 'uki')], {stdio: 'ignore'});
  machine.putIntoEsp(`EFI/Linux/${name}`, readFileSync(join(work, 'signed')));
  await machine.start({once: true});
  await machine.says(/Access [Dd]enied|Security [Vv]iolation/, kBoot_s);
  assert.ok(!machine.console.includes('initrd:'));
}, kTime);

scene('the image is small, and its checksums and signature are right', async (s) => {
  const {size} = statSync(kDisk);
  s.fact('bytes', size);
  assert.ok(size <= kMostBytes, `${size} bytes`);
  execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], {cwd: kFolder});
  run('openssl', 'dgst', '-sha256', '-verify', join(kFolder, 'root.update.pem'), '-signature', join(kFolder, 'SHA256SUMS.sig'), join(kFolder, 'SHA256SUMS'));
  const {packages} = JSON.parse(readFileSync(join(kFolder, 'sbom.spdx.json'), 'utf8'));
  for (const name of ['systemd', 'nftables', 'coturn', 'libglib2.0-0', 'kurento-media-server', 'busybox-static']) {
    assert.ok(packages.some((one) => one.name === name), name);
  }
  const looked_through = new Set(readFileSync(join(kFolder, 'closed-holes.txt'), 'utf8').split('\n').map((line) => line.split(' ').slice(0, 2).join(' ')));
  for (const {name, versionInfo} of packages.filter(({externalRefs}) => externalRefs)) {
    assert.ok(looked_through.has(`${name} ${versionInfo}`), `the vulnerabilities that Debian has closed in ${name} ${versionInfo}`);
  }
});

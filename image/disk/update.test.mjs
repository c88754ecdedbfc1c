// Updates of the bootable image: only what is signed, to the other slot, and back when it does not work there.
// MS_DISK_FOLDER: what image/disk/build made with MS_DISK_KEY and MS_DISK_CERTIFICATE.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {createReadStream, mkdtempSync, rmSync, statSync} from 'node:fs';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {scene} from '../../e2e/harness/scene.mjs';
import {clientOf, machineOf} from './appliance.mjs';

const kFolder = process.env.MS_DISK_FOLDER;
const kHost = '10.0.2.2';  // this machine, as the appliance sees it
const kStep_s = 600;  // several starts without acceleration

const run = (words, environment = {}) => execFileSync(words[0], words.slice(1), {stdio: ['ignore', 'pipe', 'pipe'], env: {...process.env, ...environment}});

/** Makes VERSION.update of the image's root after change(folder); its path. */
function makeUpdate(work, version, change = () => {}) {
  const root = join(work, 'root'), out = join(work, `slot-${version}`);
  run(['cp', '-a', join(kFolder, 'root'), root]);
  change(root);
  run([new URL('make_slot', import.meta.url).pathname, root, version, process.env.MS_DISK_KEY, process.env.MS_DISK_CERTIFICATE, out],
    {MS_DISK_COMPRESSION: '1', SOURCE_DATE_EPOCH: '1700000000'});
  rmSync(root, {recursive: true});
  return join(out, `${version}.update`);
}

/** The same update with a list of contents that somebody else has signed. */
function signedByStranger(work, update) {
  const folder = join(work, 'stranger'), key = join(work, 'stranger.key');
  run(['mkdir', folder]);
  run(['tar', '-C', folder, '-xf', update]);
  run(['openssl', 'genrsa', '-out', key, '2048']);
  run(['openssl', 'dgst', '-sha256', '-sign', key, '-out', join(folder, 'manifest.sig'), join(folder, 'manifest')]);
  run(['tar', '-C', folder, '-cf', join(work, 'stranger.update'), 'manifest', 'manifest.sig', 'root.img', 'uki.efi']);
  rmSync(folder, {recursive: true});
  return join(work, 'stranger.update');
}

/** Serves the file that `current` names, to whoever asks for anything. */
async function serve(s) {
  const site = {current: undefined};
  const server = createServer((request, response) => {
    if (!site.current) return response.writeHead(404).end();
    response.writeHead(200, {'content-length': statSync(site.current).size});
    createReadStream(site.current).pipe(response);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  s.atEnd(() => server.closeAllConnections() ?? server.close());
  site.port = server.address().port;
  return site;
}

scene('a signed update runs, a stranger\'s is refused, and one that does not work gives way to the version before', async (s) => {
  const work = mkdtempSync(join(tmpdir(), 'update-'));
  s.atEnd(() => rmSync(work, {recursive: true}));
  const good = makeUpdate(work, '8.0.1');
  const broken = makeUpdate(work, '8.0.2', (root) => rmSync(join(root, 'usr/lib/appliance/media-server/usr/bin/kurento-media-server')));
  const site = await serve(s);
  const machine = machineOf(s, join(kFolder, 'disk.raw'), {config: `UPDATE_URL=http://${kHost}:${site.port}/update\nUPDATE_SECONDS=10\n`});

  site.current = signedByStranger(work, good);
  await machine.start();
  await machine.says(/update: refused: the signature is not of our key/, kStep_s);
  assert.ok(!machine.console.includes('8.0.1'));

  site.current = good;
  await machine.says(/update: version 8\.0\.1 is written/, kStep_s);
  await machine.says(/healthy: version 8\.0\.1 is healthy/, kStep_s);

  site.current = broken;
  await machine.says(/update: version 8\.0\.2 is written/, kStep_s);
  await machine.says(/healthy: version 8\.0\.2 does not work here/, kStep_s, 2);
  await machine.says(/healthy: version 8\.0\.1 is healthy/, kStep_s, 2);
  const client = await clientOf(s, machine);
  assert.ok(await client.create('MediaPipeline'));
  const times = (what) => machine.console.match(what)?.length;
  assert.equal(times(/update: version 8\.0\.2 is written/g), 1, 'it is not tried again');
  assert.equal(times(/the state partition is made/g), 1, 'the state outlasts updates');
  assert.equal(times(/configure: settings of the EFI partition/g), 1, 'and so do the settings');
}, {timeout_ms: 1_800_000});

// The image at work: what it may, what it answers, how its variables are heard, how it ends.
import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {probe} from '../../e2e/harness/ffprobe.mjs';
import {kMediaFolder, mediaFile} from '../../e2e/harness/media_files.mjs';
import {until} from '../../e2e/harness/wait.mjs';
import {Container, freePort, kRestrictions, load, podman, tryPodman} from './podman.mjs';

const kUser = 10001;
const kMostStart_ms = 300;
const kPlugins = new URL('../../build/image/server/plugins', import.meta.url).pathname;
const kServer = '/usr/bin/kurento-media-server';

const image = load('image.oci.tar');
const folder = mkdtempSync(join(tmpdir(), 'image-test-'));
chmodSync(folder, 0o755);
after(() => rmSync(folder, {recursive: true}));

/** A configuration with this port, as options of podman run. */
function configured(port, more = {}) {
  const path = join(folder, `kurento-${port}.conf.json`);
  writeFileSync(path, JSON.stringify({mediaServer: {net: {websocket: {port, path: 'kurento', ...more}}}}));
  return ['--volume', `${path}:/etc/kurento/kurento.conf.json:ro`];
}

/** body(container, client) with a container that is removed whatever happens. */
async function withContainer(settings, body) {
  const port = settings.port ?? await freePort();
  const container = Container.start(image, {...settings, port, options: [...configured(port), ...settings.options ?? []]});
  let client;
  try {
    client = await container.client();
    await body(container, client);
  } finally {
    client?.close();
    container.remove();
  }
}

const withVariables = (environment, body) => withContainer({environment}, body);

async function endpoint(client, type = 'WebRtcEndpoint', parameters = {}) {
  const pipeline = await client.create('MediaPipeline');
  return {pipeline, id: await client.create(type, {mediaPipeline: pipeline, ...parameters})};
}

/** The candidates of a new WebRtcEndpoint: [{protocol, address, port, type}]. */
async function candidates(client) {
  const {id} = await endpoint(client);
  await client.subscribe(id, 'IceCandidateFound');
  await client.subscribe(id, 'IceGatheringDone');
  await client.invoke(id, 'generateOffer');
  await client.invoke(id, 'gatherCandidates');
  await until('candidates are gathered', () => client.events.some(({type}) => type === 'IceGatheringDone'));
  return client.events.filter(({type}) => type === 'IceCandidateFound').map(({data: {candidate}}) => {
    const [, , protocol, , address, port, , type] = candidate.candidate.split(' ');
    return {protocol: protocol.toLowerCase(), address, port: Number(port), type};
  });
}

/** A STUN server that tells everybody the address 198.51.100.9, port 1 (RFC 8489: XOR-MAPPED-ADDRESS). */
async function stunServer() {
  const socket = createSocket('udp4');
  socket.on('message', (request, {address, port}) => {
    const attribute = Buffer.from([0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0x21, 0x13, 198 ^ 0x21, 51 ^ 0x12, 100 ^ 0xa4, 9 ^ 0x42]);
    const header = Buffer.from(request.subarray(0, 20));
    header.writeUInt16BE(0x0101, 0);
    header.writeUInt16BE(attribute.length, 2);
    socket.send(Buffer.concat([header, attribute]), port, address);
  });
  await new Promise((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {port: socket.address().port, close: () => socket.close()};
}

test('it answers soon after podman run', async (t) => {
  const times_ms = [];
  for (let i = 0; i < 5; ++i) {
    const begin_ms = performance.now();
    await withContainer({}, async (container, client) => {
      assert.equal((await client.request('ping')).value, 'pong');
      times_ms.push(performance.now() - begin_ms);
    });
  }
  times_ms.sort((a, b) => a - b);
  t.diagnostic(`podman run to pong, median of 5: ${times_ms[2].toFixed(0)} ms`);
  assert.ok(times_ms[0] < kMostStart_ms, `${times_ms.map(Math.round)} ms`);
});

test('it runs as an ordinary user without any right, under its own filter too', async () => {
  await withContainer({}, async (container) => {
    const status = container.status();
    assert.equal(status.Uid, Array(4).fill(kUser).join('\t'));
    assert.equal(status.Gid, Array(4).fill(kUser).join('\t'));
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) assert.equal(status[set], '0000000000000000', set);
    assert.equal(status.NoNewPrivs, '1');
    assert.equal(status.Seccomp, '2');
    assert.equal(status.Seccomp_filters, '2', "the profile and the server's own, which blocks execve");
  });
});

test('its root file system is read-only', async () => {
  await withContainer({}, async (container) => {
    const root = readFileSync(`/proc/${container.pid}/mountinfo`, 'utf8').split('\n').find((line) => line.split(' ')[4] === '/');
    assert.match(root.split(' ')[5], /(^|,)ro(,|$)/);
  });
});

test('nobody gets a shell in it', () => {
  for (const shell of ['/bin/sh', 'sh', 'bash', '/bin/busybox']) {
    assert.notEqual(tryPodman('run', '--rm', '--network', 'none', '--entrypoint', shell, image, '-c', 'true').status, 0, shell);
  }
});

test('in a network namespace of its own only the documented port is open', async () => {
  const container = Container.start(image, {network: 'none'});
  try {
    await until('it listens', () => container.output.includes('demo page'));
    const open = ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((table) => readFileSync(`/proc/${container.pid}/net/${table}`, 'utf8').trim().split('\n').slice(1)
        .map((line) => line.trim().split(/\s+/)).filter((fields) => table.startsWith('udp') || fields[3] === '0A')
        .map((fields) => `${table} ${parseInt(fields[1].split(':')[1], 16)}`));
    assert.deepEqual(open, ['tcp6 8888']);
  } finally {
    container.remove();
  }
});

test('its arguments are those of the server', () => {
  const run = (...words) => podman('run', '--rm', '--network', 'none', ...kRestrictions, image, ...words);
  assert.match(run('--version'), /^Kurento Media Server version: 7\.3\.0\nFound modules:\n/);
  assert.match(run('--list'), /WebRtcEndpoint/);
});

test('the archive for Docker gives the same image, with the health check', () => {
  const loaded = load('image.docker.tar');
  const check = podman('inspect', '--format', '{{json .HealthCheck}}', loaded);
  assert.deepEqual(JSON.parse(check).Test, ['CMD', kServer, '--ping']);
  assert.equal(podman('inspect', '--format', '{{json .RootFS.Layers}}', loaded), podman('inspect', '--format', '{{json .RootFS.Layers}}', image));
});

test('the health check is content with a server that answers, and not with one that hangs', async () => {
  const check = ['--health-cmd', JSON.stringify([kServer, '--ping']), '--health-retries', '1', '--health-timeout', '10s'];
  await withContainer({options: check}, async (container) => {
    assert.equal(tryPodman('healthcheck', 'run', container.name).status, 0);
    container.signal('STOP');
    assert.notEqual(tryPodman('healthcheck', 'run', container.name).status, 0);
    container.signal('CONT');
    assert.equal(tryPodman('healthcheck', 'run', container.name).status, 0);
  });
});

test('KMS_MIN_PORT and KMS_MAX_PORT bound the ports of media', async () => {
  await withVariables({KMS_MIN_PORT: '42100', KMS_MAX_PORT: '42199'}, async (container, client) => {
    const udp = (await candidates(client)).filter(({protocol}) => protocol === 'udp');
    assert.ok(udp.length > 0);
    for (const {port} of udp) assert.ok(port >= 42100 && port <= 42199, port);
  });
});

test('KMS_MTU is the mtu of endpoints', async () => {
  await withVariables({KMS_MTU: '1111'}, async (container, client) => {
    const {id} = await endpoint(client);
    assert.equal(await client.invoke(id, 'getMtu'), 1111);
  });
});

test('KMS_EXTERNAL_IPV4 and KMS_EXTERNAL_IPV6 are announced', async () => {
  await withVariables({KMS_EXTERNAL_IPV4: '198.51.100.7', KMS_EXTERNAL_IPV6: '2001:db8::7'}, async (container, client) => {
    const {id} = await endpoint(client);
    assert.equal(await client.invoke(id, 'getExternalIPv6'), '2001:db8::7');
    const ipv4 = (await candidates(client)).filter(({address}) => !address.includes(':'));
    assert.deepEqual([...new Set(ipv4.map(({address}) => address))], ['198.51.100.7']);
  });
});

test('KMS_EXTERNAL_IPV4=auto is what a STUN server says, and no start without an answer', async () => {
  const stun = await stunServer();
  const environment = {KMS_EXTERNAL_IPV4: 'auto', KMS_STUN_IP: '127.0.0.1', KMS_STUN_PORT: String(stun.port)};
  await withVariables(environment, async (container, client) => {
    const {id} = await endpoint(client);
    assert.equal(await client.invoke(id, 'getExternalIPv4'), '198.51.100.9');
    assert.equal(await client.invoke(id, 'getStunServerAddress'), '127.0.0.1');
    assert.equal(await client.invoke(id, 'getStunServerPort'), stun.port);
  });
  stun.close();
  const {status, output} = tryPodman('run', '--rm', '--network', 'none', ...kRestrictions, '--env', 'KMS_EXTERNAL_IPV4=auto', image);
  assert.equal(status, 1);
  assert.match(output, /'externalIPv4' is 'auto', but there is no 'stunServerAddress', and no cloud that tells its IPv4 address/);
});

/** EC2's metadata service, as far as it is asked: a program for node. */
const kMetadataService = `
  require('node:http').createServer((request, response) => {
    const tokened = request.headers['x-aws-ec2-metadata-token'] === 'a-token';
    if (request.method === 'PUT' && request.url === '/latest/api/token') return response.end('a-token');
    if (tokened && request.url === '/latest/meta-data/public-ipv4') return response.end('198.51.100.10');
    response.writeHead(404).end();
  }).listen(80, '169.254.169.254', () => console.log('listening'));`;

test('KMS_EXTERNAL_IPV4=auto without a STUN server is what the cloud says', async () => {
  const namespace = `cloud-${process.pid}`;
  const ip = (...words) => execFileSync('ip', words);
  ip('netns', 'add', namespace);
  let cloud, container;
  try {
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    ip('-n', namespace, 'address', 'add', '169.254.169.254/32', 'dev', 'lo');
    cloud = spawn('ip', ['netns', 'exec', namespace, process.execPath, '-e', kMetadataService], {stdio: ['ignore', 'pipe', 'inherit']});
    await new Promise((resolve) => cloud.stdout.once('data', resolve));
    container = Container.start(image, {network: `ns:/run/netns/${namespace}`, environment: {KMS_EXTERNAL_IPV4: 'auto'}});
    await until('the address is known', () => /externalIPv4 is 198\.51\.100\.10/.test(container.output));
    await until('it listens', () => container.output.includes('demo page'));
  } finally {
    container?.remove();
    cloud?.kill();
    ip('netns', 'delete', namespace);
  }
});

test('KMS_NETWORK_INTERFACES and KMS_ICE_TCP choose the candidates', async () => {
  await withVariables({KMS_NETWORK_INTERFACES: 'nowhere0'}, async (container, client) => {
    await assert.rejects(candidates(client), {code: 40400}, 'no candidate can be gathered');
  });
  await withVariables({KMS_NETWORK_INTERFACES: 'lo'}, async (container, client) => {
    assert.deepEqual([...new Set((await candidates(client)).map(({address}) => address))].sort(), ['127.0.0.1', '::1']);
  });
  await withVariables({KMS_ICE_TCP: '0'}, async (container, client) => {
    const found = await candidates(client);
    assert.deepEqual([...new Set(found.map(({protocol}) => protocol))], ['udp']);
  });
  await withVariables({KMS_ICE_TCP: '1'}, async (container, client) => {
    assert.ok((await candidates(client)).some(({protocol}) => protocol === 'tcp'));
  });
});

test('KMS_TURN_URL is the relay of endpoints', async () => {
  await withVariables({KMS_TURN_URL: 'me:secret@127.0.0.1:3478'}, async (container, client) => {
    const {id} = await endpoint(client);
    assert.equal(await client.invoke(id, 'getTurnUrl'), 'me:secret@127.0.0.1:3478');
  });
});

test('KMS_PEM_CERTIFICATE_RSA and KMS_PEM_CERTIFICATE_ECDSA are shown to peers', async () => {
  const secrets = join(folder, 'secrets');
  mkdirSync(secrets);
  const fingerprints = {};
  for (const [type, words] of [['RSA', ['rsa:2048']], ['ECDSA', ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']]]) {
    const pem = join(secrets, `${type}.pem`);
    execFileSync('openssl', ['req', '-x509', '-newkey', ...words, '-nodes', '-days', '2', '-subj', '/CN=test', '-keyout', pem, '-out', pem], {stdio: 'ignore'});
    chmodSync(pem, 0o644);
    fingerprints[type] = execFileSync('openssl', ['x509', '-in', pem, '-noout', '-fingerprint', '-sha256'], {encoding: 'utf8'}).trim().split('=')[1];
  }
  const settings = {options: ['--volume', `${secrets}:/run/secrets:ro`],
    environment: {KMS_PEM_CERTIFICATE_RSA: '/run/secrets/RSA.pem', KMS_PEM_CERTIFICATE_ECDSA: '/run/secrets/ECDSA.pem'}};
  await withContainer(settings, async (container, client) => {
    for (const type of ['RSA', 'ECDSA']) {
      const {id} = await endpoint(client, 'WebRtcEndpoint', {certificateKeyType: type});
      assert.ok((await client.invoke(id, 'generateOffer')).includes(fingerprints[type]), type);
    }
  });
});

test('KMS_UID: a container that begins as root goes on as that user', async () => {
  const restrictions = [...kRestrictions, '--cap-add=SETUID', '--cap-add=SETGID', '--user', '0:0'];
  await withContainer({restrictions, environment: {KMS_UID: '12345'}}, async (container) => {
    const status = container.status();
    assert.equal(status.Uid, Array(4).fill(12345).join('\t'));
    assert.equal(status.Gid, Array(4).fill(12345).join('\t'));
    assert.equal(status.CapEff, '0000000000000000');
  });
});

test('a variable that makes no sense is refused by name', () => {
  const {status, output} = tryPodman('run', '--rm', '--network', 'none', ...kRestrictions, '--env', 'KMS_MIN_PORT=many', image);
  assert.equal(status, 1);
  assert.match(output, /'KMS_MIN_PORT' is "many", expected a whole number from 1024 to 65535/);
});

test('a configuration that is mounted is the one that counts', async () => {
  const port = await freePort();
  const container = Container.start(image, {port, options: configured(port, {maxMessageSize: 2000}), words: ['--gst-debug=Kurento*:5']});
  try {
    const client = await container.client();
    const closed = new Promise((resolve) => client.socket.once('close', resolve));
    client.socket.send(' '.repeat(2001));
    assert.equal(await closed, 1009);
  } finally {
    container.remove();
  }
});

test('plug-in modules that are mounted are loaded', {skip: process.env.MS_SERVER && 'they were not built for the image'}, () => {
  const modules = podman('run', '--rm', '--network', 'none', ...kRestrictions, '--volume', `${kPlugins}:/usr/lib/${process.arch === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu/kurento/modules:ro`, image, '--version');
  assert.match(modules, /'heartbeat' version/);
});

test('GStreamer finds its plug-ins in the list that was made before', async () => {
  await withContainer({}, async (container, client) => {
    const {id} = await endpoint(client, 'PlayerEndpoint', {uri: 'file:///nowhere.webm'});
    await client.subscribe(id, 'Error');
    await client.invoke(id, 'play');
    await until('the player says that the file is not there', () => client.events.some(({type}) => type === 'Error'));
    assert.equal(client.events.find(({type}) => type === 'Error').data.type, 'INVALID_URI');
    assert.doesNotMatch(container.output, /plugin-scanner|registry|missing element/i);
  });
});

test('a recording is found in the folder that is mounted', async () => {
  const recordings = join(folder, 'recordings'), film = mediaFile('webm', 4);
  mkdirSync(recordings);
  chownSync(recordings, kUser, kUser);
  await withContainer({options: ['--volume', `${recordings}:/var/lib/kurento`, '--volume', `${kMediaFolder}:/films:ro`]}, async (container, client) => {
    const {pipeline, id: player} = await endpoint(client, 'PlayerEndpoint', {uri: film.replace(kMediaFolder, 'file:///films'), useEncodedMedia: true});
    const recorder = await client.create('RecorderEndpoint', {mediaPipeline: pipeline, uri: 'calls/one.webm', mediaProfile: 'WEBM'});
    await client.invoke(player, 'connect', {sink: recorder});
    await client.subscribe(player, 'EndOfStream');
    await client.invoke(recorder, 'record');
    await client.invoke(player, 'play');
    await until('the film has ended', () => client.events.some(({type}) => type === 'EndOfStream'), 20_000);
    await client.invoke(recorder, 'stopAndWait');
  });
  const {codecs, seconds} = probe(join(recordings, 'calls', 'one.webm'));
  assert.deepEqual(codecs, {video: 'vp8', audio: 'opus'});
  assert.ok(Math.abs(seconds - 4) < 0.5, `${seconds} s`);
});

test('SIGTERM ends it at once', async () => {
  await withContainer({}, async (container, client) => {
    await endpoint(client);
    const begin_ms = performance.now();
    container.signal('TERM');
    assert.equal(await container.ended(), 0, container.output);
    assert.ok(performance.now() - begin_ms < 5000);
  });
});

test('SIGTERM with a drain time takes nothing new and waits for what is there', async () => {
  await withVariables({KURENTO_DRAIN_TIME: '600'}, async (container, client) => {
    const {pipeline} = await endpoint(client);
    container.signal('TERM');
    await until('it drains', () => container.output.includes('no new sessions and pipelines'));
    await assert.rejects(client.create('MediaPipeline'), {code: 40009});
    assert.ok(await client.create('WebRtcEndpoint', {mediaPipeline: pipeline}), 'an element in a pipeline that is there');
    assert.equal(container.state, 'running');
    const ended = container.ended();
    await client.release(pipeline);
    assert.equal(await ended, 0, container.output);
  });
});

test('SIGTERM with a drain time waits no longer than that', async () => {
  await withVariables({KURENTO_DRAIN_TIME: '1'}, async (container, client) => {
    await endpoint(client);
    container.signal('TERM');
    assert.equal(await container.ended(), 0, container.output);
  });
});

// What an operator configures and an application sets on WebRtcEndpoint, seen from outside: in the
// candidates, in the handshake, on the wire.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {X509Certificate} from 'node:crypto';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {connectPeer, expectCameraPicture, inPage, rawEndpoint} from '../harness/call.mjs';
import {scene} from '../harness/scene.mjs';
import {until} from '../harness/wait.mjs';

const kKeys = {RSA: ['rsa:2048'], ECDSA: ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']};

function makeCertificates(s) {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  s.atEnd(() => rmSync(folder, {recursive: true}));
  return Object.fromEntries(Object.entries(kKeys).map(([type, words]) => {
    const file = join(folder, `${type}.pem`);
    execFileSync('openssl', ['req', '-x509', '-newkey', ...words, '-nodes', '-days', '2', '-subj', `/CN=${type}`, '-keyout', file, '-out', file], {stdio: 'ignore'});
    return [type, {file, fingerprint: new X509Certificate(readFileSync(file)).fingerprint256}];
  }));
}

scene('certificates of one\'s own, RSA and ECDSA: the browser sees the one that the application chose', async (s) => {
  const certificates = makeCertificates(s);
  await s.server({modules: {WebRtcEndpoint: {pemCertificateRSA: certificates.RSA.file, pemCertificateECDSA: certificates.ECDSA.file}}});
  const client = await s.rawClient();
  const pipeline = await client.create('MediaPipeline');
  const page = await s.page();
  for (const [type, {fingerprint}] of Object.entries(certificates)) {
    const endpoint = await rawEndpoint(client, pipeline, {certificateKeyType: type});
    await client.invoke(endpoint.object, 'connect', {sink: endpoint.object});
    const {answer} = await connectPeer(page, type, endpoint);  // the browser compares certificate and fingerprint
    assert.match(answer, new RegExp(`^a=fingerprint:sha-256 ${fingerprint}\\s*$`, 'mi'));
    await expectCameraPicture(page, type);
  }
});

/** Candidates of a new endpoint on `server`. */
async function candidatesOf(s, server) {
  const client = await s.rawClient(server.url);
  const endpoint = await rawEndpoint(client, await client.create('MediaPipeline'));
  const found = [];
  endpoint.onCandidate(({candidate}) => found.push(candidate));
  await client.subscribe(endpoint.object, 'IceGatheringDone');
  await client.invoke(endpoint.object, 'generateOffer');
  await client.invoke(endpoint.object, 'gatherCandidates');
  await until('gathering is done', () => client.events.some(({type}) => type === 'IceGatheringDone'));
  return found.map((line) => {
    const [, , transport, , address, port, , type] = line.split(' ');
    return {transport: transport.toLowerCase(), address, port: Number(port), type, line};
  });
}

scene('candidates are what interfaces, external address, ports and iceTcp say', async (s) => {
  const host = s.lab.host('server', {family: 4});
  host.addInterface('second', '10.92.0.1/24');
  const start = (modules) => s.anotherServer({host, modules});
  const ipv4 = (candidates) => [...new Set(candidates.map(({address}) => address).filter((address) => !address.includes(':')))].sort();

  const all = await candidatesOf(s, await start({}));
  assert.deepEqual(ipv4(all), [host.address, '10.92.0.1'].sort());
  assert.ok(all.some(({transport}) => transport === 'tcp'));

  const few = await candidatesOf(s, await start({WebRtcEndpoint: {networkInterfaces: 'second', iceTcp: 0}, BaseRtpEndpoint: {minPort: 30_000, maxPort: 30_009}}));
  s.fact('one interface, ten ports, no TCP', few.map(({line}) => line));
  assert.deepEqual(ipv4(few), ['10.92.0.1']);
  assert.ok(few.every(({transport, port}) => transport === 'udp' && port >= 30_000 && port <= 30_009));

  const external = await candidatesOf(s, await start({WebRtcEndpoint: {externalIPv4: '192.0.2.7'}}));
  assert.deepEqual(ipv4(external), ['192.0.2.7']);
});

scene('packets carry the service class that the application chose', async (s) => {
  const server = await s.anotherServer({host: s.lab.host('server')});
  const browser = s.lab.host('browser');
  browser.count('ip dscp 46 meta l4proto udp', 'ip6 dscp 46 meta l4proto udp');
  const page = await s.pageOf({host: browser});
  const client = await s.rawClient(server.url);
  const pipeline = await client.create('MediaPipeline');
  const call = async (name, parameters) => {
    const endpoint = await rawEndpoint(client, pipeline, parameters);
    await client.invoke(endpoint.object, 'connect', {sink: endpoint.object});
    await connectPeer(page, name, endpoint);
    await expectCameraPicture(page, name);
    const received = (await inPage(page, 'inbound', name)).packets;
    await inPage(page, 'hangUp', name);
    return received;
  };
  await call('no class', {});
  assert.equal(browser.counted(), 0);
  const received = await call('audio, high', {qosDscp: 'AUDIO_HIGH'});
  s.fact('packets of class 46', {on_the_wire: browser.counted(), video_received: received});
  assert.ok(browser.counted() > received);
});

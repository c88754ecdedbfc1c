// The image of Coturn: whom it lets in, and where it leads. MS_COTURN_FOLDER: what image/coturn/build made.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {readFileSync, readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {TurnClient, timeLimitedCredentials} from '../../e2e/harness/turn_client.mjs';
import {until} from '../../e2e/harness/wait.mjs';
import {Container, podman, tryPodman} from '../container/podman.mjs';

const kFolder = process.env.MS_COTURN_FOLDER;
const kRestrictions = ['--read-only', '--tmpfs', '/tmp:size=16m', '--cap-drop=ALL', '--security-opt=no-new-privileges'];
const kNamespace = `coturn-${process.pid}`, kAddress = '10.98.0.1', kAddress6 = 'fd98::1', kMediaServer = '10.98.0.7';
const kSecret = randomBytes(16).toString('hex');
const ip = (...words) => execFileSync('ip', words);

const image = podman('load', '--quiet', '--input', join(kFolder, 'image.oci.tar')).replace(/^Loaded image: /, '');
let container;
const inside = [];  // interfaces

// Its own network, reached from here: Coturn does not relay from loopback.
before(async () => {
  const [here, there] = [`tc${process.pid}`.slice(0, 15), `tn${process.pid}`.slice(0, 15)];
  ip('netns', 'add', kNamespace);
  ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', kNamespace);
  inside.push(here);
  ip('addr', 'add', '10.98.0.2/24', 'dev', here);
  ip('link', 'set', here, 'up');
  ip('-n', kNamespace, 'link', 'set', 'lo', 'up');
  ip('-n', kNamespace, 'addr', 'add', `${kAddress}/24`, 'dev', there);
  ip('-n', kNamespace, 'addr', 'add', `${kAddress6}/64`, 'dev', there, 'nodad');
  ip('-n', kNamespace, 'link', 'set', there, 'up');
  container = Container.start(image, {network: `ns:/run/netns/${kNamespace}`, restrictions: kRestrictions,
    words: [`--static-auth-secret=${kSecret}`, `--listening-ip=${kAddress}`, '--listening-ip=127.0.0.1', `--relay-ip=${kAddress}`, `--relay-ip=${kAddress6}`,
      `--allowed-peer-ip=${kMediaServer}`]});
  await until(() => `it is healthy: ${container.output}`, () => tryPodman('exec', container.name, '/usr/bin/turnutils_stunclient', '127.0.0.1').status === 0);
});

after(() => {
  container?.remove();
  for (const name of inside) ip('link', 'del', name);
  ip('netns', 'del', kNamespace);
});

/** What `body` gives with a client of the server. */
async function withClient(body) {
  const client = new TurnClient({address: kAddress, port: 3478});
  try {
    return await body(client);
  } finally {
    await client.close();
  }
}

const allocated = (family, body) => withClient(async (client) => {
  assert.equal(await client.allocate(timeLimitedCredentials(kSecret, 600), family), 0);
  return body(client);
});

test('credentials of the shared secret are good as long as they are valid', async () => {
  const errorOf = (credentials) => withClient((client) => client.allocate(credentials));
  assert.equal(await errorOf(timeLimitedCredentials(kSecret, 600)), 0);
  assert.equal(await errorOf(timeLimitedCredentials(kSecret, -600)), 401, 'of yesterday');
  assert.equal(await errorOf(timeLimitedCredentials('guessed', 600)), 401);
  assert.equal(await errorOf({username: 'me', password: 'secret'}), 401);
});

const kForbidden4 = ['0.0.0.0', '10.98.0.1', '10.98.0.2', '100.64.0.1', '127.0.0.1', '127.8.8.8', '169.254.169.254', '172.16.0.1', '192.0.0.1', '192.168.1.1',
  '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'];
const kForbidden6 = ['::', '::1', 'fe80::1', 'fd98::1', 'fd00:ec2::254', 'ff02::1', 'fec0::1', '::ffff:127.0.0.1', '::ffff:10.98.0.1', '::ffff:169.254.169.254',
  '::127.0.0.1', '::10.98.0.1', '64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::7f00:1', '2002:7f00:1::', '2002:a9fe:a9fe::1', '2001::7f00:1'];

test('it leads to nothing private, in no notation', async () => {
  for (const [family, addresses] of [[4, kForbidden4], [6, kForbidden6]]) {
    for (const address of addresses) {
      assert.equal(await allocated(family, (client) => client.mayReach(address)), false, address);
    }
  }
});

test('it leads to public addresses, and to the private one that is allowed', async () => {
  assert.equal(await allocated(4, (client) => client.mayReach('9.9.9.9')), true);
  assert.equal(await allocated(6, (client) => client.mayReach('2620:fe::9')), true);
  assert.equal(await allocated(4, (client) => client.mayReach(kMediaServer)), true);
});

test('a user has a quota', async () => {
  const credentials = timeLimitedCredentials(kSecret, 601);
  const clients = Array.from({length: 101}, () => new TurnClient({address: kAddress, port: 3478}));
  try {
    const errors = [];
    for (const client of clients) errors.push(await client.allocate(credentials));
    assert.deepEqual(errors.filter((error) => error !== 0), [486]);
  } finally {
    for (const client of clients) await client.close();
  }
});

test('it listens on its port only: no console', () => {
  const listening = execFileSync('ip', ['netns', 'exec', kNamespace, 'ss', '-Hltn'], {encoding: 'utf8'}).trim().split('\n').map((line) => line.split(/\s+/)[3]);
  assert.deepEqual([...new Set(listening.map((address) => address.split(':').at(-1)))], ['3478']);
});

test('it runs as an ordinary user without any right', () => {
  const status = container.status();
  assert.equal(status.Uid, Array(4).fill(10002).join('\t'));
  for (const set of ['CapEff', 'CapBnd']) assert.equal(status[set], '0000000000000000', set);
  assert.equal(status.NoNewPrivs, '1');
});

test('there is nothing in it but the server and a client for the health check', () => {
  assert.deepEqual(readdirSync(join(kFolder, 'root/usr/bin')).sort(), ['turnserver', 'turnutils_stunclient']);
  assert.ok(statSync(join(kFolder, 'image.oci.tar')).size < 20e6);
  const denied = readFileSync(join(kFolder, 'root/etc/coturn/turnserver.conf'), 'utf8');
  assert.equal(denied, readFileSync(new URL('turnserver.conf', import.meta.url), 'utf8'));
});

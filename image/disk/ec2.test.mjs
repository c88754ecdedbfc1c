// The bootable image on something like EC2: its settings come as user data from a metadata service that wants a token.
// MS_DISK_FOLDER: what image/disk/build made.
import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import {connect} from 'node:net';
import {join} from 'node:path';
import {inPage} from '../../e2e/harness/call.mjs';
import {scene} from '../../e2e/harness/scene.mjs';
import {call, clientOf, kBoot_s, kTime, machineOf} from './appliance.mjs';
import {freeTcpPort} from './free_port.mjs';

const kUserData = `# of the stack
CONTROL_CIDR=10.0.2.0/24
TURN_USER=guest
TURN_PASSWORD=of-honour
KMS_MTU=1100
UPDATE_URL=$(reboot)
`;
const kSilence_ms = 4000;

/** IMDSv2: nothing without a token that was asked for by PUT. */
async function metadataService(s) {
  const service = {refused: [], answered: []};
  const server = createServer((request, response) => {
    const end = (status, text) => response.writeHead(status, {connection: 'close', 'content-length': text.length}).end(text);
    if (request.url === '/latest/api/token') return request.method === 'PUT' && request.headers['x-aws-ec2-metadata-token-ttl-seconds'] ? end(200, 'token-of-today') : end(405, '');
    if (request.headers['x-aws-ec2-metadata-token'] !== 'token-of-today') return service.refused.push(request.url) && end(401, '');
    service.answered.push(request.url);
    return request.url === '/latest/user-data' ? end(200, kUserData) : end(404, '');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  s.atEnd(() => server.close());
  service.port = server.address().port;
  return service;
}

/** Whether a WebSocket server says anything to a request within that time. */
function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
    const end = (value) => {
      socket.destroy();
      resolve(value);
    };
    socket.once('data', () => end(true)).once('error', () => end(false)).once('close', () => end(false)).setTimeout(kSilence_ms, () => end(false));
  });
}

scene('user data configures it: a fixed user of the relay, and only the named network may control it', async (s) => {
  const service = await metadataService(s);
  const machine = machineOf(s, join(process.env.MS_DISK_FOLDER, 'disk.raw'));
  const stranger = await freeTcpPort();
  const page = await s.pageOf({});
  await machine.start({options: [
    '-smbios', 'type=1,manufacturer=Amazon EC2',
    '-netdev', `user,id=n1,restrict=on,net=169.254.169.0/24,host=169.254.169.2,dns=169.254.169.3,dhcpstart=169.254.169.15,` +
      `hostfwd=tcp:127.0.0.1:${stranger}-169.254.169.15:8888,guestfwd=tcp:169.254.169.254:80-cmd:busybox nc 127.0.0.1 ${service.port}`,
    '-device', 'virtio-net-pci,netdev=n1',
  ]});
  const client = await clientOf(s, machine);
  assert.match(machine.console, /settings of the user data/);
  assert.match(machine.console, /UPDATE_URL has a character that is not allowed/);
  assert.ok(service.answered.includes('/latest/user-data'));
  assert.deepEqual(service.refused, []);

  const {credentials} = await call(s, machine, page, client, 'relayed');
  assert.deepEqual(credentials.slice(1), ['guest', 'of-honour']);
  assert.equal((await inPage(page, 'way', 'relayed')).local.type, 'relay');
  assert.equal(await answers(machine.control), true);
  assert.equal(await answers(stranger), false, 'from another network');
  await machine.says(/healthy: version .* is healthy/, kBoot_s);
}, kTime);

// compose.yaml started for real, on a host of a network of its own: a browser that may only use the relay makes
// a call through both containers. MS_IMAGE_FOLDER, MS_COTURN_FOLDER: what the builds made; podman keeps things
// where ci/podman_env.sh says, and plays Docker's engine.
import assert from 'node:assert/strict';
import {execFile, spawn, spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {connectPeer, expectCameraPicture, expectTone, inPage, rawEndpoint} from '../e2e/harness/call.mjs';
import {kToneHz} from '../e2e/harness/fake_devices.mjs';
import {scene} from '../e2e/harness/scene.mjs';
import {until} from '../e2e/harness/wait.mjs';
import {podman} from './container/podman.mjs';

const kFile = new URL('compose.yaml', import.meta.url).pathname;
const kProject = `compose-${process.pid}`;
const kHealthy_ms = 30_000;

/** Words before a command that give it the network of a lab's host, with the file systems of here: ip netns exec would hide the cgroups. */
const inNetworkOf = (host) => ['nsenter', `--net=/run/netns/${host.namespace}`];

/** Docker's API, made by podman, with the network of the lab's `host` as its own. A function that runs docker-compose on it. */
async function engineOn(s, host, environment) {
  const socket = join(s.lab.folder, 'engine.sock');
  const [program, ...words] = [...inNetworkOf(host), 'podman', 'system', 'service', '--time=0', `unix://${socket}`];
  const engine = spawn(program, words, {stdio: 'ignore'});
  s.atEnd(() => engine.kill());
  await until('the engine listens', () => existsSync(socket));
  const env = {...process.env, ...environment, DOCKER_HOST: `unix://${socket}`};
  return (...words) => promisify(execFile)('docker-compose', ['--project-name', kProject, '-f', kFile, ...words], {env, timeout: 60_000});
}

scene('compose.yaml brings up a server and a relay that work together', async (s) => {
  for (const folder of [process.env.MS_IMAGE_FOLDER, process.env.MS_COTURN_FOLDER]) podman('load', '--quiet', '--input', join(folder, 'image.oci.tar'));
  const host = s.lab.host('appliance');
  const compose = await engineOn(s, host, {PUBLIC_IPV4: host.address, PRIVATE_IPV4: host.address, TURN_SECRET: 'made for this test',
    // Docker is sent the profile itself, which podman takes for its path. Containers with it: container/run.test.mjs.
    SECCOMP_PROFILE: 'unconfined'});
  s.atEnd(() => compose('down', '--timeout', '1'));
  await compose('up', '--detach');

  const containers = podman('ps', '--quiet', '--filter', `label=com.docker.compose.project=${kProject}`).split('\n');
  assert.equal(containers.length, 2);
  const [program, ...words] = [...inNetworkOf(host), 'podman', 'healthcheck', 'run'];
  for (const id of containers) {
    await until(() => `${podman('logs', id)} is healthy`, () => spawnSync(program, [...words, id]).status === 0, kHealthy_ms);
  }

  const client = await s.rawClient(`ws://127.0.0.1:${await host.forwardTo(8888)}/kurento`);
  const endpoint = await rawEndpoint(client, await client.create('MediaPipeline'));
  await client.invoke(endpoint.object, 'connect', {sink: endpoint.object});
  const [, username, credential] = /^(\d+):(.+)@/.exec(await client.invoke(endpoint.object, 'getTurnUrl'));
  const page = await s.pageOf({host: s.lab.host('browser')});
  await connectPeer(page, 'relayed', endpoint, {iceServers: [{urls: `turn:${host.address}:3478`, username, credential}], iceTransportPolicy: 'relay'});
  await expectCameraPicture(page, 'relayed');
  await expectTone(page, 'relayed', kToneHz);
  assert.equal((await inPage(page, 'way', 'relayed')).local.type, 'relay');
});

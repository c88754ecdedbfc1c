// compose.yaml means what it should: the same restrictions as everywhere, and the images that are built here.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';

const kFile = new URL('compose.yaml', import.meta.url).pathname;
const kAddresses = {PUBLIC_IPV4: '203.0.113.5', PRIVATE_IPV4: '10.0.0.5'};
const kPython = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))';

function services(environment) {
  const text = execFileSync('docker-compose', ['-f', kFile, 'config'], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'],
    env: {...process.env, SECCOMP_PROFILE: join(process.env.MS_IMAGE_FOLDER, 'seccomp.json'), TURN_SECRET: 'north', ...environment}});
  return JSON.parse(execFileSync('/usr/bin/python3', ['-c', kPython], {input: text, encoding: 'utf8'})).services;
}

const tagOf = (folder) => JSON.parse(execFileSync('tar', ['-xOf', join(folder, 'image.docker.tar'), 'manifest.json'], {encoding: 'utf8'}))[0].RepoTags[0];

test('compose.yaml is valid, and names the images that are built', () => {
  const {coturn, 'media-server': server} = services(kAddresses);
  assert.equal(server.image, tagOf(process.env.MS_IMAGE_FOLDER));
  assert.equal(coturn.image, tagOf(process.env.MS_COTURN_FOLDER));
});

test('compose.yaml restricts both services', () => {
  for (const [name, service] of Object.entries(services(kAddresses))) {
    assert.equal(service.read_only, true, name);
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.ok(service.security_opt.includes('no-new-privileges:true'), name);
    assert.equal(service.privileged, undefined, name);
    assert.ok(service.healthcheck.test.length > 1, name);
  }
});

test('compose.yaml tells Coturn both addresses of a machine behind a NAT, and the secret to both services', () => {
  const {coturn, 'media-server': server} = services(kAddresses);
  assert.deepEqual(coturn.command, ['--static-auth-secret=north', '--external-ip=203.0.113.5/10.0.0.5', '--allowed-peer-ip=10.0.0.5']);
  assert.equal(server.environment.KMS_TURN_SECRET, 'north');
  assert.equal(server.environment.KMS_TURN_URL, '203.0.113.5:3478?transport=udp');
});

test('compose.yaml does not start without an address and a secret', () => {
  assert.throws(() => services({}), /PUBLIC_IPV4/);
  assert.throws(() => services({...kAddresses, TURN_SECRET: ''}), /TURN_SECRET/);
  assert.ok(readFileSync(kFile, 'utf8').includes('${TURN_SECRET:?'));
});

// The Dockerfile makes the same image. Its first stage is what image/container/build does, which takes minutes and is
// tried already: here its second stage gets the tree that was made.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {kFolder, load, podman} from './podman.mjs';

const kFirst = 'localhost/first-stage', kMade = 'localhost/by-dockerfile';
const kBuild = ['build', '--quiet', '--isolation', 'chroot', '--format', 'docker'];
const work = mkdtempSync(join(tmpdir(), 'dockerfile-'));
after(() => rmSync(work, {recursive: true}));

before(() => {
  const dockerfile = readFileSync(new URL('Dockerfile', import.meta.url), 'utf8');
  const second = dockerfile.slice(dockerfile.indexOf('\nFROM scratch\n'));
  writeFileSync(join(work, 'second'), `FROM ${kFirst} AS build\n${second}`);
  execFileSync('cp', ['-a', join(kFolder, 'root'), join(work, 'root-of-image')]);
  const chown = /chown (\S+) (.*)/.exec(dockerfile);
  execFileSync('chown', [chown[1], ...chown[2].split(' ').map((path) => work + path)]);
  execFileSync('tar', ['-C', work, '-cf', join(work, 'first.tar'), 'root-of-image']);
  podman('import', '--quiet', join(work, 'first.tar'), kFirst);
  podman(...kBuild, '--tag', kMade, '--file', join(work, 'second'), work);
});

/** {path: mode, owner, size and link} of every file of an image. */
function listing(image) {
  const container = podman('create', '--network', 'none', image);
  const tar = join(work, 'export.tar');
  podman('export', '--output', tar, container);
  podman('rm', container);
  const lines = execFileSync('tar', ['--numeric-owner', '-tvf', tar], {encoding: 'utf8', maxBuffer: 1 << 26}).trim().split('\n');
  return Object.fromEntries(lines.map((line) => line.match(/^(\S+)\s+(\S+)\s+(\d+)\s+\S+\s+\S+\s+(.*)$/)).map(([, mode, owner, size, path]) => [path.replace(/\/$/, ''), `${mode} ${owner} ${size}`])
      .filter(([path]) => !/^(dev|proc|sys|run|etc)(\/(?!kurento|passwd|group|nsswitch|ssl).*)?$/.test(path)));  // podman's own
}

test('it has the same files, with the same rights and owners', () => {
  const made = listing(kMade);
  assert.ok(Object.keys(made).length > 100);
  assert.deepEqual(made, listing(load('image.docker.tar')));
});

test('it is started in the same way', () => {
  const config = (image) => {
    const {Labels, OnBuild, ...rest} = JSON.parse(podman('inspect', '--format', '{{json .Config}}', image));
    return {...rest, Env: [...rest.Env].sort()};
  };
  assert.deepEqual(config(kMade), config(load('image.docker.tar')));
});

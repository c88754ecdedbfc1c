// The image under podman, with every restriction that docs/deploy/container.md names. CONTAINERS_CONF
// and CONTAINERS_STORAGE_CONF say where podman keeps things (ci/podman_env.sh).
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {RawClient} from '../../e2e/harness/raw_client.mjs';

export const kFolder = process.env.MS_IMAGE_FOLDER;
export const kRestrictions = ['--read-only', '--tmpfs', '/tmp:size=64m', '--cap-drop=ALL', '--security-opt=no-new-privileges',
  '--security-opt', `seccomp=${join(kFolder, 'seccomp.json')}`];
const kStart_ms = 10_000;

export function podman(...words) {
  return execFileSync('podman', words, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']}).trim();
}

/** {status, output} of a command that may fail; both streams of its output. */
export function tryPodman(...words) {
  const {status, stdout, stderr} = spawnSync('podman', words, {encoding: 'utf8'});
  return {status, output: stdout + stderr};
}

/** Loads an archive; its name. */
export const load = (archive) => podman('load', '--quiet', '--input', join(kFolder, archive)).replace(/^Loaded image: /, '');

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

let count = 0;

/** A container that runs the server; on the host's network unless `network` says otherwise. */
export class Container {
  name = `media-server-${process.pid}-${++count}`;

  /** port: where it is expected to listen. options: of podman run. words: of the server. */
  static start(image, {port = 8888, network = 'host', environment = {}, options = [], words = [], restrictions = kRestrictions} = {}) {
    const container = new Container();
    container.port = port;
    const variables = Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    podman('run', '--detach', '--name', container.name, '--network', network, ...restrictions, ...variables, ...options, image, ...words);
    return container;
  }

  get pid() { return Number(podman('inspect', '--format', '{{.State.Pid}}', this.name)); }
  get state() { return podman('inspect', '--format', '{{.State.Status}}', this.name); }
  get output() { return tryPodman('logs', this.name).output; }
  status() { return Object.fromEntries([...readFileSync(`/proc/${this.pid}/status`, 'utf8').matchAll(/^(\w+):\s+(.*)$/gm)].map(([, key, value]) => [key, value])); }

  /** A client of it, as soon as there can be one. */
  async client() {
    const end_ms = performance.now() + kStart_ms;
    for (;;) {
      try {
        return await RawClient.open(`ws://127.0.0.1:${this.port}/kurento`);
      } catch (error) {
        if (performance.now() > end_ms) throw new Error(`${error}: ${this.output}`);
        await sleep(5);
      }
    }
  }

  signal(name) { podman('kill', '--signal', name, this.name); }

  /** The exit code, once it has ended. */
  ended() {
    return new Promise((resolve, reject) => {
      const waiting = spawn('podman', ['wait', this.name], {stdio: ['ignore', 'pipe', 'ignore']});
      let text = '';
      waiting.stdout.on('data', (data) => text += data);
      waiting.once('error', reject).once('close', () => resolve(Number(text)));
    });
  }

  remove() { tryPodman('rm', '--force', '--time', '0', this.name); }
}

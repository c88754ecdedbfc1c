// One media server of a test's own: a free port, its own configuration, its output kept in a file.
// Its end is part of every test: it has to leave by itself, with status 0, and without having said
// anything that a crash or a leak says.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {createWriteStream, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {RawClient} from './raw_client.mjs';
import {until} from './wait.mjs';

const kProgram = process.env.MS_SERVER ?? new URL('../../build/release/server/kurento-media-server', import.meta.url).pathname;
const kWithUs = ['setpriv', '--pdeathsig', 'KILL'];  // runs a program that ends when we do, however that comes about
const kCrashWords = /AddressSanitizer|ThreadSanitizer|LeakSanitizer|UndefinedBehavior|runtime error:|terminate called|Assertion .* failed|CHECK failed|stack trace|Segmentation fault/i;
const kEndWithin_ms = 5000;
const kSpareDescriptors = 4;  // log files and the like, opened on the first use

/** Below the ports that the kernel gives to clients: nobody else gets it before it is used. */
export async function freePort() {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const is_free = await new Promise((resolve) => server.once('error', () => resolve(false)).listen(port, () => resolve(true)));
    if (!is_free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

export class MediaServer {
  #process;
  #folder = mkdtempSync(join(tmpdir(), 'media-server-'));
  #exit;
  #output = '';
  #descriptors;
  #tolerates;

  /**
   * log: file for what it prints. resources, websocket: further configuration of these parts. modules:
   * configuration files of classes, {WebRtcEndpoint: {iceTcp: 0}}. host: of a network lab, to run on.
   * tolerates: what it may print although it looks like a crash.
   */
  static async start({log, resources = {}, websocket = {}, modules = {}, host, tolerates}) {
    const server = new MediaServer();
    server.#tolerates = tolerates;
    const inner_port = await freePort();
    server.port = host ? await host.forwardTo(inner_port) : inner_port;
    server.url = `ws://127.0.0.1:${server.port}/kurento`;
    server.page = `http://127.0.0.1:${server.port}/`;
    const configuration = join(server.#folder, 'kurento.conf.json');
    writeFileSync(configuration, JSON.stringify({mediaServer: {
      resources, net: {websocket: {port: inner_port, path: 'kurento', ...websocket}}}}));
    server.#writeModuleFiles(modules);
    server.#spawn(['--conf-file', configuration, '--modules-config-path', join(server.#folder, 'modules')], log, host);
    await until('the server listens', () => server.#listens());
    server.#descriptors = server.descriptorCount();
    return server;
  }

  #writeModuleFiles(modules) {
    const folder = join(this.#folder, 'modules', 'kurento');
    mkdirSync(folder, {recursive: true});
    for (const [name, settings] of Object.entries(modules)) writeFileSync(join(folder, `${name}.conf.json`), JSON.stringify(settings));
  }

  #spawn(words, log, host) {
    const file = createWriteStream(log);
    const options = {stdio: ['ignore', 'pipe', 'pipe'], env: {...process.env, GST_DEBUG_NO_COLOR: '1'}};
    this.#process = host ? host.spawn(kWithUs[0], [...kWithUs.slice(1), kProgram, ...words], options) : spawn(kWithUs[0], [...kWithUs.slice(1), kProgram, ...words], options);
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.on('data', (data) => {
        this.#output = (this.#output + data).slice(-1_000_000);
        file.write(data);
      });
    }
    this.#exit = new Promise((resolve, reject) => {
      this.#process.once('error', reject);
      this.#process.once('close', (code, signal) => resolve({code, signal}));
    });
    this.#exit.catch(() => {});
  }

  async #listens() {
    if (this.#process.exitCode !== null) throw new Error(`the server ended with ${this.#process.exitCode}: ${this.#output.slice(-2000)}`);
    return fetch(this.page).then(() => true, () => false);
  }

  get pid() { return this.#process.pid; }

  descriptorCount() { return readdirSync(`/proc/${this.pid}/fd`).length; }

  threadCount() { return Number(/^Threads:\s+(\d+)/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))[1]); }

  /** Every local port the process has open: [{protocol: 'tcp' | 'udp', address, port}]. */
  openPorts() {
    const own = new Set(readdirSync(`/proc/${this.pid}/fd`).map((fd) => this.#socketInode(fd)).filter(Boolean));
    return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((table) => readFileSync(`/proc/${this.pid}/net/${table}`, 'utf8').split('\n').slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter((field) => own.has(field[9]) && (table.startsWith('udp') || field[3] === '0A'))  // 0A: LISTEN
        .map((field) => ({protocol: table.slice(0, 3), family: table.endsWith('6') ? 6 : 4, ...parseAddress(field[1])})));
  }

  #socketInode(fd) {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${this.pid}/fd/${fd}`))?.[1];
    } catch {
      return undefined;  // closed in between
    }
  }

  /** Waits until no pipeline is left and the descriptors that calls had opened are closed. */
  async expectNothingLeft() {
    const client = await RawClient.open(this.url);
    try {
      await until('all pipelines are gone', async () => (await client.invoke('manager_ServerManager', 'getPipelines')).length === 0);
      await until(() => `descriptors closed: ${this.descriptorCount()} open, ${this.#descriptors} at the start`,
          () => this.descriptorCount() <= this.#descriptors + kSpareDescriptors + 1);  // 1: our own connection
    } finally {
      client.close();
    }
  }

  kill(signal) { this.#process.kill(signal); }

  /** SIGTERM; the milliseconds it took to end. Throws when it does not end well. */
  async stop() {
    const begin_ms = performance.now();
    this.#process.kill('SIGTERM');
    await this.endsWell();
    return performance.now() - begin_ms;
  }

  /** It ends in time, by itself or because it was told to, and well. */
  async endsWell() {
    const late = setTimeout(() => this.#process.kill('SIGKILL'), kEndWithin_ms);
    const {code, signal} = await this.#exit;
    clearTimeout(late);
    rmSync(this.#folder, {recursive: true, force: true});
    assert.equal(signal, null, `the server was ended by ${signal}${signal === 'SIGKILL' ? ` after ${kEndWithin_ms} ms` : ''}`);
    assert.equal(code, 0, 'exit status of the server');
    const output = this.#tolerates ? this.#output.replaceAll(this.#tolerates, '') : this.#output;
    const words = kCrashWords.exec(output);
    assert.equal(words, null, `the server said: ${output.slice(Math.max(0, (words?.index ?? 0) - 200), (words?.index ?? 0) + 1500)}`);
  }

  /** SIGTERM; {code, took_ms} of an end that may be a hurried one. Throws when it takes longer than most_ms. */
  async stopAnyhow(most_ms) {
    const begin_ms = performance.now();
    this.#process.kill('SIGTERM');
    const late = setTimeout(() => this.#process.kill('SIGKILL'), most_ms);
    const {code, signal} = await this.#exit;
    clearTimeout(late);
    rmSync(this.#folder, {recursive: true, force: true});
    assert.equal(signal, null, `the server was ended by ${signal}${signal === 'SIGKILL' ? ` after ${most_ms} ms` : ''}`);
    return {code, took_ms: performance.now() - begin_ms};
  }

  /** For the end of a test that has failed already. */
  async abandon() {
    this.#process.kill('SIGKILL');
    await this.#exit.catch(() => {});
    rmSync(this.#folder, {recursive: true, force: true});
  }
}

function parseAddress(text) {
  const [hex, port] = text.split(':');
  const words = hex.match(/.{8}/g).map((word) => word.match(/../g).reverse());  // each word is little-endian
  const address = words.length === 1 ? words[0].map((byte) => parseInt(byte, 16)).join('.')
                                     : words.flat().join('').match(/.{4}/g).join(':');
  return {address, port: parseInt(port, 16)};
}

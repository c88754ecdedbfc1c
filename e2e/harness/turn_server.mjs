// A real coturn on a host of a test's own network: STUN and TURN over UDP, TCP and TLS.
import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import {until} from './wait.mjs';

const kPort = 3478, kTlsPort = 5349;

export class TurnServer {
  user = 'e2e';
  password = 'secret';
  port = kPort;
  tls_port = kTlsPort;
  #process;
  #output = '';

  static async start(lab, host) {
    const server = new TurnServer();
    const certificate = join(lab.folder, 'turn.pem');
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=turn',
      '-keyout', certificate, '-out', certificate], {stdio: 'ignore'});
    await server.#run(lab, host, ['-n', '--lt-cred-mech', `--user=${server.user}:${server.password}`, '--realm=e2e', '--fingerprint', '--no-cli',
      `--listening-port=${kPort}`, `--tls-listening-port=${kTlsPort}`, `--cert=${certificate}`, `--pkey=${certificate}`, '--log-file=stdout', '--verbose']);
    return server;
  }

  /** With the configuration that image/coturn has. allowed: the private addresses that it may reach. */
  static async startHardened(lab, host, {secret, allowed}) {
    const server = new TurnServer();
    await server.#run(lab, host, ['-c', new URL('../../image/coturn/turnserver.conf', import.meta.url).pathname,
      `--static-auth-secret=${secret}`, `--allowed-peer-ip=${allowed}`]);
    return server;
  }

  async #run(lab, host, words) {
    this.address = host.address;
    this.#process = host.spawn('turnserver', [...words, `--listening-ip=${host.address}`, `--relay-ip=${host.address}`,
      `--pidfile=${join(lab.folder, 'turn.pid')}`, `--userdb=${join(lab.folder, 'turn.db')}`], {stdio: ['ignore', 'pipe', 'pipe']});
    for (const stream of [this.#process.stdout, this.#process.stderr]) stream.on('data', (data) => this.#output += data);
    await until(() => `coturn listens: ${this.#output.slice(-1000)}`, () => host.run('ss', '-Hln', 'sport', '=', `:${kPort}`).includes('tcp'));
  }

  /** As RTCPeerConnection takes it. transport: 'udp' | 'tcp'. */
  iceServer(transport) { return {urls: `turn:${this.address}:${kPort}?transport=${transport}`, username: this.user, credential: this.password}; }

  get stunServer() { return {urls: `stun:${this.address}:${kPort}`}; }

  /** As the media server takes it. transport: 'udp' | 'tcp' | 'tls'. */
  turnUrl(transport) { return `${this.user}:${this.password}@${this.address}:${transport === 'tls' ? kTlsPort : kPort}?transport=${transport}`; }

  get output() { return this.#output; }

  async stop() {
    const ended = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.kill('SIGKILL');
    await ended;
  }
}

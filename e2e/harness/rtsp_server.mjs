// An RTSP server that serves one WebM file (harness/rtsp_server.py), and what its clients asked it for.
import {spawn} from 'node:child_process';
import {until} from './wait.mjs';

const kProgram = new URL('rtsp_server.py', import.meta.url).pathname;

export class RtspServer {
  requests = [];  // 'SETUP <transport>', 'PLAY', 'TEARDOWN'
  #process;

  /** user: {name, password} that it asks for. */
  static async start(file, user) {
    const server = new RtspServer();
    const words = user ? ['--user', user.name, '--password', user.password] : [];
    server.#process = spawn('/usr/bin/python3', [kProgram, file, ...words], {stdio: ['ignore', 'pipe', 'inherit']});
    let rest = '';
    server.#process.stdout.on('data', (data) => {
      const lines = (rest + data).split('\n');
      rest = lines.pop();
      server.requests.push(...lines);
    });
    await until('the RTSP server listens', () => server.requests[0] ?? server.#process.exitCode !== null);
    server.port = Number(server.requests.shift().split(' ')[1]);
    return server;
  }

  count(request) { return this.requests.filter((one) => one.startsWith(request)).length; }

  kill() { this.#process.kill('SIGKILL'); }
}

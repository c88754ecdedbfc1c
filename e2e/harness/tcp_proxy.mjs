// Stands between a client and the server, so that a test can pull the plug.
import {connect, createServer} from 'node:net';

export class TcpProxy {
  #server;
  #sockets = new Set();

  static async open(target) {
    const proxy = new TcpProxy();
    proxy.#server = createServer((near) => {
      const far = connect(target, '127.0.0.1');
      for (const [one, other] of [[near, far], [far, near]]) {
        proxy.#sockets.add(one);
        one.pipe(other);
        one.on('error', () => {}).once('close', () => {
          proxy.#sockets.delete(one);
          other.destroy();
        });
      }
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => proxy.#server.once('listening', resolve));
    return proxy;
  }

  get port() { return this.#server.address().port; }

  /** Ends every connection at once, without a goodbye; new ones are taken. */
  cut() { this.#sockets.forEach((socket) => socket.resetAndDestroy?.() ?? socket.destroy()); }

  close() {
    this.cut();
    this.#server.close();
  }
}

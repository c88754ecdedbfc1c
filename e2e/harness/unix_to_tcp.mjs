// Runs inside a network namespace and leads a Unix socket, which namespaces do not separate, to a TCP
// port of the namespace's loopback. Ends with the one that started it.
//   node unix_to_tcp.mjs SOCKET-PATH PORT
import {connect, createServer} from 'node:net';

const [path, port] = process.argv.slice(2);
createServer((near) => {
  const far = connect(Number(port), '127.0.0.1');
  for (const [one, other] of [[near, far], [far, near]]) one.pipe(other).on('error', () => {}).once('close', () => one.destroy());
}).listen(path);
process.stdin.once('close', () => process.exit()).resume();

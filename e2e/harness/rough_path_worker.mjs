// The thread of a RoughPath. Losses and delays come from a fixed seed, so that two runs differ only in
// the packets' times.
import {createSocket} from 'node:dgram';
import {parentPort} from 'node:worker_threads';

let random_state = 0x2545f491;

/** Uniform in [0, 1): xorshift32. */
function random() {
  random_state ^= random_state << 13;
  random_state ^= random_state >>> 17;
  random_state ^= random_state << 5;
  return (random_state >>> 0) / 2 ** 32;
}

class Direction {
  conditions;
  counted = {packets: 0, lost: 0, late: 0, bytes: 0};
  #free_at_ms = 0;  // when the bottleneck has sent all that is queued

  constructor(deliver) { this.deliver = deliver; }

  take(packet) {
    const {loss, delay_ms, jitter_ms, rate_kbps, queue_ms} = this.conditions;
    const now_ms = performance.now();
    this.counted.packets += 1;
    if (random() < loss) return void (this.counted.lost += 1);
    const sent_at_ms = Math.max(now_ms, this.#free_at_ms) + packet.length * 8 / rate_kbps;
    if (sent_at_ms - now_ms > queue_ms) return void (this.counted.late += 1);
    this.#free_at_ms = sent_at_ms;
    this.counted.bytes += packet.length;
    const wait_ms = sent_at_ms - now_ms + delay_ms + (2 * random() - 1) * jitter_ms;
    if (wait_ms < 0.5) this.deliver(packet);
    else setTimeout(this.deliver, wait_ms, packet);
  }
}

const kKept = 20;  // packets of each kind
const seen = {client_hello: [], key_exchange: [], application_data: [], stun: [], rtp: [], rtcp: []};

/** RFC 7983, and RFC 5761 for what is RTCP. */
function kindOf(packet) {
  const [first, second] = packet;
  if (first < 4) return 'stun';
  if (first >= 128 && first < 192) return second >= 192 && second <= 223 ? 'rtcp' : 'rtp';
  if (first === 22) return packet[13] === 1 ? 'client_hello' : 'key_exchange';
  return first === 23 ? 'application_data' : undefined;
}

function keep(packet) {
  const kept = seen[kindOf(packet)] ?? [];
  if (kept.length < kKept) kept.push(Buffer.from(packet));
}

/** One per millisecond, in the gaps between the page's own. */
function inject(packets) {
  let next = 0;
  const timer = setInterval(() => {
    far.send(packets[next], server.port, server.address);
    next += 1;
    if (next < packets.length) return;
    clearInterval(timer);
    parentPort.postMessage(next);
  }, 1);
}

let page, server;
const near = createSocket('udp4'), far = createSocket('udp4');
const up = new Direction((packet) => far.send(packet, server.port, server.address));
const down = new Direction((packet) => page && near.send(packet, page.port, page.address));
near.on('message', (packet, from) => {
  page = from;
  keep(packet);
  up.take(packet);
});
far.on('message', (packet) => {
  if (kindOf(packet) === 'client_hello') keep(packet);  // the server may be the one that begins
  down.take(packet);
});
for (const socket of [near, far]) socket.on('error', () => {});  // a page that has gone

parentPort.on('message', (message) => {
  if (message.up) [up.conditions, down.conditions] = [message.up, message.down];
  if (message.count) parentPort.postMessage({up: up.counted, down: down.counted});
  if (message.seen) parentPort.postMessage(seen);
  if (message.inject) inject(message.inject.map((packet) => Buffer.from(packet)));
  if (!message.server) return;
  server = message.server;
  far.bind(0, server.address, () => near.bind(0, server.address, () => parentPort.postMessage({port: near.address().port})));
});

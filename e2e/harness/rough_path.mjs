// A UDP path between a page and the server that loses, delays, reorders and queues packets: a relay
// on loopback in a thread of its own. The page is told the relay's address instead of the server's, and
// the server is told no address of the page, so that nothing goes past it. ICE copes: to the server, the
// relay is a peer-reflexive candidate.
import {Worker} from 'node:worker_threads';

/** One direction. jitter: uniform, delay_ms - jitter_ms to delay_ms + jitter_ms, so that packets overtake each other. */
const kSmooth = {loss: 0, delay_ms: 0, jitter_ms: 0, rate_kbps: Infinity, queue_ms: 200};

export class RoughPath {
  #worker = new Worker(new URL('rough_path_worker.mjs', import.meta.url));
  #open;
  #server;
  #last = Promise.resolve();

  /** up: from the page to the server; down: the other way. What is not said is as on a perfect path. */
  constructor({up = {}, down = {}} = {}) {
    this.set({up, down});
  }

  set({up = {}, down = {}}) { this.#worker.postMessage({up: {...kSmooth, ...up}, down: {...kSmooth, ...down}}); }

  /** The candidate that leads the page to `candidate` of the server through this path; undefined: none does. */
  async lead(candidate) {
    const [, before, address, port, after] = /^(.* udp \d+ )(\S+) (\d+)( typ host.*)$/i.exec(candidate.candidate) ?? [];
    if (!before || address.includes(':') || this.#open) return undefined;
    this.#server = {address, port: Number(port)};
    this.#open = this.#ask({server: this.#server});
    return {...candidate, candidate: `${before}${address} ${(await this.#open).port}${after}`};
  }

  /** {up, down}, each {packets, lost, late (queue overrun), bytes} so far. */
  counted() { return this.#ask({count: true}); }

  /**
   * The page's own packets, as somebody on the way sees them: {client_hello (of either side), key_exchange,
   * application_data, rtp, rtcp, stun}, each a list of a few.
   */
  async seen() { return Object.fromEntries(Object.entries(await this.#ask({seen: true})).map(([kind, packets]) => [kind, packets.map((packet) => Buffer.from(packet))])); }

  /** Sends datagrams to the server that look as if the page had sent them, one per millisecond. */
  inject(packets) { return this.#ask({inject: packets}); }

  get server() { return this.#server; }

  /** One question at a time: the answers come in order. */
  #ask(question) {
    const answer = this.#last.then(() => {
      this.#worker.postMessage(question);
      return new Promise((resolve) => this.#worker.once('message', resolve));
    });
    this.#last = answer;
    return answer;
  }

  close() { return this.#worker.terminate(); }
}

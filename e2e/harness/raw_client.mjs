// JSON-RPC frames over a bare WebSocket: the protocol without any client library.
import WebSocket from 'ws';

const kReplyTimeout_ms = 10_000;

export class RpcError extends Error {
  constructor({code, message, data}) {
    super(message);
    Object.assign(this, {code, data});
  }
}

export class RawClient {
  #socket;
  #next_id = 1;
  #session;
  #reply_timeout_ms;
  #waiting = new Map();
  events = [];      // {object, type, data} in order of arrival
  onEvent = () => {};

  /** reply_timeout_ms: for servers that are slow by intent, on an emulated machine. */
  static open(url, {reply_timeout_ms = kReplyTimeout_ms} = {}) {
    const client = new RawClient();
    client.#reply_timeout_ms = reply_timeout_ms;
    client.#socket = new WebSocket(url, {perMessageDeflate: false});
    client.#socket.on('message', (text) => client.#receive(JSON.parse(String(text))));
    client.#socket.on('close', () => client.#failAll(new Error('the connection was closed')));
    return new Promise((resolve, reject) => client.#socket.once('open', () => resolve(client)).once('error', reject));
  }

  get socket() { return this.#socket; }

  request(method, params = {}) {
    const id = this.#next_id++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no reply to ${method} within ${this.#reply_timeout_ms} ms`)), this.#reply_timeout_ms);
      this.#waiting.set(id, {resolve, reject, timer});
      this.#socket.send(JSON.stringify({jsonrpc: '2.0', id, method, params: {...params, ...(this.#session && {sessionId: this.#session})}}));
    });
  }

  async create(type, constructorParams = {}) { return (await this.request('create', {type, constructorParams})).value; }

  async invoke(object, operation, operationParams = {}) { return (await this.request('invoke', {object, operation, operationParams})).value; }

  subscribe(object, type) { return this.request('subscribe', {object, type}); }

  release(object) { return this.request('release', {object}); }

  close() { this.#socket.close(); }

  #receive(message) {
    if (message.method === 'onEvent') {
      this.events.push(message.params.value);
      this.onEvent(message.params.value);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    this.#waiting.delete(message.id);
    clearTimeout(waiting.timer);
    this.#session = message.result?.sessionId ?? this.#session;
    if (message.error) waiting.reject(new RpcError(message.error));
    else waiting.resolve(message.result);
  }

  #failAll(error) {
    for (const {reject, timer} of this.#waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#waiting.clear();
  }
}

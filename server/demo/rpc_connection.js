// One WebSocket to the media server, speaking JSON-RPC 2.0: requests with replies, and the events
// that the server sends by itself. Knows nothing of media.

const kReplyTimeout_ms = 20000;

/** The server answered with an error, or could not be spoken to. `reason` is for diagnosis.js. */
export class RpcError extends Error {
  constructor(reason, message, code) {
    super(message);
    this.reason = reason;
    this.code = code;
  }
}

export class RpcConnection {
  #socket;
  #next_id = 1;
  #session_id;
  #waiting = new Map();  // id -> {resolve, reject, timer}

  /** onEvent({object, type, data}); onClose(RpcError) for a close that nobody asked for. */
  constructor({onEvent, onClose}) {
    this.onEvent = onEvent;
    this.onClose = onClose;
  }

  /** Resolves when the socket is open; rejects when the server cannot be reached. */
  open(url) {
    return new Promise((resolve, reject) => {
      this.#socket = new WebSocket(url);
      let is_open = false;
      this.#socket.onopen = () => {
        is_open = true;
        resolve();
      };
      this.#socket.onmessage = ({data}) => this.#receive(data);
      this.#socket.onclose = ({code, reason}) => {
        const error = is_open ? new RpcError('closed', reason || `close code ${code}`, code)
                              : new RpcError('unreachable', url);
        this.#fail(error);
        if (is_open) this.onClose(error);
        else reject(error);
      };
    });
  }

  /** The result of `method`; rejects with the server's error, or when no reply comes in time. */
  request(method, params) {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      return Promise.reject(new RpcError('closed', 'the connection to the server is closed'));
    }
    const id = this.#next_id++;
    const session = this.#session_id ? {sessionId: this.#session_id} : {};
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new RpcError('no-reply', `${method} got no reply`));
      }, kReplyTimeout_ms);
      this.#waiting.set(id, {resolve, reject, timer});
      this.#socket.send(JSON.stringify({jsonrpc: '2.0', id, method, params: {...params, ...session}}));
    });
  }

  async create(type, constructorParams = {}) {
    return (await this.request('create', {type, constructorParams})).value;
  }

  async invoke(object, operation, operationParams = {}) {
    return (await this.request('invoke', {object, operation, operationParams})).value;
  }

  subscribe(object, type) {
    return this.request('subscribe', {object, type});
  }

  /** What was sent before still reaches the server. */
  close() {
    if (!this.#socket) return;  // never opened
    this.#socket.onclose = null;
    this.#socket.close();
    this.#fail(new RpcError('closed', 'closed by this page'));
  }

  #receive(text) {
    const message = JSON.parse(text);
    if (message.method === 'onEvent') {
      this.onEvent(message.params.value);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    this.#waiting.delete(message.id);
    clearTimeout(waiting.timer);
    if (message.error) {
      waiting.reject(new RpcError('refused', message.error.message, message.error.code));
      return;
    }
    this.#session_id = message.result?.sessionId ?? this.#session_id;
    waiting.resolve(message.result);
  }

  #fail(error) {
    for (const {reject, timer} of this.#waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#waiting.clear();
  }
}

// JSON-RPC over a WebSocket that heals itself.
//
// When the socket is lost, a new one is opened with growing pauses and takes the session over with
// `connect {sessionId}`. Requests without reply are sent again with their ids: the server keeps its
// replies for a while and does not carry out anything twice. Events of the time between are lost.

import {ConnectionError, MediaServerError} from './errors.js';
import {defaultSocketClass, drop, openSocket, Socket, SocketClass} from './socket.js';

export type Params = Record<string, unknown>;

export interface ConnectionOptions {
  /** Takes over a session that another connection began. */
  sessionId?: string;
  /** How long to wait for a reply, and for a socket to open. The server keeps replies for 20 s. */
  requestTimeoutMs?: number;
  /** How often to look whether the server still answers. */
  pingIntervalMs?: number;
  /** The first pause before opening a new socket; each next one is twice as long. */
  minReconnectDelayMs?: number;
  maxReconnectDelayMs?: number;
  /** Another WebSocket class than the environment's. */
  webSocket?: SocketClass;
}

/** What the connection tells its owner. */
export interface ConnectionListener {
  onNotification(method: string, params: any): void;
  onDisconnected(): void;
  /** `sessionKept`: objects and subscriptions are as before. Otherwise they are gone. */
  onReconnected(sessionKept: boolean): void;
}

/** More requests than this may not wait for replies at one time. */
export const kMaxPendingRequests = 10_000;
const kInvalidSession = 40007;

interface Pending {
  method: string;
  text: string;
  resolve(result: any): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

export class Connection {
  sessionId = '';
  serverId = '';

  private readonly requestTimeoutMs: number;
  private readonly pingIntervalMs: number;
  private readonly minDelayMs: number;
  private readonly maxDelayMs: number;
  private socket: Socket | undefined;
  private ready = false;   // Requests may be sent: open, and the session is ours.
  private closed = false;
  private sessionUsed = false;  // A request was carried out in it, so the server knows it.
  private nextId = 0;
  private readonly pending = new Map<number, Pending>();
  private pingTimer: ReturnType<typeof setInterval> | undefined;
  private reconnectTimer: ReturnType<typeof setTimeout> | undefined;

  private constructor(
      private readonly url: string, private readonly socketClass: SocketClass,
      private readonly listener: ConnectionListener, options: ConnectionOptions) {
    this.requestTimeoutMs = options.requestTimeoutMs ?? 20_000;
    this.pingIntervalMs = options.pingIntervalMs ?? 30_000;
    this.minDelayMs = options.minReconnectDelayMs ?? 100;
    this.maxDelayMs = options.maxReconnectDelayMs ?? 10_000;
  }

  /** Fails when the server cannot be reached or does not know `options.sessionId`. */
  static async open(url: string, listener: ConnectionListener, options: ConnectionOptions = {}):
      Promise<Connection> {
    const connection =
        new Connection(url, options.webSocket ?? await defaultSocketClass(), listener, options);
    try {
      const socket = await openSocket(connection.socketClass, url, connection.requestTimeoutMs);
      connection.listenTo(socket);
    } catch (error) {
      throw new ConnectionError('unreachable', (error as Error).message);
    }
    connection.sessionId = options.sessionId ?? '';
    connection.sessionUsed = connection.sessionId !== '';
    try {
      connection.adopt(await connection.ask('connect', connection.sessionParams()));
    } catch (error) {
      connection.close();
      throw error;
    }
    connection.becomeReady();
    return connection;
  }

  get isOpen(): boolean {
    return this.ready;
  }

  /** Sends a request in this session, at once or when the connection is there again. */
  request(method: string, params: Params = {}): Promise<any> {
    if (this.closed) return Promise.reject(new ConnectionError('closed', 'The client was closed'));
    if (this.pending.size >= kMaxPendingRequests) {
      return Promise.reject(new ConnectionError('overloaded', 'Too many requests wait for replies'));
    }
    return this.send(method, {...params, ...this.sessionParams()}, this.ready);
  }

  /** Ends the socket. The session stays on the server for a while. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.ready = false;
    clearInterval(this.pingTimer);
    clearTimeout(this.reconnectTimer);
    if (this.socket) drop(this.socket);
    this.rejectAll(new ConnectionError('closed', 'The client was closed'));
  }

  private sessionParams(): Params {
    return this.sessionId === '' ? {} : {sessionId: this.sessionId};
  }

  private adopt(reply: {sessionId?: string; serverId?: string}): void {
    this.sessionId = reply.sessionId ?? this.sessionId;
    this.serverId = reply.serverId ?? this.serverId;
  }

  /** A request that belongs to the present socket and is not repeated on another. */
  private ask(method: string, params: Params): Promise<any> {
    return this.send(method, params, true);
  }

  private send(method: string, params: Params, now: boolean): Promise<any> {
    const id = this.nextId++;
    const text = JSON.stringify({jsonrpc: '2.0', id, method, params});
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(id);
        reject(new ConnectionError('timeout', `No reply to ${method} in ${this.requestTimeoutMs} ms`));
      }, this.requestTimeoutMs);
      this.pending.set(id, {method, text, resolve, reject, timer});
      if (now) this.socket?.send(text);
    });
  }

  private listenTo(socket: Socket): void {
    this.socket = socket;
    socket.onmessage = ({data}) => this.receive(String(data));
    socket.onerror = () => {};  // onclose follows.
    socket.onclose = () => this.lose(socket);
  }

  private becomeReady(): void {
    this.ready = true;
    clearInterval(this.pingTimer);
    this.pingTimer = setInterval(() => this.ping(), this.pingIntervalMs);
  }

  private async ping(): Promise<void> {
    const socket = this.socket;
    try {
      await this.ask('ping', {interval: this.pingIntervalMs});
    } catch {
      if (socket && socket === this.socket) this.lose(socket);
    }
  }

  private receive(text: string): void {
    let message: any;
    try {
      message = JSON.parse(text);
    } catch {
      return;  // Not a message of this protocol.
    }
    if (typeof message?.method === 'string') {
      this.listener.onNotification(message.method, message.params);
      return;
    }
    const pending = this.pending.get(message?.id);
    if (!pending) return;
    this.pending.delete(message.id);
    clearTimeout(pending.timer);
    if (message.error) {
      const {code, message: words, data} = message.error;
      pending.reject(new MediaServerError(code, words, data));
      return;
    }
    if (pending.method !== 'connect' && pending.method !== 'ping') this.sessionUsed = true;
    pending.resolve(message.result);
  }

  /** The socket is gone. What asked about that socket only, fails; other requests wait. */
  private lose(socket: Socket): void {
    if (this.closed || socket !== this.socket) return;
    const wasReady = this.ready;
    this.socket = undefined;
    this.ready = false;
    clearInterval(this.pingTimer);
    drop(socket);
    for (const [id, pending] of this.pending) {
      if (pending.method === 'connect' || pending.method === 'ping') {
        this.reject(id, new ConnectionError('closed', 'The connection was lost'));
      }
    }
    if (this.sessionId === '') return;  // open() failed: it tells its caller.
    if (wasReady) {
      this.listener.onDisconnected();
      this.reconnectAfter(this.minDelayMs);
    }
  }

  private reconnectAfter(delayMs: number): void {
    if (this.closed) return;
    this.reconnectTimer = setTimeout(async () => {
      if (await this.reconnect()) return;
      this.reconnectAfter(Math.min(delayMs * 2, this.maxDelayMs));
    }, delayMs);
  }

  /** Whether it worked, or is not wanted any more. */
  private async reconnect(): Promise<boolean> {
    let sessionKept = true;
    try {
      const socket = await openSocket(this.socketClass, this.url, this.requestTimeoutMs);
      if (this.closed) {
        drop(socket);
        return true;
      }
      this.listenTo(socket);
      this.adopt(await this.ask('connect', this.sessionParams()));
    } catch (error) {
      if (this.closed) return true;
      if (!(error instanceof MediaServerError && error.code === kInvalidSession)) {
        if (this.socket) this.lose(this.socket);
        return false;
      }
      // A session in which nothing was ever done begins with the next request under its old id.
      sessionKept = !this.sessionUsed;
      this.sessionUsed = false;
    }
    if (!this.socket) return false;
    this.becomeReady();
    if (sessionKept) {
      for (const {text} of this.pending.values()) this.socket.send(text);
    } else {
      this.rejectAll(new ConnectionError('session-lost', 'The server has ended the session'));
    }
    this.listener.onReconnected(sessionKept);
    return true;
  }

  private reject(id: number, error: Error): void {
    const pending = this.pending.get(id);
    if (!pending) return;
    this.pending.delete(id);
    clearTimeout(pending.timer);
    pending.reject(error);
  }

  private rejectAll(error: Error): void {
    for (const id of [...this.pending.keys()]) this.reject(id, error);
  }
}

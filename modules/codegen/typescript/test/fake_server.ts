// A WebSocket server in this process that plays the media server: each test says what it answers.
import {AddressInfo} from 'node:net';
import {WebSocket, WebSocketServer} from 'ws';

import {MediaServer, MediaServerOptions} from '../index.js';

export interface Request {
  id: number;
  method: string;
  params: any;
}

/** Gives the result, throws {code, message, data}, or gives kNoReply. */
export type Answer = (request: Request) => unknown;
export const kNoReply = Symbol('no reply');

export class FakeServer {
  readonly requests: Request[] = [];
  /** Replaces the answers below for a test. */
  answer: Answer | undefined;
  knownSessions = new Set(['session']);
  private waiting: (() => void)[] = [];

  private constructor(private readonly server: WebSocketServer) {
    server.on('connection', (socket) => {
      this.wake();
      socket.on('message', (data) => this.receive(socket, JSON.parse(String(data))));
    });
  }

  static async start(): Promise<FakeServer> {
    const server = new WebSocketServer({host: '127.0.0.1', port: 0});
    await new Promise((resolve) => server.once('listening', resolve));
    return new FakeServer(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}/kurento`;
  }

  connect(options: MediaServerOptions = {}): Promise<MediaServer> {
    return MediaServer.connect(this.url, {minReconnectDelayMs: 1, ...options});
  }

  requestsFor(method: string): Request[] {
    return this.requests.filter((request) => request.method === method);
  }

  send(message: unknown): void {
    for (const socket of this.server.clients) socket.send(JSON.stringify(message));
  }

  sendEvent(object: string, type: string, data: object): void {
    this.send({jsonrpc: '2.0', method: 'onEvent', params: {value: {object, type, data}}});
  }

  /** Cuts all connections, as a network does. */
  cut(): void {
    for (const socket of this.server.clients) socket.terminate();
  }

  /** Resolves when `condition` holds, looked at after every request. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  private receive(socket: WebSocket, request: Request): void {
    this.requests.push(request);
    try {
      const result = this.answer?.(request) ?? this.usualAnswer(request);
      if (result !== kNoReply) socket.send(JSON.stringify({id: request.id, jsonrpc: '2.0', result}));
    } catch (error) {
      socket.send(JSON.stringify({id: request.id, jsonrpc: '2.0', error}));
    }
    this.wake();
  }

  private usualAnswer({id, method, params}: Request): unknown {
    const sessionId = params.sessionId ?? 'session';
    switch (method) {
      case 'ping': return {value: 'pong'};
      case 'connect':
        if (params.sessionId && !this.knownSessions.has(params.sessionId)) {
          throw {code: 40007, message: 'Session not found', data: {type: 'INVALID_SESSION'}};
        }
        return {serverId: 'server', sessionId};
      case 'create': {
        const parent = params.constructorParams.mediaPipeline ?? params.constructorParams.hub;
        return {sessionId, value: `${parent ? `${parent}/` : ''}uuid${id}_kurento.${params.type}`};
      }
      case 'subscribe': return {sessionId, value: `subscription${id}`};
      default: return {sessionId, value: null};
    }
  }
}

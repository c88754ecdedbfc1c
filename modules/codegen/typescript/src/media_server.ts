// The client: a session on a media server.
//
//   const server = await MediaServer.connect('ws://127.0.0.1:8888/kurento');
//   const pipeline = await server.create('MediaPipeline');

import {Creatable, metadata, ServerManager} from './api.js';
import {Connection, ConnectionListener, ConnectionOptions, Params} from './connection.js';
import {Caller, EventHandler, Given, RemoteObject, Subscription, toWire} from './remote_object.js';
import {kServerManagerId, Subscriptions} from './subscriptions.js';
import {TransactionCaller, TransactionHost} from './transaction.js';

export interface MediaServerEvents {
  /** The connection is lost; requests wait until it is there again. */
  disconnected: void;
  /**
   * The connection is there again. `sessionKept`: all objects and subscriptions are as before, though
   * events of the time between are lost. Otherwise the server has forgotten them: begin anew.
   */
  reconnected: {sessionKept: boolean};
  /** An event handler of the application has thrown. */
  handlerError: unknown;
}

export type MediaServerOptions = ConnectionOptions;

export interface Description {
  type: string;
  qualifiedType: string;
  hierarchy: string[];
}

/** What the function given to transaction() works with. */
export interface Transaction {
  create<K extends keyof Creatable>(
      type: K, ...args: Given<Creatable[K]['arguments']>): Creatable[K]['object'];
  /** The object, with its calls as part of the transaction. */
  use<T extends RemoteObject>(object: T): T;
}

export class MediaServer implements TransactionHost {
  private connection!: Connection;
  private readonly objects = new Map<string, RemoteObject>();
  private readonly listeners = new Map<string, Set<(data: any) => void>>();
  private readonly subscriptions = new Subscriptions(
      async (object, type) => (await this.call('subscribe', {object, type})).value,
      async (object, subscription) => { await this.call('unsubscribe', {object, subscription}); });

  private constructor() {}

  /** Opens a connection. From then on it is kept up until close() or disconnect(). */
  static async connect(url: string, options: MediaServerOptions = {}): Promise<MediaServer> {
    const server = new MediaServer();
    server.connection = await Connection.open(url, server.makeListener(), options);
    return server;
  }

  get sessionId(): string {
    return this.connection.sessionId;
  }
  /** Another one after a restart of the server. */
  get serverId(): string {
    return this.connection.serverId;
  }
  get isConnected(): boolean {
    return this.connection.isOpen;
  }

  /** The object that stands for the server itself. */
  get manager(): ServerManager {
    return this.object(kServerManagerId) as ServerManager;
  }

  create<K extends keyof Creatable>(
      type: K, ...args: Given<Creatable[K]['arguments']>): Promise<Creatable[K]['object']>;
  /** Of a module that this client was not generated for: use the object's invoke(). */
  create(type: string, args?: Params): Promise<RemoteObject>;
  async create(type: string, args: Params = {}): Promise<any> {
    const {value} = await this.call('create', {type, constructorParams: toWire(args)});
    return this.object(value);
  }

  /**
   * Does several things in one message. Objects that are created in it can be used at once in it:
   *
   *   const {pipeline, endpoint} = await server.transaction((transaction) => {
   *     const pipeline = transaction.create('MediaPipeline');
   *     const endpoint = transaction.create('WebRtcEndpoint', {mediaPipeline: pipeline});
   *     return {pipeline, endpoint};
   *   });
   */
  async transaction<T>(work: (transaction: Transaction) => T): Promise<T> {
    const caller = new TransactionCaller(this);
    const result = work({
      create: (type: string, ...args: [Params?]) => caller.createNow(type, args[0] ?? {}),
      use: (object) => caller.use(object),
    } as Transaction);
    await caller.commit(this.connection);
    return result;
  }

  /** The object of an id, which names its class: "..._kurento.WebRtcEndpoint". Not asked for at the server. */
  object(id: string): RemoteObject {
    const known = this.objects.get(id);
    if (known) return known;
    const type = id.slice(id.lastIndexOf('/') + 1).replace(/^[^_]*_/, '');
    const object = this.makeObject(type, id, this);
    this.objects.set(id, object);
    return object;
  }

  /** Fails with code 40101 when there is no such object. */
  async describe(object: RemoteObject): Promise<Description> {
    const {type, qualifiedType, hierarchy} = await this.call('describe', {object: object.id});
    return {type, qualifiedType, hierarchy};
  }

  on<E extends keyof MediaServerEvents>(event: E, handler: (data: MediaServerEvents[E]) => void): void {
    const handlers = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, handlers.add(handler));
  }

  off<E extends keyof MediaServerEvents>(event: E, handler: (data: MediaServerEvents[E]) => void): void {
    this.listeners.get(event)?.delete(handler);
  }

  /** Keeps the session from being collected; an open connection does that by itself. */
  async keepAlive(): Promise<void> {
    await this.call('keepAlive', {});
  }

  /** Ends the session with its objects, and the connection. */
  async close(): Promise<void> {
    try {
      if (this.connection.isOpen) await this.call('closeSession', {});
    } finally {
      this.connection.close();
    }
  }

  /** Ends the connection only: the session can be taken over with option `sessionId` for a while. */
  disconnect(): void {
    this.connection.close();
  }

  // Caller and TransactionHost: for objects and transactions.

  call(method: string, params: Params): Promise<any> {
    return this.connection.request(method, params);
  }

  async subscribe(object: RemoteObject, event: string, handler: EventHandler): Promise<Subscription> {
    await this.subscriptions.add(object.id, event, handler);
    return this.subscriptionOf(object.id, event, handler);
  }

  async release(object: RemoteObject): Promise<void> {
    await this.call('release', {object: object.id});
    this.subscriptions.forgetObject(object.id);
    for (const id of this.objects.keys()) {
      if (id === object.id || id.startsWith(`${object.id}/`)) this.objects.delete(id);
    }
  }

  fromWire(value: any, type: string): any {
    if (value === null || value === undefined) return type.endsWith('<>') ? {} : value ?? null;
    if (type.endsWith('[]')) return value.map((item: unknown) => this.fromWire(item, type.slice(0, -2)));
    if (type.endsWith('<>')) {
      return Object.fromEntries(Object.entries(value).map(
          ([key, item]) => [key, this.fromWire(item, type.slice(0, -2))]));
    }
    if (type in metadata.classes) return this.object(value);
    const members = metadata.records[type];
    if (!members) return value;
    return Object.fromEntries(Object.entries(value).map(
        ([name, member]) => [name, this.fromWire(member, members[name] ?? '')]));
  }

  makeObject(type: string, id: string, caller: Caller): RemoteObject {
    const known = metadata.classes[type.replace(/^kurento\./, '')];
    return new (known ?? RemoteObject)(id, caller);
  }

  keepObject(object: RemoteObject): void {
    this.objects.set(object.id, object);
  }

  keepSubscription(objectId: string, event: string, handler: EventHandler, id: string): Subscription {
    this.subscriptions.adopt(objectId, event, handler, id);
    return this.subscriptionOf(objectId, event, handler);
  }

  private subscriptionOf(objectId: string, event: string, handler: EventHandler): Subscription {
    return {cancel: () => this.subscriptions.remove(objectId, event, handler)};
  }

  private makeListener(): ConnectionListener {
    return {
      onNotification: (method, params) => {
        if (method === 'onEvent') this.deliver(params?.value);
      },
      onDisconnected: () => this.tell('disconnected', undefined),
      onReconnected: (sessionKept) => {
        if (!sessionKept) {
          this.objects.clear();
          this.subscriptions.beginAnew();
        }
        this.tell('reconnected', {sessionKept});
      },
    };
  }

  private deliver(event: {object: string; type: string; data: unknown} | undefined): void {
    if (!event) return;
    const handlers = this.subscriptions.handlersOf(event.object, event.type);
    if (handlers.length === 0) return;
    const data = this.fromWire(event.data, `${event.type}Event`);
    for (const handler of handlers) {
      try {
        handler(data);
      } catch (error) {
        this.tell('handlerError', error);
      }
    }
  }

  private tell<E extends keyof MediaServerEvents>(event: E, data: MediaServerEvents[E]): void {
    const handlers = [...this.listeners.get(event) ?? []];
    if (event === 'handlerError' && handlers.length === 0) console.error(data);
    for (const handler of handlers) handler(data);
  }
}

// Several operations in one message; later ones may use objects that earlier ones create.
//
// The server stops at the first that fails; what was done before it stays done.

import type {Connection, Params} from './connection.js';
import {MediaServerError, TransactionStopped} from './errors.js';
import {Caller, EventHandler, RemoteObject, Subscription, toWire} from './remote_object.js';

interface Operation {
  method: string;
  params: Params;
  resolve(result: any): void;
  reject(error: Error): void;
}

/** What a transaction needs of the client that it belongs to. */
export interface TransactionHost extends Caller {
  makeObject(type: string, id: string, caller: Caller): RemoteObject;
  keepObject(object: RemoteObject): void;
  keepSubscription(objectId: string, event: string, handler: EventHandler, id: string): Subscription;
}

export class TransactionCaller implements Caller {
  private readonly operations: Operation[] = [];
  private readonly created: {object: RemoteObject; operation: number}[] = [];

  constructor(private readonly host: TransactionHost) {}

  /** Adds an operation. The promise is that operation's own; it is settled by commit(). */
  call(method: string, params: Params): Promise<any> {
    const result = new Promise<any>((resolve, reject) => {
      this.operations.push({method, params, resolve, reject});
    });
    result.catch(() => {});  // commit() tells of the failure, too.
    return result;
  }

  /** An object that can be used in this transaction at once, and outside of it after the commit. */
  createNow(type: string, args: Params): RemoteObject {
    const operation = this.operations.length;
    const object = this.host.makeObject(type, `newref:${operation}`, this);
    this.created.push({object, operation});
    void this.call('create', {type, constructorParams: toWire(args)});
    return object;
  }

  /** An existing object, whose calls shall be part of the transaction. */
  use<T extends RemoteObject>(object: T): T {
    return new (object.constructor as new (id: string, caller: Caller) => T)(object.id, this);
  }

  async create(type: string, args: Params): Promise<RemoteObject> {
    return this.createNow(type, args);
  }

  async subscribe(object: RemoteObject, event: string, handler: EventHandler): Promise<Subscription> {
    const {value} = await this.call('subscribe', {object: object.id, type: event});
    return this.host.keepSubscription(object.id, event, handler, value);
  }

  async release(object: RemoteObject): Promise<void> {
    await this.call('release', {object: object.id});
  }

  fromWire(value: unknown, type: string): any {
    return this.host.fromWire(value, type);
  }

  /** Fails with the error of the first operation that failed, or when nothing was carried out. */
  async commit(connection: Connection): Promise<void> {
    if (this.operations.length === 0) return;
    const operations = this.operations.map(
        ({method, params}, id) => ({id, jsonrpc: '2.0', method, params}));
    let replies: any[];
    try {
      replies = (await connection.request('transaction', {operations})).value ?? [];
    } catch (error) {
      for (const {reject} of this.operations) reject(error as Error);
      throw error;
    }
    const failure = replies.find((reply) => reply.error)?.error;
    const error = failure && new MediaServerError(failure.code, failure.message, failure.data);
    this.settleObjects(replies);
    this.operations.forEach(({resolve, reject}, index) => {
      const reply = replies[index];
      if (reply && !reply.error) resolve(reply.result);
      else reject(reply ? error : new TransactionStopped(error));
    });
    if (error) throw error;
  }

  private settleObjects(replies: any[]): void {
    for (const {object, operation} of this.created) {
      const id = replies[operation]?.result?.value;
      if (typeof id !== 'string') continue;
      object.id = id;
      object.caller = this.host;
      this.host.keepObject(object);
    }
  }
}

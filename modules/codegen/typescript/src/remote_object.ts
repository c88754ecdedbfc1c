// What stands for an object on the server. Generated classes extend it.

import type {Params} from './connection.js';

/** Carries requests: the client itself, or a transaction that collects them. */
export interface Caller {
  call(method: string, params: Params): Promise<any>;
  create(type: string, args: Params): Promise<RemoteObject>;
  subscribe(object: RemoteObject, event: string, handler: EventHandler): Promise<Subscription>;
  release(object: RemoteObject): Promise<void>;
  /** A value from the wire, of the descriptor's type `type`: ids become objects. */
  fromWire(value: unknown, type: string): any;
}

export type EventHandler = (event: any) => void;

export interface Subscription {
  /** No more calls of the handler from now on. */
  cancel(): Promise<void>;
}

/** The arguments of a call: they may be left out when all of them may. */
export type Given<Arguments> = {} extends Arguments ? [arguments?: Arguments] : [arguments: Arguments];

export class RemoteObject {
  /** Use the client's create() and object() instead. */
  constructor(public id: string, public caller: Caller) {}

  /** Calls an operation; the typed methods of subclasses use it. `type` is that of the result. */
  invoke(operation: string, operationParams: Params = {}, type = ''): Promise<any> {
    return this.caller
        .call('invoke', {object: this.id, operation, operationParams: toWire(operationParams)})
        .then((result) => this.caller.fromWire(result?.value, type));
  }

  /** Calls `handler` for each event; resolves when the server will send them. */
  on(event: string, handler: EventHandler): Promise<Subscription> {
    return this.caller.subscribe(this, event, handler);
  }

  /** Ends the object and its children on the server. */
  release(): Promise<void> {
    return this.caller.release(this);
  }

  toString(): string {
    return this.id;
  }
}

/** Objects become ids; members without value are left out. */
export function toWire(value: unknown): any {
  if (value instanceof RemoteObject) return value.id;
  if (Array.isArray(value)) return value.map(toWire);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, toWire(member)]));
}

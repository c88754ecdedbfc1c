// What generated code tells the runtime of the API.

import type {Caller, RemoteObject} from './remote_object.js';

export type RemoteClass = new (id: string, caller: Caller) => RemoteObject;

/** Names of members to their types in the descriptor: "String", "MediaElement[]", "Stats<>". */
export type Members = Record<string, string>;

export interface Metadata {
  classes: Record<string, RemoteClass>;
  /** Registers and events, with inherited members; only those in which an object can occur. */
  records: Record<string, Members>;
}

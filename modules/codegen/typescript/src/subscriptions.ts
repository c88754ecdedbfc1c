// Who wants to hear of which event. The server sends each event once per session, so several handlers
// share one subscription there.

import type {EventHandler} from './remote_object.js';

interface Entry {
  readonly objectId: string;
  readonly event: string;
  readonly handlers: Set<EventHandler>;
  /** Resolves to the server's id of the subscription. */
  subscribed: Promise<string>;
}

/** The one object that outlives a session. */
export const kServerManagerId = 'manager_ServerManager';

export class Subscriptions {
  private readonly entries = new Map<string, Entry>();

  constructor(
      private readonly subscribe: (objectId: string, event: string) => Promise<string>,
      private readonly unsubscribe: (objectId: string, id: string) => Promise<void>) {}

  /** The handler is known at once: an event may come before the reply to the subscription. */
  async add(objectId: string, event: string, handler: EventHandler): Promise<void> {
    const key = keyOf(objectId, event);
    let entry = this.entries.get(key);
    if (!entry) {
      const handlers = new Set<EventHandler>();
      entry = {objectId, event, handlers, subscribed: this.subscribe(objectId, event)};
      this.entries.set(key, entry);
    }
    entry.handlers.add(handler);
    try {
      await entry.subscribed;
    } catch (error) {
      if (this.entries.get(key) === entry) this.entries.delete(key);
      throw error;
    }
  }

  /** For a subscription that was made in a transaction. */
  adopt(objectId: string, event: string, handler: EventHandler, id: string): void {
    const entry = this.entries.get(keyOf(objectId, event));
    if (entry) {
      entry.handlers.add(handler);
      return;
    }
    this.entries.set(keyOf(objectId, event),
                     {objectId, event, handlers: new Set([handler]), subscribed: Promise.resolve(id)});
  }

  async remove(objectId: string, event: string, handler: EventHandler): Promise<void> {
    const entry = this.entries.get(keyOf(objectId, event));
    if (!entry?.handlers.delete(handler) || entry.handlers.size > 0) return;
    this.entries.delete(keyOf(objectId, event));
    await this.unsubscribe(objectId, await entry.subscribed);
  }

  handlersOf(objectId: string, event: string): EventHandler[] {
    return [...this.entries.get(keyOf(objectId, event))?.handlers ?? []];
  }

  forgetObject(objectId: string): void {
    for (const [key, entry] of this.entries) {
      if (entry.objectId === objectId || entry.objectId.startsWith(`${objectId}/`)) this.entries.delete(key);
    }
  }

  /** The session is lost, and all objects with it but for the ServerManager. */
  beginAnew(): void {
    for (const [key, entry] of this.entries) {
      if (entry.objectId !== kServerManagerId) {
        this.entries.delete(key);
        continue;
      }
      entry.subscribed = this.subscribe(entry.objectId, entry.event);
      entry.subscribed.catch(() => this.entries.delete(key));
    }
  }
}

function keyOf(objectId: string, event: string): string {
  return `${event} ${objectId}`;
}

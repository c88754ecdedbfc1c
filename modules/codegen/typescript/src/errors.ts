// What can go wrong, as classes to tell apart with instanceof.

/** The server refused a request. `code` and `type` are listed in the protocol's documentation. */
export class MediaServerError extends Error {
  override readonly name = 'MediaServerError';
  /** The protocol's name of the code, such as MEDIA_OBJECT_NOT_FOUND; empty when it has none. */
  readonly type: string;

  constructor(readonly code: number, message: string, readonly data?: unknown) {
    super(message);
    const type = (data as {type?: unknown} | undefined)?.type;
    this.type = typeof type === 'string' ? type : '';
  }
}

/** Why a request got no reply. */
export type ConnectionProblem = 'unreachable' | 'timeout' | 'closed' | 'session-lost' | 'overloaded';

/** There was no reply: the request may or may not have been carried out. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';

  constructor(readonly problem: ConnectionProblem, message: string) {
    super(message);
  }
}

/** An operation of a transaction that was not tried, because one before it failed. */
export class TransactionStopped extends Error {
  override readonly name = 'TransactionStopped';

  constructor(readonly reason: MediaServerError) {
    super(`An earlier operation of the transaction failed: ${reason.message}`);
  }
}

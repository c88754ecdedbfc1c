export * from './api.js';
export {ConnectionError, MediaServerError, TransactionStopped} from './errors.js';
export type {ConnectionProblem} from './errors.js';
export {MediaServer} from './media_server.js';
export type {Description, MediaServerEvents, MediaServerOptions, Transaction} from './media_server.js';
export {RemoteObject} from './remote_object.js';
export type {Subscription} from './remote_object.js';
export type {Socket, SocketClass} from './socket.js';

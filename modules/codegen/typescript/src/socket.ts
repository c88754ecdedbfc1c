// The part of a WebSocket that the client uses; browsers', Node's and npm ws's all have it.

export interface Socket {
  readonly readyState: number;
  onopen: ((event: any) => void) | null;
  onmessage: ((event: {data: any}) => void) | null;
  onerror: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  send(text: string): void;
  close(): void;
}

export type SocketClass = new (url: string) => Socket;

/** The environment's own WebSocket; where there is none (Node before 22), that of npm `ws`. */
export async function defaultSocketClass(): Promise<SocketClass> {
  if (typeof WebSocket !== 'undefined') return WebSocket as unknown as SocketClass;
  const name = 'ws';  // A variable, so that bundlers for browsers do not look for it.
  return (await import(name)).WebSocket as SocketClass;
}

/** Opens a socket, or fails after `timeoutMs`. */
export function openSocket(socketClass: SocketClass, url: string, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = new socketClass(url);
    const fail = (why: string) => {
      clearTimeout(timer);
      drop(socket);
      reject(new Error(`No connection to ${url}: ${why}`));
    };
    const timer = setTimeout(() => fail('no answer in time'), timeoutMs);
    socket.onopen = () => {
      clearTimeout(timer);
      socket.onerror = null;
      socket.onclose = null;
      resolve(socket);
    };
    socket.onerror = (event) => fail(event?.message || 'it was refused');
    socket.onclose = () => fail('it was closed at once');
  });
}

/** Ends a socket that nobody listens to any more. */
export function drop(socket: Socket): void {
  socket.onopen = null;
  socket.onmessage = null;
  socket.onclose = null;
  socket.onerror = () => {};  // npm ws throws what nobody listens to.
  socket.close();
}

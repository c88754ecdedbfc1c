// What a TURN server lets its users do, asked in STUN messages of our own: whether it gives an
// allocation, and to which peers (RFC 8656).
import {createHash, createHmac, randomBytes} from 'node:crypto';
import {createSocket} from 'node:dgram';
import {isIPv4} from 'node:net';

const kCookie = 0x2112A442;
const kAllocate = 0x003, kRefresh = 0x004, kCreatePermission = 0x008, kSuccess = 0x100;
const kUsername = 0x06, kIntegrity = 0x08, kError = 0x09, kLifetime = 0x0d, kPeer = 0x12, kRealm = 0x14, kNonce = 0x15, kFamily = 0x17, kTransport = 0x19;
const kUdp = Buffer.from([17, 0, 0, 0]);
const kTimeout_ms = 5000;

/** The user and password of a shared secret (draft-uberti-behave-turn-rest-00), valid for so many seconds. */
export function timeLimitedCredentials(secret, valid_s) {
  const username = String(Math.floor(Date.now() / 1000) + valid_s);
  return {username, password: createHmac('sha1', secret).update(username).digest('base64')};
}

const header = (type, length, id) => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(length, 2);
  bytes.writeUInt32BE(kCookie, 4);
  return Buffer.concat([bytes, id]);
};

const attribute = (type, value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  return Buffer.concat([bytes, value, Buffer.alloc(-value.length & 3)]);
};

/** Sixteen or four bytes of an address in any notation. */
function bytesOf(address) {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const text = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts) => {
    const [a, b, c, d] = parts.map(Number);
    return `${(a << 8 | b).toString(16)}:${(c << 8 | d).toString(16)}`;
  });
  const [before, after] = text.split('::').map((half) => half ? half.split(':') : []);
  const groups = after ? [...before, ...Array(8 - before.length - after.length).fill('0'), ...after] : before;
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function peerAttribute(address, id) {
  const bytes = bytesOf(address);
  const mask = header(0, 0, id).subarray(4);
  const value = Buffer.alloc(4);
  value[1] = bytes.length === 4 ? 1 : 2;
  value.writeUInt16BE(9 ^ kCookie >>> 16, 2);
  return attribute(kPeer, Buffer.concat([value, bytes.map((byte, i) => byte ^ mask[i])]));
}

function parse(message) {
  const attributes = new Map();
  for (let at = 20; at + 4 <= message.length;) {
    const length = message.readUInt16BE(at + 2);
    attributes.set(message.readUInt16BE(at), message.subarray(at + 4, at + 4 + length));
    at += 4 + length + (-length & 3);
  }
  const error = attributes.get(kError);
  return {type: message.readUInt16BE(0), attributes, error: error ? error[2] * 100 + error[3] : 0};
}

export class TurnClient {
  #socket = createSocket('udp4');
  #waiting = new Map();

  /** server: {address, port}. */
  constructor(server) {
    this.server = server;
    this.#socket.on('message', (message) => this.#waiting.get(message.subarray(8, 20).toString('hex'))?.(parse(message)));
  }

  /** Gives the allocation back, too: the next socket may get the same port, for which there may be only one. */
  async close() {
    if (this.key) await this.#request(kRefresh, () => [attribute(kLifetime, Buffer.alloc(4))]);
    this.#socket.close();
  }

  async #request(method, attributesOf) {
    const id = randomBytes(12);
    const attributes = Buffer.concat(attributesOf(id));
    const authorised = this.key ? [...this.credentials] : [];
    const body = Buffer.concat([attributes, ...authorised]);
    const signed = Buffer.concat([header(method, body.length + (this.key ? 24 : 0), id), body]);
    const message = this.key ? Buffer.concat([signed, attribute(kIntegrity, createHmac('sha1', this.key).update(signed).digest())]) : signed;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no answer to STUN method ${method}`)), kTimeout_ms);
      this.#waiting.set(id.toString('hex'), (answer) => { clearTimeout(late); resolve(answer); });
      this.#socket.send(message, this.server.port, this.server.address);
    });
  }

  /** 0, or the error code that the server gave. family: 4 or 6. */
  async allocate({username, password}, family = 4) {
    this.key = undefined;
    const wanted = () => [attribute(kTransport, kUdp), attribute(kFamily, Buffer.from([family === 4 ? 1 : 2, 0, 0, 0]))];
    const {attributes} = await this.#request(kAllocate, wanted);
    const realm = attributes.get(kRealm);
    this.key = createHash('md5').update(`${username}:${realm}:${password}`).digest();
    this.credentials = [attribute(kUsername, Buffer.from(username)), attribute(kRealm, realm), attribute(kNonce, attributes.get(kNonce))];
    const {type, error} = await this.#request(kAllocate, wanted);
    return type === (kAllocate | kSuccess) ? 0 : error;
  }

  /** Whether the allocation may send to this address. */
  async mayReach(address) {
    const {type} = await this.#request(kCreatePermission, (id) => [peerAttribute(address, id)]);
    return type === (kCreatePermission | kSuccess);
  }
}

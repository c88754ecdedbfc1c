// Cheap RTP peers of RtpEndpoint: a sender that repeats a few seconds of real media for ever, and a
// receiver that counts. Neither encodes nor decodes, so that many of them take no time from the server.
import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {createSocket} from 'node:dgram';
import {existsSync, readFileSync, renameSync} from 'node:fs';
import {join} from 'node:path';
import {kMediaFolder} from './media_files.mjs';

const kLoop_s = 2, kSendInterval_ms = 10, kHeader_bytes = 12;
const kCamera = `videotestsrc pattern=ball num-buffers=${kLoop_s * 15} ! video/x-raw,width=320,height=240,framerate=15/1`;
const kMicrophone = `audiotestsrc freq=440 samplesperbuffer=960 num-buffers=${kLoop_s * 50} ! audio/x-raw,rate=48000,channels=2`;
const kWays = {
  VP8: `${kCamera} ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=15 target-bitrate=300000 ! rtpvp8pay`,
  'VP8 with many key frames': `${kCamera} ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=2 target-bitrate=300000 ! rtpvp8pay`,
  H264: `${kCamera} ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 bitrate=300 ! video/x-h264,profile=baseline ! rtph264pay config-interval=-1`,
  OPUS: `${kMicrophone} ! opusenc ! rtpopuspay`,
};
export const kFormats = {
  VP8: {kind: 'video', payload_type: 96, rtpmap: 'VP8/90000', clock: 90_000},
  'VP8 with many key frames': {kind: 'video', payload_type: 96, rtpmap: 'VP8/90000', clock: 90_000},  // one in 133 ms
  H264: {kind: 'video', payload_type: 97, rtpmap: 'H264/90000', clock: 90_000, fmtp: 'packetization-mode=1;profile-level-id=42e01f'},
  OPUS: {kind: 'audio', payload_type: 98, rtpmap: 'OPUS/48000/2', clock: 48_000},
  PCMU: {kind: 'audio', payload_type: 0, rtpmap: 'PCMU/8000', clock: 8000},
};

const loops = new Map();  // packets of each format, made once

/** [{after_ms, packet}]: kLoop_s seconds, which begin with a key frame. */
function loopOf(format) {
  if (loops.has(format)) return loops.get(format);
  const path = join(kMediaFolder, `${format.replaceAll(' ', '-')}-${kLoop_s}s.rtpstream`);
  if (!existsSync(path)) {
    const draft = `${path}.${process.pid}`;
    const words = `${kWays[format]} pt=${kFormats[format].payload_type} mtu=1200 timestamp-offset=0 ! rtpstreampay ! filesink location=${draft}`;
    execFileSync('bash', ['-c', `exec gst-launch-1.0 -q ${words}`], {stdio: 'inherit'});
    renameSync(draft, path);
  }
  const packets = [];
  for (let rest = readFileSync(path); rest.length > 2; rest = rest.subarray(2 + rest.readUInt16BE(0))) {
    const packet = rest.subarray(2, 2 + rest.readUInt16BE(0));
    packets.push({after_ms: packet.readUInt32BE(4) * 1000 / kFormats[format].clock, packet});
  }
  loops.set(format, packets);
  return packets;
}

/** Sends one format to ports of this machine, from a socket of its own. */
class LoopSender {
  #format;
  #socket;
  #port;
  #ssrc = randomBytes(4);
  #sequence = randomBytes(2).readUInt16BE();
  #begin_timestamp = randomBytes(4).readUInt32BE();
  #next = 0;
  #round = 0;
  frames = 0;  // sent, whole

  constructor(format, socket) {
    this.#format = format;
    this.#socket = socket;
    loopOf(format);
  }

  sendTo(port) { this.#port = port; }

  /** Everything that is due after so many milliseconds. */
  tick(elapsed_ms) {
    const packets = loopOf(this.#format);
    while (this.#round * kLoop_s * 1000 + packets[this.#next].after_ms <= elapsed_ms) {
      this.#send(packets[this.#next].packet);
      if (++this.#next < packets.length) continue;
      this.#next = 0;
      ++this.#round;
    }
  }

  #send(packet) {
    const copy = Buffer.from(packet);
    if (packet[1] & 0x80) ++this.frames;
    copy.writeUInt16BE(this.#sequence, 2);
    this.#sequence = this.#sequence + 1 & 0xffff;
    const timestamp = this.#begin_timestamp + packet.readUInt32BE(4) + this.#round * kLoop_s * kFormats[this.#format].clock;
    copy.writeUInt32BE(timestamp % 2 ** 32, 4);
    this.#ssrc.copy(copy, 8);
    this.#socket.send(copy, this.#port, '127.0.0.1', () => {});  // the port may be closed by now
  }
}

function offerOf(formats, ports, direction) {
  const lines = ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];
  formats.forEach((name, n) => {
    const {kind, payload_type, rtpmap, fmtp} = kFormats[name];
    lines.push(`m=${kind} ${ports[n]} RTP/AVP ${payload_type}`, `a=rtpmap:${payload_type} ${rtpmap}`,
        ...(fmtp ? [`a=fmtp:${payload_type} ${fmtp}`] : []), `a=${direction}`);
  });
  return `${lines.join('\r\n')}\r\n`;
}

const portsOf = (sdp) => [...sdp.matchAll(/^m=\w+ (\d+) /gm)].map(([, port]) => Number(port));

async function openSocket() {
  const socket = createSocket({type: 'udp4', recvBufferSize: 1 << 20});
  await new Promise((resolve, reject) => socket.once('error', reject).bind(0, '127.0.0.1', resolve));
  return socket;
}

/** An RtpEndpoint of `pipeline` that is sent `formats` (of kFormats, one per kind) until stop(). */
export class RtpPublisher {
  #timer;
  #sockets;
  longest_gap_ms = 0;  // between two looks at what is due

  static async start(client, pipeline, formats = ['OPUS', 'VP8']) {
    const publisher = new RtpPublisher();
    publisher.#sockets = await Promise.all(formats.map(openSocket));
    publisher.object = await client.create('RtpEndpoint', {mediaPipeline: pipeline});
    const ports = publisher.#sockets.map((socket) => socket.address().port);
    const answer = await client.invoke(publisher.object, 'processOffer', {offer: offerOf(formats, ports, 'sendonly')});
    const senders = formats.map((name, n) => new LoopSender(name, publisher.#sockets[n]));
    portsOf(answer).forEach((port, n) => senders[n].sendTo(port));
    publisher.senders = senders;
    publisher.#timer = publisher.#begin(senders);
    return publisher;
  }

  #begin(senders) {
    const begin_ms = performance.now();
    let last_ms = begin_ms;
    return setInterval(() => {
      const now_ms = performance.now();
      this.longest_gap_ms = Math.max(this.longest_gap_ms, now_ms - last_ms);
      last_ms = now_ms;
      senders.forEach((sender) => sender.tick(now_ms - begin_ms));
    }, kSendInterval_ms);
  }

  stop() {
    clearInterval(this.#timer);
    this.#sockets.forEach((socket) => socket.close());
  }
}

/** {width, height} of a VP8 packet that begins a key frame (RFC 7741, RFC 6386 section 9.1). */
export function vp8KeyFrameSize(packet) {
  let at = kHeader_bytes + 4 * (packet[0] & 0x0f);
  if (packet[0] & 0x10) at += 4 + 4 * packet.readUInt16BE(at + 2);
  const descriptor = packet[at++];
  if (!(descriptor & 0x10) || descriptor & 0x07) return undefined;
  if (descriptor & 0x80) {
    const present = packet[at++];
    if (present & 0x80) at += packet[at] & 0x80 ? 2 : 1;
    if (present & 0x40) ++at;
    if (present & 0x30) ++at;
  }
  if (packet[at] & 0x01) return undefined;
  return {width: packet.readUInt16LE(at + 6) & 0x3fff, height: packet.readUInt16LE(at + 8) & 0x3fff};
}

/** What came at one socket: packets and the time between them. */
class Arrivals {
  packets = 0;
  longest_gap_ms = 0;
  #last_ms;

  note(packet) {
    if (packet.length < kHeader_bytes) return;
    const now_ms = performance.now();
    if (this.#last_ms !== undefined) this.longest_gap_ms = Math.max(this.longest_gap_ms, now_ms - this.#last_ms);
    this.#last_ms = now_ms;
    ++this.packets;
  }

  /** From now on. */
  restart() {
    this.packets = this.longest_gap_ms = 0;
    this.#last_ms = undefined;
  }
}

/** An RtpEndpoint of `pipeline` that sends `formats`, one per kind, here; `arrivals` has one for each. */
export class RtpViewer {
  #sockets;

  onPacket = () => {};  // told of each: packet, format

  static async start(client, pipeline, formats = ['OPUS', 'VP8']) {
    const viewer = new RtpViewer();
    viewer.#sockets = await Promise.all(formats.map(openSocket));
    viewer.arrivals = formats.map(() => new Arrivals());
    viewer.#sockets.forEach((socket, n) => socket.on('message', (packet) => {
      viewer.arrivals[n].note(packet);
      viewer.onPacket(packet, formats[n]);
    }));
    viewer.object = await client.create('RtpEndpoint', {mediaPipeline: pipeline});
    const ports = viewer.#sockets.map((socket) => socket.address().port);
    await client.invoke(viewer.object, 'processOffer', {offer: offerOf(formats, ports, 'recvonly')});
    return viewer;
  }

  /** The fewest packets that came of a kind. */
  get packets() { return Math.min(...this.arrivals.map(({packets}) => packets)); }

  stop() { this.#sockets.forEach((socket) => socket.close()); }
}

// Hostile packets during a live call. Somebody on the way can see the browser's packets and send from
// its address; a stranger knows the server's port. Whatever they send, the person in the call notices nothing.
import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {createSocket} from 'node:dgram';
import {callKurento, connectPeer, expectCameraPicture, expectMoving, expectTone, inPage, kurentoEndpoint} from '../harness/call.mjs';
import {kToneHz} from '../harness/fake_devices.mjs';
import {RoughPath} from '../harness/rough_path.mjs';
import {scene} from '../harness/scene.mjs';
import {until} from '../harness/wait.mjs';

const kLongestFreeze_ms = 500;
const kFlood = 10_000;  // packets
const kBatch = 50;

/** A loopback of the camera through a path that sees and injects. */
async function liveCall(s) {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const endpoint = await kurentoEndpoint(pipeline);
  await endpoint.object.connect(endpoint.object);
  const path = new RoughPath();
  s.atEnd(() => path.close());
  const page = await s.page();
  const {offer} = await connectPeer(page, 'call', endpoint, {path});
  await expectCameraPicture(page, 'call');
  await until('the call has settled, and sent packets of each kind', async () => {
    const seen = await path.seen();
    return seen.rtp.length > 10 && seen.rtcp.length > 0 && (await inPage(page, 'inbound', 'call')).decoded > 60;
  });
  return {page, path, endpoint, pipeline, offer, seen: await path.seen()};
}

/** Runs the attack; meanwhile picture and packets of the call go on as before. */
async function expectUndisturbed(s, {page, endpoint}, what, attack) {
  await inPage(page, 'longestFreeze', 'call');
  const before = await inPage(page, 'inbound', 'call');
  await attack();
  await expectMoving(page, 'call');
  const freeze_ms = await inPage(page, 'longestFreeze', 'call');
  const after = await inPage(page, 'inbound', 'call');
  s.fact(what, `longest freeze ${Math.round(freeze_ms)} ms, ${after.packets - before.packets} packets meanwhile`);
  assert.ok(freeze_ms < kLongestFreeze_ms, `${what}: a freeze of ${freeze_ms} ms`);
  assert.ok(after.packets > before.packets);
  assert.equal(await inPage(page, 'state', 'call'), 'connected');
  assert.match(await callKurento(endpoint.object, 'getLocalSessionDescriptor'), /^v=0/);
}

/** Sends all packets from a socket of its own, as fast as the loop allows. */
async function sendAsStranger({address, port}, packets) {
  const socket = createSocket('udp4');
  socket.on('error', () => {});
  for (let at = 0; at < packets.length; at += kBatch) {
    await Promise.all(packets.slice(at, at + kBatch).map((packet) => new Promise((resolve) => socket.send(packet, port, address, resolve))));
  }
  await new Promise((resolve) => socket.close(resolve));
}

const times = (count, make) => Array.from({length: count}, (_, n) => make(n));
const pick = (list, n) => Buffer.from(list[n % list.length]);

function withBadTag(packet) {
  packet[packet.length - 1 - Math.floor(Math.random() * 10)] ^= 1 + Math.floor(Math.random() * 255);
  return packet;
}

function withNewSequence(packet, n) {
  packet.writeUInt16BE((packet.readUInt16BE(2) + n * 7) & 0xffff, 2);
  return packet;
}

/** A STUN Binding request, whole but by nobody that the server knows. */
function strangeBindingRequest() {
  const user = randomBytes(8).toString('hex');
  const packet = Buffer.alloc(20 + 4 + user.length + 24);
  packet.writeUInt16BE(0x0001, 0);
  packet.writeUInt16BE(packet.length - 20, 2);
  packet.writeUInt32BE(0x2112a442, 4);
  randomBytes(12).copy(packet, 8);
  packet.writeUInt16BE(0x0006, 20);                // USERNAME
  packet.writeUInt16BE(user.length, 22);
  packet.write(user, 24);
  packet.writeUInt16BE(0x0008, 24 + user.length);  // MESSAGE-INTEGRITY
  packet.writeUInt16BE(20, 26 + user.length);
  return packet;
}

/** Each kind of packet that the browser sent, cut off at each length, and made as long as UDP allows. */
function misshapen(seen) {
  const kinds = Object.values(seen).filter((packets) => packets.length > 0).map(([packet]) => packet);
  return kinds.flatMap((packet) => [...times(Math.min(packet.length, 120), (n) => packet.subarray(0, n)),
    Buffer.concat([packet, randomBytes(9000)]), Buffer.concat([packet, Buffer.alloc(65_000 - packet.length)])]);
}

/** RTCP packets whose length fields, counts and padding cannot be. */
function impossibleRtcp() {
  return times(256, (n) => {
    const packet = randomBytes(4 + 4 * (n % 20));
    packet[0] = 0x80 | (n & 0x3f);                 // padding and count
    packet[1] = 200 + n % 8;
    packet.writeUInt16BE([0xffff, 0, n, 0x7fff][n % 4], 2);
    return packet;
  });
}

/** Records of DTLS application data, where data channels live: SCTP's words, but not sealed. */
/** Records of DTLS as if they were protected, with numbers that the page has not used: of any length from nothing, or with a wrong one. */
function sctpGarbage() {
  return times(256, (n) => {
    const chunk = randomBytes(n < 64 ? n : n * 4);
    const record = Buffer.concat([Buffer.from([23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 1, n >> 8, n & 255]), Buffer.alloc(2), chunk]);
    record.writeUInt16BE(n % 4 === 3 ? 0xffff : chunk.length, 11);
    return record;
  });
}

scene('a stranger who knows the port does not disturb a call', async (s) => {
  const call = await liveCall(s);
  const {path: {server}, seen} = call;
  const tries = {
    'ClientHello from a stranger': times(500, (n) => pick(seen.client_hello, n)),
    'the browser\'s own RTP and RTCP, sent again by a stranger': times(2000, (n) => pick(n % 4 ? seen.rtp : seen.rtcp, n)),
    'STUN flood': times(kFlood, strangeBindingRequest),
    'the browser\'s own STUN, sent again by a stranger': times(2000, (n) => pick(seen.stun, n)),
    'misshapen packets': misshapen(seen),
    'RTCP with impossible lengths': impossibleRtcp(),
    'SCTP garbage': sctpGarbage(),
  };
  for (const [what, packets] of Object.entries(tries)) await expectUndisturbed(s, call, what, () => sendAsStranger(server, packets));
  s.fact('tone heard', await expectTone(call.page, 'call', kToneHz));
});

scene('somebody who can send from the browser\'s address does not disturb a call', async (s) => {
  const call = await liveCall(s);
  const {path, seen} = call;
  const tries = {
    'SRTP flood with bad tags': times(2000, (n) => withBadTag(withNewSequence(pick(seen.rtp, n), n))),
    'SRTCP with bad tags': times(300, (n) => withBadTag(pick(seen.rtcp, n))),
    'RTP and RTCP sent twice': times(300, (n) => pick(n % 4 ? seen.rtp : seen.rtcp, n)),
    'ClientHello': times(100, (n) => pick(seen.client_hello, n)),
    'handshake and application records sent twice': times(100, (n) => pick([...seen.key_exchange, ...seen.application_data], n)),
    'misshapen packets': misshapen(seen),
    'RTCP with impossible lengths': impossibleRtcp(),
    'SCTP garbage': sctpGarbage(),
  };
  for (const [what, packets] of Object.entries(tries)) await expectUndisturbed(s, call, what, () => path.inject(packets));
  s.fact('tone heard', await expectTone(call.page, 'call', kToneHz));
});

scene('huge session descriptions do not disturb a call', async (s) => {
  const call = await liveCall(s);
  const tries = {
    '10,000 lines of attributes': call.offer + times(10_000, (n) => `a=x-${n}:${n}\r\n`).join(''),
    '10,000 candidates': call.offer + times(10_000, (n) => `a=candidate:${n} 1 udp 2122260223 192.0.2.${n % 250} ${1024 + n} typ host\r\n`).join(''),
    '10,000 media sections': call.offer + times(10_000, (n) => `m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:x${n}\r\n`).join(''),
    '10,000 formats': call.offer.replace(/^(m=video.*)$/m, (line) => line.trimEnd() + times(10_000, (n) => ` ${n}`).join('')),
    'one line of 900,000 characters': `${call.offer}a=x:${'x'.repeat(900_000)}\r\n`,
  };
  for (const [what, offer] of Object.entries(tries)) {
    await expectUndisturbed(s, call, what, async () => {
      const endpoint = await kurentoEndpoint(call.pipeline);
      const begin_ms = performance.now();
      const said = await endpoint.processOffer(offer).then(() => 'an answer', (error) => `error ${error.code}`);
      s.fact(`${what}: the server gave`, `${said} within ${Math.round(performance.now() - begin_ms)} ms`);
      await callKurento(endpoint.object, 'release');
    });
  }
});

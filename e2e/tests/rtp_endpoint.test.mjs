// RtpEndpoint with the gst-launch senders and receivers of the documentation, and with attackers.
import kurento from 'kurento-client';
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {existsSync, renameSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {callKurento, connectPeer, expectCameraPicture, expectMoving, expectTone, inPage, kurentoEndpoint} from '../harness/call.mjs';
import {fakeDevices, kToneHz} from '../harness/fake_devices.mjs';
import {GstLaunch, freePortPairs, kCapsAudio, kCapsVideo, kReceivers, kSenders, kSrtpReceivers, kSrtpSenders, srtpCaps} from '../harness/gst.mjs';
import {scene} from '../harness/scene.mjs';
import {until} from '../harness/wait.mjs';

const kLocal = '127.0.0.1';
const kAudioSsrc = 445566, kVideoSsrc = 112233;
const kGstToneHz = 440;  // of audiotestsrc
// The keys of the documentation: ABC...1234 and the same backwards.
const kSenderKey = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ1234';
const kReceiverKey = '4321ZYXWVUTSRQPONMLKJIHGFEDCBA';
const kSuite = 'AES_128_CM_HMAC_SHA1_80';
const hex = (text) => Buffer.from(text).toString('hex').toUpperCase();
const base64 = (text) => Buffer.from(text).toString('base64');
const sdes = kurento.getComplexType('SDES');

/** The picture and the tone of the fake devices as the documentation's video.mp4. */
function videoFile() {
  const folder = join(tmpdir(), 'media-server-e2e');
  const file = join(folder, 'video.mp4');
  const {camera, microphone} = fakeDevices(folder);
  if (existsSync(file)) return file;
  const draft = `${file}.${process.pid}.mp4`;
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-stream_loop', '-1', '-i', camera, '-stream_loop', '-1', '-i', microphone,
    '-t', '60', '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', draft]);
  renameSync(draft, file);
  return file;
}

function session(media, address = kLocal) {
  return ['v=0', `o=- 0 0 IN IP4 ${address}`, 's=-', `c=IN IP${address.includes(':') ? 6 : 4} ${address}`, 't=0 0', ...media, ''].join('\r\n');
}
const audioOffer = (port, {direction = 'sendonly', more = []} = {}) =>
  [`m=audio ${port} RTP/AVP 96`, 'a=rtpmap:96 opus/48000/2', `a=${direction}`, ...more, `a=ssrc:${kAudioSsrc} cname:user@example.com`];
const videoOffer = (port, {direction = 'sendonly', protocol = 'RTP/AVP', more = []} = {}) =>
  [`m=video ${port} ${protocol} 103`, 'a=rtpmap:103 H264/90000', `a=${direction}`, ...more, `a=ssrc:${kVideoSsrc} cname:user@example.com`];
const kComedia = ['a=direction:active'];

const portOf = (sdp, kind) => Number(new RegExp(`^m=${kind} (\\d+) `, 'm').exec(sdp)[1]);
const ssrcOf = (sdp, kind) => Number(new RegExp(`m=${kind}[^]*?a=ssrc:(\\d+) `).exec(sdp)[1]);

async function rtpEndpoint(pipeline, offer, options = {}) {
  const object = await callKurento(pipeline, 'create', 'RtpEndpoint', options);
  return {object, answer: await callKurento(object, 'processOffer', offer)};
}

async function launchReceiver(s, pipeline, variables) {
  const receiver = launch(s, pipeline, variables);
  await until(() => `the receiver listens: ${receiver.output}`, () => receiver.is_playing || receiver.has_ended);
  return receiver;
}

/** A page's viewer of `source`, connected before anything flows: plain senders give no key frame when asked. */
async function viewer(s, pipeline, source, name = 'viewer') {
  const page = await s.page();
  const endpoint = await kurentoEndpoint(pipeline);
  await callKurento(source, 'connect', endpoint.object);
  await connectPeer(page, name, endpoint, {direction: 'recvonly'});
  return {page, endpoint};
}

async function publisher(s, pipeline) {
  const page = await s.page();
  const endpoint = await kurentoEndpoint(pipeline);
  await connectPeer(page, 'publisher', endpoint, {direction: 'sendonly', codec: 'video/H264'});
  return endpoint.object;
}

function launch(s, pipeline, variables) {
  const process = new GstLaunch(pipeline, variables);
  s.atEnd(() => process.stop());
  return process;
}

const senderVariables = (answer, self = {}) => ({
  PEER_IP: kLocal, PEER_V: portOf(answer, 'video'), SELF_PATH: videoFile(), SELF_VSSRC: kVideoSsrc, SELF_ASSRC: kAudioSsrc, ...self});

/** So many pictures of each stream. */
async function expectDecoded(process, count, streams = 1) {
  await until(() => `${count} pictures of ${streams} streams decoded: ${process.output}`, () => process.streams(count) >= streams || process.has_ended, 20_000);
  assert.ok(process.streams(count) >= streams, process.output);
}

async function expectDumped(process) {
  await until(() => `RTCP of the server at the sender: ${process.output}`, () => process.dumped > 0, 15_000);
}

scene('the simplest sender is seen in a browser', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const {object, answer} = await rtpEndpoint(pipeline, session(videoOffer(5004)));
  const {page} = await viewer(s, pipeline, object);

  launch(s, kSenders.simplest, senderVariables(answer));

  await expectCameraPicture(page, 'viewer');
  s.fact('codec', (await inPage(page, 'inbound', 'viewer')).codec);
});

for (const name of ['example 2', 'example 3', 'example 4', 'example 5']) {
  scene(`the video sender of ${name} is seen`, async (s) => {
    const pipeline = await (await s.kurento()).create('MediaPipeline');
    const [self] = await freePortPairs(1);
    const more = name === 'example 5' ? kComedia : [];
    const {object, answer} = await rtpEndpoint(pipeline, session(videoOffer(self, {more})));
    const {page} = await viewer(s, pipeline, object);

    const sender = launch(s, kSenders[name], senderVariables(answer, {SELF_V: self}));

    await expectCameraPicture(page, 'viewer');
    // In example 5 udpsink and udpsrc share a port, and the kernel may give our RTCP to the udpsink.
    if (name === 'example 3' || name === 'example 4') await expectDumped(sender);
  });
}

scene('the audio sender of example 6 is heard, and tells its states', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const [self] = await freePortPairs(1);
  const {object, answer} = await rtpEndpoint(pipeline, session(audioOffer(9, {more: kComedia}), '0.0.0.0'));
  const events = [];
  for (const type of ['MediaStateChanged', 'MediaFlowOutStateChanged']) object.on(type, (event) => events.push(`${type} ${event.newState ?? event.state}`));
  const {page} = await viewer(s, pipeline, object);

  const sender = launch(s, kSenders['example 6'], {PEER_IP: kLocal, PEER_A: portOf(answer, 'audio'), SELF_A: self, SELF_ASSRC: kAudioSsrc});

  s.fact('tone', await expectTone(page, 'viewer', kGstToneHz));
  assert.equal(await callKurento(object, 'getConnectionState'), 'CONNECTED');
  await until('media connected', async () => await callKurento(object, 'getMediaState') === 'CONNECTED');
  await sender.stop();
  await until(() => `BYE and no more flow are told: ${events.join(', ')}`, () =>
    ['MediaStateChanged CONNECTED', 'MediaStateChanged DISCONNECTED', 'MediaFlowOutStateChanged FLOWING', 'MediaFlowOutStateChanged NOT_FLOWING']
        .every((event) => events.includes(event)));
});

scene('the full-featured sender is seen and heard, and counted', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const [selfA, selfV] = await freePortPairs(2);
  const offer = session([...audioOffer(9, {more: kComedia}),
    ...videoOffer(9, {protocol: 'RTP/AVPF', more: ['a=rtcp-fb:103 goog-remb', ...kComedia]})], '0.0.0.0');
  const {object, answer} = await rtpEndpoint(pipeline, offer);
  assert.equal(answer.match(/a=direction:passive/g)?.length, 2);
  const {page} = await viewer(s, pipeline, object);

  launch(s, kSenders['full-featured'], senderVariables(answer, {PEER_A: portOf(answer, 'audio'), SELF_A: selfA, SELF_V: selfV}));

  await expectCameraPicture(page, 'viewer');
  s.fact('tone', await expectTone(page, 'viewer', kToneHz));
  await until('its RTCP is taken', async () => await callKurento(object, 'getMediaState') === 'CONNECTED');
  const stats = Object.values(await callKurento(object, 'getStats'));
  const inbound = stats.filter(({type}) => type === 'inboundrtp');
  assert.deepEqual(inbound.map(({ssrc}) => Number(ssrc)).sort(), [kVideoSsrc, kAudioSsrc]);
  assert.ok(inbound.every(({packetsReceived, packetsLost}) => packetsReceived > 50 && packetsLost === 0), JSON.stringify(inbound));
  s.fact('remb', inbound.find(({ssrc}) => Number(ssrc) === kVideoSsrc).remb);
});

scene('receivers decode what a browser publishes', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const source = await publisher(s, pipeline);
  const [one, twoA, twoV] = await freePortPairs(3);

  const first = await rtpEndpoint(pipeline, session(videoOffer(one, {direction: 'recvonly'})));
  const receiver1 = await launchReceiver(s, kReceivers['example 1'], {PEER_IP: kLocal, PEER_V: portOf(first.answer, 'video'), SELF_V: one, CAPS_V: kCapsVideo});
  await callKurento(source, 'connect', first.object);
  await expectDecoded(receiver1, 30);

  const second = await rtpEndpoint(pipeline, session([...audioOffer(twoA, {direction: 'recvonly'}), ...videoOffer(twoV, {direction: 'recvonly'})]));
  const receiver2 = await launchReceiver(s, kReceivers['example 2'], {PEER_IP: kLocal,
    PEER_A: portOf(second.answer, 'audio'), PEER_ASSRC: ssrcOf(second.answer, 'audio'), SELF_A: twoA, CAPS_A: kCapsAudio,
    PEER_V: portOf(second.answer, 'video'), PEER_VSSRC: ssrcOf(second.answer, 'video'), SELF_V: twoV, CAPS_V: kCapsVideo});
  await callKurento(source, 'connect', second.object);
  await expectDecoded(receiver2, 30, 2);
});

const cryptoLine = (key) => [`a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:${base64(key)}`];

scene('the SRTP senders are seen', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  for (const name of ['simple', 'complete']) {
    const [self] = await freePortPairs(1);
    const {object, answer} = await rtpEndpoint(pipeline,
        session(videoOffer(self, {protocol: 'RTP/SAVPF', more: cryptoLine(kSenderKey)})), {crypto: sdes({key: kReceiverKey, crypto: kSuite})});
    assert.match(answer, new RegExp(`a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:${base64(kReceiverKey)}`));
    const {page} = await viewer(s, pipeline, object, name);

    const sender = launch(s, kSrtpSenders[name], senderVariables(answer, {SELF_V: self, SELF_KEY: hex(kSenderKey),
      SRTP_CAPS: srtpCaps(ssrcOf(answer, 'video'), hex(kReceiverKey))}));

    await expectCameraPicture(page, name);
    if (name === 'complete') await expectDumped(sender);
    await sender.stop();
  }
});

scene('the SRTP receivers decode what a browser publishes', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const source = await publisher(s, pipeline);
  for (const name of ['simple', 'complete']) {
    const [self] = await freePortPairs(1);
    const {object, answer} = await rtpEndpoint(pipeline,
        session(videoOffer(self, {direction: 'recvonly', protocol: 'RTP/SAVPF', more: cryptoLine(kReceiverKey)})),
        {crypto: sdes({keyBase64: base64(kSenderKey), crypto: kSuite})});

    const receiver = await launchReceiver(s, kSrtpReceivers[name], {PEER_IP: kLocal, PEER_V: portOf(answer, 'video'), SELF_V: self, SELF_VSSRC: 332211,
      SELF_KEY: hex(kReceiverKey), CAPS_V: kCapsVideo, SRTP_CAPS: srtpCaps(ssrcOf(answer, 'video'), hex(kSenderKey))});
    await callKurento(source, 'connect', object);

    await expectDecoded(receiver, 30);
    await receiver.stop();
  }
});

/** Valid RTP with the SSRC and payload type of the video, from an address of its own, as fast as it gets until stop(). */
async function flood(port, address) {
  const socket = createSocket('udp4');
  await new Promise((resolve) => socket.bind(0, address, resolve));
  let number = 0, sent = 0, is_on = true;
  const packet = Buffer.alloc(200, 0x65);
  packet.writeUInt16BE(0x8067, 0);
  packet.writeUInt32BE(kVideoSsrc, 8);
  const more = () => {
    for (let i = 0; i < 20 && is_on; ++i, ++sent) {
      packet.writeUInt16BE(number++ & 0xffff, 2);
      packet.writeUInt32BE(number * 3000 >>> 0, 4);
      socket.send(packet, port, kLocal);
    }
    if (is_on) setTimeout(more, 5);
  };
  more();
  return {
    stop() {
      is_on = false;
      socket.close();
      return sent;
    },
  };
}

scene('RTP and RTCP from a stranger do not disturb a running stream', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const [self] = await freePortPairs(1);
  const {object, answer} = await rtpEndpoint(pipeline, session(videoOffer(9, {more: kComedia}), '0.0.0.0'));
  const {page} = await viewer(s, pipeline, object);
  launch(s, kSenders['example 5'], senderVariables(answer, {SELF_V: self}));
  await expectCameraPicture(page, 'viewer');
  await until('its RTCP is taken', async () => await callKurento(object, 'getMediaState') === 'CONNECTED');

  const media = await flood(portOf(answer, 'video'), '127.0.0.2');
  const reports = await flood(portOf(answer, 'video') + 1, '127.0.0.2');
  const before = await inPage(page, 'inbound', 'viewer');
  await expectMoving(page, 'viewer');
  await expectCameraPicture(page, 'viewer');
  await until('the stream goes on', async () => (await inPage(page, 'inbound', 'viewer')).decoded > before.decoded + 60);
  s.fact('packets of the stranger', media.stop() + reports.stop());

  const after = await inPage(page, 'inbound', 'viewer');
  assert.equal(after.lost, before.lost);
  const inbound = Object.values(await callKurento(object, 'getStats')).filter(({type}) => type === 'inboundrtp');
  assert.deepEqual(inbound.map(({ssrc}) => Number(ssrc)), [kVideoSsrc]);
  assert.equal(inbound[0].packetsLost, 0);
});

scene('a sender that comes back from another port is taken again', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const [self] = await freePortPairs(1);
  const {object, answer} = await rtpEndpoint(pipeline, session(videoOffer(self)));
  const {page} = await viewer(s, pipeline, object);
  const first = launch(s, kSenders['example 4'], senderVariables(answer, {SELF_V: self}));
  await expectCameraPicture(page, 'viewer');
  await first.stop();
  const frames = await inPage(page, 'frames', 'viewer');

  launch(s, kSenders['example 4'], senderVariables(answer, {SELF_V: self}));

  await until('new pictures', async () => await inPage(page, 'frames', 'viewer') > frames + 30, 20_000);
  await expectCameraPicture(page, 'viewer');
});

scene('over IPv6', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const {object, answer} = await rtpEndpoint(pipeline, session(videoOffer(5004), '::1'), {useIpv6: true});
  assert.match(answer, /^c=IN IP6 /m);
  const {page} = await viewer(s, pipeline, object);

  launch(s, kSenders.simplest, senderVariables(answer, {PEER_IP: '::1'}));

  await expectCameraPicture(page, 'viewer');
});

scene('without free ports an m-line gets port 0, and a release gives the ports back', async (s) => {
  const [port] = await freePortPairs(1);
  const server = await s.server({modules: {BaseRtpEndpoint: {minPort: port, maxPort: port + 1}}});
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const offer = session([...audioOffer(5006), ...videoOffer(5004)]);

  const first = await rtpEndpoint(pipeline, offer);
  assert.equal(portOf(first.answer, 'audio'), port);
  assert.equal(portOf(first.answer, 'video'), 0);
  const before = server.descriptorCount();
  const second = await rtpEndpoint(pipeline, offer);
  assert.equal(portOf(second.answer, 'audio') + portOf(second.answer, 'video'), 0);
  assert.equal(server.descriptorCount(), before);

  await callKurento(first.object, 'release');
  await until('the ports are free again', async () => portOf((await rtpEndpoint(pipeline, offer)).answer, 'audio') === port);
});

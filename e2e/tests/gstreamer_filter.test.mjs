// GStreamerFilter: what an element does to the picture and to the sound is seen and heard in a browser.
import assert from 'node:assert/strict';
import {callKurento, connectPeer, expectCameraPicture, expectColours, expectMoving, expectTone, inPage, kurentoEndpoint} from '../harness/call.mjs';
import {kColours, kToneHz} from '../harness/fake_devices.mjs';
import {RtpPublisher, RtpViewer, vp8KeyFrameSize} from '../harness/rtp_streams.mjs';
import {scene} from '../harness/scene.mjs';
import {until} from '../harness/wait.mjs';

const kPlaces = kColours.map((_, n) => [(n + 0.5) / kColours.length, 0.4]);
const kMarshallError = 40001;

async function join(pipeline, page, name, options) {
  const object = await kurentoEndpoint(pipeline);
  await connectPeer(page, name, object, options);
  return object.object;
}

/** A publisher and a viewer that is connected to it, or to `through`. */
async function call(s, through) {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const page = await s.page();
  const publisher = await join(pipeline, page, 'publisher', {direction: 'sendonly'});
  const viewer = await join(pipeline, page, 'viewer', {direction: 'recvonly'});
  const filter = through && await callKurento(pipeline, 'create', 'GStreamerFilter', through);
  if (filter) await callKurento(publisher, 'connect', filter);
  await callKurento(filter ?? publisher, 'connect', viewer);
  return {pipeline, page, publisher, viewer, filter};
}

const greyOf = ([r, g, b]) => Array(3).fill(Math.round(0.299 * r + 0.587 * g + 0.114 * b));
const inGrey = kColours.map((colour, n) => [kPlaces[n], greyOf(colour)]);
const inColour = kColours.map((colour, n) => [kPlaces[n], colour]);

scene('videobalance takes the colours away and gives them back, while sound passes as it came', async (s) => {
  const {page, filter, publisher} = await call(s, {command: 'videobalance saturation=0.0'});
  await expectColours(page, 'viewer', inGrey);
  await expectMoving(page, 'viewer');
  await expectTone(page, 'viewer', kToneHz);
  assert.equal(await callKurento(filter, 'getCommand'), 'videobalance saturation=0.0');
  assert.equal(await callKurento(filter, 'isMediaTranscoding', 'VIDEO'), true);
  assert.equal(await callKurento(filter, 'isMediaTranscoding', 'AUDIO'), false);
  assert.equal(await callKurento(publisher, 'isMediaTranscoding', 'VIDEO'), false);

  await callKurento(filter, 'setElementProperty', 'saturation', '1.0');
  await expectColours(page, 'viewer', inColour);
});

scene('a filter is put into a call that runs, and taken out of it', async (s) => {
  const {page, pipeline, publisher, viewer} = await call(s);
  await expectCameraPicture(page, 'viewer');
  const filter = await callKurento(pipeline, 'create', 'GStreamerFilter', {command: 'videoflip method=horizontal-flip', filterType: 'VIDEO'});
  await callKurento(publisher, 'connect', filter);
  await inPage(page, 'longestFreeze', 'viewer');

  await callKurento(filter, 'connect', viewer);

  await expectColours(page, 'viewer', kColours.toReversed().map((colour, n) => [kPlaces[n], colour]));
  s.fact('longest freeze', `${Math.round(await inPage(page, 'longestFreeze', 'viewer'))} ms`);
  await callKurento(publisher, 'connect', viewer);
  await expectCameraPicture(page, 'viewer');
  await callKurento(filter, 'release');
  await expectMoving(page, 'viewer');
});

scene('textoverlay writes over the picture', async (s) => {
  const {page} = await call(s, {command: 'textoverlay text="######" font-desc="Sans 100" valignment=position halignment=position xpos=0.5 ypos=0.4'});
  let white = 0;
  await until(() => `white letters, seen at ${white} places`, async () => {
    const places = Array.from({length: 200}, (_, n) => [(n % 40 + 0.5) / 40, 0.3 + Math.floor(n / 40) * 0.04]);
    white = (await inPage(page, 'colours', 'viewer', places)).filter((colour) => colour.every((value) => value > 200)).length;
    return white > 3;
  }, 15_000);
});

scene('volume makes the sound louder, and the picture passes as it came', async (s) => {
  const {page, filter} = await call(s, {command: 'volume volume=0.05'});
  await expectCameraPicture(page, 'viewer');
  const quiet = (await expectTone(page, 'viewer', kToneHz)).db;
  await callKurento(filter, 'setElementProperty', 'volume', '1.0');
  let loud = quiet;
  await until(() => `louder than ${quiet} dB: ${loud}`, async () => (loud = (await inPage(page, 'tone', 'viewer')).db) > quiet + 15, 15_000);
  s.fact('levels', `${Math.round(quiet)} dB, then ${Math.round(loud)} dB`);
  assert.equal(await callKurento(filter, 'isMediaTranscoding', 'VIDEO'), false);
});

scene('an echo of half a period takes a tone away, one of a whole period makes it louder', async (s) => {
  const halfPeriod_ns = 500_000_000 / kToneHz;
  const {page, filter} = await call(s, {command: `audioecho max-delay=1000000000 delay=${halfPeriod_ns} intensity=0.0`});
  await expectCameraPicture(page, 'viewer');
  const plain = (await expectTone(page, 'viewer', kToneHz)).db;
  const heard = async (what, isIt) => {
    let db;
    await until(() => `${what} than ${plain} dB: ${db}`, async () => isIt(db = (await inPage(page, 'tone', 'viewer')).db), 15_000);
    return Math.round(db);
  };
  await callKurento(filter, 'setElementProperty', 'intensity', '1.0');
  const cancelled = await heard('20 dB quieter', (db) => db < plain - 20);
  await callKurento(filter, 'setElementProperty', 'delay', String(2 * halfPeriod_ns));
  const doubled = await heard('louder', (db) => db > plain + 3);
  s.fact('levels', `${Math.round(plain)} dB, ${cancelled} dB with its echo against it, ${doubled} dB with it`);
});

scene('a filter that is put into a path shows its first picture within 300 ms, and no picture before is lost', async (s) => {
  const kRounds = 5, kFirstPicture_ms = 300;
  const client = await s.rawClient();
  const pipeline = await client.create('MediaPipeline');
  const waits_ms = [];
  for (let round = 0; round < kRounds; ++round) {
    const publisher = await RtpPublisher.start(client, pipeline, ['VP8 with many key frames']);
    const viewer = await RtpViewer.start(client, pipeline, ['VP8']);
    s.atEnd(() => [publisher, viewer].forEach((peer) => peer.stop()));
    let whole = 0, skip, turned_at;
    viewer.onPacket = (packet) => {
      skip ??= publisher.senders[0].frames;  // of what was sent before it listened
      if (packet[1] & 0x80 && !turned_at) ++whole;
      const size = vp8KeyFrameSize(packet);
      if (size && size.height > size.width) turned_at ??= performance.now();
    };
    await client.invoke(publisher.object, 'connect', {sink: viewer.object});
    await until('pictures come', () => whole > 20);
    const filter = await client.create('GStreamerFilter', {mediaPipeline: pipeline, command: 'videoflip method=clockwise'});
    await client.invoke(publisher.object, 'connect', {sink: filter});
    const sent = publisher.senders[0].frames, came = whole, begin_ms = performance.now();
    await client.invoke(filter, 'connect', {sink: viewer.object});
    await until('turned pictures come', () => turned_at);
    assert.ok(came >= sent - skip - 1, `${sent - skip} pictures sent, ${came} came`);  // one may be on its way
    waits_ms.push(Math.round(turned_at - begin_ms));
  }
  s.fact('first pictures after', waits_ms.map((wait_ms) => `${wait_ms} ms`));
  assert.ok(waits_ms.toSorted((a, b) => a - b)[Math.floor(kRounds / 2)] <= kFirstPicture_ms, `${waits_ms}`);
});

scene('what is no filter, reads files or opens sockets is refused', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const refused = async (command) => {
    const error = await callKurento(pipeline, 'create', 'GStreamerFilter', {command}).then(() => assert.fail(`${command} is taken`), (caught) => caught);
    assert.equal(error.code, kMarshallError, command);
    return error.message;
  };
  for (const command of ['filesrc location=/etc/passwd', 'udpsink', 'souphttpsrc', 'gdkpixbufoverlay location=/etc/passwd', 'videotestsrc', 'nope'])
    assert.match(await refused(command), /is not allowed; GStreamerFilter.allowedElements/, command);
  assert.match(await refused('videoflip ! filesink location=/tmp/x'), /only one element/);
  assert.match(await refused('videoflip method=bogus'), /could not set property "method"/);

  const filter = await callKurento(pipeline, 'create', 'GStreamerFilter', {command: 'videoflip'});
  for (const [name, value, words] of [['bogus', '1', /No property named 'bogus'/], ['method', 'bogus', /Cannot convert 'bogus' to enum/]]) {
    const error = await callKurento(filter, 'setElementProperty', name, value).then(() => assert.fail(name), (caught) => caught);
    assert.equal(error.code, kMarshallError);
    assert.match(error.message, words);
  }
});

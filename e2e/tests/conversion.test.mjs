// Sources and sinks of different codecs: whoever cannot take what a publisher sends gets it decoded and
// encoded, everybody else gets it as it came.
import assert from 'node:assert/strict';
import {callKurento, connectPeer, expectCameraPicture, expectMoving, expectTone, inPage, kurentoEndpoint} from '../harness/call.mjs';
import {kToneHz} from '../harness/fake_devices.mjs';
import {scene} from '../harness/scene.mjs';
import {sleep, until} from '../harness/wait.mjs';

/** An endpoint of that page, and what it tells of transcoding, by media type, newest last. */
async function join(pipeline, page, name, options, connect = async () => {}) {
  const endpoint = await kurentoEndpoint(pipeline);
  const told = {AUDIO: [], VIDEO: []};
  endpoint.object.on('MediaTranscodingStateChanged', ({mediaType, state}) => told[mediaType].push(state));
  await connect(endpoint.object);
  await connectPeer(page, name, endpoint, options);
  return {...endpoint, told};
}

const publish = (pipeline, page, codec) => join(pipeline, page, 'publisher', {direction: 'sendonly', codec});
const view = (pipeline, page, name, source, codec) =>
  join(pipeline, page, name, {direction: 'recvonly', codec}, (endpoint) => callKurento(source, 'connect', endpoint));
const lastOf = (list) => list[list.length - 1];
const inboundOf = async (page, name) => (await inPage(page, 'inbound', name)).codec.toLowerCase();

for (const [from, to] of [['video/VP8', 'video/H264'], ['video/H264', 'video/VP8']]) {
  scene(`${from} of a publisher is seen by viewers of ${to} and, as it is, by those of ${from}`, async (s) => {
    const pipeline = await (await s.kurento()).create('MediaPipeline');
    const page = await s.page();
    const publisher = await publish(pipeline, page, from);
    await view(pipeline, page, 'same', publisher.object, from);
    await expectCameraPicture(page, 'same');
    assert.equal(await callKurento(publisher.object, 'isMediaTranscoding', 'VIDEO'), false, 'nobody needs it');

    const other = await view(pipeline, page, 'other', publisher.object, to);

    await expectCameraPicture(page, 'other');
    s.fact('first picture after', `${Math.round(await inPage(page, 'firstFrame', 'other'))} ms`);
    assert.equal(await inboundOf(page, 'other'), to.toLowerCase());
    assert.equal(await inboundOf(page, 'same'), from.toLowerCase());
    assert.equal(await callKurento(publisher.object, 'isMediaTranscoding', 'VIDEO'), true);
    assert.deepEqual(publisher.told.VIDEO, ['NOT_TRANSCODING', 'TRANSCODING']);
    await expectTone(page, 'other', kToneHz);
    assert.equal(await callKurento(publisher.object, 'isMediaTranscoding', 'AUDIO'), false, 'opus is what both take');

    await callKurento(other.object, 'release');
    await until('nobody needs it any more', () => lastOf(publisher.told.VIDEO) === 'NOT_TRANSCODING');
    await expectMoving(page, 'same');
  });
}

for (const [from, to] of [['audio/opus', 'audio/PCMU'], ['audio/PCMU', 'audio/opus']]) {
  scene(`${from} of a publisher is heard by listeners of ${to}`, async (s) => {
    const pipeline = await (await s.kurento()).create('MediaPipeline');
    const page = await s.page();
    const publisher = await publish(pipeline, page, from);
    await view(pipeline, page, 'listener', publisher.object, to);
    s.fact('tone', await expectTone(page, 'listener', kToneHz));
    await expectCameraPicture(page, 'listener');
    assert.deepEqual(lastOf(publisher.told.AUDIO), 'TRANSCODING');
    assert.equal(await callKurento(publisher.object, 'isMediaTranscoding', 'VIDEO'), false);
  });
}

scene('many viewers behind a PassThrough and a hub share one decoder and one encoder, and leave nothing behind', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const page = await s.page();
  const publisher = await publish(pipeline, page, ['video/VP8', 'audio/opus']);
  await view(pipeline, page, 'same', publisher.object);
  await expectCameraPicture(page, 'same');
  const threads = s.media_server.threadCount() + 1;  // GLib's pool-spawner comes, and stays

  const pass = await callKurento(pipeline, 'create', 'PassThrough');
  await callKurento(publisher.object, 'connect', pass);
  const hub = await callKurento(pipeline, 'create', 'DispatcherOneToMany');
  const [entry, exit] = [await callKurento(pipeline, 'create', 'HubPort', {hub}), await callKurento(pipeline, 'create', 'HubPort', {hub})];
  await callKurento(pass, 'connect', entry);
  await (await s.rawClient()).invoke(hub.id, 'setSource', {source: entry.id});
  const viewers = [await view(pipeline, page, 'first', exit, 'video/H264')];
  await expectCameraPicture(page, 'first');
  const with_one = s.media_server.threadCount();
  for (const name of ['second', 'third']) {
    viewers.push(await view(pipeline, page, name, name === 'second' ? exit : pass, 'video/H264'));
    await expectCameraPicture(page, name);
  }
  assert.ok(s.media_server.threadCount() <= with_one, 'further viewers need no further thread');
  assert.ok(with_one > threads);

  for (const {object} of viewers) await callKurento(object, 'release');
  await until(() => `${s.media_server.threadCount()} threads, ${threads} before`, () => s.media_server.threadCount() <= threads, 10_000);
  await expectMoving(page, 'same');
});

scene('setVideoFormat chooses among what a viewer takes, and RAW makes everybody be encoded for', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const page = await s.page();
  const publisher = await publish(pipeline, page, 'video/VP8');
  await view(pipeline, page, 'viewer', publisher.object);
  await expectCameraPicture(page, 'viewer');
  assert.equal(await inboundOf(page, 'viewer'), 'video/vp8');
  const format = (codec) => callKurento(publisher.object, 'setVideoFormat', {codec, framerate: {numerator: 30, denominator: 1}});

  await format('H264');
  await until('it gets H264', async () => await inboundOf(page, 'viewer') === 'video/h264');
  await expectCameraPicture(page, 'viewer');
  await format('VP8');
  await until('it gets VP8', async () => await inboundOf(page, 'viewer') === 'video/vp8');
  await until('as it came', () => lastOf(publisher.told.VIDEO) === 'NOT_TRANSCODING');
  await expectCameraPicture(page, 'viewer');
  await format('RAW');
  await until('encoded', () => lastOf(publisher.told.VIDEO) === 'TRANSCODING');
  await expectCameraPicture(page, 'viewer');
});

scene('setVideoFormat limits the pictures per second of what is encoded, while it runs', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const page = await s.page();
  const publisher = await publish(pipeline, page, 'video/VP8');
  await view(pipeline, page, 'viewer', publisher.object);
  const format = (numerator) => callKurento(publisher.object, 'setVideoFormat', {codec: 'H264', framerate: {numerator, denominator: 1}});
  const rate = async () => {
    const [frames, ms] = [await inPage(page, 'frames', 'viewer'), performance.now()];
    await sleep(2000);
    return (await inPage(page, 'frames', 'viewer') - frames) * 1000 / (performance.now() - ms);
  };
  for (const [wanted, fits] of [[5, (fps) => fps > 3.5 && fps < 6.5], [30, (fps) => fps > 10], [0, (fps) => fps > 10]]) {
    await format(wanted);
    let fps;
    await until(() => `${wanted} pictures per second: ${fps}`, async () => fits(fps = await rate()), 30_000);
    s.fact(`asked for ${wanted}`, `${fps.toFixed(1)} pictures/s`);
    assert.equal(await inboundOf(page, 'viewer'), 'video/h264');
  }
  await expectCameraPicture(page, 'viewer');
});

// PlayerEndpoint: files of several kinds in a browser, what an application can do with them, and what
// it is told when they end or cannot be played.
import assert from 'node:assert/strict';
import {chmodSync, createReadStream, mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {join} from 'node:path';
import {callKurento, connectPeer, expectCameraPicture, expectMoving, expectTone, inPage, kurentoEndpoint} from '../harness/call.mjs';
import {kToneHz} from '../harness/fake_devices.mjs';
import {kMediaFolder, mediaFile} from '../harness/media_files.mjs';
import {RtspServer} from '../harness/rtsp_server.mjs';
import {scene} from '../harness/scene.mjs';
import {sleep, until} from '../harness/wait.mjs';

const kLong_s = 30, kShort_s = 3;

/** {object, events, states, errors}: a player and what it tells. */
async function player(pipeline, uri, options = {}) {
  const object = await callKurento(pipeline, 'create', 'PlayerEndpoint', {uri, ...options});
  const told = {object, events: [], states: [], errors: [], transcoding: {}, flow: {}};
  for (const type of ['UriEndpointStateChanged', 'EndOfStream', 'Error', 'MediaTranscodingStateChanged', 'MediaFlowOutStateChanged']) {
    object.on(type, (event) => {
      told.events.push(type);
      if (type === 'UriEndpointStateChanged') told.states.push(event.state);
      if (type === 'Error') told.errors.push(event);
      if (type === 'MediaTranscodingStateChanged') told.transcoding[event.mediaType] = event.state;
      if (type === 'MediaFlowOutStateChanged') told.flow[event.mediaType] = event.state;
    });
  }
  return told;
}

async function viewer(s, pipeline, source, name, {page, ...options} = {}) {
  page ??= await s.page();
  const endpoint = await kurentoEndpoint(pipeline);
  await callKurento(source.object, 'connect', endpoint.object);
  await connectPeer(page, name, endpoint, {direction: 'recvonly', ...options});
  return {page, endpoint};
}

for (const [name, format, options, codecs] of [
  ['a WebM file, as it is,', 'webm', {useEncodedMedia: true}, {codec: 'VP8', VIDEO: 'NOT_TRANSCODING', AUDIO: 'NOT_TRANSCODING'}],
  ['an MP4 file, video as it is and AAC as opus,', 'mp4', {useEncodedMedia: true}, {codec: 'H264', VIDEO: 'NOT_TRANSCODING', AUDIO: 'TRANSCODING'}],
  ['a Matroska file, decoded and encoded,', 'mkv', {}, {VIDEO: 'TRANSCODING', AUDIO: 'NOT_TRANSCODING'}],
]) {
  scene(`${name} is seen and heard, and ends`, async (s) => {
    const pipeline = await (await s.kurento()).create('MediaPipeline');
    const source = await player(pipeline, `file://${mediaFile(format, kLong_s)}`, options);
    const {page} = await viewer(s, pipeline, source, 'viewer');

    await callKurento(source.object, 'play');

    await expectCameraPicture(page, 'viewer');
    s.fact('tone', await expectTone(page, 'viewer', kToneHz));
    const inbound = await inPage(page, 'inbound', 'viewer');
    s.fact('received', inbound);
    if (codecs.codec) assert.match(inbound.codec, new RegExp(codecs.codec, 'i'));
    const {VIDEO, AUDIO} = codecs;
    assert.deepEqual(source.transcoding, {VIDEO, AUDIO});
    assert.deepEqual(source.flow, {VIDEO: 'FLOWING', AUDIO: 'FLOWING'});
    assert.equal(await callKurento(source.object, 'isMediaTranscoding', 'VIDEO'), VIDEO === 'TRANSCODING');

    await callKurento(source.object, 'setPosition', (kLong_s - 1) * 1000);
    await until(() => `the end is told: ${source.events}`, () => source.events.includes('EndOfStream'));
    assert.deepEqual(source.states, ['START', 'STOP']);
    assert.deepEqual(source.errors, []);
  });
}

scene('a VP8 file is seen by viewers of other codecs, each decoded once', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const source = await player(pipeline, `file://${mediaFile('webm', kLong_s)}`, {useEncodedMedia: true});
  const page = await s.page();
  for (const codec of ['video/VP8', 'video/H264', 'video/VP9']) await viewer(s, pipeline, source, codec, {page, codec});

  await callKurento(source.object, 'play');

  for (const codec of ['video/VP8', 'video/H264', 'video/VP9']) {
    await expectCameraPicture(page, codec);
    const inbound = await inPage(page, 'inbound', codec);
    s.fact(codec, inbound);
    assert.equal(inbound.codec.toLowerCase(), codec.toLowerCase());
  }
  const dot = await callKurento(source.object, 'getElementGstreamerDot');
  assert.equal((dot.match(/GstVP8Dec\\n/g) ?? []).length, 1, 'one decoder');
});

scene('a viewer that joins late gets a picture at once, and one that leaves stops its encoder', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const source = await player(pipeline, `file://${mediaFile('webm', kLong_s)}`);
  await callKurento(source.object, 'play');
  await until('it plays without viewers', async () => await callKurento(source.object, 'getPosition') > 500);
  const encoders = async () => (await callKurento(source.object, 'getElementGstreamerDot')).match(/GstVP8Enc\\n/g)?.length ?? 0;
  assert.equal(await encoders(), 0);

  const {page, endpoint} = await viewer(s, pipeline, source, 'late viewer');
  const first_ms = await until('the late viewer sees a picture', () => inPage(page, 'firstFrame', 'late viewer'));
  s.fact('first picture after', `${Math.round(first_ms)} ms`);
  await expectCameraPicture(page, 'late viewer');
  assert.equal(await encoders(), 1);
  await viewer(s, pipeline, source, 'another viewer', {page});
  await expectCameraPicture(page, 'another viewer');
  assert.equal(await encoders(), 1, 'both share one encoder');

  await callKurento(endpoint.object, 'release');
  await expectMoving(page, 'another viewer');
  await callKurento(source.object, 'disconnect', (await callKurento(source.object, 'getSinkConnections'))[0].sink);
  await until('nobody needs an encoder any more', async () => await encoders() === 0);
});

scene('it pauses, goes on, jumps, and begins anew after a stop', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const source = await player(pipeline, `file://${mediaFile('webm', kLong_s)}`);
  const {object} = source;
  const {page} = await viewer(s, pipeline, source, 'viewer');
  const position = () => callKurento(object, 'getPosition');
  assert.equal(await position(), 0);

  await callKurento(object, 'play');
  await expectCameraPicture(page, 'viewer');
  assert.deepEqual(await callKurento(object, 'getVideoInfo').then(({isSeekable, seekableInit}) => ({isSeekable, seekableInit})), {isSeekable: true, seekableInit: 0});
  const {duration, seekableEnd} = await callKurento(object, 'getVideoInfo');
  assert.ok(Math.abs(duration - kLong_s * 1000) < 100, `${duration} ms`);
  assert.ok(Math.abs(seekableEnd - kLong_s * 1000) < 100, `${seekableEnd} ms`);

  await callKurento(object, 'pause');
  const halted = await until('it stands still', async () => await position() === await position() && position());
  await until('no picture comes', async () => {
    const before = await inPage(page, 'frames', 'viewer');
    await sleep(300);
    return await inPage(page, 'frames', 'viewer') === before;
  });
  assert.equal(await position(), halted);
  await callKurento(object, 'play');
  await expectMoving(page, 'viewer');

  for (const to_ms of [20_000, 5000, 15_000]) {
    await callKurento(object, 'setPosition', to_ms);
    const now_ms = await position();
    assert.ok(now_ms >= to_ms && now_ms < to_ms + 2000, `${now_ms} ms after a jump to ${to_ms}`);
    await expectMoving(page, 'viewer');
  }
  await expectTone(page, 'viewer', kToneHz);

  await callKurento(object, 'stop');
  assert.equal(await position(), 0);
  assert.equal((await callKurento(object, 'getVideoInfo')).duration, 0);
  await assert.rejects(callKurento(object, 'setPosition', 1000), ({code}) => code === 40700);
  await callKurento(object, 'play');
  await expectMoving(page, 'viewer', 10_000);
  assert.ok(await position() < 5000);
  assert.deepEqual(source.states, ['START', 'PAUSE', 'START', 'STOP', 'START']);
  assert.deepEqual(source.errors, []);
});

scene('sound without picture, and picture without sound', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const heard = await player(pipeline, `file://${mediaFile('ogg', kShort_s)}`);
  const {page} = await viewer(s, pipeline, heard, 'listener');
  await callKurento(heard.object, 'play');
  await expectTone(page, 'listener', kToneHz);
  await until('the sound ends', () => heard.events.includes('EndOfStream'));

  const seen = await player(pipeline, `file://${mediaFile('silent_webm', kShort_s)}`);
  await viewer(s, pipeline, seen, 'viewer', {page});
  await callKurento(seen.object, 'play');
  await expectCameraPicture(page, 'viewer');
  await until('the picture ends', () => seen.events.includes('EndOfStream'));
});

scene('what cannot be played is told once, and the rest of the pipeline goes on', async (s) => {
  const folder = mkdtempSync(join(kMediaFolder, 'player-'));
  chmodSync(folder, 0o755);  // the server may be another user
  s.atEnd(() => rmSync(folder, {recursive: true}));
  writeFileSync(join(folder, 'text.webm'), 'this is no film '.repeat(1000));
  writeFileSync(join(folder, 'empty.webm'), '');
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const good = await player(pipeline, `file://${mediaFile('webm', kLong_s)}`);
  const {page} = await viewer(s, pipeline, good, 'viewer');
  await callKurento(good.object, 'play');
  await expectCameraPicture(page, 'viewer');

  for (const [uri, type] of [
    [`file://${folder}/missing.webm`, 'INVALID_URI'],
    ['nothing-here.webm', 'INVALID_URI'],
    ['foo://bar', 'INVALID_URI'],
    [`file://${folder}`, /INVALID_URI|RESOURCE_ERROR_OPEN/],
    [`file://${folder}/text.webm`, 'INVALID_MEDIA'],
    [`file://${folder}/empty.webm`, 'INVALID_MEDIA'],
    ['http://127.0.0.1:1/film.webm', /INVALID_URI|RESOURCE_ERROR_OPEN/],
    ['rtsp://127.0.0.1:1/film', /INVALID_URI|RESOURCE_ERROR_OPEN/],
  ]) {
    const bad = await player(pipeline, uri);
    for (let attempt = 1; attempt <= 2; ++attempt) {
      await callKurento(bad.object, 'play');
      await until(() => `the error of ${uri} is told, attempt ${attempt}: ${JSON.stringify(bad.errors)}`, () => bad.states.at(-1) === 'STOP' && bad.errors.length === attempt);
      s.fact(uri.replace(folder, ''), [bad.errors[0].type, bad.errors[0].errorCode, bad.errors[0].description]);
      assert.match(bad.errors[0].type, new RegExp(type));
    }
    assert.equal(await callKurento(bad.object, 'getState'), 'STOP');
    await callKurento(bad.object, 'release');
  }
  await expectMoving(page, 'viewer');
  assert.deepEqual(good.errors, []);
});

/** Serves the file at /film.webm, in parts where asked for; slowly, so that playing begins before it is all there. */
async function webServer(s, path) {
  const requests = [];
  const server = createServer((request, response) => {
    requests.push(request.headers.range);
    if (request.url !== '/film.webm') return response.writeHead(404).end();
    const {size} = statSync(path);
    const [, begin = '0', end = ''] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? [];
    const last = end === '' ? size - 1 : Number(end);
    response.writeHead(request.headers.range ? 206 : 200, {'Content-Type': 'video/webm', 'Accept-Ranges': 'bytes',
      'Content-Length': last - Number(begin) + 1, ...(request.headers.range && {'Content-Range': `bytes ${begin}-${last}/${size}`})});
    return createReadStream(path, {start: Number(begin), end: last}).pipe(response);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  s.atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return {url: `http://127.0.0.1:${server.address().port}`, requests};
}

scene('a film from a web server is seen, sought and missed', async (s) => {
  const {url, requests} = await webServer(s, mediaFile('webm', kLong_s));
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const source = await player(pipeline, `${url}/film.webm`);
  const {page} = await viewer(s, pipeline, source, 'viewer');
  await callKurento(source.object, 'play');
  await expectCameraPicture(page, 'viewer');
  await callKurento(source.object, 'setPosition', 20_000);
  assert.ok(await callKurento(source.object, 'getPosition') >= 20_000);
  await expectMoving(page, 'viewer', 10_000);
  s.fact('ranges asked for', requests);

  const missing = await player(pipeline, `${url}/other.webm`);
  await callKurento(missing.object, 'play');
  await until(() => `404 is told: ${JSON.stringify(missing.errors)}`, () => missing.errors[0]?.type === 'INVALID_URI');
});

scene('nothing is left of players that are released while they play', async (s) => {
  const client = await s.rawClient();
  const idle = s.media_server.threadCount();
  const pipeline = await client.create('MediaPipeline');
  const uri = `file://${mediaFile('webm', kLong_s)}`;
  const players = [];
  for (let n = 0; n < 4; ++n) players.push(await client.create('PlayerEndpoint', {mediaPipeline: pipeline, uri}));
  await until('no thread stays before the first play', () => s.media_server.threadCount() <= idle);  // The one that loads GStreamer ends.
  await Promise.all(players.map((id) => client.invoke(id, 'play')));
  for (const id of players) await until('it plays', async () => await client.invoke(id, 'getPosition') > 200);
  s.fact('threads of 4 players', s.media_server.threadCount() - idle);
  await client.release(pipeline);
  // GLib and libvpx keep a few threads of the process' own.
  const kept = 4;
  await until(() => `threads end: ${s.media_server.threadCount()} of ${idle}`, () => s.media_server.threadCount() <= idle + kept, 15_000);
  client.close();
});

async function rtspServer(s, user) {
  const server = await RtspServer.start(mediaFile('webm', kLong_s), user);
  s.atEnd(() => server.kill());
  return server;
}

scene('a camera with a password is seen over UDP at the configured ports, let go, and seen again', async (s) => {
  const user = {name: 'us/er@home', password: 'p@ss?w/rd%'};
  const camera = await rtspServer(s, user);
  await s.server({modules: {PlayerEndpoint: {rtspClientPortRange: '41000-41100'}}});
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const credentials = [user.name, user.password].map(encodeURIComponent).join(':');
  const source = await player(pipeline, `rtsp://${credentials}@127.0.0.1:${camera.port}/film`, {networkCache: 100, useEncodedMedia: true});
  const {page} = await viewer(s, pipeline, source, 'viewer');

  for (let round = 1; round <= 2; ++round) {
    await callKurento(source.object, 'play');
    await expectCameraPicture(page, 'viewer');
    s.fact('tone', await expectTone(page, 'viewer', kToneHz));
    await callKurento(source.object, 'stop');
    await until('TEARDOWN is sent', () => camera.count('TEARDOWN') === round);
  }
  const ports = camera.requests.filter((one) => one.startsWith('SETUP')).map((one) => Number(/client_port=(\d+)/.exec(one)[1]));
  assert.ok(ports.length >= 4 && ports.every((port) => port >= 41000 && port <= 41100), `${ports}`);
  assert.deepEqual(source.errors, []);
  await assert.rejects(callKurento(source.object, 'setPosition', 1000), ({code}) => code === 40700);

  const stranger = await player(pipeline, `rtsp://${user.name.slice(0, 2)}:wrong@127.0.0.1:${camera.port}/film`);
  await callKurento(stranger.object, 'play');
  await until(() => `the wrong password is told: ${JSON.stringify(stranger.errors)}`, () => stranger.errors[0]?.type === 'RESOURCE_ERROR_OPEN');
});

scene('a camera is seen over TCP, and its death is told', async (s) => {
  const camera = await rtspServer(s);
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const source = await player(pipeline, `rtspt://127.0.0.1:${camera.port}/film`, {networkCache: 200});
  const {page} = await viewer(s, pipeline, source, 'viewer');
  await callKurento(source.object, 'play');
  await expectCameraPicture(page, 'viewer');
  assert.ok(camera.requests.some((one) => one.includes('RTP/AVP/TCP')), `${camera.requests}`);

  camera.kill();
  await until(() => `its end is told: ${source.events}`, () => source.errors.length > 0 || source.events.includes('EndOfStream'), 20_000);
  s.fact('told', source.errors[0] ?? 'EndOfStream');
  assert.equal(await callKurento(source.object, 'getState'), 'STOP');
});

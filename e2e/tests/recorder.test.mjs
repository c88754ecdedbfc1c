// RecorderEndpoint: what a browser publishes, in files of each profile, checked with ffprobe.
import assert from 'node:assert/strict';
import {existsSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {join} from 'node:path';
import {callKurento, connectPeer, kurentoEndpoint, rawEndpoint} from '../harness/call.mjs';
import {decode, probe, timestamps} from '../harness/ffprobe.mjs';
import {mediaFile} from '../harness/media_files.mjs';
import {newFolder, recorder} from '../harness/recorder.mjs';
import {scene} from '../harness/scene.mjs';
import {sleep, until} from '../harness/wait.mjs';

const kSeconds = 4;
const kSplit_s = 2;
const kTolerance_s = 0.1;  // of lengths, where nothing but the recorder decides on them
const kKeyFrame_s = 0.5;   // for a key frame to come from the sender

async function publisher(page, pipeline, codec = 'video/VP8') {
  const endpoint = await kurentoEndpoint(pipeline);
  await connectPeer(page, 'publisher', endpoint, {direction: 'sendonly', codec});
  return endpoint.object;
}

/** Monotonic, and no gap longer than that. */
function expectEven(file, stream, longest_gap_s = 0.5) {
  const times = timestamps(file, stream);
  assert.ok(times.length > 20, `${file}: ${times.length} packets`);
  for (let n = 1; n < times.length; ++n) {
    assert.ok(times[n] >= times[n - 1], `${file} ${stream}: ${times[n]} after ${times[n - 1]}`);
    assert.ok(times[n] - times[n - 1] < longest_gap_s, `${file} ${stream}: a gap at ${times[n - 1]} of ${times[n] - times[n - 1]} s`);
  }
  return times;
}

/** Where a player begins with it and whether it can jump, in a <video> of the browser. */
async function playBack(s, page, file, type) {
  const server = createServer((request, response) => {
    const film = readFileSync(file);
    const [, begin = 0, end] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? [];
    const last = end ? Number(end) : film.length - 1;
    response.writeHead(request.headers.range ? 206 : 200, {
      'access-control-allow-origin': '*', 'accept-ranges': 'bytes', 'content-type': type,
      'content-length': last - begin + 1, 'content-range': `bytes ${begin}-${last}/${film.length}`});
    response.end(film.subarray(Number(begin), last + 1));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  s.atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return page.evaluate(async (url) => {
    const video = document.createElement('video');
    const told = (type) => new Promise((resolve, reject) => {
      video.addEventListener(type, resolve, {once: true});
      video.addEventListener('error', () => reject(new Error(video.error.message)), {once: true});
    });
    video.muted = true;
    video.src = url;
    await told('loadeddata');
    const {duration, videoWidth: width} = video;
    video.currentTime = duration / 2;
    await told('seeked');
    const from = video.currentTime;
    await video.play();
    await told('ended');
    return {duration, width, from, until: video.currentTime};
  }, `http://127.0.0.1:${server.address().port}/film`);
}

// [profile, extension, video, audio]: what a recorder of the profile writes of that publisher.
const kOfVp8 = [
  ['WEBM', 'webm', 'vp8', 'opus'], ['WEBM_VIDEO_ONLY', 'webm', 'vp8', undefined], ['WEBM_AUDIO_ONLY', 'webm', undefined, 'opus'],
  ['MKV', 'mkv', 'vp8', 'opus'], ['MP4', 'mp4', 'h264', 'aac'], ['JPEG_VIDEO_ONLY', 'mjpeg', 'mjpeg', undefined],
];
const kOfH264 = [
  ['MKV', 'mkv', 'h264', 'opus'], ['MKV_VIDEO_ONLY', 'mkv', 'h264', undefined], ['MKV_AUDIO_ONLY', 'mkv', undefined, 'opus'],
  ['MP4', 'mp4', 'h264', 'aac'], ['MP4_VIDEO_ONLY', 'mp4', 'h264', undefined], ['MP4_AUDIO_ONLY', 'mp4', undefined, 'aac'],
  ['FLV', 'flv', 'h264', 'aac'],
];
for (const [codec, profiles] of [['video/VP8', kOfVp8], ['video/H264', kOfH264]]) {
  scene(`${codec}: the files of all profiles have the right codecs, length and even time, and can be played and jumped in`, async (s) => {
    const pipeline = await (await s.kurento()).create('MediaPipeline');
    const page = await s.page();
    const source = await publisher(page, pipeline, codec);
    const folder = join(newFolder(s), 'a', 'new folder');
    await until('media flows', () => callKurento(source, 'isMediaFlowingOut', 'VIDEO'));

    const recorders = [];
    for (const [profile, extension, video, audio] of profiles) {
      const file = join(folder, `${profile}.${extension}`);
      const told = await recorder(pipeline, `file://${encodeURI(file)}`, {mediaProfile: profile});
      await callKurento(source, 'connect', told.object);
      recorders.push({profile, file, video, audio, told});
    }
    // When each call was made and when it was answered: what it asks for happens in between.
    const timed = async (object, method) => {
      const asked_ms = performance.now();
      await callKurento(object, method);
      return [asked_ms, performance.now()];
    };
    const begins_ms = await Promise.all(recorders.map(({told}) => timed(told.object, 'record')));
    await sleep(kSeconds * 1000);
    const ends_ms = await Promise.all(recorders.map(({told}) => timed(told.object, 'stopAndWait')));
    s.fact('stopAndWait of all took', `${Math.round(ends_ms.at(-1)[1] - ends_ms[0][0])} ms`);

    for (const [n, {profile, file, video, audio, told}] of recorders.entries()) {
      const seen = probe(file);
      s.fact(profile, seen);
      assert.deepEqual(seen.codecs, JSON.parse(JSON.stringify({video, audio})));
      assert.deepEqual(told.events, ['UriEndpointStateChanged', 'Recording', 'UriEndpointStateChanged', 'Stopped']);
      assert.deepEqual(told.states, ['START', 'STOP']);
      if (profile === 'JPEG_VIDEO_ONLY') continue;  // Pictures without times.
      if (video) expectEven(file, 'v');
      if (audio) expectEven(file, 'a', 0.2);
      const shortest_s = (ends_ms[n][0] - begins_ms[n][1]) / 1000, longest_s = (ends_ms[n][0] - begins_ms[n][0]) / 1000;
      s.fact(`${profile}: length`, {seconds: seen.seconds, shortest_s, longest_s});
      // Video begins with a key frame, which the sender is asked for.
      const first_s = audio ? 0 : kKeyFrame_s;
      assert.ok(seen.seconds > shortest_s - first_s - kTolerance_s && seen.seconds < longest_s + kTolerance_s,
          `${profile}: ${seen.seconds} s of ${shortest_s} to ${longest_s}`);
      assert.equal(decode(file), '');
    }
    for (const [profile, type] of [['WEBM', 'video/webm'], ['MP4', 'video/mp4']]) {
      const played = recorders.find((one) => one.profile === profile);
      if (!played) continue;
      const seen = await playBack(s, page, played.file, type);
      s.fact(`${profile} in a <video>`, seen);
      assert.equal(seen.width, 640);
      assert.ok(Math.abs(seen.duration - probe(played.file).seconds) < kTolerance_s);
      assert.ok(seen.from > 1 && seen.until > seen.duration - kTolerance_s);
    }
  });
}

scene('a pause leaves no gap, and a recorder records once', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const source = await publisher(await s.page(), pipeline);
  const file = join(newFolder(s), 'film.webm');
  const told = await recorder(pipeline, `file://${file}`);
  await callKurento(source, 'connect', told.object);
  await until('media flows', () => callKurento(source, 'isMediaFlowingOut', 'VIDEO'));

  await callKurento(told.object, 'record');
  await sleep(1500);
  await callKurento(told.object, 'pause');
  await sleep(2000);
  await callKurento(told.object, 'record');
  await sleep(1500);
  await callKurento(told.object, 'stopAndWait');

  const {seconds} = probe(file);
  s.fact('length', seconds);
  assert.ok(Math.abs(seconds - 3) < 0.3, `${seconds} s`);
  expectEven(file, 'v', 1.2);
  expectEven(file, 'a', 0.2);
  assert.deepEqual(told.states, ['START', 'PAUSE', 'START', 'STOP']);
  await callKurento(told.object, 'record');
  assert.equal(await callKurento(told.object, 'getState'), 'STOP');
});

scene('a split recording is a row of files, each of which can be played, and nothing is lost between them', async (s) => {
  const server = await s.anotherServer({modules: {RecorderEndpoint: {splitSeconds: kSplit_s}}});
  const pipeline = await (await s.kurento(server.url)).create('MediaPipeline');
  const source = await publisher(await s.page(), pipeline);
  const folder = newFolder(s);
  const told = await recorder(pipeline, `file://${folder}/film.mkv`, {mediaProfile: 'KURENTO_SPLIT_RECORDER'});
  await callKurento(source, 'connect', told.object);
  await callKurento(told.object, 'record');
  const begin_ms = performance.now();
  const fileOf = (number) => join(folder, `film-0000${number}.mkv`);
  await until('the third file is begun', () => existsSync(fileOf(2)), 3 * kSplit_s * 1000 + 5000);
  await sleep(kSplit_s * 500);
  const recorded_s = (performance.now() - begin_ms) / 1000;
  await callKurento(told.object, 'stopAndWait');
  await until('it has stopped', () => told.events.includes('Stopped'));

  const names = readdirSync(folder).sort();
  assert.deepEqual(names, names.map((_, number) => `film-0000${number}.mkv`));
  let together_s = 0;
  for (const name of names) {
    const file = join(folder, name);
    const {codecs, seconds} = probe(file);
    assert.deepEqual(codecs, {video: 'vp8', audio: 'opus'}, name);
    assert.equal(decode(file), '', name);
    expectEven(file, 'a');
    together_s += seconds;
  }
  s.fact('files', `${names.length}, together ${together_s.toFixed(1)} s of ${recorded_s.toFixed(1)} s`);
  assert.ok(together_s > recorded_s - kKeyFrame_s && together_s < recorded_s + names.length * kKeyFrame_s, `${together_s} s of ${recorded_s} s`);
  assert.deepEqual(told.errors, []);
  assert.equal(told.events.filter((type) => type === 'Recording').length, 1);
  assert.equal(told.events.filter((type) => type === 'Stopped').length, 1);
});

scene('what was recorded up to a second before the server was killed can be played', async (s) => {
  const client = await s.rawClient();  // The other one does not bear the end of its server.
  const mediaPipeline = await client.create('MediaPipeline');
  const endpoint = await rawEndpoint(client, mediaPipeline);
  await connectPeer(await s.page(), 'publisher', endpoint, {direction: 'sendonly', codec: 'video/H264'});
  const folder = newFolder(s);
  await until('media flows', () => client.invoke(endpoint.object, 'isMediaFlowingOut', {mediaType: 'VIDEO'}));
  const profiles = ['WEBM', 'MKV', 'MP4', 'FLV'];
  const begins_ms = [];
  for (const mediaProfile of profiles) {
    const sink = await client.create('RecorderEndpoint', {mediaPipeline, uri: `file://${folder}/${mediaProfile}`, mediaProfile});
    await client.invoke(endpoint.object, 'connect', {sink});
    await client.invoke(sink, 'record');
    begins_ms.push(performance.now());
  }
  await sleep(5000);
  const end_ms = performance.now();
  process.kill(s.media_server.pid, 'SIGKILL');
  s.media_server.has_ended = true;
  for (const [n, profile] of profiles.entries()) {
    const lived_s = (end_ms - begins_ms[n]) / 1000;
    const video = expectEven(join(folder, profile), 'v').at(-1), audio = expectEven(join(folder, profile), 'a', 0.2).at(-1);
    s.fact(profile, {lived_s, video, audio});
    assert.ok(Math.min(video, audio) > lived_s - 1, `${profile}: ${video} s, ${audio} s of ${lived_s}`);
  }
});

scene('what cannot be written is told, and the call goes on', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const source = await publisher(await s.page(), pipeline);
  const folder = newFolder(s);
  writeFileSync(join(folder, 'a file'), '');
  for (const [uri, type] of [[`file://${folder}/a%20file/film.webm`, 'RESOURCE_ERROR_OPEN'], ['foo://bar', 'INVALID_URI'], ['file:///dev/full', 'RESOURCE_ERROR_NO_SPACE_LEFT']]) {
    const told = await recorder(pipeline, uri);
    await callKurento(source, 'connect', told.object);
    await callKurento(told.object, 'record');
    await until(() => `the error of ${uri} is told: ${JSON.stringify(told.errors)}`, () => told.errors.length > 0);
    assert.equal(told.errors[0].type, type);
    assert.equal(told.errors.length, 1);
    assert.equal(await callKurento(told.object, 'getState'), 'STOP');
    await callKurento(told.object, 'release');
  }
  assert.ok(await callKurento(source, 'isMediaFlowingOut', 'VIDEO'));
});

scene('a played film is recorded to its end, and then the recorder stops by itself', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const player = await callKurento(pipeline, 'create', 'PlayerEndpoint', {uri: `file://${mediaFile('webm', 3)}`, useEncodedMedia: true});
  const file = join(newFolder(s), 'copy.webm');
  const told = await recorder(pipeline, `file://${file}`, {stopOnEndOfStream: true});
  const through = await callKurento(pipeline, 'create', 'PassThrough');
  await callKurento(player, 'connect', through);
  await callKurento(through, 'connect', told.object);
  await callKurento(told.object, 'record');
  await callKurento(player, 'play');
  await until(() => `it stops: ${told.events}`, () => told.events.includes('Stopped'), 15_000);
  const seen = probe(file);
  s.fact('copy', seen);
  assert.deepEqual(seen.codecs, {video: 'vp8', audio: 'opus'});
  assert.ok(Math.abs(seen.seconds - 3) < 0.3, `${seen.seconds} s`);
});

scene('a recording is sent to a web server while it is made', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const source = await publisher(await s.page(), pipeline);
  const parts = [];
  let request_headers, ended = false;
  const server = createServer((request, response) => {
    request_headers = {method: request.method, ...request.headers};
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      ended = true;
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  s.atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const told = await recorder(pipeline, `http://127.0.0.1:${server.address().port}/film`);
  await callKurento(source, 'connect', told.object);
  await callKurento(told.object, 'record');
  await until('the first parts come', () => parts.length > 3);
  await sleep(1000);
  await callKurento(told.object, 'stopAndWait');
  await until('all of it is there', () => ended);
  s.fact('headers', request_headers);
  const {method, 'transfer-encoding': encoding} = request_headers;
  assert.deepEqual({method, encoding}, {method: 'POST', encoding: 'chunked'});
  const file = join(newFolder(s), 'film.webm');
  writeFileSync(file, Buffer.concat(parts));
  assert.deepEqual(probe(file).codecs, {video: 'vp8', audio: 'opus'});
  assert.deepEqual(told.errors, []);
});

scene('a web server that goes away is told, and the call goes on', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const source = await publisher(await s.page(), pipeline);
  let parts = 0;
  const server = createServer((request) => request.on('data', () => ++parts)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const told = await recorder(pipeline, `http://127.0.0.1:${server.address().port}/film`);
  await callKurento(source, 'connect', told.object);
  await callKurento(told.object, 'record');
  await until('the first parts come', () => parts > 3);
  server.closeAllConnections();
  server.close();
  await until('the error is told', () => told.errors.length > 0);
  s.fact('error', told.errors);
  assert.equal(told.errors[0].type, 'RESOURCE_ERROR_WRITE');
  await until('it has stopped', () => told.events.includes('Stopped'));
  assert.ok(await callKurento(source, 'isMediaFlowingOut', 'VIDEO'));
});

scene('a publisher that comes again, with another codec, goes on in the same file', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const page = await s.page();
  const file = join(newFolder(s), 'film.webm');
  const told = await recorder(pipeline, `file://${file}`);
  for (const [name, codec] of [['first', 'video/VP8'], ['second', 'video/H264']]) {
    const endpoint = await kurentoEndpoint(pipeline);
    await connectPeer(page, name, endpoint, {direction: 'sendonly', codec});
    await until('media flows', () => callKurento(endpoint.object, 'isMediaFlowingOut', 'VIDEO'));
    await callKurento(endpoint.object, 'connect', told.object);
    if (name === 'first') await callKurento(told.object, 'record');
    await sleep(2500);
    await callKurento(endpoint.object, 'release');
  }
  await callKurento(told.object, 'stopAndWait');
  const seen = probe(file);
  s.fact('file', seen);
  assert.deepEqual(seen.codecs, {video: 'vp8', audio: 'opus'});
  assert.ok(expectEven(file, 'v', 2.5).at(-1) > 4.5);
  assert.equal(decode(file), '');
  assert.deepEqual(told.errors, []);
});

// Files and web servers that mean harm, or are broken: the player tells an Error, comes to an end or plays on,
// and the server goes on as if nothing had been.
import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {createServer as createTcpServer} from 'node:net';
import {join} from 'node:path';
import {damaged, kRefusedSamples, kSampleNames, sample, tryToPlay} from '../harness/hostile_media.mjs';
import {kMediaFolder, mediaFile} from '../harness/media_files.mjs';
import {threadNames, usageOf} from '../harness/process_usage.mjs';
import {RtpViewer} from '../harness/rtp_streams.mjs';
import {scene} from '../harness/scene.mjs';
import {seeded} from '../harness/seeded.mjs';
import {until} from '../harness/wait.mjs';

const kFiles = 15 * kSampleNames.length, kAtOnce = 8;
const kSpareThreads = 8, kSpareDescriptors = 6;  // of libraries
const kOpening_ms = 20_000;                      // PlayerChain::kMaxOpening

// GLib's words for an argument that a demuxer of GStreamer has not checked, and that GLib refuses.
const kDemuxerMistake = /error glib :0 .*assertion .* failed/g;

/** A client, its pipeline, and a film in it that somebody watches all the time. */
async function surroundings(s) {
  await s.server({tolerates: kDemuxerMistake});
  const client = await s.rawClient();
  const pipeline = await client.create('MediaPipeline');
  const film = await client.create('PlayerEndpoint', {mediaPipeline: pipeline, uri: `file://${mediaFile('webm', 30)}`, useEncodedMedia: true});
  const viewer = await RtpViewer.start(client, pipeline);
  await client.invoke(film, 'connect', {sink: viewer.object});
  await client.invoke(film, 'play');
  await until('the film is seen', () => viewer.packets > 10);
  return {client, pipeline, film, viewer};
}

scene('hundreds of damaged files of every container end or play, and neither end the server nor leave anything behind', async (s) => {
  const random = seeded();
  s.fact('seed', random.seed);
  console.log(`SEED=${random.seed}`);
  const folder = mkdtempSync(join(kMediaFolder, 'hostile-'));
  const {client, pipeline, viewer} = await surroundings(s);
  const outcomes = {}, at_work = new Set();
  const attempt = async (name, bytes) => {
    const path = join(folder, name.replaceAll(' ', '_'));
    writeFileSync(path, bytes);
    at_work.add(path);
    try {
      const outcome = await tryToPlay(client, pipeline, `file://${path}`, {useEncodedMedia: random.below(2) === 1});
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      at_work.delete(path);
      rmSync(path);
      return outcome;
    } catch (error) {
      throw new Error(`${[...at_work]}: ${error.message}`, {cause: error});  // one of these has done it; they stay
    }
  };
  const attemptAll = async (count, one) => {
    let next = 0;
    await Promise.all(Array.from({length: kAtOnce}, async () => {
      while (next < count) await one(next++);
    }));
  };

  await attemptAll(kSampleNames.length, async (n) => {
    const name = kSampleNames[n], outcome = await attempt(name, sample(name));
    if (kRefusedSamples.includes(name)) assert.notEqual(outcome, 'EndOfStream', name);
    else assert.equal(outcome, 'EndOfStream', name);
  });
  await until('threads of players end', () => threadNames(s.media_server.pid).player === undefined, 10_000);
  const before = usageOf(s.media_server.pid);
  await attemptAll(kFiles, async (n) => {
    const {name, bytes} = damaged(random, n);
    await attempt(`${n} ${name}`, bytes);
  });

  s.fact('what came of them', outcomes);
  assert.ok(outcomes.EndOfStream > 0 && outcomes.INVALID_MEDIA > 0, JSON.stringify(outcomes));
  viewer.arrivals.forEach((one) => one.restart());
  await until('the film is still seen, or at its end', () => viewer.packets > 10 || client.events.some(({type}) => type === 'EndOfStream'));
  let now;
  await until(() => `as before: ${JSON.stringify(before)}, now ${JSON.stringify(now)}, ${JSON.stringify(threadNames(s.media_server.pid))}`, () => {
    now = usageOf(s.media_server.pid);
    return now.threads <= before.threads + kSpareThreads && now.descriptors <= before.descriptors + kSpareDescriptors;
  }, 15_000);
  s.fact('before', before);
  s.fact('after', now);
  viewer.stop();
  await client.release(pipeline);
  rmSync(folder, {recursive: true});
}, {timeout_ms: 200_000});

const kFilm = () => sample('vp8-vorbis.webm');
/** What each does with a request (node's http). */
const kBadSites = {
  '/longer-than-told': (request, response) => response.writeHead(200, {'Content-Length': kFilm().length - 5000}).end(kFilm().subarray(0, kFilm().length - 5000)),
  '/shorter-than-told': (request, response) => {
    response.writeHead(200, {'Content-Length': kFilm().length + 5000}).write(kFilm());
    setTimeout(() => response.destroy(), 200);
  },
  '/redirects-for-ever': (request, response) => response.writeHead(302, {Location: '/redirects-for-ever'}).end(),
  '/redirects-to-a-file': (request, response) => response.writeHead(302, {Location: `file://${mediaFile('webm', 3)}`}).end(),
  '/wrong-range': (request, response) => response.writeHead(206, {'Content-Range': 'bytes 999999-9999999999/5', 'Content-Length': kFilm().length}).end(kFilm()),
  '/nothing': (request, response) => response.writeHead(200, {'Content-Length': 0}).end(),
  '/closes': (request) => request.socket.destroy(),
  '/halves': (request, response) => response.writeHead(200, {'Transfer-Encoding': 'chunked', 'Content-Encoding': 'gzip'}).end(kFilm().subarray(0, 9000)),
  '/page': (request, response) => response.writeHead(200, {'Content-Type': 'video/webm'}).end('<html>'.repeat(10_000)),
};
/** What each does with a connection. */
const kBadServers = {
  'endless header': (socket) => repeat(socket, 1, () => `X-More: ${'a'.repeat(60_000)}\r\n`, 'HTTP/1.1 200 OK\r\n'),
  'slow header': (socket) => repeat(socket, 1000, () => 'a', 'HTTP/1.1 200 OK\r\nX-Slow: '),
  'slow body': (socket) => repeat(socket, 1000, (n) => kFilm().subarray(n, n + 1), 'HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n'),
  'endless noise': (socket) => repeat(socket, 5, () => Buffer.alloc(50_000, 0x47), 'HTTP/1.1 200 OK\r\n\r\n'),
  'no http': (socket) => socket.write('\x00\x01\x02'.repeat(1000)),
  'never answers': () => {},
};

function repeat(socket, interval_ms, next, begin) {
  socket.write(begin);
  let n = 0;
  const timer = setInterval(() => {
    if (socket.writableLength < 1_000_000) socket.write(next(n++));
  }, interval_ms);
  socket.once('close', () => clearInterval(timer));
}

async function listening(s, server) {
  const sockets = new Set();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  s.atEnd(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/** A playlist of HTTP Live Streaming (RFC 8216) with one part. */
const playlist = (part) => `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXTINF:1,\n${part}\n#EXT-X-ENDLIST\n`;

scene('a playlist reaches what its server has, and neither files nor descriptors of this machine', async (s) => {
  await s.server();
  const client = await s.rawClient(), pipeline = await client.create('MediaPipeline');
  const part = sample('h264-aac.ts'), part_uri = `file://${join(kMediaFolder, 'sample-h264-aac.ts')}`;
  const pages = {'/part.ts': part, '/good.m3u8': playlist('part.ts'), '/file.m3u8': playlist(part_uri), '/descriptor.m3u8': playlist('fd://0')};
  const site = await listening(s, createServer((request, response) => response.end(pages[request.url])));
  const local = join(kMediaFolder, 'local.m3u8');
  writeFileSync(local, playlist(part_uri));

  for (const [uri, outcome] of [[`${site}/good.m3u8`, 'EndOfStream'], [`file://${local}`, 'EndOfStream'], [`${site}/file.m3u8`, 'INVALID_URI'], [`${site}/descriptor.m3u8`, 'INVALID_URI']])
    assert.equal(await tryToPlay(client, pipeline, uri, {}, 15_000), outcome, uri);
});

scene('web servers that lie, stall, send for ever or lead in circles are told as errors, and nothing hangs', async (s) => {
  const {client, pipeline, viewer} = await surroundings(s);
  const site = await listening(s, createServer((request, response) => kBadSites[request.url](request, response)));
  const uris = Object.keys(kBadSites).map((path) => [path.slice(1), site + path]);
  for (const [name, serve] of Object.entries(kBadServers)) uris.push([name, await listening(s, createTcpServer(serve))]);
  const before = usageOf(s.media_server.pid);
  await Promise.all(uris.map(async ([name, uri]) => {
    const outcome = await tryToPlay(client, pipeline, uri, {}, kOpening_ms + 8000);
    s.fact(name, outcome);
    assert.notEqual(outcome, 'plays', name);
    if (['redirects-for-ever', 'redirects-to-a-file', 'page', 'no http', 'never answers', 'slow header', 'slow body', 'endless noise', 'endless header'].includes(name))
      assert.notEqual(outcome, 'EndOfStream', name);
  }));
  viewer.arrivals.forEach((one) => one.restart());
  await until('the film is still seen', () => viewer.packets > 10 || client.events.some(({type}) => type === 'EndOfStream'));
  let now;
  await until(() => `as before: ${JSON.stringify(before)}, now ${JSON.stringify(now)}, ${JSON.stringify(threadNames(s.media_server.pid))}`, () => {
    now = usageOf(s.media_server.pid);
    return now.threads <= before.threads + kSpareThreads && now.descriptors <= before.descriptors + kSpareDescriptors;
  }, 15_000);
  viewer.stop();
});

// HttpPostEndpoint: a film that is posted is seen and heard in a browser, whoever posts it and however; and what
// else comes to that port does no harm.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {createReadStream, readFileSync, statSync} from 'node:fs';
import {request} from 'node:http';
import {connect} from 'node:net';
import {promisify} from 'node:util';
import {callKurento, connectPeer, expectCameraPicture, expectMoving, expectTone, inPage, kurentoEndpoint} from '../harness/call.mjs';
import {kToneHz} from '../harness/fake_devices.mjs';
import {mediaFile} from '../harness/media_files.mjs';
import {scene} from '../harness/scene.mjs';
import {until} from '../harness/wait.mjs';

const kLong_s = 30, kShort_s = 3;

/** {object, url, events, errors}: an endpoint on a free port, and what it tells. */
async function post(s, options = {}) {
  await s.server({modules: {HttpEndpoint: {serverPort: 0}}});
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  return postIn(pipeline, options);
}

async function postIn(pipeline, options = {}) {
  const object = await callKurento(pipeline, 'create', 'HttpPostEndpoint', options);
  const told = {pipeline, object, url: await callKurento(object, 'getUrl'), events: [], errors: []};
  for (const type of ['MediaSessionStarted', 'MediaSessionTerminated', 'EndOfStream', 'Error']) {
    object.on(type, (event) => {
      told.events.push(type);
      if (type === 'Error') told.errors.push(event);
    });
  }
  return told;
}

async function viewer(s, source, name, options = {}) {
  const page = await s.page();
  const endpoint = await kurentoEndpoint(source.pipeline);
  await callKurento(source.object, 'connect', endpoint.object);
  await connectPeer(page, name, endpoint, {direction: 'recvonly', ...options});
  return page;
}

/** {status, headers}; body: a Buffer, a stream or nothing. */
function http(url, {method = 'POST', headers = {}, body} = {}) {
  return new Promise((resolve, reject) => {
    const sent = request(url, {method, headers, agent: false}, (response) => {
      response.resume();
      response.on('end', () => resolve({status: response.statusCode, headers: response.headers}));
    });
    sent.on('error', reject);
    if (body?.pipe) body.pipe(sent);
    else sent.end(body);
  });
}

const cookieOf = ({headers}) => headers['set-cookie']?.[0].split(';')[0];
const video = (headers = {}) => ({'Content-Type': 'video/webm', ...headers});

for (const [name, options, format] of [['encoded', {useEncodedMedia: true}, 'webm'], ['raw', {}, 'mp4']]) {
  scene(`a file that is posted is seen and heard, taken at the speed of playing, and ends: ${name} media`, async (s) => {
    const source = await post(s, options);
    const page = await viewer(s, source, 'viewer');
    const path = mediaFile(format, kShort_s * 2);
    const began_ms = performance.now();
    const answer = http(source.url, {headers: video({'Content-Length': statSync(path).size}), body: createReadStream(path)});

    await expectCameraPicture(page, 'viewer');
    s.fact('tone', await expectTone(page, 'viewer', kToneHz));
    s.fact('received', await inPage(page, 'inbound', 'viewer'));
    const {status, headers} = await answer;
    assert.equal(status, 200);
    assert.match(headers['set-cookie'][0], /^HttpEPCookie=/);
    await until(() => `the end is told: ${source.events}`, () => source.events.includes('EndOfStream'), 15_000);
    s.fact('played in', `${Math.round(performance.now() - began_ms)} ms`);
    assert.ok(performance.now() - began_ms > kShort_s * 1000, 'no faster than it plays');
    await until(() => `so is the end of the session: ${source.events}`, () => source.events.includes('MediaSessionTerminated'), 5000);
    assert.deepEqual(source.events, ['MediaSessionStarted', 'EndOfStream', 'MediaSessionTerminated']);
    assert.deepEqual(source.errors, []);
  });
}

scene('a page uploads a file with a form, and another page sees it', async (s) => {
  const source = await post(s);
  const page = await viewer(s, source, 'viewer');
  const uploader = await s.page();
  const bytes = readFileSync(mediaFile('webm', kShort_s * 2)).toString('base64');
  const uploaded = uploader.evaluate(async ([url, text]) => {
    const form = new FormData();
    form.append('title', 'A film');
    form.append('film', new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], {type: 'video/webm'}), 'film of today.webm');
    const response = await fetch(url, {method: 'POST', body: form, credentials: 'include'});
    return response.status;
  }, [source.url, bytes]);

  await expectCameraPicture(page, 'viewer');
  await expectTone(page, 'viewer', kToneHz);
  assert.equal(await uploaded, 200);
  await until(() => `the end is told: ${source.events}`, () => source.events.includes('EndOfStream'), 15_000);
});

scene('a live film is posted by curl, in chunks', async (s) => {
  const source = await post(s, {useEncodedMedia: true});
  const page = await viewer(s, source, 'viewer');
  const path = mediaFile('webm', kShort_s * 2);
  const curl = promisify(execFile)('bash', ['-c', `ffmpeg -v error -re -i ${path} -c copy -f webm - | curl -sS -o /dev/null -w '%{http_code}' -H 'Content-Type: video/webm' -T - -X POST '${source.url}'`]);
  await expectCameraPicture(page, 'viewer');
  assert.equal((await curl).stdout, '200');
  await until(() => `the end is told: ${source.events}`, () => source.events.includes('EndOfStream'), 15_000);
});

scene('only who began a session may go on with it, and films of one session follow one another', async (s) => {
  const source = await post(s, {useEncodedMedia: true, disconnectionTimeout: 3});
  const page = await viewer(s, source, 'viewer');
  const body = readFileSync(mediaFile('webm', kShort_s));
  const first = await http(source.url, {headers: video(), body});
  assert.equal(first.status, 200);
  assert.equal((await http(source.url, {headers: video(), body})).status, 400, 'without the cookie');
  assert.equal((await http(source.url, {headers: video({Cookie: 'HttpEPCookie=guessed'}), body})).status, 400, 'with another');

  const second = await http(source.url, {headers: video({Cookie: cookieOf(first)}), body});
  assert.equal(second.status, 200);
  await expectMoving(page, 'viewer');
  await until(() => `both end: ${source.events}`, () => source.events.filter((type) => type === 'EndOfStream').length === 2, 15_000);
  await until(() => `the session ends: ${source.events}`, () => source.events.at(-1) === 'MediaSessionTerminated', 10_000);
  assert.deepEqual(source.events, ['MediaSessionStarted', 'EndOfStream', 'EndOfStream', 'MediaSessionTerminated']);

  const stranger = await http(source.url, {headers: video(), body});
  assert.equal(stranger.status, 200, 'anybody may begin the next session');
  assert.notEqual(cookieOf(stranger), cookieOf(first));
});

scene('a connection that is lost may come back, and ends the session if it does not', async (s) => {
  const source = await post(s, {useEncodedMedia: true, disconnectionTimeout: 2});
  const page = await viewer(s, source, 'viewer');
  const path = mediaFile('webm', kLong_s);
  const lose = () => new Promise((resolve) => {
    const sent = request(source.url, {method: 'POST', headers: video(), agent: false});
    sent.on('error', () => {}).on('close', resolve);
    createReadStream(path, {end: 300_000}).on('data', (piece) => sent.write(piece)).on('end', () => setTimeout(() => sent.destroy(), 500));
  });
  await lose();
  await expectCameraPicture(page, 'viewer');
  await lose();
  await until(() => `the session ends: ${source.events}`, () => source.events.includes('MediaSessionTerminated'), 30_000);
  assert.deepEqual(source.events, ['MediaSessionStarted', 'MediaSessionTerminated'], 'no end is told of what was not whole');
});

scene('what is wrong is answered so, and nothing else suffers', async (s) => {
  const source = await post(s, {useEncodedMedia: true});
  const page = await viewer(s, source, 'viewer');
  const path = mediaFile('webm', kLong_s);
  http(source.url, {headers: video(), body: createReadStream(path)}).catch(() => {});
  await expectCameraPicture(page, 'viewer');

  const other = await postIn(source.pipeline);
  const origin = new URL(other.url).origin;
  assert.equal((await http(`${origin}/`, {headers: video()})).status, 404);
  assert.equal((await http(`${origin}/${'x'.repeat(36)}`, {headers: video()})).status, 404);
  assert.equal((await http(other.url, {method: 'GET'})).status, 405);
  assert.equal((await http(other.url, {method: 'PUT', headers: video(), body: 'x'})).status, 405);
  const options = await http(other.url, {method: 'OPTIONS', headers: {Origin: 'http://example.org'}});
  assert.equal(options.status, 204);
  assert.equal(options.headers['access-control-allow-origin'], 'http://example.org');
  for (const type of [undefined, 'nothing', 'multipart/form-data', 'multipart/mixed; boundary=x']) {
    assert.equal((await http(other.url, {headers: type ? {'Content-Type': type} : {}, body: 'x'})).status, 406, String(type));
  }
  assert.equal((await http(other.url, {headers: {'Content-Type': 'multipart/form-data; boundary=x'}, body: 'no form'})).status, 400);
  assert.equal((await http(other.url, {headers: video({'X-Long': 'x'.repeat(20_000)})})).status, 431);

  const third = await postIn(source.pipeline);
  const refused = await http(third.url, {headers: video(), body: Buffer.from('this is no film '.repeat(200_000))});
  s.fact('no film is answered with', refused.status);
  assert.ok([200, 415].includes(refused.status));
  await until(() => `the error is told: ${JSON.stringify(third.errors)}`, () => third.errors.length === 1);
  assert.equal(third.errors[0].type, 'INVALID_MEDIA');

  await callKurento(third.object, 'release');
  assert.equal((await http(third.url, {headers: video()})).status, 404, 'gone with its endpoint');
  await expectMoving(page, 'viewer');
  assert.deepEqual(source.errors, []);
});

scene('who holds connections open keeps nobody out, and a taken port is told', async (s) => {
  const source = await post(s, {useEncodedMedia: true});
  const {hostname, port} = new URL(source.url);
  const idlers = [];
  for (let n = 0; n < 700; ++n) {
    const socket = connect(Number(port), hostname).on('error', () => {});
    socket.write('POST /slow HTTP/1.1\r\nX');
    idlers.push(socket);
  }
  s.atEnd(() => idlers.forEach((socket) => socket.destroy()));
  await until('the first are put out', () => idlers.filter((socket) => socket.closed || socket.readableEnded).length >= 100, 10_000);
  const page = await viewer(s, source, 'viewer');
  const answer = http(source.url, {headers: video(), body: readFileSync(mediaFile('webm', kShort_s))});
  await expectCameraPicture(page, 'viewer');
  assert.equal((await answer).status, 200);

  const other = await s.anotherServer({modules: {HttpEndpoint: {serverPort: Number(port)}}});
  const client = await s.rawClient(other.url);
  const pipeline = await client.create('MediaPipeline');
  await assert.rejects(client.create('HttpPostEndpoint', {mediaPipeline: pipeline}), ({code}) => code === 40300);
  client.close();
});

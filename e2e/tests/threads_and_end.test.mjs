// What an operator counts: threads that do not grow with calls, and an end that comes in time.
import assert from 'node:assert/strict';
import {createServer} from 'node:net';
import {RawClient} from '../harness/raw_client.mjs';
import {RtpPublisher} from '../harness/rtp_streams.mjs';
import {scene} from '../harness/scene.mjs';
import {until} from '../harness/wait.mjs';

/** Two endpoints of `pipeline` that call each other through the server's own network stack. */
async function connectPair(client, pipeline) {
  const [a, b] = await Promise.all([0, 1].map(() => client.create('WebRtcEndpoint', {mediaPipeline: pipeline})));
  const other = new Map([[a, b], [b, a]]);
  const connected = new Set();
  const before = client.onEvent;
  client.onEvent = (event) => {
    before(event);
    if (!other.has(event.object)) return;
    if (event.type === 'IceCandidateFound') {
      client.invoke(other.get(event.object), 'addIceCandidate', {candidate: event.data.candidate}).catch(() => {});
    } else if (event.data.newState === 'CONNECTED') {
      connected.add(event.object);
    }
  };
  for (const id of [a, b]) {
    await client.subscribe(id, 'IceCandidateFound');
    await client.subscribe(id, 'ConnectionStateChanged');
  }
  const offer = await client.invoke(a, 'generateOffer');
  await client.invoke(a, 'processAnswer', {answer: await client.invoke(b, 'processOffer', {offer})});
  await Promise.all([a, b].map((id) => client.invoke(id, 'gatherCandidates')));
  await until('two endpoints of the server are connected', () => connected.size === 2);
}

scene('the number of threads does not grow from 1 to 50 endpoints', async (s) => {
  const client = await s.rawClient();
  const pipeline = await client.create('MediaPipeline');
  await client.create('WebRtcEndpoint', {mediaPipeline: pipeline});
  await connectPair(client, pipeline);
  const before = s.media_server.threadCount();
  for (let pair = 0; pair < 25; ++pair) await connectPair(client, pipeline);
  const after = s.media_server.threadCount();
  s.fact('threads', {'with the first endpoints': before, 'with 50 more': after});
  assert.equal(after, before);
  await client.release(pipeline);
  client.close();
  await s.media_server.expectNothingLeft();
});

scene('SIGTERM with 1000 live objects ends cleanly within 5 s', async (s) => {
  const server = await s.server();
  const client = await RawClient.open(server.url);
  s.atEnd(() => client.close());
  const pipelines = await Promise.all(Array.from({length: 10}, () => client.create('MediaPipeline')));
  await Promise.all(pipelines.flatMap((mediaPipeline) =>
      Array.from({length: 99}, (_, n) => client.create(n % 3 === 0 ? 'WebRtcEndpoint' : 'PassThrough', {mediaPipeline}))));
  await connectPair(client, pipelines[0]);
  const count = (await Promise.all(pipelines.map((id) => client.invoke(id, 'getChildren')))).flat().length + pipelines.length;
  assert.ok(count >= 1000, `${count} objects`);
  const took_ms = await server.stop();
  server.has_ended = true;
  s.fact('objects', count);
  s.fact('ended after', `${Math.round(took_ms)} ms`);
  assert.ok(took_ms < 5000);
});

scene('a server above its killLimit ends itself when its last object is gone, and not before', async (s) => {
  const server = await s.server({resources: {killLimit: 0.000_001}});
  const client = await RawClient.open(server.url);
  s.atEnd(() => client.close());
  const [first, last] = [await client.create('MediaPipeline'), await client.create('MediaPipeline')];
  await client.release(first);
  assert.equal((await client.invoke('manager_ServerManager', 'getPipelines')).length, 1);
  client.release(last).catch(() => {});  // its reply may come after the end
  await server.endsWell();
  server.has_ended = true;
});

scene('SIGTERM while a recording goes to a web server that has stopped reading ends within 5 s, too', async (s) => {
  const kMostTimeToEnd_ms = 5000, kSlack_ms = 1500;
  let connections = 0;
  const dead = createServer({pauseOnConnect: true}, (socket) => {
    ++connections;
    s.atEnd(() => socket.destroy());
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => dead.once('listening', resolve));
  s.atEnd(() => dead.close());
  const server = await s.server();
  const client = await RawClient.open(server.url);
  s.atEnd(() => client.close());
  const pipeline = await client.create('MediaPipeline');
  const publisher = await RtpPublisher.start(client, pipeline);
  s.atEnd(() => publisher.stop());
  const recorder = await client.create('RecorderEndpoint', {mediaPipeline: pipeline, uri: `http://127.0.0.1:${dead.address().port}/film.webm`});
  await client.invoke(publisher.object, 'connect', {sink: recorder});
  await client.invoke(recorder, 'record');
  await until('the recording begins', () => connections > 0);

  server.has_ended = true;
  const {code, took_ms} = await server.stopAnyhow(kMostTimeToEnd_ms + kSlack_ms);
  s.fact('ended', `with ${code} after ${Math.round(took_ms)} ms`);
  assert.ok(code === 0 || code === 1, `exit code ${code}`);
});

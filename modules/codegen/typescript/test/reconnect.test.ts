import assert from 'node:assert/strict';
import {afterEach, beforeEach, test} from 'node:test';

import {ConnectionError, MediaServer} from '../index.js';
import {FakeServer, kNoReply} from './fake_server.js';

let server: FakeServer;
let client: MediaServer;

beforeEach(async () => {
  server = await FakeServer.start();
  client = await server.connect();
});
afterEach(async () => {
  client.disconnect();
  await server.stop();
});

function reconnected(): Promise<{sessionKept: boolean}> {
  return new Promise((resolve) => client.on('reconnected', resolve));
}

test('a lost connection comes back with its session, objects and handlers', async () => {
  const pipeline = await client.create('MediaPipeline');
  let seen = 0;
  await pipeline.on('Error', () => { ++seen; });
  const back = reconnected();
  server.cut();

  assert.deepEqual(await back, {sessionKept: true});
  assert.deepEqual(server.requestsFor('connect').map(({params}) => params.sessionId), [undefined, 'session']);
  server.sendEvent(pipeline.id, 'Error', {source: pipeline.id});
  await client.keepAlive();
  assert.equal(seen, 1);
  assert.equal(client.object(pipeline.id), pipeline);
  assert.equal(server.requestsFor('subscribe').length, 1);
});

test('a request without reply is sent again with its id', async () => {
  const pipeline = await client.create('MediaPipeline');
  server.answer = ({method}) => method === 'invoke' ? kNoReply : undefined;
  const name = pipeline.getName();
  await server.until(() => server.requestsFor('invoke').length === 1);
  server.answer = ({method}) => method === 'invoke' ? {value: 'late'} : undefined;
  server.cut();

  assert.equal(await name, 'late');
  const [first, second] = server.requestsFor('invoke');
  assert.deepEqual(second, first);
});

test('requests made while there is no connection wait for it', async () => {
  await client.create('MediaPipeline');
  const down = new Promise<void>((resolve) => client.on('disconnected', resolve));
  server.cut();
  await down;
  assert.equal(client.isConnected, false);

  assert.ok(await client.create('MediaPipeline'));
  assert.equal(client.isConnected, true);
});

test('a session that the server has ended is told of, and what waits fails', async () => {
  const pipeline = await client.create('MediaPipeline');
  await client.manager.on('ObjectCreated', () => {});
  await pipeline.on('Error', () => {});
  server.answer = ({method}) => method === 'invoke' ? kNoReply : undefined;
  const name = pipeline.getName();
  await server.until(() => server.requestsFor('invoke').length === 1);
  server.answer = undefined;
  server.knownSessions.clear();
  const back = reconnected();
  server.cut();

  await assert.rejects(name, (error) => error instanceof ConnectionError && error.problem === 'session-lost');
  assert.deepEqual(await back, {sessionKept: false});
  await client.keepAlive();
  assert.deepEqual(server.requestsFor('subscribe').map(({params}) => params.object),
                   ['manager_ServerManager', pipeline.id, 'manager_ServerManager']);
  assert.notEqual(client.object(pipeline.id), pipeline);
});

test('a session in which nothing was done yet is no loss', async () => {
  server.answer = ({method}) => method === 'create' ? kNoReply : undefined;
  const pipeline = client.create('MediaPipeline');
  await server.until(() => server.requestsFor('create').length === 1);
  server.answer = undefined;
  server.knownSessions.clear();
  server.cut();
  assert.ok(await pipeline);
});

test('a server that does not answer pings is given up and found again', async () => {
  const attentive = await server.connect({pingIntervalMs: 5, requestTimeoutMs: 50});
  await attentive.create('MediaPipeline');
  let deaf = true;
  server.answer = ({method}) => method === 'ping' && deaf ? kNoReply : undefined;
  const back = new Promise<{sessionKept: boolean}>((resolve) => attentive.on('reconnected', resolve));
  attentive.on('disconnected', () => { deaf = false; });
  assert.deepEqual(await back, {sessionKept: true});
  attentive.disconnect();
});

test('attempts go on until one succeeds', async () => {
  await client.create('MediaPipeline');
  let attempts = 0;
  server.answer = ({method}) => {
    if (method !== 'connect' || ++attempts > 3) return undefined;
    server.cut();
    return kNoReply;
  };
  const back = reconnected();
  server.cut();
  assert.deepEqual(await back, {sessionKept: true});
  assert.equal(attempts, 4);
});

test('disconnect leaves the session for another client', async () => {
  const pipeline = await client.create('MediaPipeline');
  client.disconnect();
  const heir = await server.connect({sessionId: 'session'});
  assert.equal(heir.sessionId, 'session');
  assert.equal(heir.object(pipeline.id).id, pipeline.id);
  assert.equal(server.requestsFor('closeSession').length, 0);
  heir.disconnect();
});

import assert from 'node:assert/strict';
import {afterEach, beforeEach, test} from 'node:test';

import {ConnectionError, HubPort, MediaPipeline, MediaServer, MediaServerError, RemoteObject, ServerManager,
        TransactionStopped, WebRtcEndpoint} from '../index.js';
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

/** An event may take a turn of the loop more than the reply that follows it. */
function nextOf<T>(register: (handler: (value: T) => void) => unknown): Promise<T> {
  return new Promise((resolve) => register(resolve));
}

async function makeEndpoint(): Promise<{pipeline: MediaPipeline; endpoint: WebRtcEndpoint}> {
  const pipeline = await client.create('MediaPipeline');
  return {pipeline, endpoint: await pipeline.create('WebRtcEndpoint', {recvonly: true})};
}

test('connect takes the session that the server gives', () => {
  assert.equal(client.sessionId, 'session');
  assert.equal(client.serverId, 'server');
});

test('connect fails clearly when nobody listens', async () => {
  const other = await FakeServer.start();
  const url = other.url;
  await other.stop();
  await assert.rejects(MediaServer.connect(url),
                       (error) => error instanceof ConnectionError && error.problem === 'unreachable');
});

test('connect with an unknown session is refused', async () => {
  await assert.rejects(server.connect({sessionId: 'old'}),
                       (error) => error instanceof MediaServerError && error.code === 40007);
});

test('create makes typed objects below their parents', async () => {
  const {pipeline, endpoint} = await makeEndpoint();
  const composite = await pipeline.create('Composite');
  const port = await composite.create('HubPort');

  assert.ok(pipeline instanceof MediaPipeline);
  assert.ok(endpoint instanceof WebRtcEndpoint);
  assert.ok(port instanceof HubPort);
  assert.deepEqual(server.requestsFor('create').map(({params}) => params), [
    {type: 'MediaPipeline', constructorParams: {}, sessionId: 'session'},
    {type: 'WebRtcEndpoint', constructorParams: {recvonly: true, mediaPipeline: pipeline.id}, sessionId: 'session'},
    {type: 'Composite', constructorParams: {mediaPipeline: pipeline.id}, sessionId: 'session'},
    {type: 'HubPort', constructorParams: {hub: composite.id}, sessionId: 'session'},
  ]);
});

test('operations send ids for objects and leave out what is not given', async () => {
  const {endpoint} = await makeEndpoint();
  await endpoint.connect(endpoint, 'AUDIO');
  assert.deepEqual(server.requestsFor('invoke')[0]?.params, {
    object: endpoint.id, operation: 'connect', sessionId: 'session',
    operationParams: {sink: endpoint.id, mediaType: 'AUDIO'},
  });
});

test('results hold objects in place of ids, each object once', async () => {
  const {pipeline, endpoint} = await makeEndpoint();
  const answers: Record<string, unknown> = {
    getMediaPipeline: pipeline.id,
    getParent: null,
    getSourceConnections: [{source: endpoint.id, sink: endpoint.id, type: 'VIDEO', sourceDescription: 'default',
                            sinkDescription: 'default'}],
    getStats: null,
    getName: 'name',
  };
  server.answer = ({method, params}) =>
      method === 'invoke' ? {sessionId: 'session', value: answers[params.operation]} : undefined;

  assert.equal(await endpoint.getMediaPipeline(), pipeline);
  assert.equal(await pipeline.getParent(), null);
  const [link] = await endpoint.getSourceConnections();
  assert.equal(link?.source, endpoint);
  assert.equal(link?.type, 'VIDEO');
  assert.deepEqual(await endpoint.getStats(), {});
  assert.equal(await endpoint.getName(), 'name');
});

test('entries of statistics are told apart by their type', async () => {
  const {endpoint} = await makeEndpoint();
  server.answer = ({method}) => method !== 'invoke' ? undefined : {value: {
    a: {__module__: 'kurento', __type__: 'RTCInboundRTPStreamStats', packetsReceived: 7},
    b: {__module__: 'kurento', __type__: 'RTCOutboundRTPStreamStats', packetsSent: 8},
  }};
  let received = 0;
  for (const entry of Object.values(await endpoint.getStats('VIDEO'))) {
    if (entry.__type__ === 'RTCInboundRTPStreamStats') received += entry.packetsReceived;
  }
  assert.equal(received, 7);
});

test('a refusal is a MediaServerError with code and type', async () => {
  const {endpoint} = await makeEndpoint();
  server.answer = ({method}) => {
    if (method === 'invoke') throw {code: 40201, message: 'Empty offer not valid', data: {type: 'SDP_PARSE_ERROR'}};
    return undefined;
  };
  await assert.rejects(endpoint.processOffer(''), (error) => {
    assert.ok(error instanceof MediaServerError);
    assert.deepEqual([error.code, error.type, error.message], [40201, 'SDP_PARSE_ERROR', 'Empty offer not valid']);
    return true;
  });
});

test('a missing reply is a ConnectionError after the time limit', async () => {
  const hasty = await server.connect({requestTimeoutMs: 20});
  server.answer = ({method}) => method === 'create' ? kNoReply : undefined;
  await assert.rejects(hasty.create('MediaPipeline'),
                       (error) => error instanceof ConnectionError && error.problem === 'timeout');
  hasty.disconnect();
});

test('messages that are none of the protocol are ignored', async () => {
  server.send('text');
  server.send({id: 9999, result: {}});
  server.send({method: 'onEvent'});
  server.send(null);
  assert.ok(await client.create('MediaPipeline'));
});

test('handlers get the events of their object and type', async () => {
  const {pipeline, endpoint} = await makeEndpoint();
  const seen: string[] = [];
  await endpoint.on('IceCandidateFound', ({candidate, source}) => {
    assert.equal(source, endpoint);
    seen.push(candidate.candidate);
  });
  const candidate = {candidate: 'one', sdpMid: '0', sdpMLineIndex: 0};
  server.sendEvent(pipeline.id, 'IceCandidateFound', {source: pipeline.id, candidate});
  server.sendEvent(endpoint.id, 'IceGatheringDone', {source: endpoint.id});
  server.sendEvent(endpoint.id, 'IceCandidateFound', {source: endpoint.id, candidate});
  await client.keepAlive();
  assert.deepEqual(seen, ['one']);
});

test('several handlers share one subscription, which goes with the last', async () => {
  const {endpoint} = await makeEndpoint();
  let first = 0, second = 0;
  const one = await endpoint.on('EndOfStream' as never, () => { ++first; });
  const two = await endpoint.on('EndOfStream' as never, () => { ++second; });
  server.sendEvent(endpoint.id, 'EndOfStream', {});
  await client.keepAlive();
  await one.cancel();
  server.sendEvent(endpoint.id, 'EndOfStream', {});
  await client.keepAlive();
  assert.equal(server.requestsFor('unsubscribe').length, 0);
  await two.cancel();

  assert.deepEqual([first, second], [1, 2]);
  assert.equal(server.requestsFor('subscribe').length, 1);
  assert.equal(server.requestsFor('unsubscribe').length, 1);
});

test('an event that overtakes the reply to its subscription is delivered', async () => {
  const {endpoint} = await makeEndpoint();
  server.answer = ({method}) => {
    if (method === 'subscribe') server.sendEvent(endpoint.id, 'IceGatheringDone', {source: endpoint.id});
    return undefined;
  };
  let seen = 0;
  await endpoint.on('IceGatheringDone', () => { ++seen; });
  assert.equal(seen, 1);
});

test('a handler that throws hinders nobody', async () => {
  const {endpoint} = await makeEndpoint();
  const error = nextOf((handler) => client.on('handlerError', handler));
  let seen = 0;
  await endpoint.on('IceGatheringDone', () => { throw new Error('mine'); });
  await endpoint.on('IceGatheringDone', () => { ++seen; });
  server.sendEvent(endpoint.id, 'IceGatheringDone', {source: endpoint.id});
  assert.equal(((await error) as Error).message, 'mine');
  await client.keepAlive();
  assert.equal(seen, 1);
});

test('a transaction is one message, with references to its own objects', async () => {
  server.answer = ({method, params}) => {
    if (method !== 'transaction') return undefined;
    return {sessionId: 'session', value: params.operations.map(({id, method}: any) => ({
      id, jsonrpc: '2.0',
      result: {value: method === 'create' ? `uuid_kurento.${['MediaPipeline', 'WebRtcEndpoint'][id]}` : 'text'},
    }))};
  };
  const {pipeline, endpoint, name} = await client.transaction((transaction) => {
    const pipeline = transaction.create('MediaPipeline');
    const endpoint = transaction.create('WebRtcEndpoint', {mediaPipeline: pipeline});
    void endpoint.connect(endpoint);
    return {pipeline, endpoint, name: endpoint.getName()};
  });

  const operations = server.requestsFor('transaction')[0]?.params.operations;
  assert.deepEqual(operations.map(({id}: any) => id), [0, 1, 2, 3]);
  assert.deepEqual(operations[1].params.constructorParams, {mediaPipeline: 'newref:0'});
  assert.equal(operations[2].params.object, 'newref:1');
  assert.deepEqual(operations[2].params.operationParams, {sink: 'newref:1'});
  assert.equal(pipeline.id, 'uuid_kurento.MediaPipeline');
  assert.equal(client.object(endpoint.id), endpoint);
  assert.equal(await name, 'text');
  server.answer = undefined;
  await endpoint.gatherCandidates();
  assert.equal(server.requestsFor('invoke')[0]?.params.object, 'uuid_kurento.WebRtcEndpoint');
});

test('a transaction fails with its first error and names what was not tried', async () => {
  const {pipeline} = await makeEndpoint();
  server.answer = ({method}) => method !== 'transaction' ? undefined : {value: [
    {id: 0, result: {value: null}},
    {id: 1, error: {code: 40110, message: 'no tag', data: {type: 'MEDIA_OBJECT_TAG_KEY_NOT_FOUND'}}},
  ]};
  const parts: Promise<unknown>[] = [];
  await assert.rejects(client.transaction((transaction) => {
    const mine = transaction.use(pipeline);
    parts.push(mine.setName('x'), mine.getTag('y'), mine.getTags());
  }), (error) => error instanceof MediaServerError && error.code === 40110);
  const [first, second, third] = await Promise.allSettled(parts);
  assert.equal(first?.status, 'fulfilled');
  assert.ok(second?.status === 'rejected' && second.reason instanceof MediaServerError);
  assert.ok(third?.status === 'rejected' && third.reason instanceof TransactionStopped);
});

test('release ends an object, its children and their handlers', async () => {
  const {pipeline, endpoint} = await makeEndpoint();
  let seen = 0;
  await endpoint.on('IceGatheringDone', () => { ++seen; });
  await pipeline.release();
  server.sendEvent(endpoint.id, 'IceGatheringDone', {source: endpoint.id});
  await client.keepAlive();
  assert.equal(seen, 0);
  assert.notEqual(client.object(endpoint.id), endpoint);
});

test('objects of unknown modules can be invoked', async () => {
  server.answer = ({method}) => method === 'create' ? {value: 'p/uuid_heartbeat.Heartbeat'} :
      method === 'invoke' ? {value: 1} : undefined;
  const heart = await client.create('heartbeat.Heartbeat', {periodMs: 10});
  assert.equal(heart.constructor, RemoteObject);
  assert.equal(await heart.invoke('beatNow'), 1);
});

test('the manager is an object like others', async () => {
  assert.ok(client.manager instanceof ServerManager);
  assert.equal(client.manager.id, 'manager_ServerManager');
});

test('close ends the session and everything after it fails', async () => {
  await client.close();
  assert.equal(server.requestsFor('closeSession').length, 1);
  await assert.rejects(client.keepAlive(), (error) => error instanceof ConnectionError && error.problem === 'closed');
});

// The hubs that pass media on as it is: who is seen and heard is switched while calls go on.
import assert from 'node:assert/strict';
import {callKurento, connectPeer, expectColours, expectTone, inPage, kurentoEndpoint, rawEndpoint} from '../harness/call.mjs';
import {scene} from '../harness/scene.mjs';
import {sleep, until} from '../harness/wait.mjs';

const kCentre = [0.5, 0.5];
const kConnectError = 40004, kNotFound = 40101;
const kSwitchWithin_ms = 1500;  // a key frame that is asked for, and two pictures of a busy page
const kGuests = {
  red: {colour: [200, 30, 30], hz: 500},
  green: {colour: [30, 170, 30], hz: 800},
  blue: {colour: [30, 30, 200], hz: 1300},
};

/** A pipeline with a hub of that class, and a port of it for each of `names`. */
async function makeHub(client, type, names) {
  const pipeline = await client.create('MediaPipeline');
  const hub = await client.create(type, {mediaPipeline: pipeline});
  const ports = {};
  for (const name of names) ports[name] = await client.create('HubPort', {hub});
  return {pipeline, hub, ports};
}

async function publish(client, page, {pipeline, ports}, name) {
  const endpoint = await rawEndpoint(client, pipeline, {useDataChannels: true});
  await client.invoke(endpoint.object, 'connect', {sink: ports[name]});
  await connectPeer(page, name, endpoint, {direction: 'sendonly', source: kGuests[name], channels: [{label: 'chat'}]});
}

async function view(client, page, {pipeline, ports}, name) {
  const endpoint = await rawEndpoint(client, pipeline, {useDataChannels: true});
  await client.invoke(ports[name], 'connect', {sink: endpoint.object});
  await connectPeer(page, name, endpoint, {direction: 'recvonly', channels: [{label: 'chat'}]});
}

async function expectGuest(page, name, guest) {
  await expectColours(page, name, [[kCentre, kGuests[guest].colour]]);
  return expectTone(page, name, kGuests[guest].hz);
}

async function codeOf(promise) {
  const error = await promise.then(() => assert.fail('no error'), (caught) => caught);
  return error.code;
}

scene('a Dispatcher shows each viewer who it is told to, and no thread is added for it', async (s) => {
  const client = await s.rawClient();
  const stage = await makeHub(client, 'Dispatcher', ['red', 'green', 'viewer 1', 'viewer 2']);
  const page = await s.page();
  for (const name of ['red', 'green']) await publish(client, page, stage, name);
  const threads = s.media_server.threadCount();
  const join = (source, sink) => client.invoke(stage.hub, 'connect', {source: stage.ports[source], sink: stage.ports[sink]});
  await join('red', 'viewer 1');
  for (const name of ['viewer 1', 'viewer 2']) await view(client, page, stage, name);
  await expectGuest(page, 'viewer 1', 'red');
  assert.equal((await inPage(page, 'inbound', 'viewer 2')).packets, 0);

  await join('red', 'viewer 2');
  await expectGuest(page, 'viewer 2', 'red');
  await inPage(page, 'longestFreeze', 'viewer 1');
  const begin_ms = performance.now();
  await join('green', 'viewer 1');
  await expectColours(page, 'viewer 1', [[kCentre, kGuests.green.colour]]);
  s.fact('the other publisher is seen after', `${Math.round(performance.now() - begin_ms)} ms`);
  const freeze_ms = await inPage(page, 'longestFreeze', 'viewer 1');
  s.fact('longest time between pictures while switching', `${Math.round(freeze_ms)} ms`);
  assert.ok(freeze_ms < kSwitchWithin_ms, `${freeze_ms} ms`);
  s.fact('tone after switching', await expectGuest(page, 'viewer 1', 'green'));
  await expectGuest(page, 'viewer 2', 'red');

  await inPage(page, 'say', 'green', 'chat', 'hello');
  await until('viewer 1 reads the message', async () => (await inPage(page, 'heard', 'viewer 1', 'chat')).length === 1);
  assert.deepEqual(await inPage(page, 'heard', 'viewer 2', 'chat'), []);
  assert.equal(s.media_server.threadCount(), threads);
});

scene('a DispatcherOneToMany shows everybody its one source, and nobody anything without one', async (s) => {
  const client = await s.rawClient();
  const viewers = ['viewer 1', 'viewer 2'];
  const stage = await makeHub(client, 'DispatcherOneToMany', ['red', 'blue', ...viewers]);
  const page = await s.page();
  for (const name of ['red', 'blue']) await publish(client, page, stage, name);
  for (const name of viewers) await view(client, page, stage, name);

  for (const guest of ['red', 'blue', 'red']) {
    await client.invoke(stage.hub, 'setSource', {source: stage.ports[guest]});
    for (const name of viewers) await expectGuest(page, name, guest);
  }
  await client.invoke(stage.hub, 'removeSource');
  const received = async () => (await inPage(page, 'inbound', 'viewer 1')).packets;
  let before = -1;
  await until('nothing comes any more', async () => {
    const now = await received(), has_stopped = now === before;
    before = now;
    if (!has_stopped) await sleep(300);
    return has_stopped;
  });
  await client.invoke(stage.hub, 'setSource', {source: stage.ports.blue});
  await client.release(stage.ports.red);
  for (const name of viewers) await expectGuest(page, name, 'blue');
});

// That client sends ports that were awaited as objects, not as ids.
scene('an application with kurento-client says who everybody sees', async (s) => {
  const pipeline = await callKurento(await s.kurento(), 'create', 'MediaPipeline');
  const hub = await callKurento(pipeline, 'create', 'DispatcherOneToMany');
  const page = await s.page();
  const ports = {};
  for (const name of ['red', 'green', 'viewer']) {
    const endpoint = await kurentoEndpoint(pipeline);
    ports[name] = await callKurento(hub, 'createHubPort');
    if (name === 'viewer') await callKurento(ports[name], 'connect', endpoint.object);
    else await callKurento(endpoint.object, 'connect', ports[name]);
    await connectPeer(page, name, endpoint, name === 'viewer' ? {direction: 'recvonly'} : {direction: 'sendonly', source: kGuests[name]});
  }
  for (const guest of ['red', 'green']) {
    await callKurento(hub, 'setSource', ports[guest]);
    await expectGuest(page, 'viewer', guest);
  }
});

scene('dispatchers refuse ports that are not theirs', async (s) => {
  const client = await s.rawClient();
  for (const type of ['Dispatcher', 'DispatcherOneToMany']) {
    const one = await makeHub(client, type, ['own', 'gone']), other = await makeHub(client, type, ['foreign']);
    await client.release(one.ports.gone);
    const use = (source) => type === 'Dispatcher' ? client.invoke(one.hub, 'connect', {source, sink: one.ports.own})
        : client.invoke(one.hub, 'setSource', {source});
    assert.equal(await codeOf(use(other.ports.foreign)), kConnectError);
    assert.equal(await codeOf(use(one.ports.gone)), kNotFound);
    await use(one.ports.own);  // Itself is no error.
  }
});

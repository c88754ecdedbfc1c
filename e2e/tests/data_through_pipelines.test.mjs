// Messages of data channels on their way through a pipeline: past other elements, and through hubs.
import assert from 'node:assert/strict';
import {connectPeer, inPage, rawEndpoint} from '../harness/call.mjs';
import {scene} from '../harness/scene.mjs';
import {until} from '../harness/wait.mjs';

/** A peer with a channel, connected to nothing yet. */
async function talker(client, page, pipeline, name) {
  const endpoint = await rawEndpoint(client, pipeline, {useDataChannels: true});
  await connectPeer(page, name, endpoint, {direction: 'none', channels: [{label: 'chat'}]});
  await until(() => `the channel of ${name} is open`, async () => (await inPage(page, 'channels', name)).some(({state}) => state === 'open'));
  return endpoint.object;
}

const texts = async (page, name) => (await inPage(page, 'heard', name, 'chat')).map(({text}) => text);
/** Says something until it is heard: from then on the links are there. */
async function settle(page, from, to) {
  let n = 0;
  await until(() => `${to} hears ${from}`, async () => {
    await inPage(page, 'say', from, 'chat', `${from} ${n++}`);
    return (await texts(page, to)).some((text) => text.startsWith(from));
  });
}

scene('messages pass a filter, a PassThrough and a dispatcher on their way', async (s) => {
  const client = await s.rawClient();
  const pipeline = await client.create('MediaPipeline');
  const page = await s.page();
  const [from, to] = [await talker(client, page, pipeline, 'from'), await talker(client, page, pipeline, 'to')];
  const filter = await client.create('GStreamerFilter', {mediaPipeline: pipeline, command: 'videobalance'});
  const pass = await client.create('PassThrough', {mediaPipeline: pipeline});
  const hub = await client.create('DispatcherOneToMany', {mediaPipeline: pipeline});
  const [into, out] = [await client.create('HubPort', {hub}), await client.create('HubPort', {hub})];
  const way = [from, filter, pass, into];
  for (let i = 1; i < way.length; ++i) await client.invoke(way[i - 1], 'connect', {sink: way[i]});
  await client.invoke(out, 'connect', {sink: to});
  await client.invoke(hub, 'setSource', {source: into});

  await settle(page, 'from', 'to');
  await inPage(page, 'say', 'from', 'chat', 'grüß dich');
  await until('it is heard whole', async () => (await texts(page, 'to')).at(-1) === 'grüß dich');
  assert.deepEqual(await texts(page, 'from'), []);
});

for (const type of ['Composite', 'AlphaBlending']) {
  scene(`${type}: everybody hears the messages of all others, whoever comes and goes`, async (s) => {
    const client = await s.rawClient();
    const pipeline = await client.create('MediaPipeline');
    const hub = await client.create(type, {mediaPipeline: pipeline});
    const page = await s.page();
    const ports = {};
    const join = async (name) => {
      const endpoint = await talker(client, page, pipeline, name);
      ports[name] = await client.create('HubPort', {hub});
      await client.invoke(endpoint, 'connect', {sink: ports[name], mediaType: 'DATA'});
      await client.invoke(ports[name], 'connect', {sink: endpoint, mediaType: 'DATA'});
    };
    const say = (name, text) => inPage(page, 'say', name, 'chat', text);
    const lastOf = async (name) => (await texts(page, name)).at(-1);
    for (const name of ['ann', 'bob']) await join(name);
    await settle(page, 'ann', 'bob');
    await settle(page, 'bob', 'ann');
    await join('cid');
    await settle(page, 'ann', 'cid');
    await settle(page, 'cid', 'bob');

    for (const name of ['ann', 'bob', 'cid']) await say(name, `I am ${name}`);
    for (const name of ['ann', 'bob', 'cid']) {
      const others = ['ann', 'bob', 'cid'].filter((other) => other !== name).map((other) => `I am ${other}`);
      await until(() => `${name} hears ${others}`, async () => {
        const heard = await texts(page, name);
        return others.every((text) => heard.includes(text));
      });
      assert.ok(!(await texts(page, name)).includes(`I am ${name}`), `${name} does not hear itself`);
    }

    await client.release(ports.bob);
    await until('who has left hears nothing more', async () => {
      const before = await lastOf('bob');
      await say('ann', `${Math.random()}`);
      await until('the others still do', async () => (await lastOf('cid')).startsWith('0.'));
      return await lastOf('bob') === before;
    });
    await say('bob', 'is anybody there?');
    await say('ann', 'the end');
    await until('the rest goes on', async () => await lastOf('cid') === 'the end');
    assert.ok(!(await texts(page, 'cid')).includes('is anybody there?'));
  });
}

// Networks that leave few ways: no UDP, no IPv4, names instead of addresses.
import assert from 'node:assert/strict';
import {connectPeer, expectCameraPicture, expectTone, inPage, rawEndpoint} from '../harness/call.mjs';
import {kToneHz} from '../harness/fake_devices.mjs';
import {scene} from '../harness/scene.mjs';

/** A loopback between hosts of the scene's lab: {client, endpoint, candidates of the page, way}. */
async function call(s, page, server, options) {
  const client = await s.rawClient(server.url);
  const pipeline = await client.create('MediaPipeline');
  const endpoint = await rawEndpoint(client, pipeline);
  await client.invoke(endpoint.object, 'connect', {sink: endpoint.object});
  const {candidates} = await connectPeer(page, 'call', endpoint, options);
  await expectCameraPicture(page, 'call');
  const way = await inPage(page, 'way', 'call');
  s.fact('way', way);
  return {client, endpoint, candidates, way};
}

scene('where UDP is blocked, ICE-TCP carries the call', async (s) => {
  const server = await s.anotherServer({host: s.lab.host('server')});
  const browser = s.lab.host('browser', {nat: 'port restricted'});
  browser.block('meta l4proto udp');
  const page = await s.pageOf({host: browser});
  const {way} = await call(s, page, server);
  assert.equal(way.local.protocol, 'tcp');
  s.fact('tone heard', await expectTone(page, 'call', kToneHz));
});

scene('where there is only IPv6, the call goes over it', async (s) => {
  const [server_host, browser] = [s.lab.host('server', {family: 6}), s.lab.host('browser', {family: 6})];
  const page = await s.pageOf({host: browser});
  const {way} = await call(s, page, await s.anotherServer({host: server_host}));
  assert.equal(way.remote.address.replace(/[[\]]/g, ''), server_host.address);
  s.fact('tone heard', await expectTone(page, 'call', kToneHz));
});

scene('a browser that tells names instead of addresses is called all the same', async (s) => {
  const server = await s.anotherServer({host: s.lab.host('server')});
  const page = await s.pageOf({host: s.lab.host('browser'), has_permission: false});
  const {candidates} = await call(s, page, server, {source: 'canvas'});
  s.fact('candidates of the browser', candidates);
  assert.ok(candidates.length > 0 && candidates.every((candidate) => candidate.includes('.local ')));
});

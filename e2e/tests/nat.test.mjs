// A browser behind each kind of NAT, and a real coturn. Where a direct way cannot be, the one that the
// test configures is the only one, and the browser says which it took.
import assert from 'node:assert/strict';
import {connectPeer, expectCameraPicture, expectTone, inPage, rawEndpoint} from '../harness/call.mjs';
import {kToneHz} from '../harness/fake_devices.mjs';
import {kNatKinds} from '../harness/net_lab.mjs';
import {scene} from '../harness/scene.mjs';
import {TurnServer} from '../harness/turn_server.mjs';

async function startTurn(s) {
  const turn = await TurnServer.start(s.lab, s.lab.host('turn'));
  s.atEnd(() => turn.stop());
  return turn;
}

/** Loopback of the camera through `server`; the way that it took. properties: set on the endpoint first. */
async function call(s, page, server, name, {properties = {}, ...options} = {}) {
  const client = await s.rawClient(server.url);
  const pipeline = await client.create('MediaPipeline');
  const endpoint = await rawEndpoint(client, pipeline);
  for (const [property, value] of Object.entries(properties)) await client.invoke(endpoint.object, `set${property}`, {[property[0].toLowerCase() + property.slice(1)]: value});
  await client.invoke(endpoint.object, 'connect', {sink: endpoint.object});
  await connectPeer(page, name, endpoint, options);
  await expectCameraPicture(page, name);
  s.fact(`${name}: tone heard`, await expectTone(page, name, kToneHz));
  const way = await inPage(page, 'way', name);
  s.fact(name, way);
  await inPage(page, 'hangUp', name);
  await client.release(pipeline);
  return way;
}

for (const nat of kNatKinds) {
  scene(`a browser behind a ${nat} NAT: directly, by STUN and by TURN, the picture comes back`, async (s) => {
    const turn = await startTurn(s);
    const [open, hidden, fenced] = [s.lab.host('open'), s.lab.host('hidden', {nat: 'port restricted'}), s.lab.host('fenced', {nat: 'port restricted'})];
    fenced.block(`ip daddr != ${turn.address} meta l4proto udp`);
    const servers = {
      open: await s.anotherServer({host: open}),
      hidden: await s.anotherServer({host: hidden}),
      hidden_with_stun: await s.anotherServer({host: hidden, modules: {WebRtcEndpoint: {stunServerAddress: turn.address, stunServerPort: turn.port}}}),
      fenced: await s.anotherServer({host: fenced}),
      fenced_with_turn: await s.anotherServer({host: fenced, modules: {WebRtcEndpoint: {turnURL: turn.turnUrl('udp')}}}),
    };
    const page = await s.pageOf({host: s.lab.host('browser', {nat})});

    let way = await call(s, page, servers.open, 'server in the open');
    assert.deepEqual([way.remote.type, way.remote.address], ['host', open.address]);

    const iceServers = [turn.stunServer];  // for TURN of the server, too: it has to know whom to let in
    if (nat !== 'symmetric') {             // two NATs of which one maps by destination need a relay
      way = await call(s, page, servers.hidden, 'STUN, asked for by the API', {iceServers, properties: {StunServerAddress: turn.address, StunServerPort: turn.port}});
      assert.match(way.remote.type, /^(s|p)rflx$/);
      way = await call(s, page, servers.hidden_with_stun, 'STUN, configured', {iceServers});
      assert.match(way.remote.type, /^(s|p)rflx$/);
    }
    for (const transport of ['tcp', 'tls']) {
      way = await call(s, page, servers.fenced, `TURN of the server over ${transport}, asked for by the API`, {iceServers, properties: {TurnUrl: turn.turnUrl(transport)}});
      assert.deepEqual([way.remote.type, way.remote.address], ['relay', turn.address]);
    }
    way = await call(s, page, servers.fenced_with_turn, 'TURN of the server over UDP, configured', {iceServers});
    assert.deepEqual([way.remote.type, way.remote.address], ['relay', turn.address]);

    way = await call(s, page, servers.open, 'TURN of the browser, over UDP', {iceServers: [turn.iceServer('udp')], iceTransportPolicy: 'relay'});
    assert.deepEqual([way.local.type, way.local.relayProtocol], ['relay', 'udp']);
    way = await call(s, page, servers.open, 'TURN of the browser, over TCP', {iceServers: [turn.iceServer('tcp')], iceTransportPolicy: 'relay'});
    assert.deepEqual([way.local.type, way.local.relayProtocol], ['relay', 'tcp']);
  });
}

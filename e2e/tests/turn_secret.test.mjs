// A relay that knows no passwords: coturn with the configuration of its image, and credentials that the
// media server makes of a shared secret.
import assert from 'node:assert/strict';
import {connectPeer, expectCameraPicture, expectTone, inPage, rawEndpoint} from '../harness/call.mjs';
import {kToneHz} from '../harness/fake_devices.mjs';
import {scene} from '../harness/scene.mjs';
import {TurnServer} from '../harness/turn_server.mjs';

const kSecret = 'north by northwest';
const kDay_s = 24 * 3600;

scene('a browser that may only use the relay gets its credentials from the endpoint, and the picture comes back', async (s) => {
  const host = s.lab.host('server');
  const turn = await TurnServer.startHardened(s.lab, s.lab.host('turn'), {secret: kSecret, allowed: host.address});
  s.atEnd(() => turn.stop());
  const server = await s.anotherServer({host, modules: {WebRtcEndpoint: {turnURL: `${turn.address}:${turn.port}`, turnSharedSecret: kSecret}}});
  const client = await s.rawClient(server.url);
  const pipeline = await client.create('MediaPipeline');
  const endpoint = await rawEndpoint(client, pipeline);
  await client.invoke(endpoint.object, 'connect', {sink: endpoint.object});

  const [, username, credential] = /^(\d+):(.+)@/.exec(await client.invoke(endpoint.object, 'getTurnUrl'));
  const valid_s = Number(username) - Date.now() / 1000;
  assert.ok(valid_s > kDay_s - 60 && valid_s < kDay_s * 1.1, `valid for ${valid_s} s`);
  const page = await s.pageOf({host: s.lab.host('browser')});
  await connectPeer(page, 'relayed', endpoint, {iceServers: [{urls: `turn:${turn.address}:${turn.port}`, username, credential}], iceTransportPolicy: 'relay'});
  await expectCameraPicture(page, 'relayed');
  s.fact('tone heard', await expectTone(page, 'relayed', kToneHz));
  const way = await inPage(page, 'way', 'relayed');
  s.fact('way', way);
  assert.deepEqual([way.local.type, way.local.address], ['relay', turn.address]);
});

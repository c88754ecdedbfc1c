// The same loopback with bare protocol frames: what a client library in any language has to send.
import assert from 'node:assert/strict';
import {connectPeer, expectCameraPicture, expectTone, inPage, rawEndpoint} from '../harness/call.mjs';
import {kToneHz} from '../harness/fake_devices.mjs';
import {scene} from '../harness/scene.mjs';
import {until} from '../harness/wait.mjs';

const kEvents = ['IceGatheringDone', 'IceComponentStateChanged', 'NewCandidatePairSelected', 'DtlsConnectionStateChange',
  'ConnectionStateChanged', 'MediaStateChanged', 'MediaFlowInStateChanged', 'MediaFlowOutStateChanged'];

// libnice says READY when no check is left, also of pairs that lead nowhere: their retransmissions have to end.
const kAllChecksDone_ms = 45_000;

scene('raw WebSocket frames: the picture and the tone come back, and each event of the call is told', async (s) => {
  const client = await s.rawClient();
  const pipeline = await client.create('MediaPipeline');
  const endpoint = await rawEndpoint(client, pipeline);
  for (const type of kEvents) await client.subscribe(endpoint.object, type);
  await client.invoke(endpoint.object, 'connect', {sink: endpoint.object});
  const page = await s.page();
  await connectPeer(page, 'loopback', endpoint);
  s.fact('colours seen', await expectCameraPicture(page, 'loopback'));
  s.fact('tone heard', await expectTone(page, 'loopback', kToneHz));

  const missing = () => kEvents.filter((type) => !client.events.some((event) => event.type === type));
  await until(() => `events that never came: ${missing()}`, () => missing().length === 0);
  const iceStates = () => client.events.filter(({type}) => type === 'IceComponentStateChanged').map(({data}) => data.state);
  await until(() => `ICE is ready, but ${iceStates()}`, () => iceStates().includes('READY'), kAllChecksDone_ms);
  s.fact('ICE states', iceStates());

  const entries = Object.values(await client.invoke(endpoint.object, 'getStats'));
  const packets = (type, key) => entries.filter((entry) => entry.type === type).map((entry) => entry[key]);
  s.fact('server received', packets('inboundrtp', 'packetsReceived'));
  s.fact('server sent', packets('outboundrtp', 'packetsSent'));
  assert.ok(packets('inboundrtp', 'packetsReceived').some((count) => count > 50));
  assert.ok(packets('outboundrtp', 'packetsSent').some((count) => count > 50));

  await s.shoot();
  await client.release(pipeline);
  await inPage(page, 'hangUp', 'loopback');
  client.close();
  await s.media_server.expectNothingLeft();
});

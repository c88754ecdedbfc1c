// A page that changes networks begins ICE anew; the call goes on.
import assert from 'node:assert/strict';
import {connectPeer, expectCameraPicture, expectTone, inPage, kurentoEndpoint, restartIce} from '../harness/call.mjs';
import {kToneHz} from '../harness/fake_devices.mjs';
import {scene} from '../harness/scene.mjs';
import {until} from '../harness/wait.mjs';

scene('a page that offers again with new ICE credentials keeps its call', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const endpoint = await kurentoEndpoint(pipeline);
  await endpoint.object.connect(endpoint.object);
  const page = await s.page();
  const {answer} = await connectPeer(page, 'call', endpoint);
  await expectCameraPicture(page, 'call');
  const before = await inPage(page, 'way', 'call');
  const again = await restartIce(page, 'call', endpoint);
  const password = (sdp) => /^a=ice-pwd:(.*?)\s*$/m.exec(sdp)[1];
  assert.notEqual(password(again), password(answer));
  await until('the call takes a new way', async () => (await inPage(page, 'way', 'call')).local.port !== before.local.port);
  await expectCameraPicture(page, 'call');
  s.fact('tone heard', await expectTone(page, 'call', kToneHz));
});

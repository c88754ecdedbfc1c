// A client's mistake costs it an error, not the endpoint.
import assert from 'node:assert/strict';
import {callKurento, connectPeer, expectCameraPicture, kurentoEndpoint} from '../harness/call.mjs';
import {scene} from '../harness/scene.mjs';

const codeOf = (endpoint, method, ...values) =>
    callKurento(endpoint.object, method, ...values).then(() => 'no error', (error) => error.code);

scene('wrong SDP gets the documented error, and the endpoint can still be used', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const endpoint = await kurentoEndpoint(pipeline);
  assert.equal(await codeOf(endpoint, 'processOffer', ''), 40201);
  assert.equal(await codeOf(endpoint, 'processOffer', 'this is no SDP'), 40201);
  assert.equal(await codeOf(endpoint, 'processAnswer', 'v=0'), 40209);
  assert.equal(await codeOf(endpoint, 'getLocalSessionDescriptor'), 40202);
  assert.equal(await codeOf(endpoint, 'getRemoteSessionDescriptor'), 40203);

  await endpoint.object.connect(endpoint.object);
  const page = await s.page();
  const {offer} = await connectPeer(page, 'after the mistakes', endpoint);
  await expectCameraPicture(page, 'after the mistakes');
  assert.equal(await codeOf(endpoint, 'processOffer', offer), 40208);
  await expectCameraPicture(page, 'after the mistakes');
});

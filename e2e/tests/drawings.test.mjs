// getGstreamerDot: what works for an element at this moment is seen in its drawing, and all of it in that of the pipeline.
import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {connectPeer, expectCameraPicture, rawEndpoint} from '../harness/call.mjs';
import {kMediaFolder, mediaFile} from '../harness/media_files.mjs';
import {scene} from '../harness/scene.mjs';
import {until} from '../harness/wait.mjs';

const kLong_s = 30;

scene('the drawings of a player, a filter, a recorder and a publisher show the chains that work for them', async (s) => {
  const client = await s.rawClient();
  const pipeline = await client.create('MediaPipeline');
  const draw = (object) => client.invoke(object, 'getGstreamerDot');
  const shows = (object, part) => until(async () => `${object.split('_').at(-1)} shows ${part}`, async () => (await draw(object)).includes(part));
  const folder = mkdtempSync(join(kMediaFolder, 'drawings-'));
  s.atEnd(() => rmSync(folder, {recursive: true}));
  const page = await s.page();

  const player = await client.create('PlayerEndpoint', {mediaPipeline: pipeline, uri: `file://${mediaFile('webm', kLong_s)}`});
  assert.ok(!(await draw(player)).includes('GstPipeline'), 'nothing works before it plays');
  const filter = await client.create('GStreamerFilter', {mediaPipeline: pipeline, command: 'videobalance saturation=1.0'});
  const recorder = await client.create('RecorderEndpoint', {mediaPipeline: pipeline, uri: `file://${folder}/film.webm`});
  const viewer = await rawEndpoint(client, pipeline);
  await client.invoke(player, 'connect', {sink: filter});
  await client.invoke(filter, 'connect', {sink: viewer.object});
  await client.invoke(player, 'connect', {sink: recorder});
  await connectPeer(page, 'viewer', viewer, {direction: 'recvonly'});
  await client.invoke(recorder, 'record');
  await client.invoke(player, 'play');
  await expectCameraPicture(page, 'viewer');
  await shows(player, 'GstMatroskaDemux');
  await shows(filter, 'GstVideoBalance');
  await shows(recorder, 'GstWebMMux');

  const publisher = await rawEndpoint(client, pipeline);
  const other = await rawEndpoint(client, pipeline);
  await client.invoke(publisher.object, 'connect', {sink: other.object});
  await connectPeer(page, 'publisher', publisher, {direction: 'sendonly', codec: 'video/VP8'});
  await connectPeer(page, 'other', other, {direction: 'recvonly', codec: 'video/H264'});
  await expectCameraPicture(page, 'other');
  await shows(publisher.object, 'GstVP8Dec');

  const whole = await draw(pipeline);
  s.fact('length of the drawing', whole.length);
  for (const part of ['digraph pipeline', 'PlayerEndpoint', 'GstMatroskaDemux', 'GstVideoBalance', 'GstWebMMux', 'GstVP8Dec']) assert.ok(whole.includes(part), part);
  await client.release(player);
  await until('who is released is no longer drawn', async () => !(await draw(pipeline)).includes('GstMatroskaDemux'));
});

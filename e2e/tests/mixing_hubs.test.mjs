// The hubs that make something new of what comes in: one picture of several, and the sound of others.
import assert from 'node:assert/strict';
import {createSocket} from 'node:dgram';
import {connectPeer, expectColours, expectTone, inPage, rawEndpoint} from '../harness/call.mjs';
import {scene} from '../harness/scene.mjs';
import {until} from '../harness/wait.mjs';

const kBlack = [0, 0, 0];
const kGuests = {
  red: {colour: [200, 30, 30], hz: 500},
  green: {colour: [30, 170, 30], hz: 800},
  blue: {colour: [30, 30, 200], hz: 1300},
  yellow: {colour: [200, 190, 30], hz: 2100},
};
const kNames = Object.keys(kGuests);
const kTones = kNames.map((name) => kGuests[name].hz);
const kHeard_db = -50, kSilent_db = -75;
const kConnectError = 40004, kUnsupportedMediaType = 40005, kIllegalParameter = 40107;

async function makeHub(client, type, parameters = {}) {
  const pipeline = await client.create('MediaPipeline');
  return {client, pipeline, hub: await client.create(type, {mediaPipeline: pipeline, ...parameters})};
}

/** A port with a page's peer, joined in the direction that the page offers. */
async function join(page, {client, pipeline, hub}, name, {direction = 'sendrecv', ...options} = {}) {
  const port = await client.create('HubPort', {hub});
  const endpoint = await rawEndpoint(client, pipeline);
  if (direction !== 'recvonly') await client.invoke(endpoint.object, 'connect', {sink: port});
  if (direction !== 'sendonly') await client.invoke(port, 'connect', {sink: endpoint.object});
  await connectPeer(page, name, endpoint, {direction, source: kGuests[name], ...options});
  return {port, endpoint: endpoint.object};
}

const colour = (name) => kGuests[name]?.colour ?? kBlack;

/** `names` row by row; null: an empty cell. */
function expectGrid(page, viewer, columns, names) {
  const rows = Math.ceil(names.length / columns);
  return expectColours(page, viewer, names.map((name, n) => [[(n % columns + 0.5) / columns, (Math.floor(n / columns) + 0.5) / rows], colour(name)]), 30_000);
}

/** Waits until exactly these are heard. */
async function expectHeard(page, listener, names) {
  let seen;
  await until(() => `${listener} hears ${names}, but levels are ${JSON.stringify(seen)}`, async () => {
    seen = await inPage(page, 'levels', listener, kTones);
    return kNames.every((name, n) => names.includes(name) ? seen[n] > kHeard_db : seen[n] < kSilent_db);
  }, 20_000);
  return seen.map(Math.round);
}

async function codeOf(promise) {
  const error = await promise.then(() => assert.fail('no error'), (caught) => caught);
  return error.code;
}

scene('Composite: four cameras in four cells, and each hears the other three', async (s) => {
  const stage = await makeHub(await s.rawClient(), 'Composite', {width: 480, height: 360});
  const page = await s.page();
  for (const name of kNames) await join(page, stage, name);
  for (const name of kNames) await expectGrid(page, name, 2, kNames);
  assert.deepEqual(await inPage(page, 'size', 'red'), [480, 360]);
  const drawing = await stage.client.invoke(stage.hub, 'getGstreamerDot');
  for (const part of ['digraph pipeline', 'HubPort', 'GstCompositor', 'GstAudioMixer', 'port-3-video-in', 'GstVP8Enc']) assert.ok(drawing.includes(part), part);
  for (const name of kNames) s.fact(`levels heard by ${name}`, await expectHeard(page, name, kNames.filter((other) => other !== name)));
});

scene('Composite: guests come and go, and a viewer without a camera sees and hears it all the time', async (s) => {
  const client = await s.rawClient();
  const stage = await makeHub(client, 'Composite', {width: 480, height: 360});
  const page = await s.page();
  await join(page, stage, 'viewer', {direction: 'recvonly'});
  await expectGrid(page, 'viewer', 1, [null]);

  const guests = {};
  const enter = async (name) => { guests[name] = await join(page, stage, name, {direction: 'sendonly'}); };
  await enter('red');
  await expectGrid(page, 'viewer', 1, ['red']);
  await enter('green');
  await expectGrid(page, 'viewer', 2, ['red', 'green']);
  await enter('blue');
  await expectGrid(page, 'viewer', 2, ['red', 'green', 'blue', null]);
  s.fact('levels of three', await expectHeard(page, 'viewer', ['red', 'green', 'blue']));

  await inPage(page, 'longestFreeze', 'viewer');
  await client.release(guests.red.port);
  await expectGrid(page, 'viewer', 2, ['green', 'blue']);
  await expectHeard(page, 'viewer', ['green', 'blue']);
  await client.release(guests.green.endpoint);
  await expectGrid(page, 'viewer', 1, ['blue']);
  await expectHeard(page, 'viewer', ['blue']);
  const freeze_ms = await inPage(page, 'longestFreeze', 'viewer');
  s.fact('longest time between pictures while guests left', `${Math.round(freeze_ms)} ms`);
  assert.ok(freeze_ms < 1500, `${freeze_ms} ms`);
});

/** An RtpEndpoint and the socket of its peer, which sends zeros and calls each packet a key frame of VP9, until close(). */
async function sendRubbish({client, pipeline, hub}) {
  const kPayloadType = 96, kInterval_ms = 5, kWholeKeyFrame = 0x0c;
  const port = await client.create('HubPort', {hub}), endpoint = await client.create('RtpEndpoint', {mediaPipeline: pipeline});
  await client.invoke(endpoint, 'connect', {sink: port});
  const socket = createSocket('udp4');
  await new Promise((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const answer = await client.invoke(endpoint, 'processOffer', {offer: ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0',
    `m=video ${socket.address().port} RTP/AVP ${kPayloadType}`, `a=rtpmap:${kPayloadType} VP9/90000`, 'a=sendonly', ''].join('\r\n')});
  const to = Number(/m=video (\d+)/.exec(answer)[1]);
  let number = 0;
  const timer = setInterval(() => {
    const packet = Buffer.alloc(200);  // What is no frame at all makes each decoder fail at once.
    packet.set([0x80, 0x80 | kPayloadType, number >> 8 & 255, number & 255, 0, 0, number >> 4 & 255, number << 4 & 255, 0, 0, 0, 1, kWholeKeyFrame]);
    ++number;
    socket.send(packet, to, '127.0.0.1');
  }, kInterval_ms);
  return {close: () => { clearInterval(timer); socket.close(); }};
}

scene('Composite: a guest who sends rubbish is left out in the end, and nobody else notices', async (s) => {
  const client = await s.rawClient();
  const stage = await makeHub(client, 'Composite', {width: 480, height: 360});
  await client.subscribe(stage.hub, 'Error');
  const errors = () => client.events.filter(({object, type}) => object === stage.hub && type === 'Error');
  const page = await s.page();
  await join(page, stage, 'red');
  await join(page, stage, 'green');
  for (const viewer of ['red', 'green']) await expectGrid(page, viewer, 2, ['red', 'green']);
  await inPage(page, 'longestFreeze', 'green');

  const rubbish = await sendRubbish(stage);
  s.atEnd(() => rubbish.close());
  await until('the rubbish is given up', () => errors().length === 1, 30_000);

  s.fact('told', errors()[0].data.type);
  for (const viewer of ['red', 'green']) await expectGrid(page, viewer, 2, ['red', 'green']);
  const freeze_ms = await inPage(page, 'longestFreeze', 'green');
  s.fact('longest time between pictures', `${Math.round(freeze_ms)} ms`);
  assert.ok(freeze_ms < 1500, `${freeze_ms} ms`);
  s.fact('levels', await expectHeard(page, 'green', ['red']));
});

scene('AlphaBlending: the master fills the picture, and a second camera lies on it where it is told', async (s) => {
  const client = await s.rawClient();
  const stage = await makeHub(client, 'AlphaBlending');
  const page = await s.page();
  await join(page, stage, 'viewer', {direction: 'recvonly'});
  const [red, green] = [await join(page, stage, 'red', {direction: 'sendonly'}), await join(page, stage, 'green', {direction: 'sendonly'})];
  await client.invoke(stage.hub, 'setMaster', {source: red.port, zOrder: 1});
  await expectColours(page, 'viewer', [[[0.25, 0.25], colour('red')], [[0.75, 0.75], colour('red')]], 30_000);
  assert.deepEqual(await inPage(page, 'size', 'viewer'), [320, 240]);

  const place = (x, y, zOrder) => client.invoke(stage.hub, 'setPortProperties', {relativeX: x, relativeY: y, zOrder, relativeWidth: 0.5, relativeHeight: 0.5, port: green.port});
  await place(0.5, 0.5, 7);
  await expectColours(page, 'viewer', [[[0.25, 0.25], colour('red')], [[0.45, 0.45], colour('red')], [[0.55, 0.55], colour('green')], [[0.75, 0.75], colour('green')]]);
  await place(0, 0, 7);
  await expectColours(page, 'viewer', [[[0.25, 0.25], colour('green')], [[0.75, 0.75], colour('red')]]);
  await place(0, 0, 0);  // Behind the master.
  await expectColours(page, 'viewer', [[[0.25, 0.25], colour('red')], [[0.75, 0.75], colour('red')]]);
  s.fact('levels of both', await expectHeard(page, 'viewer', ['red', 'green']));
  assert.equal(await codeOf(place(-1, 0, 0)), kIllegalParameter);
});

scene('Mixer: sound is mixed as it is connected, and video goes from port to port', async (s) => {
  const client = await s.rawClient();
  const stage = await makeHub(client, 'Mixer');
  const page = await s.page();
  const viewer = await join(page, stage, 'viewer', {direction: 'recvonly'});
  const [red, green] = [await join(page, stage, 'red', {direction: 'sendonly'}), await join(page, stage, 'green', {direction: 'sendonly'})];
  const join_media = (operation, media, source) => client.invoke(stage.hub, operation, {media, source: source.port, sink: viewer.port});
  await join_media('connect', 'VIDEO', red);
  await join_media('connect', 'AUDIO', red);
  await expectColours(page, 'viewer', [[[0.5, 0.5], colour('red')]]);
  await expectTone(page, 'viewer', kGuests.red.hz);

  await join_media('connect', 'AUDIO', green);
  s.fact('levels of both', await expectHeard(page, 'viewer', ['red', 'green']));
  await join_media('disconnect', 'AUDIO', red);
  await expectHeard(page, 'viewer', ['green']);
  await join_media('connect', 'VIDEO', green);
  await expectColours(page, 'viewer', [[[0.5, 0.5], colour('green')]]);
  assert.equal(await codeOf(join_media('disconnect', 'VIDEO', green)), kUnsupportedMediaType);
  const other = await makeHub(client, 'Mixer');
  const foreign = {port: await client.create('HubPort', {hub: other.hub})};
  assert.equal(await codeOf(join_media('connect', 'AUDIO', foreign)), kConnectError);
});

// Data channels between pages and through the server, in both browsers.
import assert from 'node:assert/strict';
import {connectPeer, inPage, rawEndpoint} from '../harness/call.mjs';
import {scene} from '../harness/scene.mjs';
import {until} from '../harness/wait.mjs';

const kEvents = ['DataChannelOpened', 'DataChannelClosed', 'MediaFlowInStateChanged', 'MediaFlowOutStateChanged'];
const kOperationNotSupported = 40111, kIllegalParameter = 40107, kUnexpected = 40003;

const kLongestMessage = 262_144;

const kPages = {Chromium: (s) => s.page(), Firefox: (s) => s.firefoxPage()};

async function dataEndpoint(client, pipeline) {
  const endpoint = await rawEndpoint(client, pipeline, {useDataChannels: true});
  for (const type of kEvents) await client.subscribe(endpoint.object, type);
  endpoint.told = (type) => client.events.filter((event) => event.object === endpoint.object && event.type === type).map(({data}) => data);
  endpoint.channels = (type) => endpoint.told(type).map(({channelId}) => channelId);
  return endpoint;
}

const join = (client, source, sink) => client.invoke(source.object ?? source, 'connect', {sink: sink.object ?? sink, mediaType: 'DATA'});
const open = async (page, name) => (await inPage(page, 'channels', name)).filter(({state}) => state === 'open').map(({label}) => label).sort();
const isOpen = (page, name, label) => until(`${label} of ${name} is open`, async () => (await open(page, name)).includes(label));
const hears = (page, name, label, count) => until(() => `${name} hears ${count} messages on ${label}`,
    async () => (await inPage(page, 'heard', name, label)).length >= count);

async function codeOf(promise) {
  const error = await promise.then(() => assert.fail('no error'), (caught) => caught);
  return error.code;
}

for (const [browser, newPage] of Object.entries(kPages)) {
  scene(`${browser}: what a page says on its channels comes back, text and binary, and each event is told once`, async (s) => {
    const client = await s.rawClient();
    const pipeline = await client.create('MediaPipeline');
    const endpoint = await dataEndpoint(client, pipeline);
    await join(client, endpoint, endpoint);
    const page = await newPage(s);
    await connectPeer(page, 'echo', endpoint, {direction: 'none', channels: [{label: 'chat', protocol: 'v1'}, {label: 'files', ordered: false, maxRetransmits: 0}]});
    for (const label of ['chat', 'files']) await isOpen(page, 'echo', label);

    await inPage(page, 'say', 'echo', 'chat', 'grüß dich');
    await inPage(page, 'say', 'echo', 'chat', '');
    await inPage(page, 'say', 'echo', 'chat', [0, 1, 255]);
    await inPage(page, 'say', 'echo', 'files', 'on another channel');
    await hears(page, 'echo', 'chat', 3);
    await hears(page, 'echo', 'files', 1);
    assert.deepEqual(await inPage(page, 'heard', 'echo', 'chat'), [{text: 'grüß dich'}, {text: ''}, {bytes: [0, 1, 255]}]);
    assert.deepEqual(await inPage(page, 'heard', 'echo', 'files'), [{text: 'on another channel'}]);

    const entries = Object.values(await client.invoke(endpoint.object, 'getStats')).filter(({type}) => type === 'datachannel');
    const chat = entries.find(({label}) => label === 'chat');
    s.fact('statistics', chat);
    assert.equal(entries.length, 2);
    assert.deepEqual([chat.protocol, chat.state, chat.messagesReceived, chat.messagesSent, chat.bytesReceived, chat.bytesSent], ['v1', 'open', 3, 3, 14, 14]);

    const ids = (await inPage(page, 'channels', 'echo')).map(({id}) => id);
    assert.deepEqual(endpoint.channels('DataChannelOpened').toSorted(), ids.toSorted());
    await inPage(page, 'closeChannel', 'echo', 'chat');
    await until('the closing is told', () => endpoint.channels('DataChannelClosed').length > 0);
    await until('the page sees it closed', async () => (await inPage(page, 'channels', 'echo'))[0].state === 'closed');
    assert.deepEqual(endpoint.channels('DataChannelClosed'), [ids[0]]);
    assert.equal(endpoint.channels('DataChannelOpened').length, 2);
    const session = Object.values(await client.invoke(endpoint.object, 'getStats')).find(({type}) => type === 'session');
    assert.deepEqual([session.dataChannelsOpened, session.dataChannelsClosed], [2, 1]);
    for (const type of ['MediaFlowInStateChanged', 'MediaFlowOutStateChanged'])
      assert.equal(endpoint.told(type).filter(({mediaType, state}) => mediaType === 'DATA' && state === 'FLOWING').length, 1, type);

    await client.release(pipeline);
    await inPage(page, 'hangUp', 'echo');
    client.close();
    await s.media_server.expectNothingLeft();
  });

  scene(`${browser}: a channel that only the page knows of works from its first message on, up to the longest one`, async (s) => {
    const client = await s.rawClient();
    const endpoint = await dataEndpoint(client, await client.create('MediaPipeline'));
    await join(client, endpoint, endpoint);
    const page = await newPage(s);
    const {answer} = await connectPeer(page, 'peer', endpoint, {direction: 'none', channels: [{label: 'agreed', negotiated: true, id: 42}]});
    assert.match(answer, /^a=max-message-size:262144\s*$/m);
    await isOpen(page, 'peer', 'agreed');
    await inPage(page, 'say', 'peer', 'agreed', 'hello');
    await inPage(page, 'flood', 'peer', 'agreed', {count: 1, size: kLongestMessage});
    await hears(page, 'peer', 'agreed', 2);
    assert.deepEqual(await inPage(page, 'heard', 'peer', 'agreed'), [{text: 'hello'}, {size: kLongestMessage, number: 0, is_whole: true}]);
    assert.deepEqual(endpoint.channels('DataChannelOpened'), [42]);
    await inPage(page, 'closeChannel', 'peer', 'agreed');
    await until('the closing is told', () => endpoint.channels('DataChannelClosed').length > 0);
    assert.deepEqual(endpoint.channels('DataChannelClosed'), [42]);
  });

  scene(`${browser}: the server opens channels of every kind and closes them`, async (s) => {
    const client = await s.rawClient();
    const pipeline = await client.create('MediaPipeline');
    const endpoint = await dataEndpoint(client, pipeline);
    const page = await newPage(s);
    await connectPeer(page, 'peer', endpoint, {direction: 'none', channels: [{label: 'first'}]});
    await isOpen(page, 'peer', 'first');
    const wanted = [
      {label: 'reliable', ordered: true, maxPacketLifeTime: -1, maxRetransmits: -1, protocol: 'p'},
      {label: 'unordered', ordered: false, maxPacketLifeTime: -1, maxRetransmits: -1, protocol: ''},
      {label: 'retransmits', ordered: true, maxPacketLifeTime: -1, maxRetransmits: 3, protocol: ''},
      {label: 'lifetime', ordered: false, maxPacketLifeTime: 70_000, maxRetransmits: -1, protocol: ''},
    ];
    for (const channel of wanted) await client.invoke(endpoint.object, 'createDataChannel', channel);
    for (const {label} of wanted) await isOpen(page, 'peer', label);
    await until('all are told', () => endpoint.channels('DataChannelOpened').length === 5);
    const seen = new Map((await inPage(page, 'channels', 'peer')).map((channel) => [channel.label, channel]));
    assert.equal(seen.get('reliable').protocol, 'p');
    assert.deepEqual(wanted.map(({label}) => seen.get(label).ordered), [true, false, true, false]);
    assert.deepEqual(wanted.map(({label}) => seen.get(label).maxRetransmits), [null, null, 3, null]);
    assert.deepEqual(wanted.map(({label}) => seen.get(label).maxPacketLifeTime), [null, null, null, 65_535]);

    assert.equal(await codeOf(client.invoke(endpoint.object, 'createDataChannel', {label: 'x', ordered: true, maxPacketLifeTime: 1, maxRetransmits: 1})), kIllegalParameter);
    assert.equal(await codeOf(client.invoke(endpoint.object, 'closeDataChannel', {channelId: 999})), kUnexpected);
    const {id} = seen.get('unordered');
    await client.invoke(endpoint.object, 'closeDataChannel', {channelId: id});
    await until('the page sees it closed', async () => (await inPage(page, 'channels', 'peer')).find(({label}) => label === 'unordered').state === 'closed');
    await until('the closing is told', () => endpoint.channels('DataChannelClosed').length > 0);
    assert.deepEqual(endpoint.channels('DataChannelClosed'), [id]);
    assert.deepEqual(await open(page, 'peer'), ['first', 'lifetime', 'reliable', 'retransmits']);
    assert.equal(await codeOf(client.invoke(endpoint.object, 'closeDataChannel', {channelId: id})), kUnexpected);
  });
}

scene('media and data each on a transport of its own, and the server opens the channel', async (s) => {
  const client = await s.rawClient();
  const pipeline = await client.create('MediaPipeline');
  const endpoint = await dataEndpoint(client, pipeline);
  await join(client, endpoint, endpoint);
  const page = await s.page();
  const unbundled = {...endpoint, processOffer: (sdp) => endpoint.processOffer(sdp.replace(/^a=group:BUNDLE.*\r\n/m, ''))};
  await connectPeer(page, 'peer', unbundled, {direction: 'recvonly', bundlePolicy: 'max-compat', channels: [{label: 'own'}]});
  await isOpen(page, 'peer', 'own');
  await client.invoke(endpoint.object, 'createDataChannel', {label: 'of the server'});
  await isOpen(page, 'peer', 'of the server');
  await inPage(page, 'say', 'peer', 'of the server', 'hello');
  await hears(page, 'peer', 'of the server', 1);
});

scene('without useDataChannels they are rejected, and before the connection there are none', async (s) => {
  const client = await s.rawClient();
  const pipeline = await client.create('MediaPipeline');
  const without = await rawEndpoint(client, pipeline);
  const page = await s.page();
  const offer = await inPage(page, 'offer', 'peer', {direction: 'recvonly', channels: [{label: 'chat'}]});
  const answer = await without.processOffer(offer);
  assert.match(answer, /^m=application 0 /m);
  assert.equal(await codeOf(client.invoke(without.object, 'createDataChannel')), kOperationNotSupported);
  const unconnected = await dataEndpoint(client, pipeline);
  assert.match(await unconnected.processOffer(offer), /^m=application [1-9]/m);
  assert.equal(await codeOf(client.invoke(unconnected.object, 'createDataChannel')), kOperationNotSupported);
  assert.equal(await codeOf(client.invoke(unconnected.object, 'closeDataChannel', {channelId: 0})), kOperationNotSupported);
});

for (const [sender, receiver] of [['Chromium', 'Firefox'], ['Firefox', 'Chromium'], ['Chromium', 'Chromium']]) {
  scene(`1000 messages of 64 KiB arrive in order, ${sender} to ${receiver}, through a PassThrough`, async (s) => {
    const kCount = 1000, kSize = 65_536;
    const client = await s.rawClient();
    const pipeline = await client.create('MediaPipeline');
    const from = await dataEndpoint(client, pipeline), to = await dataEndpoint(client, pipeline);
    const between = await client.create('PassThrough', {mediaPipeline: pipeline});
    await join(client, from, between);
    await join(client, between, to);
    const sending = await kPages[sender](s), receiving = await kPages[receiver](s);
    const options = {direction: 'none', channels: [{label: 'files'}]};
    await connectPeer(sending, 'sender', from, options);
    await connectPeer(receiving, 'receiver', to, options);
    await isOpen(sending, 'sender', 'files');
    await isOpen(receiving, 'receiver', 'files');

    const begin_ms = performance.now();
    await inPage(sending, 'flood', 'sender', 'files', {count: kCount, size: kSize});
    await until('all have arrived', async () => (await inPage(receiving, 'heard', 'receiver', 'files')).length >= kCount, 60_000);
    const seconds = (performance.now() - begin_ms) / 1000;
    s.fact('Mbit/s', Math.round(kCount * kSize * 8 / seconds / 1e6));
    const heard = await inPage(receiving, 'heard', 'receiver', 'files');
    assert.deepEqual(heard, Array.from({length: kCount}, (_, number) => ({size: kSize, number, is_whole: true})));
  });
}

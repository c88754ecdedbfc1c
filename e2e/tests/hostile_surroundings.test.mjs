// A call goes on, whatever happens to others: a browser killed, a socket cut, garbage on every port.
import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {createSocket} from 'node:dgram';
import {connect} from 'node:net';
import WebSocket from 'ws';
import {connectPeer, expectCameraPicture, expectMoving, inPage, kurentoEndpoint, rawEndpoint} from '../harness/call.mjs';
import {TcpProxy} from '../harness/tcp_proxy.mjs';
import {scene} from '../harness/scene.mjs';
import {sleep, until} from '../harness/wait.mjs';

async function loopback(client, page, name) {
  const pipeline = await client.create('MediaPipeline');
  const endpoint = await kurentoEndpoint(pipeline);
  await endpoint.object.connect(endpoint.object);
  await connectPeer(page, name, endpoint);
  await expectCameraPicture(page, name);
  return {pipeline, endpoint};
}

/** The call has gone on without a break: pictures kept coming, and its endpoint still answers. */
async function expectGoesOn(page, name, endpoint) {
  await expectMoving(page, name);
  assert.equal(await inPage(page, 'state', name), 'connected');
  assert.match(await endpoint.object.getLocalSessionDescriptor(), /^v=0/);
}

scene('kill -9 of a browser: the other call goes on, and the dead one is noticed', async (s) => {
  const client = await s.kurento();
  const page = await s.page();
  const {endpoint} = await loopback(client, page, 'goes on');
  const mortal = await s.mortalPage();
  const dying = await loopback(client, mortal.page, 'dies');
  const flow = [], connection = [];
  dying.endpoint.object.on('ConnectionStateChanged', ({newState}) => connection.push(newState));
  dying.endpoint.object.on('MediaFlowInStateChanged', ({state, mediaType}) => flow.push(`${mediaType} ${state}`));
  mortal.kill();
  await expectGoesOn(page, 'goes on', endpoint);
  await until('the server tells that nothing comes from the dead browser', () => flow.includes('VIDEO NOT_FLOWING'));
  await until('the server tells that the dead browser is gone', () => connection.includes('DISCONNECTED'), 30_000);
  await expectGoesOn(page, 'goes on', endpoint);
  await dying.pipeline.release();
  await expectGoesOn(page, 'goes on', endpoint);
});

scene('the client\'s socket is pulled: the call goes on, and the client finds its session again', async (s) => {
  const server = await s.server();
  const proxy = await TcpProxy.open(server.port);
  s.atEnd(() => proxy.close());
  const client = await s.kurento(`ws://127.0.0.1:${proxy.port}/kurento`);
  const page = await s.page();
  const {endpoint} = await loopback(client, page, 'goes on');
  const back = new Promise((resolve) => client.once('reconnected', resolve));
  proxy.cut();
  await expectMoving(page, 'goes on');
  const same_session = await Promise.race([back, sleep(15_000).then(() => { throw new Error('the client did not reconnect'); })]);
  assert.equal(same_session, true);
  await expectGoesOn(page, 'goes on', endpoint);
});

function udpGarbage() {
  const stun = Buffer.concat([Buffer.from([0, 1, 0, 200, 0x21, 0x12, 0xa4, 0x42]), randomBytes(212)]);
  const dtls = Buffer.concat([Buffer.from([22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100]), randomBytes(100)]);
  const rtp = Buffer.concat([Buffer.from([0x90, 96]), randomBytes(1200)]);
  const rtcp = Buffer.concat([Buffer.from([0x80, 200, 0xff, 0xff]), randomBytes(60)]);
  return [stun, dtls, rtp, rtcp, Buffer.alloc(0), Buffer.from([0]), randomBytes(1), randomBytes(1400), randomBytes(9000)];
}

function tcpGarbage() {
  return [randomBytes(2000), Buffer.from([0xff, 0xff]), Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.from('GET '.padEnd(100_000, 'x')),
    Buffer.from('GET /kurento HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'), Buffer.from([22, 3, 1, 2, 0, 1]), Buffer.alloc(0)];
}

async function sendUdp(port, family) {
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  const to = family === 6 ? '::1' : '127.0.0.1';
  for (let round = 0; round < 20; ++round) {
    for (const bytes of udpGarbage()) await new Promise((resolve) => socket.send(bytes, port, to, resolve));
  }
  socket.close();
}

async function sendTcp({port, address, family}) {
  const host = /^0*(\.0|:0)*/.test(address) && /^[0.:]+$/.test(address) ? (family === 6 ? '::1' : '127.0.0.1') : address;
  for (const bytes of tcpGarbage()) {
    await new Promise((resolve) => {
      const socket = connect(port, host);
      socket.once('error', resolve).once('close', resolve);
      socket.once('connect', () => socket.end(bytes));
      socket.setTimeout(500, () => socket.destroy());
    });
  }
}

async function sendFrames(url) {
  const frames = ['', '{', '[]', 'null', '"x"', '['.repeat(100_000), '{"a":'.repeat(50_000), JSON.stringify({jsonrpc: '2.0', id: 1, method: 'invoke', params: {object: {}, operation: []}}),
    randomBytes(5000), randomBytes(100_000).toString('latin1')];
  for (const frame of frames) {
    const socket = new WebSocket(url, {perMessageDeflate: false});
    await new Promise((resolve) => socket.once('open', resolve).once('error', resolve));
    await new Promise((resolve) => {
      socket.once('message', resolve).once('close', resolve).once('error', resolve);
      if (socket.readyState === WebSocket.OPEN) socket.send(frame);
      setTimeout(resolve, 500);
    });
    socket.terminate();
  }
}

scene('garbage to every open port: the call goes on', async (s) => {
  const client = await s.kurento();
  const page = await s.page();
  const {endpoint} = await loopback(client, page, 'goes on');
  const ports = s.media_server.openPorts();
  s.fact('open ports', ports.map(({protocol, address, port}) => `${protocol} ${address}:${port}`).join(', '));
  assert.ok(ports.some(({protocol}) => protocol === 'udp') && ports.some(({port}) => port === s.media_server.port));
  for (const open of ports) {
    if (open.protocol === 'udp') await sendUdpTo(open);
    else await sendTcp(open);
  }
  await sendFrames(s.media_server.url);
  await expectGoesOn(page, 'goes on', endpoint);
});

/** To the port's own address, from where a stranger would send. */
async function sendUdpTo({address, port, family}) {
  const any = /^[0.:]+$/.test(address);
  if (any) return sendUdp(port, family);
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  for (let round = 0; round < 20; ++round) {
    for (const bytes of udpGarbage()) await new Promise((resolve) => socket.send(bytes, port, address, resolve));
  }
  socket.close();
}

scene('a flood of frames on one connection does not stop the call of another', async (s) => {
  const client = await s.kurento();
  const page = await s.page();
  const {endpoint} = await loopback(client, page, 'goes on');
  const flood = new WebSocket(s.media_server.url, {perMessageDeflate: false});
  flood.on('error', () => {});
  await new Promise((resolve) => flood.once('open', resolve));
  flood.pause();  // and it never reads a reply
  for (let id = 0; id < 50_000 && flood.readyState === WebSocket.OPEN; ++id) {
    flood.send(JSON.stringify({jsonrpc: '2.0', id, method: 'ping', params: {}}));
  }
  await expectGoesOn(page, 'goes on', endpoint);
  flood.terminate();
  await expectGoesOn(page, 'goes on', endpoint);
});

scene('a client that vanishes in the middle of a negotiation leaves others alone', async (s) => {
  const client = await s.kurento();
  const page = await s.page();
  const {endpoint} = await loopback(client, page, 'goes on');
  const stranger = await s.rawClient();
  const half = await rawEndpoint(stranger, await stranger.create('MediaPipeline'));
  await stranger.invoke(half.object, 'generateOffer');
  await half.gatherCandidates();
  stranger.socket.terminate();
  await expectGoesOn(page, 'goes on', endpoint);
});

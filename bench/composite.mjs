#!/usr/bin/env node
// What a Composite costs: 4 cameras of 640x480 at 15 pictures/s, 800x600 for one viewer, against a
// gst-launch that does the same work with the same decoder, mixer and encoder. Prints the CPU seconds
// of a second of each, as the kernel counts them, and their quotient.
//   bench/composite.mjs [SECONDS]     MS_SERVER names another server program
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {readFileSync} from 'node:fs';
import {freePortPairs} from '../e2e/harness/gst.mjs';
import {MediaServer} from '../e2e/harness/media_server.mjs';
import {RawClient} from '../e2e/harness/raw_client.mjs';
import {sleep} from '../e2e/harness/wait.mjs';

const seconds = Number(process.argv[2] ?? 20);
const kCameras = 4, kRate = 15, kWarmUp_ms = 4000, kTicksPerSecond = 100;
const kBitrate = 500_000;  // maxVideoSendBandwidth of an endpoint, by default
const kEncoder = `videoconvert ! vp8enc deadline=1 cpu-used=16 end-usage=cbr threads=1 lag-in-frames=0 keyframe-max-dist=1800 target-bitrate=${kBitrate} ! rtpvp8pay`;

const started = [];

function launch(pipeline) {
  const child = spawn('bash', ['-c', `exec gst-launch-1.0 -q ${pipeline}`], {stdio: ['ignore', 'ignore', 'inherit']});
  started.push(child);
  return child;
}

const camera = (port) => launch(`videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=480,framerate=15/1
  ! vp8enc deadline=1 cpu-used=8 target-bitrate=800000 keyframe-max-dist=30 ! rtpvp8pay pt=96 ! udpsink host=127.0.0.1 port=${port}`.replaceAll('\n', ' '));

/** CPU seconds that the process has used until now. */
function used(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / kTicksPerSecond;
}

async function measure(pid) {
  await sleep(kWarmUp_ms);
  const before = used(pid), begin_ms = performance.now();
  await sleep(seconds * 1000);
  return (used(pid) - before) * 1000 / (performance.now() - begin_ms);
}

/** A socket that counts what comes. */
async function listen() {
  const viewer = {socket: createSocket('udp4'), received: 0};
  viewer.socket.on('message', () => viewer.received += 1);
  await new Promise((resolve) => viewer.socket.bind(0, '127.0.0.1', resolve));
  return viewer;
}

function leave(viewer) {
  viewer.socket.close();
  assert.ok(viewer.received > kRate * seconds, `the viewer got ${viewer.received} packets`);
}

async function ofGstLaunch() {
  const ports = await freePortPairs(kCameras), viewer = await listen();
  const cells = ports.map((port, n) => `udpsrc port=${port} caps="application/x-rtp,media=video,payload=96,encoding-name=VP8,clock-rate=90000"
    ! rtpjitterbuffer ! rtpvp8depay ! vp8dec ! mix.sink_${n}`).join(' ');
  const places = ports.map((_, n) => `sink_${n}::xpos=${n % 2 * 400} sink_${n}::ypos=${Math.floor(n / 2) * 300} sink_${n}::width=400 sink_${n}::height=300`).join(' ');
  const child = launch(`compositor name=mix background=black latency=300000000 ${places} ! video/x-raw,format=I420,width=800,height=600,framerate=15/1
    ! queue ! ${kEncoder} ! udpsink host=127.0.0.1 port=${viewer.socket.address().port} ${cells}`.replaceAll('\n', ' '));
  ports.forEach(camera);
  const cost = await measure(child.pid);
  leave(viewer);
  return cost;
}

const offer = (port, direction) => ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', `m=video ${port} RTP/AVP 96`, 'a=rtpmap:96 VP8/90000', `a=${direction}`, ''].join('\r\n');

async function ofServer() {
  const server = await MediaServer.start({log: '/dev/null'});
  const client = await RawClient.open(server.url);
  const pipeline = await client.create('MediaPipeline');
  const hub = await client.create('Composite', {mediaPipeline: pipeline});
  const cameras = await freePortPairs(kCameras);
  for (const sender of cameras) {
    const object = await client.create('HubPort', {hub});
    const endpoint = await client.create('RtpEndpoint', {mediaPipeline: pipeline});
    await client.invoke(endpoint, 'connect', {sink: object});
    const answer = await client.invoke(endpoint, 'processOffer', {offer: offer(sender, 'sendonly')});
    camera(/^m=video (\d+) /m.exec(answer)[1]);
  }
  const viewer = await listen();
  const port = await client.create('HubPort', {hub});
  const endpoint = await client.create('RtpEndpoint', {mediaPipeline: pipeline});
  await client.invoke(port, 'connect', {sink: endpoint});
  await client.invoke(endpoint, 'processOffer', {offer: offer(viewer.socket.address().port, 'recvonly')});
  const cost = await measure(server.pid);
  client.close();
  await server.stop();
  leave(viewer);
  return cost;
}

const stopAll = () => started.splice(0).forEach((child) => child.kill('SIGKILL'));
process.once('exit', stopAll);
const bare = await ofGstLaunch();
stopAll();
const ours = await ofServer();
stopAll();
console.log(`gst-launch ${bare.toFixed(3)} cores, server ${ours.toFixed(3)} cores, quotient ${(ours / bare).toFixed(2)}`);
process.exit(0);

#!/usr/bin/env node
// What a recording costs, and how late transcoded video is.
//   bench/recording.mjs [SECONDS] [--out FILE]     MS_SERVER names another server program
//
// A sender of VP8, 1280x720 at 30 pictures/s and 1.5 Mbit/s, with opus, by plain RTP:
//   recorder  CPU of the whole server while it is recorded as it comes, in each container, and with no recorder
//   delay     one viewer of VP8 and one of H264: how much later the same picture is at the second
import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {cpus, tmpdir} from 'node:os';
import {join} from 'node:path';
import {freePortPairs} from '../e2e/harness/gst.mjs';
import {MediaServer} from '../e2e/harness/media_server.mjs';
import {RawClient} from '../e2e/harness/raw_client.mjs';
import {sleep} from '../e2e/harness/wait.mjs';

const out_at = process.argv.indexOf('--out');
const seconds = Number(process.argv[2] ?? 20) || 20;
const kWarmUp_ms = 3000, kTicksPerSecond = 100, kClockRate = 90_000, kFrame_ms = 1000 / 30;

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const started = [];
process.once('exit', () => {
  started.forEach((child) => child.kill('SIGKILL'));
  rmSync(folder, {recursive: true});
});

function film() {
  const file = join(tmpdir(), `bench-720p-${seconds}s.webm`);
  if (existsSync(file)) return file;
  const length_s = seconds + 15;
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', `testsrc2=s=1280x720:r=30:d=${length_s},noise=alls=8:allf=t,format=yuv420p`,
    '-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:d=${length_s}`, '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '16',
    '-b:v', '1500k', '-minrate', '1500k', '-maxrate', '1500k', '-g', '30', '-c:a', 'libopus', '-ac', '2', file]);
  return file;
}

function send(ports) {
  const way = (kind, n, payloader) => `d.${kind}_0 ! queue ! ${payloader} ! r.send_rtp_sink_${n} r.send_rtp_src_${n} ! udpsink host=127.0.0.1 port=${ports[kind]}
    r.send_rtcp_src_${n} ! udpsink host=127.0.0.1 port=${ports[kind] + 1} sync=false async=false`;
  const pipeline = `rtpbin name=r filesrc location=${film()} ! matroskademux name=d
    ${way('audio', 0, 'opusparse ! rtpopuspay pt=97')} ${way('video', 1, 'rtpvp8pay pt=96 picture-id-mode=15-bit')}`.replaceAll('\n', ' ');
  const child = spawn('bash', ['-c', `exec gst-launch-1.0 -q ${pipeline}`], {stdio: ['ignore', 'ignore', 'inherit']});
  started.push(child);
  return child;
}

const sdp = (...lines) => ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', ...lines, ''].join('\r\n');
const video = (port, direction, rtpmap, fmtp) => [`m=video ${port} RTP/AVP 96`, `a=rtpmap:96 ${rtpmap}`, ...(fmtp ? [`a=fmtp:96 ${fmtp}`] : []), `a=${direction}`];

/** A server with a pipeline into which the film is sent: {server, client, pipeline, source}. */
async function playing() {
  const server = await MediaServer.start({log: '/dev/null'});
  const client = await RawClient.open(server.url);
  const pipeline = await client.create('MediaPipeline');
  const source = await client.create('RtpEndpoint', {mediaPipeline: pipeline});
  const [own_audio, own_video] = await freePortPairs(2);
  const answer = await client.invoke(source, 'processOffer', {offer: sdp(`m=audio ${own_audio} RTP/AVP 97`, 'a=rtpmap:97 opus/48000/2', 'a=sendonly',
      ...video(own_video, 'sendonly', 'VP8/90000'))});
  const portOf = (kind) => Number(new RegExp(`^m=${kind} (\\d+) `, 'm').exec(answer)[1]);
  const end = async () => {
    started.splice(0).forEach((child) => child.kill('SIGKILL'));
    client.close();
    await server.stop();
  };
  return {server, client, pipeline, source, begin: () => send({audio: portOf('audio'), video: portOf('video')}), end};
}

/** CPU seconds that the process has used until now. */
function used(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / kTicksPerSecond;
}

async function costOf(mediaProfile) {
  const {server, client, pipeline, source, begin, end} = await playing();
  const file = join(folder, mediaProfile ?? 'none');
  let recorder;
  if (mediaProfile) {
    recorder = await client.create('RecorderEndpoint', {mediaPipeline: pipeline, uri: `file://${file}`, mediaProfile});
    await client.invoke(source, 'connect', {sink: recorder});
    await client.invoke(recorder, 'record');
  }
  begin();
  await sleep(kWarmUp_ms);
  const before = used(server.pid), begin_ms = performance.now();
  await sleep(seconds * 1000);
  const percent = (used(server.pid) - before) * 100_000 / (performance.now() - begin_ms);
  if (recorder) {
    await client.invoke(recorder, 'stopAndWait');
    const length_s = Number(execFileSync('ffprobe', ['-v', 'error', '-of', 'csv=p=0', '-show_entries', 'format=duration', file]));
    assert.ok(length_s > seconds, `${length_s} s were recorded`);
  }
  await end();
  return Math.round(percent * 10) / 10;
}

/** When each frame was whole at a viewer, by the time at which it is due (µs on the server's clock): from its RTP and its sender reports. */
async function viewer() {
  const [port] = await freePortPairs(1);
  const rtp = createSocket('udp4'), rtcp = createSocket('udp4');
  const frames = [];
  let report;
  rtp.on('message', (packet) => {
    if (packet[1] & 0x80) frames.push({at_ms: performance.now(), timestamp: packet.readUInt32BE(4)});
  });
  rtcp.on('message', (packet) => {
    if (packet[1] === 200) report = {ntp_ms: packet.readUInt32BE(8) * 1000 + packet.readUInt32BE(12) * 1000 / 2 ** 32, timestamp: packet.readUInt32BE(16)};
  });
  await Promise.all([new Promise((resolve) => rtp.bind(port, '127.0.0.1', resolve)), new Promise((resolve) => rtcp.bind(port + 1, '127.0.0.1', resolve))]);
  return {port, close: () => [rtp, rtcp].forEach((socket) => socket.close()), arrivals: () => {
    assert.ok(report, 'no sender report came');
    return frames.map(({at_ms, timestamp}) => ({at_ms, due_ms: report.ntp_ms + ((timestamp - report.timestamp) | 0) * 1000 / kClockRate}));
  }};
}

async function delayOfTranscode() {
  const {client, pipeline, source, begin, end} = await playing();
  const viewers = [];
  for (const [rtpmap, fmtp] of [['VP8/90000'], ['H264/90000', 'packetization-mode=1;profile-level-id=42e01f']]) {
    const one = await viewer();
    const endpoint = await client.create('RtpEndpoint', {mediaPipeline: pipeline});
    await client.invoke(source, 'connect', {sink: endpoint});
    await client.invoke(endpoint, 'processOffer', {offer: sdp(...video(one.port, 'recvonly', rtpmap, fmtp))});
    viewers.push(one);
  }
  begin();
  await sleep(kWarmUp_ms + seconds * 1000);
  const [direct, transcoded] = viewers.map((one) => one.arrivals());
  viewers.forEach((one) => one.close());
  await end();
  const later = transcoded.slice(60).flatMap(({at_ms, due_ms}) => {
    const same = direct.find((one) => Math.abs(one.due_ms - due_ms) < kFrame_ms / 3);
    return same ? [at_ms - same.at_ms] : [];
  }).sort((a, b) => a - b);
  assert.ok(later.length > seconds * 20, `${later.length} of ${transcoded.length} pictures are in both`);
  const at = (share) => Math.round(later[Math.floor(later.length * share)] * 10) / 10;
  return {pictures: later.length, median_ms: at(0.5), p95_ms: at(0.95), p99_ms: at(0.99), median_frames: Math.round(at(0.5) / kFrame_ms * 100) / 100};
}

const result = {machine: `${cpus().length} x ${cpus()[0].model}`, seconds, server_percent_of_core: {}};
for (const profile of [undefined, 'WEBM', 'MKV', 'WEBM_VIDEO_ONLY']) result.server_percent_of_core[profile ?? 'no recorder'] = await costOf(profile);
result.transcode_delay = await delayOfTranscode();
console.log(JSON.stringify(result, undefined, 2));
if (out_at > 0) writeFileSync(process.argv[out_at + 1], `${JSON.stringify(result, undefined, 2)}\n`);
process.exit(0);

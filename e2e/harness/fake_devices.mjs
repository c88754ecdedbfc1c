// The files that Chromium takes for its camera and microphone: four fields of known colour with a
// white bar that moves below them, and a tone of 1 kHz. page/peer.js draws the same picture for
// Firefox, which cannot read files.
import {existsSync, mkdirSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

export const kColours = [[200, 30, 30], [30, 170, 30], [30, 30, 200], [200, 190, 30]];  // left to right
export const kToneHz = 1000;
const kWidth = 640, kHeight = 480, kFrames = 30, kRate = 15;
const kBarTop = 400, kBarWidth = 80;
const kSampleRate = 48_000, kSeconds = 5;

/** Absolute paths {camera, microphone} below `folder`; made on the first use. */
export function fakeDevices(folder) {
  mkdirSync(folder, {recursive: true});
  const camera = join(folder, 'camera.y4m'), microphone = join(folder, 'microphone.wav');
  writeOnce(camera, cameraFile);
  writeOnce(microphone, microphoneFile);
  return {camera, microphone};
}

function writeOnce(path, make) {
  if (existsSync(path)) return;
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, make());
  renameSync(draft, path);
}

function toYuv([r, g, b]) {  // BT.601, limited range
  return [
    16 + 0.257 * r + 0.504 * g + 0.098 * b,
    128 - 0.148 * r - 0.291 * g + 0.439 * b,
    128 + 0.439 * r - 0.368 * g - 0.071 * b,
  ].map(Math.round);
}

function colourAt(x, y, frame) {
  if (y < kBarTop) return kColours[Math.floor(x / (kWidth / kColours.length))];
  const left = Math.round(frame * kWidth / kFrames);
  return (x - left + kWidth) % kWidth < kBarWidth ? [235, 235, 235] : [20, 20, 20];
}

function plane(component, step, frame) {
  const bytes = Buffer.alloc(kWidth * kHeight / step / step);
  for (let y = 0, at = 0; y < kHeight; y += step) {
    for (let x = 0; x < kWidth; x += step, ++at) bytes[at] = toYuv(colourAt(x, y, frame))[component];
  }
  return bytes;
}

function cameraFile() {
  const parts = [Buffer.from(`YUV4MPEG2 W${kWidth} H${kHeight} F${kRate}:1 Ip A1:1 C420jpeg\n`)];
  for (let frame = 0; frame < kFrames; ++frame) {
    parts.push(Buffer.from('FRAME\n'), plane(0, 1, frame), plane(1, 2, frame), plane(2, 2, frame));
  }
  return Buffer.concat(parts);
}

function microphoneFile() {
  const samples = new Int16Array(kSampleRate * kSeconds);
  samples.forEach((_, n) => samples[n] = 12_000 * Math.sin(2 * Math.PI * kToneHz * n / kSampleRate));
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);                // PCM
  header.writeUInt16LE(1, 22);                // mono
  header.writeUInt32LE(kSampleRate, 24);
  header.writeUInt32LE(kSampleRate * 2, 28);  // bytes per second
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer)]);
}

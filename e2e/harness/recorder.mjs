// RecorderEndpoints as tests see them: where they write, what they tell, and senders to be recorded.
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {callKurento} from './call.mjs';
import {GstLaunch, freePortPairs} from './gst.mjs';

/** A folder that goes with the scene. */
export function newFolder(s) {
  const folder = mkdtempSync(join(tmpdir(), 'recorder-'));
  s.atEnd(() => rmSync(folder, {recursive: true}));
  return folder;
}

/** {object, events, states, errors}: a RecorderEndpoint and what it tells, oldest first. */
export async function recorder(pipeline, uri, options = {}) {
  const object = await callKurento(pipeline, 'create', 'RecorderEndpoint', {uri, ...options});
  const told = {object, events: [], states: [], errors: []};
  for (const type of ['UriEndpointStateChanged', 'Recording', 'Paused', 'Stopped', 'Error']) {
    object.on(type, (event) => {
      told.events.push(type);
      if (type === 'UriEndpointStateChanged') told.states.push(event.state);
      if (type === 'Error') told.errors.push(event);
    });
  }
  return told;
}

/**
 * An RtpEndpoint that is sent a WebM of VP8 and opus as it is, with sender reports, from launch() on. loss: the share
 * of its RTP packets that do not arrive; nothing is sent again. kinds: what is in the file.
 */
export async function fileSender(s, pipeline, file, {loss = 0, kinds = ['audio', 'video']} = {}) {
  const [audio, video] = await freePortPairs(2);
  const lines = {
    audio: [`m=audio ${audio} RTP/AVP 96`, 'a=rtpmap:96 opus/48000/2', 'a=sendonly'],
    video: [`m=video ${video} RTP/AVP 103`, 'a=rtpmap:103 VP8/90000', 'a=sendonly'],
  };
  const offer = ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', ...kinds.flatMap((kind) => lines[kind]), ''].join('\r\n');
  const object = await callKurento(pipeline, 'create', 'RtpEndpoint');
  const answer = await callKurento(object, 'processOffer', offer);
  const portOf = (kind) => Number(new RegExp(`^m=${kind} (\\d+) `, 'm').exec(answer)[1]);
  const payloader = {audio: 'opusparse ! rtpopuspay pt=96', video: 'rtpvp8pay pt=103 picture-id-mode=15-bit'};
  const send = (kind, n) => `d.${kind}_0 ! queue ! ${payloader[kind]} ! r.send_rtp_sink_${n}
    r.send_rtp_src_${n} ! identity drop-probability=${loss} ! udpsink host=127.0.0.1 port=${portOf(kind)}
    r.send_rtcp_src_${n} ! udpsink host=127.0.0.1 port=${portOf(kind) + 1} sync=false async=false`;
  const launch = () => {
    const sender = new GstLaunch(`rtpbin name=r filesrc location=${file} ! matroskademux name=d ${kinds.map(send).join(' ')}`, {});
    s.atEnd(() => sender.stop());
    return sender;
  };
  return {object, launch};
}

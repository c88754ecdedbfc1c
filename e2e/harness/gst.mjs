// gst-launch as a peer of RtpEndpoint: the senders and receivers of the documentation's chapter
// "RTP Streaming Commands", word for word but for what its typesetting broke (line ends, quotes,
// `srtppenc`). Only the variables in front of each command are ours.
import {spawn} from 'node:child_process';
import {createSocket} from 'node:dgram';

const kSdes = String.raw`sdes="application/x-rtp-source-sdes,cname=(string)\"user\@example.com\""`;
const kVideoFile = 'uridecodebin uri="file://$SELF_PATH"';
const kH264 = '! videoconvert ! x264enc tune=zerolatency ! rtph264pay';
const kVideoCaps = '! "application/x-rtp,payload=(int)103,clock-rate=(int)90000,ssrc=(uint)$SELF_VSSRC"';
const kAudioCaps = '! "application/x-rtp,payload=(int)96,clock-rate=(int)48000,ssrc=(uint)$SELF_ASSRC"';
const kDump = 't. ! queue ! fakesink dump=true async=false';

export const kSenders = {
  simplest: `${kVideoFile} ${kH264}
    ! "application/x-rtp,payload=(int)103,clock-rate=(int)90000"
    ! udpsink host=$PEER_IP port=$PEER_V`,

  'example 2': `rtpsession name=r ${kSdes} ${kVideoFile} ${kH264} ${kVideoCaps} ! r.send_rtp_sink
    r.send_rtp_src ! udpsink host=$PEER_IP port=$PEER_V
    udpsrc port=$((SELF_V+1)) ! r.recv_rtcp_sink`,

  'example 3': `rtpsession name=r ${kSdes} ${kVideoFile} ${kH264} ${kVideoCaps} ! r.send_rtp_sink
    r.send_rtp_src ! udpsink host=$PEER_IP port=$PEER_V
    udpsrc port=$((SELF_V+1)) ! tee name=t t. ! queue ! r.recv_rtcp_sink ${kDump}`,

  'example 4': `rtpsession name=r ${kSdes} ${kVideoFile} ${kH264} ${kVideoCaps} ! r.send_rtp_sink
    r.send_rtp_src ! udpsink host=$PEER_IP port=$PEER_V
    r.send_rtcp_src ! udpsink host=$PEER_IP port=$((PEER_V+1)) sync=false async=false
    udpsrc port=$((SELF_V+1)) ! tee name=t t. ! queue ! r.recv_rtcp_sink ${kDump}`,

  'example 5': `rtpsession name=r ${kSdes} ${kVideoFile} ${kH264} ${kVideoCaps} ! r.send_rtp_sink
    r.send_rtp_src ! udpsink host=$PEER_IP port=$PEER_V bind-port=$SELF_V
    r.send_rtcp_src ! udpsink host=$PEER_IP port=$((PEER_V+1)) bind-port=$((SELF_V+1)) sync=false async=false
    udpsrc port=$((SELF_V+1)) ! tee name=t t. ! queue ! r.recv_rtcp_sink ${kDump}`,

  'example 6': `rtpsession name=r ${kSdes}
    audiotestsrc volume=0.5 ! audioconvert ! audioresample ! opusenc ! rtpopuspay ${kAudioCaps} ! r.send_rtp_sink
    r.send_rtp_src ! udpsink host=$PEER_IP port=$PEER_A bind-port=$SELF_A
    r.send_rtcp_src ! udpsink host=$PEER_IP port=$((PEER_A+1)) bind-port=$((SELF_A+1)) sync=false async=false
    udpsrc port=$((SELF_A+1)) ! tee name=t t. ! queue ! r.recv_rtcp_sink ${kDump}`,

  'full-featured': `rtpbin name=r ${kSdes} ${kVideoFile} name=d
    d. ! queue ! audioconvert ! audioresample ! opusenc ! rtpopuspay ${kAudioCaps} ! r.send_rtp_sink_0
    d. ! queue ${kH264} ${kVideoCaps} ! r.send_rtp_sink_1
    r.send_rtp_src_0 ! udpsink host=$PEER_IP port=$PEER_A bind-port=$SELF_A
    r.send_rtcp_src_0 ! udpsink host=$PEER_IP port=$((PEER_A+1)) bind-port=$((SELF_A+1)) sync=false async=false
    udpsrc port=$((SELF_A+1)) ! r.recv_rtcp_sink_0
    r.send_rtp_src_1 ! udpsink host=$PEER_IP port=$PEER_V bind-port=$SELF_V
    r.send_rtcp_src_1 ! udpsink host=$PEER_IP port=$((PEER_V+1)) bind-port=$((SELF_V+1)) sync=false async=false
    udpsrc port=$((SELF_V+1)) ! tee name=t t. ! queue ! r.recv_rtcp_sink_1 ${kDump}`,
};

const kSrtpEnc = 'key="$SELF_KEY" rtp-cipher="aes-128-icm" rtp-auth="hmac-sha1-80" rtcp-cipher="aes-128-icm" rtcp-auth="hmac-sha1-80"';

export const kSrtpSenders = {
  simple: `${kVideoFile} ${kH264} ! "application/x-rtp,payload=(int)103,ssrc=(uint)$SELF_VSSRC"
    ! srtpenc ${kSrtpEnc} ! udpsink host=$PEER_IP port=$PEER_V`,

  complete: `rtpsession name=r ${kSdes} srtpenc name=e ${kSrtpEnc} srtpdec name=d ${kVideoFile} ${kH264}
    ! "application/x-rtp,payload=(int)103,ssrc=(uint)$SELF_VSSRC" ! r.send_rtp_sink
    r.send_rtp_src ! e.rtp_sink_0 e.rtp_src_0 ! udpsink host=$PEER_IP port=$PEER_V
    r.send_rtcp_src ! e.rtcp_sink_0 e.rtcp_src_0 ! udpsink host=$PEER_IP port=$((PEER_V+1)) sync=false async=false
    udpsrc port=$((SELF_V+1)) ! "application/x-srtcp,$SRTP_CAPS" ! d.rtcp_sink
    d.rtcp_src ! tee name=t t. ! queue ! r.recv_rtcp_sink ${kDump}`,
};

export const kReceivers = {
  'example 1': `rtpsession name=r ${kSdes} udpsrc port=$SELF_V ! "application/x-rtp,$CAPS_V" ! r.recv_rtp_sink
    r.recv_rtp_src ! rtph264depay ! decodebin ! autovideosink
    udpsrc port=$((SELF_V+1)) ! r.recv_rtcp_sink
    r.send_rtcp_src ! udpsink host=$PEER_IP port=$((PEER_V+1)) sync=false async=false`,

  'example 2': `rtpbin name=r ${kSdes}
    udpsrc port=$SELF_A ! "application/x-rtp,$CAPS_A" ! r.recv_rtp_sink_0
    r.recv_rtp_src_0_\${PEER_ASSRC}_96 ! rtpopusdepay ! decodebin ! autoaudiosink
    udpsrc port=$((SELF_A+1)) ! r.recv_rtcp_sink_0
    r.send_rtcp_src_0 ! udpsink host=$PEER_IP port=$((PEER_A+1)) bind-port=$((SELF_A+1)) sync=false async=false
    udpsrc port=$SELF_V ! "application/x-rtp,$CAPS_V" ! r.recv_rtp_sink_1
    r.recv_rtp_src_1_\${PEER_VSSRC}_103 ! rtph264depay ! decodebin ! autovideosink
    udpsrc port=$((SELF_V+1)) ! tee name=t t. ! queue ! r.recv_rtcp_sink_1 ${kDump}
    r.send_rtcp_src_1 ! udpsink host=$PEER_IP port=$((PEER_V+1)) bind-port=$((SELF_V+1)) sync=false async=false`,
};

export const kSrtpReceivers = {
  simple: `udpsrc port=$SELF_V ! "application/x-srtp,$SRTP_CAPS" ! srtpdec ! rtph264depay ! decodebin ! autovideosink`,

  complete: `rtpsession name=r sdes="application/x-rtp-source-sdes,cname=(string)\\"recv\\@example.com\\""
    srtpenc name=e ${kSrtpEnc} srtpdec name=d
    udpsrc port=$SELF_V ! "application/x-srtp,$SRTP_CAPS" ! d.rtp_sink
    d.rtp_src ! "application/x-rtp,$CAPS_V" ! r.recv_rtp_sink
    r.recv_rtp_src ! rtph264depay ! decodebin ! autovideosink
    udpsrc port=$((SELF_V+1)) ! "application/x-srtcp,$SRTP_CAPS" ! d.rtcp_sink
    d.rtcp_src ! r.recv_rtcp_sink
    fakesrc num-buffers=-1 sizetype=2 ! "application/x-rtp,payload=(int)103,ssrc=(uint)$SELF_VSSRC" ! r.send_rtp_sink
    r.send_rtp_src ! fakesink async=false
    r.send_rtcp_src ! e.rtcp_sink_0 e.rtcp_src_0 ! udpsink host=$PEER_IP port=$((PEER_V+1)) sync=false async=false`,
};

export const kCapsAudio = 'media=(string)audio,clock-rate=(int)48000,encoding-name=(string)OPUS,payload=(int)96';
export const kCapsVideo = 'media=(string)video,clock-rate=(int)90000,encoding-name=(string)H264,payload=(int)103';

export function srtpCaps(ssrc, keyHex) {
  return `payload=(int)103,ssrc=(uint)${ssrc},roc=(uint)0, srtp-key=(buffer)${keyHex}, ` +
      'srtp-cipher=(string)aes-128-icm,srtp-auth=(string)hmac-sha1-80, srtcp-cipher=(string)aes-128-icm,srtcp-auth=(string)hmac-sha1-80';
}

// What autovideosink and autoaudiosink find where there is neither screen nor loudspeaker, and the
// line that they write for each picture or piece of sound that was decoded.
const kFakeOutputs = {
  GST_PLUGIN_FEATURE_RANK: 'fakevideosink:MAX,fakeaudiosink:MAX',
  GST_DEBUG: 'basesink:5,fakesink:0,udpsink:0', GST_DEBUG_NO_COLOR: '1'};
const kRendered = /^\S+\s+\d+\s+(0x[0-9a-f]+) .*<(?:sink|[\w-]*actual-sink[\w-]*)> rendering object/gm;

/** A gst-launch-1.0 that runs until stop(). variables: those in front of the documented command. */
export class GstLaunch {
  #process;
  #exit;
  #rendered = new Map();  // by thread: pictures or pieces of sound that were decoded
  dumped = 0;    // lines of a fakesink with dump=true: what came as RTCP
  output = '';

  constructor(pipeline, variables) {
    const command = `exec gst-launch-1.0 -e ${pipeline.replace(/\s*\n\s*/g, ' ')}`;
    this.#process = spawn('bash', ['-c', command], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {...process.env, ...kFakeOutputs, ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]))}});
    this.#process.stdout.on('data', (data) => {
      const text = data.toString();
      this.dumped += (text.match(/^[0-9a-f]{8} \(/gm) ?? []).length;
      this.output = (this.output + text).slice(-4000);
    });
    this.#process.stderr.on('data', (data) => {
      const text = data.toString();
      for (const [, thread] of text.matchAll(kRendered)) this.#rendered.set(thread, (this.#rendered.get(thread) ?? 0) + 1);
      this.output = (this.output + text.replace(/^.*basesink.*\n/gm, '')).slice(-4000);
    });
    this.#exit = new Promise((resolve) => this.#process.once('close', resolve));
  }

  /** It listens. What is sent to a receiver before is lost, and with plain RTP/AVP it cannot ask for a key frame. */
  get is_playing() { return this.output.includes('Setting pipeline to PLAYING'); }

  /** How many streams were decoded, each of them so often at least. */
  streams(count) { return [...this.#rendered.values()].filter((rendered) => rendered >= count).length; }

  get has_ended() { return this.#process.exitCode !== null || this.#process.signalCode !== null; }

  /** As Ctrl-C: with -e it ends its stream first, and says BYE where it has a session. */
  async stop() {
    if (!this.has_ended) this.#process.kill('SIGINT');
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 2000);
    await this.#exit;
    clearTimeout(late);
  }
}

/** `count` even ports whose next ones are free, too. */
export async function freePortPairs(count) {
  const pairs = [];
  while (pairs.length < count) {
    const port = 20_000 + 2 * Math.floor(Math.random() * 20_000);
    const opened = await Promise.all([port, port + 1].map(bind));
    if (opened.every(Boolean) && !pairs.includes(port)) pairs.push(port);
    for (const socket of opened) socket?.close();
  }
  return pairs;
}

function bind(port) {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.once('error', () => resolve(undefined));
    socket.bind(port, () => resolve(socket));
  });
}

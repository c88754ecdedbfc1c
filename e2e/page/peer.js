// What a web application's page does: one RTCPeerConnection per name, driven from outside by
// window.peer.<function>(name, ...). Candidates are told to window.onPeerCandidate(name, candidate).
'use strict';

(() => {
  const kColours = ['rgb(200,30,30)', 'rgb(30,170,30)', 'rgb(30,30,200)', 'rgb(200,190,30)'];
  const peers = new Map();
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  const kStripHeight = 160;

  /** Pictures of grey noise, 640 x 160: the fainter it is, the better a codec can leave it out when it has to. */
  function noisePictures(context, contrast) {
    return Array.from({length: 8}, () => {
      const picture = context.createImageData(640, kStripHeight);
      const pixels = new Uint32Array(picture.data.buffer);
      pixels.forEach((_, n) => pixels[n] = 0xff000000 | 0x010101 * Math.round(128 + contrast * (Math.random() - 0.5)));
      return picture;
    });
  }

  /**
   * The picture of the fake camera, for browsers that cannot read one from a file. contrast: of a
   * strip of noise above the bar, so that the sender has a use for all the bandwidth it gets.
   */
  function canvasStream({contrast = 0, width = 640, height = 480} = {}) {
    const canvas = Object.assign(document.createElement('canvas'), {width, height});
    const context = canvas.getContext('2d');
    context.scale(width / 640, height / 480);
    const noise = contrast > 0 ? noisePictures(context, contrast) : [];
    let count = 0;
    const draw = () => {
      kColours.forEach((colour, n) => {
        context.fillStyle = colour;
        context.fillRect(n * 160, 0, 160, 400);
      });
      context.fillStyle = 'rgb(20,20,20)';
      context.fillRect(0, 400, 640, 80);
      context.fillStyle = 'rgb(235,235,235)';
      context.fillRect(performance.now() / 3 % 640, 400, 80, 80);
      if (contrast > 0) context.putImageData(noise[count++ % noise.length], 0, 400 - kStripHeight);
    };
    draw();
    setInterval(draw, 40);
    return canvas.captureStream(25);
  }

  /** A camera that shows one colour, with a dot that moves in its lower edge, and a microphone that hears one tone. */
  function plainStream({colour, hz, width = 320, height = 240, rate = 15}) {
    const canvas = Object.assign(document.createElement('canvas'), {width, height});
    const context = canvas.getContext('2d');
    let count = 0;
    const draw = () => {
      context.fillStyle = `rgb(${colour})`;
      context.fillRect(0, 0, width, height);
      context.fillStyle = 'rgb(235,235,235)';
      context.fillRect(count++ * 8 % width, height - 8, 8, 8);
    };
    draw();
    setInterval(draw, 1000 / rate);
    const stream = canvas.captureStream(rate);
    const audio = new AudioContext({sampleRate: 48000});
    const tone = new OscillatorNode(audio, {frequency: hz});
    const microphone = audio.createMediaStreamDestination();
    tone.connect(new GainNode(audio, {gain: 0.2})).connect(microphone);
    tone.start();
    stream.addTrack(microphone.stream.getAudioTracks()[0]);
    return stream;
  }

  /** Firefox's getVideoPlaybackQuality() counts nothing of a MediaStream: each frame shown is counted here. */
  function countFrames(own) {
    own.video.requestVideoFrameCallback((now_ms) => {
      own.frames += 1;
      own.longest_gap_ms = Math.max(own.longest_gap_ms, now_ms - (own.last_frame_ms ?? now_ms));
      own.last_frame_ms = now_ms;
      own.first_frame_ms ??= performance.now() - own.began_ms;
      countFrames(own);
    });
  }

  async function openStream(source) {
    if (source.colour) return plainStream(source);
    if (source === 'canvas') return canvasStream();
    if (source === 'large canvas') return canvasStream({contrast: 60, width: 960, height: 540});
    const stream = await openDevices();
    if (source === 'busy') {
      stream.getVideoTracks().forEach((track) => {
        track.stop();
        stream.removeTrack(track);
      });
      canvasStream({contrast: 50}).getTracks().forEach((track) => stream.addTrack(track));
    }
    return stream;
  }

  function openDevices() {
    return navigator.mediaDevices.getUserMedia({
      video: {width: 640, height: 480},
      audio: {echoCancellation: false, noiseSuppression: false, autoGainControl: false},
    });
  }

  function addVideo(name) {
    const figure = document.createElement('figure');
    const video = Object.assign(document.createElement('video'), {autoplay: true, playsInline: true});
    const caption = document.createElement('figcaption');
    caption.textContent = name;
    figure.append(video, caption);
    document.body.append(figure);
    return {video, caption, figure};
  }

  /** Takes a connection and the video that shows it, whoever made them, for the functions below. */
  function adopt(name, connection, view) {
    const own = {connection, received: new MediaStream(), began_ms: performance.now(), frames: 0, longest_gap_ms: 0, ...view};
    peers.set(name, own);
    connection.addEventListener('connectionstatechange', () => {
      own.caption.textContent = `${name}: ${connection.connectionState}`;
      if (connection.connectionState === 'connected') own.connected_ms ??= performance.now() - own.began_ms;
    });
    countFrames(own);
    return own;
  }

  /**
   * Makes the peer and gives its offer. options: {direction: that of media, or 'none', source: 'camera' | 'canvas' | 'large canvas' | 'busy' | {colour, hz}, codec: one or several MIME types, no others of their kind are offered,
   * encodings: of the video,
   * channels: data channels [{label, and what createDataChannel takes}], and what RTCPeerConnection takes}.
   */
  async function offer(name, {direction = 'sendrecv', source = 'camera', codec, encodings, channels = [], ...configuration} = {}) {
    const connection = new RTCPeerConnection(configuration);
    const own = adopt(name, connection, {channels: [], ...addVideo(name)});
    own.video.srcObject = own.received;
    connection.ontrack = ({track}) => own.received.addTrack(track);
    connection.onicecandidate = ({candidate}) => candidate?.candidate &&
        window.onPeerCandidate(name, {candidate: candidate.candidate, sdpMid: candidate.sdpMid, sdpMLineIndex: candidate.sdpMLineIndex});
    connection.ondatachannel = ({channel}) => keepChannel(own, channel);
    for (const {label, ...init} of channels) keepChannel(own, connection.createDataChannel(label, init));
    if (direction === 'none') {
      // Data channels only.
    } else if (direction === 'recvonly') {
      for (const kind of ['audio', 'video']) connection.addTransceiver(kind, {direction});
    } else {
      own.sent = await openStream(source);
      for (const track of own.sent.getTracks()) connection.addTransceiver(track, {direction, streams: [own.sent], ...(track.kind === 'video' && encodings && {sendEncodings: encodings})});
      if (direction === 'sendonly') own.video.srcObject = new MediaStream(own.sent.getVideoTracks());
    }
    await keepPictureSize(connection);
    for (const one of codec ? [codec].flat() : []) preferCodec(connection, one);
    await connection.setLocalDescription();
    return connection.localDescription.sdp;
  }

  /** A busy machine must not make the picture smaller: each change of size is a pause. Firefox has no such wish. */
  async function keepPictureSize(connection) {
    for (const {sender} of connection.getTransceivers()) {
      const parameters = sender.getParameters();
      if (sender.track?.kind !== 'video' || !window.chrome) continue;
      parameters.degradationPreference = 'maintain-framerate-and-resolution';
      await sender.setParameters(parameters);
    }
  }

  /** Counts what happens to a data channel, and keeps what it brings: texts as they are, long messages by size and number. */
  function keepChannel(own, channel) {
    const kept = {channel, opened: 0, closed: 0, heard: []};
    channel.binaryType = 'arraybuffer';
    channel.onopen = () => { kept.opened += 1; };
    channel.onclose = () => { kept.closed += 1; };
    channel.onmessage = ({data}) => kept.heard.push(described(data));
    own.channels.push(kept);
  }

  function described(data) {
    if (typeof data === 'string') return {text: data};
    if (data.byteLength < 1000) return {bytes: [...new Uint8Array(data)]};
    const number = new DataView(data).getUint32(0);
    const is_whole = new Uint8Array(data, 4).every((byte) => byte === number % 251);
    return {size: data.byteLength, number, is_whole};
  }

  function keptChannel(name, label) { return peers.get(name).channels.findLast(({channel}) => channel.label === label); }

  function openChannel(name, label, init) {
    const own = peers.get(name);
    keepChannel(own, own.connection.createDataChannel(label, init));
  }

  function closeChannel(name, label) { keptChannel(name, label).channel.close(); }

  /** All channels there ever were: [{label, protocol, id, state, ordered, maxRetransmits, maxPacketLifeTime, opened, closed}]. */
  function channels(name) {
    return peers.get(name).channels.map(({channel, opened, closed}) => {
      const {label, protocol, id, readyState: state, ordered, maxRetransmits, maxPacketLifeTime} = channel;
      return {label, protocol, id, state, ordered, maxRetransmits, maxPacketLifeTime, opened, closed};
    });
  }

  /** A text, or an array of bytes. */
  function say(name, label, message) {
    keptChannel(name, label).channel.send(typeof message === 'string' ? message : new Uint8Array(message));
  }

  function heard(name, label) { return keptChannel(name, label)?.heard ?? []; }

  /** Sends `count` binary messages of `size` bytes, numbered from 0, as fast as the channel takes them. */
  async function flood(name, label, {count, size}) {
    const {channel} = keptChannel(name, label);
    channel.bufferedAmountLowThreshold = 1_000_000;
    for (let number = 0; number < count; ++number) {
      if (channel.bufferedAmount > 4_000_000) await new Promise((resolve) => { channel.onbufferedamountlow = resolve; });
      const message = new Uint8Array(size).fill(number % 251);
      new DataView(message.buffer).setUint32(0, number);
      channel.send(message);
    }
  }

  function preferCodec(connection, codec) {
    const [kind] = codec.split('/');
    const codecs = RTCRtpReceiver.getCapabilities(kind).codecs.filter(({mimeType}) => mimeType.toLowerCase() === codec.toLowerCase());
    for (const transceiver of connection.getTransceivers()) {
      if (transceiver.receiver.track.kind === kind) transceiver.setCodecPreferences(codecs);
    }
  }

  /** A further offer of a connected peer, with new ICE credentials. */
  async function restartOffer(name) {
    const {connection} = peers.get(name);
    connection.restartIce();
    await connection.setLocalDescription();
    return connection.localDescription.sdp;
  }

  function accept(name, sdp) { return peers.get(name).connection.setRemoteDescription({type: 'answer', sdp}); }

  async function addCandidate(name, {candidate, sdpMid, sdpMLineIndex}) {
    await peers.get(name)?.connection.addIceCandidate({candidate, sdpMid, sdpMLineIndex});
  }

  function state(name) { return peers.get(name).connection.connectionState; }

  /** Milliseconds from offer() until connected; null before. */
  function connectedAfter(name) { return peers.get(name).connected_ms ?? null; }

  /** Milliseconds from offer() to the first picture shown; null before. */
  function firstFrame(name) { return peers.get(name).first_frame_ms ?? null; }

  function frames(name) { return peers.get(name).frames; }

  /** The longest time in ms between two pictures shown since the last call, up to now. */
  function longestFreeze(name) {
    const own = peers.get(name);
    const longest_ms = Math.max(own.longest_gap_ms, performance.now() - own.last_frame_ms);
    own.longest_gap_ms = 0;
    return longest_ms;
  }

  /** Bits per second of video that the page sends, over the next `seconds`. */
  async function sentBitrate(name, seconds = 1) {
    const sent = async () => {
      const entries = [...(await peers.get(name).connection.getStats()).values()].filter(({type, kind}) => type === 'outbound-rtp' && kind === 'video');
      return {bytes: entries.reduce((sum, {bytesSent}) => sum + bytesSent, 0), at_ms: entries[0].timestamp};
    };
    const before = await sent();
    await sleep(seconds * 1000);
    const after = await sent();
    return (after.bytes - before.bytes) * 8000 / (after.at_ms - before.at_ms);
  }

  /** Colours at relative places [[x, y], ...] of what the peer shows; empty before the first picture. */
  function colours(name, places) {
    const {video} = peers.get(name);
    if (!video.videoWidth) return [];
    const canvas = Object.assign(document.createElement('canvas'), {width: video.videoWidth, height: video.videoHeight});
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0);
    return places.map(([x, y]) => [...context.getImageData(canvas.width * x, canvas.height * y, 1, 1).data].slice(0, 3));
  }

  function receivedTracks({connection}, kind) {
    return connection.getReceivers().map(({track}) => track).filter((track) => track.kind === kind && track.readyState === 'live');
  }

  /** The spectrum of what arrives, in dB, over about 1.5 s; bin n is at n * hz_per_bin. */
  async function spectrum(name) {
    const context = new AudioContext({sampleRate: 48000});
    await context.resume();
    const source = context.createMediaStreamSource(new MediaStream(receivedTracks(peers.get(name), 'audio')));
    const analyser = new AnalyserNode(context, {fftSize: 32768, smoothingTimeConstant: 0});
    source.connect(analyser);
    await sleep(1500);
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    await context.close();
    return {bins, hz_per_bin: 48000 / analyser.fftSize};
  }

  /** Frequency in Hz and level in dB of the loudest tone that arrives. */
  async function tone(name) {
    const {bins, hz_per_bin} = await spectrum(name);
    const top = bins.indexOf(Math.max(...bins));
    const [before, at, after] = [bins[top - 1], bins[top], bins[top + 1]];
    const offset = (before - after) / (2 * (before - 2 * at + after)) || 0;  // vertex of the parabola
    return {hz: (top + offset) * hz_per_bin, db: at};
  }

  /** Levels in dB of what arrives within 5 Hz of each of `frequencies`. */
  async function levels(name, frequencies) {
    const {bins, hz_per_bin} = await spectrum(name);
    return frequencies.map((hz) => Math.max(...bins.slice(Math.floor((hz - 5) / hz_per_bin), Math.ceil((hz + 5) / hz_per_bin) + 1)));
  }

  /** The received video as the browser counts it: {packets, decoded, key_frames, lost, codec}. */
  /** Of the picture that is shown: [width, height]. */
  function size(name) {
    const {video} = peers.get(name);
    return [video.videoWidth, video.videoHeight];
  }

  async function inbound(name, kind = 'video') {
    const report = await peers.get(name).connection.getStats();
    for (const entry of report.values()) {
      if (entry.type !== 'inbound-rtp' || entry.kind !== kind) continue;
      return {packets: entry.packetsReceived, decoded: entry.framesDecoded, key_frames: entry.keyFramesDecoded,
        lost: entry.packetsLost, codec: report.get(entry.codecId)?.mimeType, nacks: entry.nackCount, plis: entry.pliCount,
        retransmitted: entry.retransmittedPacketsReceived, concealed: entry.concealedSamples / entry.totalSamplesReceived || 0,
        discarded: entry.packetsDiscarded, width: entry.frameWidth, height: entry.frameHeight};
    }
    return {packets: 0, decoded: 0};
  }

  /** The way that media takes: {local, remote}, each {type: 'host' | 'srflx' | 'prflx' | 'relay', protocol, relayProtocol, address, port}. */
  async function way(name) {
    const report = await peers.get(name).connection.getStats();
    const pair = report.get([...report.values()].find(({type}) => type === 'transport').selectedCandidatePairId);
    const candidate = ({candidateType: type, protocol, relayProtocol, address, port}) => ({type, protocol, relayProtocol, address, port});
    return {local: candidate(report.get(pair.localCandidateId)), remote: candidate(report.get(pair.remoteCandidateId))};
  }

  function hangUp(name) {
    const own = peers.get(name);
    peers.delete(name);
    own.connection.close();
    own.sent?.getTracks().forEach((track) => track.stop());
    own.figure.remove();
  }

  window.peer = {addVideo, adopt, offer, restartOffer, accept, addCandidate, state, connectedAfter, firstFrame, frames, longestFreeze, sentBitrate, colours, tone, levels, size, inbound, way, hangUp,
    openChannel, closeChannel, channels, say, heard, flood};
})();

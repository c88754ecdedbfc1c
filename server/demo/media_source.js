// What the page sends: the camera and the microphone, or a picture and a tone made here, for machines
// that have neither.

export function cameraStream() {
  return navigator.mediaDevices.getUserMedia({video: {width: 640, height: 480}, audio: true});
}

/** A clock on changing colours with a quiet 440 Hz tone. Stopping its tracks ends the drawing too. */
export function testStream() {
  const canvas = Object.assign(document.createElement('canvas'), {width: 640, height: 480});
  const context = canvas.getContext('2d');
  const draw = () => {
    const hue = (performance.now() / 50) % 360;
    context.fillStyle = `hsl(${hue} 60% 35%)`;
    context.fillRect(0, 0, 640, 480);
    context.fillStyle = `hsl(${hue + 180} 80% 70%)`;
    context.fillRect(performance.now() / 8 % 640, 380, 60, 60);
    context.fillStyle = '#fff';
    context.font = 'bold 84px sans-serif';
    context.textAlign = 'center';
    context.fillText(new Date().toISOString().slice(11, 22), 320, 260);
  };
  draw();
  const stream = canvas.captureStream(25);
  const [track] = stream.getVideoTracks();
  const timer = setInterval(() => {
    if (track.readyState === 'ended') clearInterval(timer);
    else draw();
  }, 40);
  for (const audio of toneTracks()) stream.addTrack(audio);
  return stream;
}

function toneTracks() {
  if (typeof AudioContext !== 'function') return [];
  const context = new AudioContext();
  const tone = new OscillatorNode(context, {frequency: 440});
  const volume = new GainNode(context, {gain: 0.1});
  const out = new MediaStreamAudioDestinationNode(context);
  tone.connect(volume).connect(out);
  tone.start();
  return out.stream.getAudioTracks();
}

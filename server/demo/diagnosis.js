// What is wrong, and what to do about it, in plain words. One entry per thing that happens to people
// who open this page for the first time.

const kMedia = {
  NotAllowedError: ['The camera may not be used',
    'The browser, or the operating system, refused it. Allow camera and microphone for this page (usually the symbol beside its address) and press Start again, or send the test picture instead.'],
  NotFoundError: ['There is no camera or no microphone',
    'Connect one and press Start again, or send the test picture instead.'],
  NotReadableError: ['The camera is in use',
    'Another program or page holds the camera or the microphone. Close it and press Start again, or send the test picture instead.'],
  OverconstrainedError: ['The camera cannot do what is asked of it',
    'It offers no usable picture size. Try another camera, or send the test picture instead.'],
  AbortError: ['The camera stopped', 'Unplug it, plug it in and press Start again, or send the test picture instead.'],
};

const kServer = {
  'unreachable': ['The server cannot be reached',
    'Nothing answers at this address. Is the server running, is its port the one above, and does no firewall or proxy stand between? From an https page only wss addresses can be reached.'],
  'no-reply': ['The server does not answer', 'The connection is open, but a request got no reply within 20 seconds. Its log says more.'],
  'refused': ['The server refused a request', 'What it said stands below; its log says more.'],
  'closed': ['The connection to the server was lost', 'The server ended, or the network between you and it did. Press Start to try again.'],
};

const kCall = {
  'ice-failed': ['No way between this browser and the server was found',
    'Requests get through, media does not: the server\'s UDP ports (minPort to maxPort of BaseRtpEndpoint.conf.ini) are blocked by a firewall, or the server is behind NAT and does not know its public address (externalIPv4 of WebRtcEndpoint.conf.ini).'],
  'slow': ['Still looking for a way to the server',
    'This usually takes less than a second. If it does not come about, the server\'s UDP ports are probably blocked between you and it.'],
  'disconnected': ['The server is not heard any more', 'The network between you and it is interrupted. If it comes back, the call goes on.'],
  'no-media': ['The call stands, but nothing comes back',
    'The browser sends and the server is connected, yet no packet has arrived for five seconds. The server\'s statistics below show whether it receives what you send.'],
};

function words(entry, detail, what) {
  return {what, title: entry[0], advice: entry[1], detail: detail ?? ''};
}

/** Why the page cannot even ask for a camera; nothing when it can. */
export function diagnosePage() {
  if (typeof RTCPeerConnection !== 'function') {
    return words(['This browser cannot make calls', 'It has no WebRTC, or WebRTC is switched off in it. Use a current Chromium, Firefox or Safari.'], '', 'no-webrtc');
  }
  return undefined;
}

export function diagnoseInsecurePage() {
  return words(['The browser gives cameras to secure pages only',
    'This page came over plain http from another machine. Open it as http://localhost or over https (mediaServer.net.websocket.secure in kurento.conf.json), or send the test picture instead.'],
  location.origin, 'insecure-page');
}

/** Words for anything that start() or the running call threw. */
export function diagnoseError(error) {
  if (error.reason === 'closed' && error.code === 1002) {
    return words(['The server does not know this path', 'The path in the address above is not the configured one (mediaServer.net.websocket.path, kurento if not set).'], error.message, 'wrong-path');
  }
  if (error.reason in kServer) {
    return words(kServer[error.reason], error.code ? `${error.code}: ${error.message}` : error.message, error.reason);
  }
  if (error.name in kMedia) return words(kMedia[error.name], error.message, error.name);
  if (error.name === 'SyntaxError') return words(['This is not the address of a server', 'It begins with ws:// or wss://, such as ws://127.0.0.1:8888/kurento.'], error.message, 'bad-address');
  if (error.name === 'SecurityError') return words(['The browser does not allow this address', 'A page that came over https can only use wss:// addresses.'], error.message, 'bad-address');
  return words(['Something unexpected happened', 'Reload the page and try again.'], `${error.name}: ${error.message}`, 'unexpected');
}

export function diagnoseCall(what, detail) {
  return words(kCall[what], detail, what);
}

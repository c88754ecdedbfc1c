// The page: buttons, videos, table, and the words when something is wrong. The call is made in
// loopback_call.js.
import {CallStatistics, candidatePair, serverSummary, tableRows} from './call_statistics.js';
import {diagnoseCall, diagnoseError, diagnoseInsecurePage, diagnosePage} from './diagnosis.js';
import {LoopbackCall} from './loopback_call.js';
import {cameraStream, testStream} from './media_source.js';

const kReadEvery_ms = 1000;
const kPatience_ms = 8000;   // for the way to the server to be found
const kSilence_ms = 5000;    // without a packet, once connected
const kLogLines = 200;

const page = Object.fromEntries([...document.querySelectorAll('[id]')].map((element) => [element.id, element]));
let call, stream, timer, started_ms, heard;

const kStateWords = {
  idle: 'Not started', starting: 'Starting …', new: 'Starting …', connecting: 'Connecting …',
  connected: 'Connected', disconnected: 'Interrupted', failed: 'No connection', closed: 'Ended',
  stopped: 'Stopped', problem: 'Stopped by a problem',
};

function showState(state) {
  page.state.dataset.state = state;
  page.state.textContent = kStateWords[state] ?? state;
}

function showProblem(problem) {
  page.problem.hidden = !problem;
  page.problem.dataset.what = problem?.what ?? '';
  page['problem-title'].textContent = problem?.title ?? '';
  page['problem-advice'].textContent = problem?.advice ?? '';
  page['problem-detail'].textContent = problem?.detail ?? '';
  if (problem) note(problem.title);
}

function note(text) {
  const line = document.createElement('li');
  line.textContent = `${new Date().toLocaleTimeString()} ${text}`;
  page.log.append(line);
  if (page.log.children.length > kLogLines) page.log.firstChild.remove();
  page.log.scrollTop = page.log.scrollHeight;
}

function showRunning(running) {
  page.start.disabled = running;
  page.stop.disabled = !running;
  page.source.disabled = running;
  page.server.disabled = running;
}

function openSource() {
  if (page.source.value === 'picture') return testStream();
  if (!window.isSecureContext || !navigator.mediaDevices) throw Object.assign(new Error(), {problem: diagnoseInsecurePage()});
  return cameraStream();
}

async function start() {
  showRunning(true);
  showProblem(diagnosePage());
  if (!page.problem.hidden) return finish('problem');
  showState('starting');
  const ours = call = new LoopbackCall({onTrack, onState, onServerEvent, onEnd: (error) => ours === call && fail(error)});
  try {
    const opened = await openSource();
    if (ours !== call) return opened.getTracks().forEach((track) => track.stop());
    stream = page.local.srcObject = opened;
    page.remote.srcObject = new MediaStream();
    note(`Sending ${stream.getTracks().map((track) => track.kind).join(' and ')}`);
    started_ms = performance.now();
    heard = {packets: 0, at_ms: undefined};
    await ours.start(page.server.value.trim(), stream);
    if (ours === call) timer = setInterval(makeReader(ours), kReadEvery_ms);
  } catch (error) {
    if (ours === call) fail(error);
  }
}

function fail(error) {
  showProblem(error.problem ?? diagnoseError(error));
  finish('problem');
}

function finish(state) {
  clearInterval(timer);
  const ended = call;
  call = undefined;
  stream?.getTracks().forEach((track) => track.stop());
  stream = page.local.srcObject = page.remote.srcObject = null;
  showState(state);
  ended?.stop();
  showRunning(false);
}

function stop() {
  showProblem(undefined);
  note('Stopped');
  finish('stopped');
}

function onTrack(track) {
  page.remote.srcObject?.addTrack(track);
}

function onState(state) {
  showState(state);
  note(`Connection: ${state}`);
  if (state === 'connected') heard.at_ms = performance.now();
  if (state === 'failed') showProblem(diagnoseCall('ice-failed'));
  else if (state === 'disconnected') showProblem(diagnoseCall('disconnected'));
  else if (state === 'connected') showProblem(undefined);
}

function onServerEvent(type, data) {
  const what = data.description ?? data.newState ?? data.state ?? '';
  note(`Server: ${type} ${[data.mediaType, what].filter(Boolean).join(' ')}`.trim());
}

function makeReader(ours) {
  const statistics = new CallStatistics();
  return async () => {
    try {
      const report = await ours.browserStatistics();
      const server = await ours.serverStatistics();
      if (ours !== call) return;
      const streams = statistics.read(report);
      showTable(streams);
      showTransport(candidatePair(report), serverSummary(server));
      watchMedia(streams);
    } catch (error) {
      if (ours === call) note(`No statistics: ${error.message}`);
    }
  };
}

function showTable(streams) {
  page.streams.replaceChildren(...tableRows(streams).map(([title, ...values]) => {
    const row = document.createElement('tr');
    row.append(Object.assign(document.createElement('th'), {scope: 'row', textContent: title}));
    row.append(...values.map((value) => Object.assign(document.createElement('td'), {textContent: value})));
    return row;
  }));
  for (const video of ['local', 'remote']) {
    const {videoWidth, videoHeight} = page[video];
    page[`${video}-size`].textContent = videoWidth ? `${videoWidth} × ${videoHeight}` : '';
  }
}

function showTransport(pair, server) {
  const lines = [
    ['Way of the packets', pair?.text ?? 'not found yet'],
    ['Round trip (ICE)', pair?.round_trip === undefined ? '' : `${(pair.round_trip * 1000).toFixed(1)} ms`],
    ['Server received', server.received],
    ['Server sent', server.sent],
  ];
  page.transport.replaceChildren(...lines.flatMap(([name, value]) => [
    Object.assign(document.createElement('dt'), {textContent: name}),
    Object.assign(document.createElement('dd'), {textContent: value}),
  ]));
}

/** Says so when the way is not found, or when nothing comes back on it. */
function watchMedia(streams) {
  const now_ms = performance.now();
  const packets = (streams['video received']?.packets ?? 0) + (streams['audio received']?.packets ?? 0);
  if (packets > heard.packets) {
    heard = {packets, at_ms: now_ms};
    if (page.problem.dataset.what === 'no-media') showProblem(undefined);
  }
  const quiet = page.problem.hidden;
  if (heard.at_ms === undefined) {
    if (quiet && now_ms - started_ms > kPatience_ms) showProblem(diagnoseCall('slow'));
  } else if (quiet && now_ms - heard.at_ms > kSilence_ms) {
    showProblem(diagnoseCall('no-media'));
  }
}

function toggleSound() {
  page.remote.muted = !page.remote.muted;
  page.sound.setAttribute('aria-pressed', String(!page.remote.muted));
  page.sound.textContent = page.remote.muted ? 'Sound is off' : 'Sound is on (headphones!)';
}

page.server.value = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/kurento`;
page.controls.addEventListener('submit', (event) => event.preventDefault());
page.start.addEventListener('click', start);
page.stop.addEventListener('click', stop);
page.sound.addEventListener('click', toggleSound);
showTable({});
showProblem(diagnosePage());

// The demo page, clicked as a first-time user clicks it, and what it says when something is wrong.
import assert from 'node:assert/strict';
import {freePort} from '../harness/media_server.mjs';
import {scene} from '../harness/scene.mjs';
import {until} from '../harness/wait.mjs';

const text = (page, selector) => page.$eval(selector, (element) => element.textContent);
const stateOf = (page) => page.$eval('#state', (element) => element.dataset.state);
const problemOf = (page) => page.$eval('#problem', (element) => element.hidden ? '' : element.dataset.what);

async function expectState(page, state, timeout_ms = 15_000) {
  let seen;
  await until(() => `the page is ${state}, not ${JSON.stringify(seen)}`, async () => {
    seen = [await stateOf(page), await problemOf(page)];
    return seen[0] === state;
  }, timeout_ms);
}

const cell = (page, row, column) => page.$$eval('#streams tr', (rows, [wanted, index]) =>
    rows.find((one) => one.firstChild.textContent === wanted)?.children[index].textContent ?? '', [row, column]);

async function expectCallOnPage(s, page) {
  await expectState(page, 'connected');
  await until('the remote video has a size', () => page.$eval('#remote', (video) => video.videoWidth > 0 && video.currentTime > 0.5));
  const packets = async () => Number(await cell(page, 'Packets', 2));
  const before = await until('packets are counted', packets);
  await until('the figures change', async () => await packets() > before);
  s.fact('video received', await cell(page, 'Bitrate', 2));
  s.fact('codec', await cell(page, 'Codec', 2));
  s.fact('way', await text(page, '#transport dd'));
  assert.equal(await problemOf(page), '');
}

scene('the demo page: Start makes a call, the figures change, Stop ends it', async (s) => {
  const server = await s.server();
  const page = await s.page(server.page);
  await page.click('#start');
  await expectCallOnPage(s, page);
  await s.shoot();
  await page.click('#stop');
  await expectState(page, 'stopped');
  await page.click('#start');
  await expectState(page, 'connected');
  await page.click('#stop');
  await expectState(page, 'stopped');
  await page.close();
  await server.expectNothingLeft();
});

scene('the demo page works without a camera, with its test picture', async (s) => {
  const page = await s.page((await s.server()).page);
  await page.selectOption('#source', 'picture');
  await page.click('#start');
  await expectCallOnPage(s, page);
});

scene('the demo page works in Firefox', async (s) => {
  const page = await s.firefoxPage((await s.server()).page);
  await page.select('#source', 'picture');
  await page.click('#start');
  await expectCallOnPage(s, page);
});

scene('the demo page says what is wrong, in plain words', async (s) => {
  const server = await s.server();
  const page = await s.page(server.page);
  const tryAddress = async (address) => {
    await page.fill('#server', address);
    await page.click('#start');
    await expectState(page, 'problem');
    const what = await problemOf(page);
    s.fact(address, `${await text(page, '#problem-title')}. ${await text(page, '#problem-advice')}`);
    return what;
  };
  assert.equal(await tryAddress(`ws://127.0.0.1:${await freePort()}/kurento`), 'unreachable');
  assert.equal(await tryAddress(`ws://127.0.0.1:${server.port}/elsewhere`), 'wrong-path');
  assert.equal(await tryAddress('ftp://127.0.0.1/kurento'), 'bad-address');

  await page.evaluate(() => navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError')));
  assert.equal(await tryAddress(server.url), 'NotAllowedError');
  await page.evaluate(() => navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError')));
  assert.equal(await tryAddress(server.url), 'NotFoundError');
  await s.shoot();
});

scene('the demo page says so when the server ends during a call', async (s) => {
  const server = await s.server();
  const page = await s.page(server.page);
  await page.click('#start');
  await expectState(page, 'connected');
  await server.stop();
  server.has_ended = true;
  await expectState(page, 'problem');
  assert.equal(await problemOf(page), 'closed');
});

scene('the demo page comes with a policy that lets nothing else in', async (s) => {
  const response = await fetch((await s.server()).page);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type'), /^text\/html/);
  const policy = response.headers.get('content-security-policy') ?? /Content-Security-Policy" content="([^"]+)"/.exec(await response.text())?.[1];
  s.fact('policy', policy);
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self'(;|$)/);
  assert.equal((await fetch(`${s.media_server.page}nothing-here`)).status, 404);
});

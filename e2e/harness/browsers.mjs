// The two browsers, with fake devices, no questions and no traffic of their own; and the page that
// all tests open in them. Chromium is driven by playwright, Firefox by puppeteer (WebDriver BiDi).
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {chromium} from 'playwright-core';
import puppeteer from 'puppeteer-core';
import {fakeDevices} from './fake_devices.mjs';

const kMediaFolder = new URL('../../build/e2e-media/', import.meta.url).pathname;
const kPageFolder = new URL('../page/', import.meta.url);
const kPageFiles = {'/': ['index.html', 'text/html'], '/peer.js': ['peer.js', 'text/javascript']};

const kChromium = process.env.CHROMIUM ?? '/usr/bin/chromium';

/**
 * host: of a network lab, to run on; without it, loopback is the network. has_permission: to use camera
 * and microphone, and so to tell addresses; without it Chromium tells mDNS names.
 */
function chromiumOptions({host, has_permission = true} = {}) {
  const {camera, microphone} = fakeDevices(kMediaFolder);
  return {
    executablePath: host ? host.wrapped(kChromium) : kChromium,
    headless: true,
    args: [
      '--no-sandbox',                                   // root has no user namespace to sandbox with
      '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--use-fake-device-for-media-stream',
      ...(has_permission ? ['--use-fake-ui-for-media-stream'] : []),
      '--autoplay-policy=no-user-gesture-required',
      ...(host ? [] : ['--allow-loopback-in-peer-connection']),
      `--use-file-for-fake-video-capture=${camera}`,
      `--use-file-for-fake-audio-capture=${microphone}`,
    ],
  };
}

const kFirefoxPreferences = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.peerconnection.ice.loopback': true,
  'media.gmp-manager.updateEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'app.normandy.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
};

export function launchChromium(options) { return chromium.launch(chromiumOptions(options)); }

/** A Chromium whose process can be killed: {browser, pid}. */
export async function launchMortalChromium() {
  const server = await chromium.launchServer(chromiumOptions());
  return {browser: await chromium.connect(server.wsEndpoint()), pid: server.process().pid};
}

/** headed by `extra` preferences, such as one that takes the camera away. */
export function launchFirefox(extra = {}) {
  return puppeteer.launch({browser: 'firefox', executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr', headless: true,
    extraPrefsFirefox: {...kFirefoxPreferences, ...extra}});
}

/** Serves page/ to one page of Chromium without any network; the address to go to. */
export async function routePages(page) {
  await page.route('http://localhost/**', (route) => {
    const [file, type] = kPageFiles[new URL(route.request().url()).pathname] ?? [];
    return file ? route.fulfill({contentType: `${type}; charset=utf-8`, body: readFileSync(new URL(file, kPageFolder), 'utf8')}) : route.fulfill({status: 404});
  });
  return 'http://localhost/';
}

/** Serves page/ on loopback, which browsers take for secure: {url, close}. */
export async function servePages() {
  const server = createServer((request, response) => {
    const [file, type] = kPageFiles[request.url] ?? [];
    response.writeHead(file ? 200 : 404, {'content-type': `${type ?? 'text/plain'}; charset=utf-8`});
    response.end(file ? readFileSync(new URL(file, kPageFolder)) : '');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

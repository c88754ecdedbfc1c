// What one promise is tried with: a media server, browsers and clients, made when asked for and ended
// in reverse order. Keeps the picture, the facts and the verdict for the report.
import {mkdirSync, writeFileSync} from 'node:fs';
import {basename} from 'node:path';
import {after, test} from 'node:test';
import kurento from 'kurento-client';
import {launchChromium, launchFirefox, launchMortalChromium, routePages, servePages} from './browsers.mjs';
import {MediaServer} from './media_server.mjs';
import {NetLab} from './net_lab.mjs';
import {RawClient} from './raw_client.mjs';

const kReport = process.env.E2E_REPORT ?? new URL('../../build/e2e-report', import.meta.url).pathname;
const kTimeout_ms = 90_000;
const kEnd_ms = 20_000;  // for browsers and servers to end after that
const kViewport = {width: 1100, height: 800};

/**
 * Registers a test: `sentence` is what is promised, body(scene) proves it within timeout_ms. A body that takes
 * longer goes on without being heard; what it had started is ended all the same.
 */
export function scene(sentence, body, {timeout_ms = kTimeout_ms} = {}) {
  const file = basename(process.argv[1], '.test.mjs');
  const slug = `${file}-${sentence.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 80)}`;
  test(sentence, {timeout: timeout_ms + kEnd_ms}, async () => {
    const begin_ms = performance.now();
    const ours = new Scene(slug);
    let error;
    try {
      await within(timeout_ms, body(ours));
    } catch (caught) {
      error = caught;
    }
    error = await ours.end(error) ?? error;
    ours.write({sentence, file, seconds: (performance.now() - begin_ms) / 1000, error: error && String(error.stack ?? error)});
    if (error) throw error;
  });
}

/** What `promise` gives; an error when it takes longer than that. */
async function within(timeout_ms, promise) {
  let timer;
  const late = new Promise((_, reject) => timer = setTimeout(() => reject(new Error(`not done after ${timeout_ms} ms`)), timeout_ms));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// A library's forgotten timer or socket must not keep a finished test file alive.
after(() => setTimeout(() => process.exit(), 1000).unref());

class Scene {
  #slug;
  #ends = [];        // newest last
  #pages = [];
  #facts = [];
  #shot;
  #chromium;
  #site;
  #lab;

  constructor(slug) {
    this.#slug = slug;
    mkdirSync(kReport, {recursive: true});
  }

  /** The media server of this scene; started on the first use. */
  async server(options = {}) {
    if (this.media_server) return this.media_server;
    this.media_server = await MediaServer.start({...options, log: `${kReport}/${this.#slug}.server.log`});
    return this.media_server;
  }

  /** One more media server, ended with the scene. */
  async anotherServer(options = {}) {
    const server = await MediaServer.start({...options, log: `${kReport}/${this.#slug}.server-${this.#ends.length}.log`});
    this.atEnd((error) => error ? server.abandon() : server.stop());
    return server;
  }

  /** Networks of this scene's own. */
  get lab() { return this.#lab ??= new NetLab(); }

  /** kurento-client as an application server uses it. */
  async kurento(url) {
    const client = await kurento(url ?? (await this.server()).url, {failAfter: 1});
    this.atEnd(() => client.close());
    return client;
  }

  async rawClient(url) {
    const client = await RawClient.open(url ?? (await this.server()).url);
    this.atEnd(() => client.close());
    return client;
  }

  /** A page of Chromium at page/index.html, or at `url`. */
  async page(url) {
    this.#chromium ??= launchChromium().then((browser) => {
      this.atEnd(() => browser.close());
      return browser;
    });
    return this.#open(await (await this.#chromium).newPage({viewport: kViewport}), url);
  }

  /** A page of a Chromium with further options of launchChromium, such as the host of a lab that it runs on. */
  async pageOf(options) {
    const browser = await launchChromium(options);
    this.atEnd(() => browser.close());
    const page = await browser.newPage({viewport: kViewport});
    return this.#open(page, await routePages(page), {is_ours: true});
  }

  async firefoxPage(url, preferences) {
    const browser = await launchFirefox(preferences);
    this.atEnd(() => browser.close());
    const page = await browser.newPage();
    await page.setViewport(kViewport);
    return this.#open(page, url);
  }

  /** {page, kill}: a page in a browser of its own, and the end of that browser by kill -9. */
  async mortalPage() {
    const {browser, pid} = await launchMortalChromium();
    let alive = true;
    const kill = () => {
      alive = false;
      process.kill(pid, 'SIGKILL');
    };
    this.atEnd(() => alive && browser.close());
    return {page: await this.#open(await browser.newPage(), undefined, {shown: false}), kill};
  }

  async #open(page, url, {shown = true, is_ours = !url} = {}) {
    if (shown) this.#pages.push(page);
    page.on('pageerror', (error) => this.fact('error in the page', error.message));
    if (is_ours) {
      if (!url && !this.#site) {
        this.#site = await servePages();
        this.atEnd(() => this.#site.close());
      }
      page.onPeerCandidate = () => {};
      await page.exposeFunction('onPeerCandidate', (name, candidate) => page.onPeerCandidate(name, candidate));
    }
    await page.goto(url ?? this.#site.url);
    return page;
  }

  atEnd(end) { this.#ends.push(end); }

  /** A figure or a finding for the report. */
  fact(name, value) { this.#facts.push([name, typeof value === 'string' ? value : JSON.stringify(value)]); }

  /** Takes the picture for the report now; otherwise it is taken at the end. */
  async shoot(page = this.#pages[0]) {
    this.#shot = `${this.#slug}.png`;
    await page.screenshot({path: `${kReport}/${this.#shot}`, fullPage: true});
  }

  /** Ends everything; the error that this brought, if any. */
  async end(error) {
    if (!this.#shot && this.#pages[0]) await this.shoot().catch((problem) => this.fact('no picture', problem.message));
    let trouble = await this.#endAll(error);
    try {
      if (error) await this.media_server?.abandon();
      else if (this.media_server && !this.media_server.has_ended) this.fact('the server ended within', `${Math.round(await this.media_server.stop())} ms`);
      this.#lab?.close();
    } catch (caught) {
      trouble ??= caught;
    }
    return error ? undefined : trouble;
  }

  async #endAll(error) {
    let trouble;
    for (const end of this.#ends.reverse()) {
      try {
        await end(error);
      } catch (caught) {
        trouble ??= caught;
      }
    }
    return trouble;
  }

  write(result) {
    writeFileSync(`${kReport}/${this.#slug}.json`, JSON.stringify({...result, slug: this.#slug, shot: this.#shot, facts: this.#facts}, null, 1));
  }
}

// Makes index.html of the results that the scenes have written: one section per promise, with its
// picture, its facts and, when it failed, why.
import {readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {launchChromium} from './browsers.mjs';

const escape = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const kStyle = `body{font:15px/1.5 "DejaVu Sans",sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1c2430}
section{border:1px solid #d8dde4;border-left:5px solid #1a7f3c;border-radius:.4rem;padding:.5rem 1rem;margin:1rem 0}
section.failed{border-left-color:#b3261e}img{max-width:100%;border:1px solid #d8dde4}pre{white-space:pre-wrap;background:#fdecea;padding:.6rem}
h2{font-size:1.05rem;margin:.2rem 0}small{color:#5b6675}table{border-spacing:.8rem 0;font-size:.9rem}td{vertical-align:top}`;

export function readResults(folder) {
  return readdirSync(folder).filter((file) => file.endsWith('.json')).sort()
      .map((file) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')));
}

function facts(result) {
  return `<table>${result.facts.map(([name, value]) => `<tr><td>${escape(name)}<td>${escape(value)}`).join('')}</table>`;
}

function section(result) {
  return `<section class="${result.error ? 'failed' : 'passed'}" id="${result.slug}">
<h2>${escape(result.sentence)}</h2><small>${result.error ? 'failed' : 'passed'} · ${result.seconds.toFixed(1)} s · ${escape(result.file)}
· <a href="${result.slug}.server.log">server's log</a></small>
${result.error ? `<pre>${escape(result.error)}</pre>` : ''}${facts(result)}
${result.shot ? `<a href="${result.shot}"><img src="${result.shot}" alt="what the browser showed" loading="lazy"></a>` : ''}</section>`;
}

/** Promises without a page get a picture of their facts, so that each has one. */
async function shootFacts(folder, results) {
  const bare = results.filter(({shot}) => !shot);
  if (bare.length === 0) return;
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({viewport: {width: 900, height: 420}});
    for (const result of bare) {
      await page.setContent(`<style>${kStyle}</style><h2>${escape(result.sentence)}</h2>${facts(result)}${result.error ? `<pre>${escape(result.error)}</pre>` : ''}`);
      result.shot = `${result.slug}.png`;
      await page.screenshot({path: `${folder}/${result.shot}`});
    }
  } finally {
    await browser.close();
  }
}

/** Writes index.html into `folder` from `results`. */
export async function writeReport(folder, results) {
  await shootFacts(folder, results);
  const failed = results.filter(({error}) => error).length;
  writeFileSync(`${folder}/index.html`, `<!doctype html><html lang="en"><meta charset="utf-8"><title>e2e</title><style>${kStyle}</style>
<h1>End to end: ${results.length - failed} passed, ${failed} failed</h1><p>${new Date().toISOString()}</p>${results.map(section).join('\n')}</html>\n`);
}

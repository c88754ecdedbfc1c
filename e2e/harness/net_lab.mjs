// Networks of a test's own: hosts as network namespaces on one public segment, each behind a NAT of
// the wanted kind if asked. Nothing in them reaches the machine's own network. Needs root, iproute2,
// nftables.
//
//   client -- NAT router -- segment 10.91.0.0/24, fd91::/64 -- NAT router -- server
import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {until} from './wait.mjs';

const kNamePattern = /^e2e(\d+)-/;
const kFullCone = 'full cone', kPortRestricted = 'port restricted', kSymmetric = 'symmetric';
export const kNatKinds = [kFullCone, kPortRestricted, kSymmetric];

const ip = (...words) => execFileSync('ip', words, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});

/** Ends what a test program that was killed had left running in its namespaces, and them. */
function removeOrphans() {
  for (const name of ip('netns', 'list').split('\n').map((line) => line.split(' ')[0])) {
    const pid = kNamePattern.exec(name)?.[1];
    if (!pid || existsSync(`/proc/${pid}`)) continue;
    for (const left of ip('netns', 'pids', name).split('\n').filter(Boolean)) process.kill(Number(left), 'SIGKILL');
    ip('netns', 'del', name);
  }
}

/**
 * Rules of a router with the interfaces lan and wan (RFC 4787's words). Linux keeps the port of the
 * one host behind it, so that masquerade maps independently of the endpoint and filters by address
 * and port; with random ports it maps by destination. Nothing from wan reaches the host unasked,
 * save through the full cone; and what is dropped makes no mapping that the host's own packets would have
 * to avoid.
 */
function natRules(kind, inside) {
  return `
    table ip nat {
      chain post { type nat hook postrouting priority 100; oifname "wan" masquerade${kind === kSymmetric ? ' fully-random' : ''}; }
      chain pre { type nat hook prerouting priority -100; ${kind === kFullCone ? `iifname "wan" udp dport 1024-65535 dnat to ${inside}` : ''}; }
    }
    table ip filter {
      chain forward { type filter hook forward priority 0; iifname "wan" ct status dnat accept; iifname "wan" ct state new drop; }
      chain input { type filter hook input priority 0; iifname "wan" ct state new drop; }
    }`.replaceAll('; ;', ';');
}

class Host {
  #lab;
  #forwards = [];

  constructor(lab, name, address, public_address) {
    Object.assign(this, {namespace: name, address, public_address});
    this.#lab = lab;
  }

  /** As child_process.spawn, inside. The process id is the program's own. */
  spawn(program, words, options) { return spawn('ip', ['netns', 'exec', this.namespace, program, ...words], options); }

  run(program, ...words) { return ip('netns', 'exec', this.namespace, program, ...words); }

  /** Path of a program that runs `program` inside: for those who can be given a path only. */
  wrapped(program) {
    const path = join(this.#lab.folder, `${this.namespace}-${program.replaceAll('/', '_')}`);
    writeFileSync(path, `#!/bin/sh\nexec ip netns exec ${this.namespace} ${program} "$@"\n`, {mode: 0o755});
    return path;
  }

  /** One more interface, which leads nowhere. */
  addInterface(name, address) {
    ip('-n', this.namespace, 'link', 'add', name, 'type', 'veth', 'peer', 'name', `${name}-end`);
    ip('-n', this.namespace, 'addr', 'add', address, 'dev', name);
    for (const device of [name, `${name}-end`]) ip('-n', this.namespace, 'link', 'set', device, 'up');
  }

  /** Drops what leaves by nftables' `match`, such as 'meta l4proto udp', until allow(). */
  block(match) { this.#nft(`table inet e2e { chain out { type filter hook output priority 0; ${match} drop; }; }`); }

  allow() { this.run('nft', 'delete', 'table', 'inet', 'e2e'); }

  /** Counts what arrives and fits one of nftables' `matches`; counted() tells the packets so far. */
  count(...matches) {
    const rules = matches.map((match) => `${match} counter name seen;`).join(' ');
    this.#nft(`table inet counting { counter seen {}; chain in { type filter hook input priority 0; ${rules} }; }`);
  }

  counted() { return Number(/packets (\d+)/.exec(this.run('nft', 'list', 'counter', 'inet', 'counting', 'seen'))[1]); }

  #nft(rules) { execFileSync('ip', ['netns', 'exec', this.namespace, 'nft', '-f', '-'], {input: rules, stdio: ['pipe', 'ignore', 'pipe']}); }

  /** A port on this machine's loopback that leads to a TCP port of the host's own loopback. */
  async forwardTo(port) {
    const path = join(this.#lab.folder, `${this.namespace}-${port}`);
    const inner = this.spawn(process.execPath, [new URL('unix_to_tcp.mjs', import.meta.url).pathname, path, String(port)], {stdio: ['pipe', 'ignore', 'inherit']});
    const outer = createServer((near) => {
      const far = connect(path);
      for (const [one, other] of [[near, far], [far, near]]) one.pipe(other).on('error', () => {}).once('close', () => one.destroy());
    }).listen(0, '127.0.0.1');
    this.#forwards.push({inner, outer});
    await until('the way into the namespace is open', () => outer.listening && existsSync(path));
    return outer.address().port;
  }

  close() {
    for (const {inner, outer} of this.#forwards) {
      inner.kill('SIGKILL');
      outer.close();
    }
  }
}

export class NetLab {
  #core;
  #namespaces = [];
  #hosts = [];
  #segment_size = 1;  // .1 is the way to nowhere
  folder = mkdtempSync(join(tmpdir(), 'net-lab-'));
  static #count = 0;
  #prefix = `e2e${process.pid}-${++NetLab.#count}-`;

  constructor() {
    assert.equal(process.getuid(), 0, 'network namespaces need root');
    removeOrphans();
    this.#core = this.#namespace('core');
    ip('-n', this.#core, 'link', 'add', 'segment', 'type', 'bridge');
    ip('-n', this.#core, 'addr', 'add', '10.91.0.1/24', 'dev', 'segment');  // a default route has to lead somewhere
    ip('-n', this.#core, 'addr', 'add', 'fd91::1/64', 'dev', 'segment', 'nodad');
    ip('-n', this.#core, 'link', 'set', 'segment', 'up');
  }

  /** A host. nat: one of kNatKinds; without it the host is on the segment. family: 4, 6, or both. */
  host(role, {nat, family} = {}) {
    const number = ++this.#segment_size;
    const name = this.#namespace(role);
    const outside = `10.91.0.${number}`;
    const host = new Host(this, name, nat ? `10.91.${number}.2` : family === 6 ? `fd91::${number}` : outside, outside);
    this.#hosts.push(host);
    if (nat) this.#route(name, number, nat);
    else this.#join(name, 'eth0', number, family);
    return host;
  }

  #namespace(role) {
    const name = this.#prefix + role;
    ip('netns', 'add', name);
    this.#namespaces.push(name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
    return name;
  }

  /** Puts an interface of `namespace` on the segment. */
  #join(namespace, device, number, family) {
    ip('link', 'add', `port${number}`, 'netns', this.#core, 'type', 'veth', 'peer', 'name', device, 'netns', namespace);
    ip('-n', this.#core, 'link', 'set', `port${number}`, 'master', 'segment', 'up');
    if (family !== 6) ip('-n', namespace, 'addr', 'add', `10.91.0.${number}/24`, 'dev', device);
    if (family !== 4) ip('-n', namespace, 'addr', 'add', `fd91::${number}/64`, 'dev', device, 'nodad');
    ip('-n', namespace, 'link', 'set', device, 'up');
    if (family !== 6) ip('-n', namespace, 'route', 'add', 'default', 'via', '10.91.0.1');
    if (family !== 4) ip('-n', namespace, 'route', 'add', 'default', 'via', 'fd91::1');
  }

  #route(inside, number, kind) {
    const router = this.#namespace(`nat${number}`);
    this.#join(router, 'wan', number, 4);
    ip('link', 'add', 'lan', 'netns', router, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', inside);
    ip('-n', router, 'addr', 'add', `10.91.${number}.1/24`, 'dev', 'lan');
    ip('-n', router, 'link', 'set', 'lan', 'up');
    ip('-n', inside, 'addr', 'add', `10.91.${number}.2/24`, 'dev', 'eth0');
    ip('-n', inside, 'link', 'set', 'eth0', 'up');
    ip('-n', inside, 'route', 'add', 'default', 'via', `10.91.${number}.1`);
    ip('netns', 'exec', router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
    execFileSync('ip', ['netns', 'exec', router, 'nft', '-f', '-'], {input: natRules(kind, `10.91.${number}.2`), stdio: ['pipe', 'ignore', 'pipe']});
  }

  /** After all processes inside have ended. */
  close() {
    this.#hosts.forEach((host) => host.close());
    this.#namespaces.forEach((name) => ip('netns', 'del', name));
    rmSync(this.folder, {recursive: true, force: true});
  }
}

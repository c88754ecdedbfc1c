// A machine that boots the image: qemu without acceleration, with UEFI, its own copy of the disk, and ports of this machine
// that lead to those of the appliance.
import {execFileSync, spawn} from 'node:child_process';
import {copyFileSync, mkdtempSync, rmSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {freeTcpPort, freeUdpPort} from './free_port.mjs';
import {until} from '../../e2e/harness/wait.mjs';

const kFirmware = '/usr/share/OVMF';
const kDiskSize = '1500M';
const kMemory = '1024';

export class Machine {
  #folder = mkdtempSync(join(tmpdir(), 'machine-'));
  #process;
  #output = '';
  begin_ms = 0;

  /** disk: raw; not changed. config: text of the operator's file, put into the EFI partition. */
  constructor(disk, {config} = {}) {
    this.disk = join(this.#folder, 'disk.raw');
    execFileSync('cp', ['--sparse=always', disk, this.disk]);
    execFileSync('truncate', ['--size', kDiskSize, this.disk]);
    if (config !== undefined) this.putIntoEsp('appliance.conf', config);
    copyFileSync(join(kFirmware, 'OVMF_VARS_4M.snakeoil.fd'), join(this.#folder, 'vars.fd'));
  }

  putIntoEsp(path, data) {
    execFileSync('mcopy', ['-o', '-i', `${this.disk}@@1M`, '-', `::/${path}`], {input: data});
  }

  /** Starts it; it starts again by itself unless `once`. options: further ones of qemu. */
  async start({once = false, options = []} = {}) {
    this.control = await freeTcpPort();
    this.turn = await freeUdpPort();
    this.#output = '';
    this.begin_ms = performance.now();
    this.#process = spawn('qemu-system-x86_64', [
      '-machine', 'q35,smm=on', '-global', 'driver=cfi.pflash01,property=secure,value=on',
      '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', kMemory, '-display', 'none', '-serial', 'stdio', '-monitor', 'none',
      '-qmp', `unix:${join(this.#folder, 'qmp')},server=on,wait=off`,
      ...(once ? ['-no-reboot'] : []),
      '-drive', `if=pflash,format=raw,readonly=on,file=${kFirmware}/OVMF_CODE_4M.secboot.fd`,
      '-drive', `if=pflash,format=raw,file=${join(this.#folder, 'vars.fd')}`,
      '-drive', `file=${this.disk},format=raw,if=virtio,cache=unsafe`,
      '-device', 'virtio-rng-pci',
      '-netdev', `user,id=n0,hostfwd=tcp:127.0.0.1:${this.control}-:8888,hostfwd=udp:127.0.0.1:${this.turn}-:3478`,
      '-device', 'virtio-net-pci,netdev=n0', ...options,
    ], {stdio: ['ignore', 'pipe', 'pipe']});
    for (const stream of [this.#process.stdout, this.#process.stderr]) stream.on('data', (data) => this.#output += data);
    this.ended = new Promise((resolve) => this.#process.once('close', resolve));
  }

  get url() { return `ws://127.0.0.1:${this.control}/kurento`; }

  /** What it has said on its serial console since start(), without colours. */
  // eslint-disable-next-line no-control-regex
  get console() { return this.#output.replace(/\x1b\[[0-9;=?]*[A-Za-z]/g, '').replace(/\r/g, ''); }

  get seconds() { return (performance.now() - this.begin_ms) / 1000; }

  /** Until the console has `what` for the count-th time. */
  async says(what, timeout_s, count = 1) {
    const all = () => this.console.match(new RegExp(what.source, 'g'))?.length ?? 0;
    await until(() => `the console says ${what}: ${this.console.slice(-3000)}`, () => {
      if (this.#process.exitCode !== null && all() < count) throw new Error(`the machine ended: ${this.console.slice(-3000)}`);
      return all() >= count;
    }, timeout_s * 1000);
  }

  /** As if somebody pressed the power button; resolves to whether the machine went off within that time. */
  async powerButton(within_s) {
    const monitor = connect(join(this.#folder, 'qmp'));
    monitor.on('error', () => {});
    for (const execute of ['qmp_capabilities', 'system_powerdown']) monitor.write(JSON.stringify({execute}));
    const late = new Promise((resolve) => setTimeout(() => resolve(false), within_s * 1000).unref());
    const is_off = await Promise.race([this.ended.then(() => true), late]);
    monitor.destroy();
    return is_off;
  }

  async stop() {
    this.#process?.kill('SIGKILL');
    await this.ended;
  }

  async remove() {
    await this.stop();
    rmSync(this.#folder, {recursive: true});
  }
}

/** The host: CPU, memory, disk and network now. */
import { readFile, statfs } from 'node:fs/promises';
import { cpus, freemem, loadavg, totalmem } from 'node:os';
import type { SystemMetrics } from '../contract/index.js';

export interface HostProbe {
  /** Rates are means since the read before. */
  readonly read: () => Promise<SystemMetrics>;
}

type Network = NonNullable<SystemMetrics['network']>;
interface Counters {
  readonly at: number;
  readonly busy: number;
  readonly total: number;
  readonly network: Network | null;
}

/** @param path any path on the file system whose space matters */
export function createHostProbe(path: string): HostProbe {
  let previous = readCounters();
  return {
    async read() {
      const before = await previous;
      previous = readCounters();
      const now = await previous;
      const [memory, disk] = await Promise.all([readMemory(), readDisk(path)]);
      const system = { cpu: { usage: cpuUsage(before, now), loadAverage: loadavg() }, memory, disk };
      const network = networkRates(before, now);
      return { ...system, network };
    },
  };
}

async function readCounters(): Promise<Counters> {
  const times = cpus().map((cpu) => cpu.times);
  const total = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  const idle = times.reduce((sum, time) => sum + time.idle, 0);
  return { at: performance.now(), busy: total - idle, total, network: await readNetwork() };
}

const cpuUsage = (before: Counters, now: Counters): number =>
  now.total > before.total ? (now.busy - before.busy) / (now.total - before.total) : 0;

/** All interfaces but loopback; null where there is no /proc. */
async function readNetwork(): Promise<Network | null> {
  const text = await readFile('/proc/net/dev', 'utf8').catch(() => null);
  if (text === null) return null;
  const sums = { bytesIn: 0, packetsIn: 0, bytesOut: 0, packetsOut: 0 };
  for (const line of text.split('\n').slice(2)) {
    const [name, counters] = line.split(':');
    if (!counters || name?.trim() === 'lo') continue;
    // proc(5): eight receive columns, then eight transmit columns, each beginning with bytes and packets.
    const columns = counters.trim().split(/\s+/).map(Number);
    sums.bytesIn += columns[0] ?? 0;
    sums.packetsIn += columns[1] ?? 0;
    sums.bytesOut += columns[8] ?? 0;
    sums.packetsOut += columns[9] ?? 0;
  }
  return sums;
}

function networkRates(before: Counters, now: Counters): Network | null {
  const [old, fresh] = [before.network, now.network];
  const seconds = (now.at - before.at) / 1000;
  if (!old || !fresh || seconds <= 0) return null;
  // An interface that went away takes its counts with it.
  const perSecond = (a: number | null, b: number | null) => Math.max(0, ((b ?? 0) - (a ?? 0)) / seconds);
  return {
    bytesIn: perSecond(old.bytesIn, fresh.bytesIn),
    bytesOut: perSecond(old.bytesOut, fresh.bytesOut),
    packetsIn: perSecond(old.packetsIn, fresh.packetsIn),
    packetsOut: perSecond(old.packetsOut, fresh.packetsOut),
  };
}

async function readMemory(): Promise<SystemMetrics['memory']> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024;
  const free = text ? bytes('MemFree') : freemem();
  const cached = bytes('Cached') + bytes('SReclaimable');
  const buffers = bytes('Buffers');
  return { used: Math.max(0, totalmem() - free - cached - buffers), free, cached, buffers };
}

async function readDisk(path: string): Promise<SystemMetrics['disk']> {
  const { blocks, bfree, bavail, bsize } = await statfs(path);
  return { used: (blocks - bfree) * bsize, free: bavail * bsize, iops: null };
}

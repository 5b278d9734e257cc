import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** Where and when a measurement was made. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
  /** Runnable processes over the last minute, before the measurement: above the number of cores, it was not alone. */
  readonly load: number;
  /** `YYYY-MM-DD`. */
  readonly date: string;
}

/** Describes this machine, now. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    load: Number(loadavg()[0]?.toFixed(1)),
    date: new Date().toISOString().slice(0, 10),
  };
}

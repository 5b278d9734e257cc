import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** The machine and date of a measurement. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
  /** One-minute load average before the measurement; above `cores`, other work distorts the figures. */
  readonly load: number;
  /** `YYYY-MM-DD`. */
  readonly date: string;
}

/** Describes this machine and its current load. */
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

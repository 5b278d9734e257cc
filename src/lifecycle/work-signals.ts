import { EventEmitter } from 'node:events';
import type { NotificationHandler } from '../coordination/pg-listener.ts';
import { callbackChannel } from '../tenants/callback-queue.ts';
import { reconcileChannel } from '../tenants/reconcile-schedule.ts';

/** Emits `callback` or `reconcile` when some process made work of that kind due. */
export type WorkSignals = EventEmitter<{ callback: []; reconcile: [] }>;

export function createWorkSignals(): WorkSignals {
  return new EventEmitter();
}

/** The NOTIFY channels that announce due work, with handlers that emit its signal. */
export function workSignalHandlers(signals: WorkSignals): Record<string, NotificationHandler> {
  return {
    [callbackChannel]: () => signals.emit('callback'),
    [reconcileChannel]: () => signals.emit('reconcile'),
  };
}

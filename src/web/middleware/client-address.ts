import type { RequestHandler } from 'express';
import type { Logger } from 'pino';

declare global {
  namespace Express {
    interface Request {
      /** The address of the client: of the connection, or what a trusted proxy reports. Empty if it is gone. */
      clientAddress: string;
    }
  }
}

/**
 * Finds the address of each client, from `X-Forwarded-For` as far as its proxies are trusted (Express's `trust proxy`).
 * Warns once about a proxy that is not: the limits would count all its clients as one.
 */
export function clientAddress(log: Pick<Logger, 'warn'>): RequestHandler {
  let hasWarned = false;
  return function clientAddress(request, _response, next) {
    const address = request.ip ?? '';
    request.clientAddress = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
    if (!hasWarned && 'x-forwarded-for' in request.headers && address === request.socket.remoteAddress) {
      hasWarned = true;
      log.warn({ proxy: request.clientAddress }, 'X-Forwarded-For of an untrusted proxy is ignored');
    }
    next();
  };
}

/** The network that one client controls: an IPv4 address, or the first 64 bits of an IPv6 address. */
export function toClientNetwork(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').filter(Boolean).length;
  return [...groups, ...Array(missing).fill('0')].slice(0, 4).join(':');
}

import type { IncomingMessage } from 'node:http';
import { isIP, isIPv4 } from 'node:net';
import type { Request, RequestHandler } from 'express';
import type { Logger } from 'pino';

declare global {
  namespace Express {
    interface Request {
      /** The address of the client: of the connection, or what a trusted proxy reports. Empty if it is gone. */
      clientAddress: string;
    }
  }
}

/** Whether the proxy of an address is trusted that is so many hops away (Express's `trust proxy fn`). */
export type IsTrustedProxy = (address: string, hop: number) => boolean;

/**
 * Finds the address of each client, from `X-Forwarded-For` as far as its proxies are trusted. Warns once about a proxy that
 * is not: the limits would count all its clients as one.
 */
export function clientAddress(isTrusted: IsTrustedProxy, log: Pick<Logger, 'warn'>): RequestHandler {
  let hasWarned = false;
  return function clientAddress(request, _response, next) {
    const connected = request.socket.remoteAddress ?? '';
    request.clientAddress = parseAddress(findReported(request, isTrusted)) ?? parseAddress(connected) ?? '';
    if (!hasWarned && 'x-forwarded-for' in request.headers && !isTrusted(connected, 0)) {
      hasWarned = true;
      log.warn({ proxy: request.clientAddress }, 'X-Forwarded-For of an untrusted proxy is ignored');
    }
    next();
  };
}

/** The nearest address that is no trusted proxy, as Express's `request.ip`, which only a request of its app has. */
function findReported({ socket, headers }: IncomingMessage, isTrusted: IsTrustedProxy): string {
  const connected = socket.remoteAddress ?? '';
  const forwarded = headers['x-forwarded-for'];
  if (forwarded === undefined) return connected;
  const reported = String(forwarded)
    .split(',')
    .map((each) => each.trim());
  const hops = [connected, ...reported.filter((each) => each !== '').reverse()];
  return hops.find((address, hop) => !isTrusted(address, hop)) ?? hops.at(-1) ?? connected;
}

/**
 * The address in an entry of `X-Forwarded-For`, to which some proxies append a port; null if there is none. Otherwise
 * every connection would count as another client, and the audit log would store any text.
 */
export function parseAddress(entry: string): string | null {
  if (isIPv4(entry)) return entry;
  const [, bracketed, before] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/.exec(entry) ?? [];
  const [address = ''] = (bracketed ?? before ?? entry).replace(/^::ffff:(?=[\d.]+$)/i, '').split('%');
  return isIP(address) === 0 ? null : address;
}

/** The network that one client controls: an IPv4 address, or the first 64 bits of an IPv6 address. */
export function toClientNetwork(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').filter(Boolean).length;
  return [...groups, ...Array(missing).fill('0')].slice(0, 4).join(':');
}

/** The client of a request, for limits: its network. */
export function clientOf({ clientAddress }: Pick<Request, 'clientAddress'>): string {
  return toClientNetwork(clientAddress);
}

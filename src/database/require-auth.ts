import { Socket } from 'node:net';
import type { ClientConfig } from 'pg';

/** Codes of authentication messages in PostgreSQL's protocol (section “Message Formats” of its documentation). */
const authentication = { ok: 0, sasl: 10, saslContinue: 11, saslFinal: 12 };
/** A message begins with its type and its length, bytes. */
const headerBytes = 5;
/** Far above what a server sends before it accepts a connection. */
const maxBytes = 64 * 1024;

/** The parameter of a connection URL that requires a server to prove that it knows the password. libpq has it too. */
export const requireScram = 'require_auth=scram-sha-256';

/**
 * The options with which pg respects `requireScram` in a URL. Any other server is refused before it receives anything:
 * another program may have taken the port of one that is down.
 */
export function authenticationOptions(url: string): Pick<ClientConfig, 'stream'> {
  return new URL(url).search.includes(requireScram) ? { stream: openScramSocket } : {};
}

function openScramSocket(): Socket {
  return new ScramSocket();
}

/** Passes only the bytes of a server that authenticates itself on to pg, which a malformed message would throw off. */
class ScramSocket extends Socket {
  #received = Buffer.alloc(0);
  #expected = authentication.sasl;
  #isAccepted = false;

  override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
    if (chunk === null || this.#isAccepted || this.#accepts(chunk)) return super.push(chunk, encoding);
    this.destroy(new Error('the server does not prove that it knows the password'));
    return false;
  }

  #accepts(chunk: Buffer): boolean {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= headerBytes && !this.#isAccepted) {
      const end = 1 + this.#received.readUInt32BE(1);
      if (end < headerBytes || end > maxBytes) return false;
      if (this.#received.length < end) return true;
      if (!this.#allows(this.#received.subarray(0, end))) return false;
      this.#received = this.#received.subarray(end);
    }
    return true;
  }

  /** The steps of SCRAM in their order; pg checks their contents. Between them only errors and notices. */
  #allows(message: Buffer): boolean {
    const type = String.fromCharCode(message[0] ?? 0);
    if (type !== 'R') return ['E', 'N', 'v'].includes(type);
    if (message.length < headerBytes + 4 || message.readInt32BE(headerBytes) !== this.#expected) return false;
    this.#isAccepted = this.#expected === authentication.ok;
    this.#expected = nextCode(this.#expected);
    return true;
  }
}

function nextCode(code: number): number {
  if (code === authentication.sasl) return authentication.saslContinue;
  return code === authentication.saslContinue ? authentication.saslFinal : authentication.ok;
}

import { Connection } from 'better-sse';
import type { Request as ExpressRequest, Response as ExpressResponse } from 'express';

/** The head of an event stream. */
export const streamHeaders: Readonly<Record<string, string>> = Connection.constants.RESPONSE_HEADERS;

/**
 * The connection of an event stream. Unlike the one that better-sse makes of a request, it needs no valid `Host` header,
 * and writes nothing after the stream was ended: Node.js would throw from the next heartbeat.
 */
export class StreamConnection extends Connection {
  readonly url = new URL('http://localhost/');
  readonly request: Request;
  readonly response = new Response(null);
  readonly #sent: ExpressResponse;
  readonly #closing = new AbortController();

  constructor(request: ExpressRequest, response: ExpressResponse) {
    super();
    this.#sent = response;
    this.request = new Request(this.url, { signal: this.#closing.signal });
    request.socket.setNoDelay(true);
    response.once('close', () => this.#closing.abort());
  }

  /** Ends the stream and its heartbeat. */
  close(): void {
    this.#closing.abort();
    this.#sent.end();
  }

  sendHead(): void {
    if (this.#isOpen()) this.#sent.writeHead(200, streamHeaders);
  }

  sendChunk(chunk: string): void {
    if (this.#isOpen()) this.#sent.write(chunk);
  }

  cleanup(): void {}

  #isOpen(): boolean {
    return !this.#sent.writableEnded && !this.#sent.destroyed;
  }
}

import { type ClientRequest, get, type IncomingMessage } from 'node:http';

/** An event as a browser dispatches it. */
export interface StreamEvent {
  readonly data: string;
  readonly lastEventId: string;
}

const states = { connecting: 0, open: 1, closed: 2 } as const;

/**
 * The part of the browser's `EventSource` that OpenFeature's web provider uses: it opens a stream again that ended, with the
 * id of the last event, and gives up when the server refuses it.
 */
export class TestEventSource extends EventTarget {
  static readonly opened: TestEventSource[] = [];
  readyState: number = states.connecting;
  readonly comments: string[] = [];
  readonly url: string;
  #lastEventId = '';
  #retryMs = 1_000;
  #request: ClientRequest | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(url: string) {
    super();
    this.url = url;
    TestEventSource.opened.push(this);
    this.#connect();
  }

  close(): void {
    this.readyState = states.closed;
    clearTimeout(this.#timer);
    this.#request?.destroy();
  }

  /** Breaks the connection, as a proxy does. */
  breakConnection(): void {
    this.#request?.destroy();
  }

  #connect(): void {
    const id = this.#lastEventId;
    const headers = { accept: 'text/event-stream', ...(id !== '' && { 'last-event-id': id }) };
    this.#request = get(this.url, { headers, agent: false });
    this.#request.on('response', (response) => this.#receive(response));
    this.#request.on('error', () => this.#reconnect());
  }

  #receive(response: IncomingMessage): void {
    if (response.statusCode !== 200) {
      response.resume();
      this.close();
      this.dispatchEvent(new Event('error'));
      return;
    }
    this.readyState = states.open;
    this.dispatchEvent(new Event('open'));
    let rest = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.#dispatch(block);
    });
    response.on('error', () => {});
    response.on('close', () => this.#reconnect());
  }

  #dispatch(block: string): void {
    const fields = block.split('\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)] as const;
    });
    const value = (name: string) => fields.find(([each]) => each === name)?.[1];
    this.#retryMs = Number(value('retry') ?? this.#retryMs);
    this.#lastEventId = value('id') ?? this.#lastEventId;
    const comment = value('');
    if (comment !== undefined) this.comments.push(comment);
    const data = value('data');
    if (data === undefined) return;
    const event = Object.assign(new Event(value('event') ?? 'message'), {
      data,
      lastEventId: this.#lastEventId,
    });
    this.dispatchEvent(event);
  }

  #reconnect(): void {
    if (this.readyState === states.closed) return;
    this.readyState = states.connecting;
    this.dispatchEvent(new Event('error'));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), this.#retryMs);
  }
}

/** Opens a stream and collects its events until `close`. */
export function listenTo(url: string): { readonly source: TestEventSource; readonly events: StreamEvent[] } {
  const source = new TestEventSource(url);
  const events: StreamEvent[] = [];
  source.addEventListener('message', (event) => {
    const { data, lastEventId } = event as unknown as StreamEvent;
    events.push({ data, lastEventId });
  });
  return { source, events };
}

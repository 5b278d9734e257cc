/** The final page of a request, and every URL requested on the way (`hops`). */
export interface VisitedPage {
  readonly status: number;
  readonly url: string;
  readonly html: string;
  readonly headers: Headers;
  readonly hops: readonly string[];
}

/** The fields of a form, by name or in the order in which a browser sends them. */
type Form = Readonly<Record<string, string>> | readonly (readonly [name: string, value: string])[];

/** An HTTP client that stores cookies per host and follows redirects across hosts, like a browser. */
export interface CookieClient {
  get(url: string): Promise<VisitedPage>;
  /** Sends a form of a page of the same origin. Follows a `Refresh` header of the response, too. */
  post(url: string, form: Form): Promise<VisitedPage>;
  /** Requests a URL without following redirects. */
  getOnce(url: string): Promise<VisitedPage>;
  /** Like `post`, without following. */
  postOnce(url: string, form: Form): Promise<VisitedPage>;
  /** Sends JSON by a script of a page of the same origin, without following redirects. */
  postJson(url: string, body: unknown): Promise<VisitedPage>;
  clearCookies(): void;
}

const maxHops = 20;

/** Creates a client without cookies. */
export function createCookieClient(): CookieClient {
  const jars = new Map<string, Map<string, string>>();

  async function send(url: string, body?: URLSearchParams | string): Promise<Response> {
    const jar = findJar(url);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      method: body ? 'POST' : 'GET',
      headers: {
        accept: 'text/html',
        ...(cookie && { cookie }),
        ...(typeof body === 'string' && { 'content-type': 'application/json' }),
        ...(body && { origin: new URL(url).origin, 'sec-fetch-site': 'same-origin' }),
      },
      redirect: 'manual',
      ...(body && { body }),
    });
    for (const line of response.headers.getSetCookie()) storeCookie(jar, line);
    return response;
  }

  function findJar(url: string): Map<string, string> {
    const { hostname } = new URL(url);
    const jar = jars.get(hostname) ?? new Map<string, string>();
    jars.set(hostname, jar);
    return jar;
  }

  async function follow(url: string, body?: URLSearchParams): Promise<VisitedPage> {
    const hops = [url];
    let response = await send(url, body);
    for (
      let next = findRedirectTarget(response, url);
      next !== null;
      next = findRedirectTarget(response, next)
    ) {
      if (hops.push(next) > maxHops)
        throw new Error(`more than ${maxHops} redirects from ${new URL(url).pathname}`);
      response = await send(next);
    }
    return toVisitedPage(response, hops);
  }

  return {
    get: (url) => follow(url),
    post: (url, form) => follow(url, toBody(form)),
    getOnce: async (url) => toVisitedPage(await send(url), [url]),
    postOnce: async (url, form) => toVisitedPage(await send(url, toBody(form)), [url]),
    postJson: async (url, body) => toVisitedPage(await send(url, JSON.stringify(body)), [url]),
    clearCookies: () => jars.clear(),
  };
}

function toBody(form: Form): URLSearchParams {
  const fields: Iterable<readonly [string, string]> = Symbol.iterator in form ? form : Object.entries(form);
  const body = new URLSearchParams();
  for (const [name, value] of fields) body.append(name, value);
  return body;
}

async function toVisitedPage(response: Response, hops: readonly string[]): Promise<VisitedPage> {
  const html = withCharacters(await response.text());
  return { status: response.status, url: hops.at(-1) ?? '', html, headers: response.headers, hops };
}

function findRedirectTarget(response: Response, from: string): string | null {
  const [, refreshed] = /^0; url=(.+)$/.exec(response.headers.get('refresh') ?? '') ?? [];
  const redirects = response.status >= 300 && response.status < 400;
  const location = redirects ? response.headers.get('location') : refreshed;
  return location ? new URL(location, from).href : null;
}

function storeCookie(jar: Map<string, string>, setCookie: string): void {
  const [pair = '', ...attributes] = setCookie.split(';').map((part) => part.trim());
  const [name = '', ...value] = pair.split('=');
  const expired = attributes.some((attribute) => /^max-age=0$/i.test(attribute));
  if (expired) jar.delete(name);
  else jar.set(name, value.join('='));
}

/** HTML with the characters that it contains as references of at least three digits, which are no markup. */
export function withCharacters(html: string): string {
  return html.replace(/&#(\d{3,7});/g, (_reference, code: string) => String.fromCodePoint(Number(code)));
}

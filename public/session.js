// The session of this page: requests carry its bearer token where the browser blocks cookies in frames.

/** The bearer token, or null where the session is a cookie. It is stored nowhere else. */
let bearerToken = null;

export function hasBearerToken() {
  return bearerToken !== null;
}

/** Fetches a page, by POST if there is a body. */
export async function fetchPage(url, body) {
  const headers = { Accept: 'text/html' };
  if (bearerToken !== null) headers.Authorization = `Bearer ${bearerToken}`;
  const method = body === undefined ? 'GET' : 'POST';
  const response = await fetch(url, { method, headers, body: body && new URLSearchParams(body) });
  // The session has ended: without a token, links load whole pages again and lead to the sign-in.
  if (response.status === 401) bearerToken = null;
  return {
    ok: response.ok,
    page: new DOMParser().parseFromString(await response.text(), 'text/html'),
  };
}

/** Sends JSON to our server. Returns the response. */
export function postJson(url, body) {
  const headers = { 'Content-Type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** Sets a cookie, by which the server learns whether this browser sends cookies from this frame. */
export function prepareHandoff() {
  return fetch('/panel/session');
}

/**
 * Asks for the session of the pop-up with this page's verifier. Returns whether it has arrived: as a cookie or as a bearer
 * token. Throws if the server cannot be reached or refuses.
 */
export async function takeSession(verifier) {
  const response = await postJson('/panel/session', { verifier });
  if (!response.ok) throw new Error(`status ${response.status}`);
  if (response.status === 204) return false;
  ({ bearer: bearerToken } = await response.json());
  return true;
}

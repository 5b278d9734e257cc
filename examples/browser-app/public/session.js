/**
 * Opens a session at our own server.
 * @returns the settings of the page, and a function that makes the headers of each request to Planlens
 */
export async function openSession() {
  let session = await requestSession();

  /** @returns {Promise<[string, string][]>} */
  async function headers() {
    if (Date.now() > session.renewAt) session = await requestSession();
    return [
      ['X-API-Key', session.publishableKey],
      ['Authorization', `Bearer ${session.token}`],
    ];
  }

  return { planlensUrl: session.planlensUrl, user: session.user, headers };
}

async function requestSession() {
  const response = await fetch('/session', { method: 'POST' });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  const session = await response.json();
  // Early, so that no request carries a token that expires on its way.
  return { ...session, renewAt: Date.now() + session.validForMs / 2 };
}

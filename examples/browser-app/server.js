import { join } from 'node:path';
import express from 'express';

const { PLANLENS_URL, PLANLENS_KEY, PLANLENS_PUBLISHABLE_KEY, DEMO_USER, PORT = '3000' } = process.env;
if (!PLANLENS_URL || !PLANLENS_KEY || !PLANLENS_PUBLISHABLE_KEY || !DEMO_USER)
  throw new Error('Set PLANLENS_URL, PLANLENS_KEY, PLANLENS_PUBLISHABLE_KEY and DEMO_USER (see README.md).');

const app = express();
app.use(express.static(join(import.meta.dirname, 'public')));
// The packages that the import map of the page names.
app.use('/modules', express.static(join(import.meta.dirname, 'node_modules', '@openfeature')));

/** Gets a token with which the browser may ask about its own user. The secret key stays here. */
app.post('/session', async (_request, response) => {
  // Replace it with your sign-in. Never take the user from what a browser sends.
  const user = DEMO_USER;
  const answer = await fetch(`${PLANLENS_URL}/api/v1/user-tokens`, {
    method: 'POST',
    headers: { 'X-API-Key': PLANLENS_KEY, 'Content-Type': 'application/json' },
    body: JSON.stringify({ user, publishableKey: PLANLENS_PUBLISHABLE_KEY }),
  });
  if (!answer.ok) return response.status(502).json({ message: `Planlens answered ${answer.status}.` });
  const { token, expiresAt } = await answer.json();
  response.set('Cache-Control', 'no-store').json({
    planlensUrl: PLANLENS_URL,
    publishableKey: PLANLENS_PUBLISHABLE_KEY,
    user,
    token,
    // Not the time of day: the clock of the browser may be wrong.
    validForMs: Date.parse(expiresAt) - Date.now(),
  });
});

app.listen(Number(PORT), () => process.stdout.write(`http://localhost:${PORT}\n`));

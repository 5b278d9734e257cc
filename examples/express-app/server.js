import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature } from '@openfeature/server-sdk';
import { createApp } from './app.js';

const { PLANLENS_URL, PLANLENS_KEY, DEMO_USER, PORT = '3000' } = process.env;
if (!PLANLENS_URL || !PLANLENS_KEY || !DEMO_USER)
  throw new Error('Set PLANLENS_URL, PLANLENS_KEY and DEMO_USER (see README.md).');

await OpenFeature.setProviderAndWait(
  new OFREPProvider({ baseUrl: PLANLENS_URL, headers: [['X-API-Key', PLANLENS_KEY]] }),
);

const app = createApp({
  flags: OpenFeature.getClient(),
  // Replace it with your sign-in. Never take the user from a query or a header that a browser can choose.
  findUser: () => DEMO_USER,
});
app.listen(Number(PORT), () => process.stdout.write(`http://localhost:${PORT}\n`));

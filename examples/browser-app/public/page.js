import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk';
import { openSession } from './session.js';
import { show } from './show.js';

async function connect() {
  const session = await openSession();
  await OpenFeature.setContext({ targetingKey: session.user, lang: 'en' });
  const provider = new OFREPWebProvider({
    baseUrl: session.planlensUrl,
    headersFactory: session.headers,
    // A stored copy could be weeks old: plans change.
    cacheMode: 'disabled',
  });
  await OpenFeature.setProviderAndWait(provider);
}

/** Without an answer, this shows the page with the defaults. */
function render() {
  show(OpenFeature.getClient());
}

OpenFeature.addHandler(ProviderEvents.ConfigurationChanged, render);
await connect().then(render, render);

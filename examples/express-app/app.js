import express from 'express';
import { explainRefusal } from './explain-refusal.js';

/**
 * An app whose routes need features of SuperOffice.
 * @param {object} deps
 * @param {import('@openfeature/server-sdk').Client} deps.flags
 * @param {(request: express.Request) => string} deps.findUser returns the associate id of the user who is signed in
 * @returns {express.Express}
 */
export function createApp({ flags, findUser }) {
  /**
   * Lets a request pass if the user has a feature, and says why if not.
   * @param {string} feature
   * @param {boolean} ifUnknown what counts if nobody knows
   * @returns {express.RequestHandler}
   */
  const requireFeature = (feature, ifUnknown) => async (request, response, next) => {
    const context = { targetingKey: findUser(request), lang: 'en' };
    const answer = await flags.getBooleanDetails(feature, ifUnknown, context);
    if (answer.value) return next();
    response.status(403).json(explainRefusal(answer));
  };

  const app = express();

  // SuperOffice itself saves no quote without a license: if nobody knows, let the user try.
  app.post('/quotes', requireFeature('quote-management', true), (_request, response) => {
    response.status(201).json({ quote: 'Q-1042' });
  });

  // A mailing cannot be taken back: if nobody knows, do not send it.
  app.post('/mailings', requireFeature('mailings', false), (_request, response) => {
    response.status(202).json({ status: 'sending' });
  });

  return app;
}

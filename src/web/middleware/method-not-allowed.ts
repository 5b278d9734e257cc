import type { IRoute, RequestHandler } from 'express';
import { AppError } from '../../errors.ts';

/**
 * Last handler of a route, for the methods it does not serve: lists in `Allow` those it does. Responds to OPTIONS, which
 * some load balancers send as a health check, with 204 and to any other method with 405.
 * @throws AppError `method-not-allowed`
 */
export const methodNotAllowed: RequestHandler = function methodNotAllowed(request, response) {
  const { stack }: IRoute = request.route;
  const methods = new Set(stack.flatMap(({ method }) => method?.toUpperCase() ?? []));
  // Express answers HEAD like GET, without the body.
  if (methods.has('GET')) methods.add('HEAD');
  response.set('Allow', [...methods].join(', '));
  if (request.method !== 'OPTIONS') throw new AppError('method-not-allowed');
  response.status(204).end();
};

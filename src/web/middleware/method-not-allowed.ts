import type { IRoute, RequestHandler } from 'express';
import { AppError } from '../../errors.ts';

/**
 * Last handler of a route, for the methods it does not serve: responds with 405 and lists in `Allow` those it does.
 * @throws AppError `method-not-allowed`
 */
export const methodNotAllowed: RequestHandler = function methodNotAllowed(request, response) {
  const { stack }: IRoute = request.route;
  const methods = new Set(stack.flatMap(({ method }) => method?.toUpperCase() ?? []));
  response.set('Allow', [...methods].join(', '));
  throw new AppError('method-not-allowed');
};

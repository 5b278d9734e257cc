import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';

/** Ends a route: any other method than those it serves is answered with what it does serve. */
export function methodNotAllowed(...methods: readonly string[]): RequestHandler {
  return function methodNotAllowed(_request, response) {
    response.set('Allow', methods.join(', '));
    throw new AppError('method-not-allowed');
  };
}

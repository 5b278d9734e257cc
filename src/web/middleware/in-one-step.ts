import type { RequestHandler } from 'express';

/**
 * Several handlers as one, because a step of Express takes as long as what a short one does. It is named after them, and
 * passes on errors as Express does.
 */
export function inOneStep(...handlers: readonly RequestHandler[]): RequestHandler {
  const step: RequestHandler = (request, response, next) => {
    function run(index: number): void {
      const handler = handlers[index];
      if (handler === undefined) {
        next();
        return;
      }
      const result: unknown = handler(request, response, (error?: unknown) =>
        error === undefined ? run(index + 1) : next(error),
      );
      if (result instanceof Promise) result.catch(next);
    }
    run(0);
  };
  return Object.defineProperty(step, 'name', { value: handlers.map(({ name }) => name).join(', ') });
}

import type { Express, IRouter } from 'express';

/** A step of an app: middleware, or a route with its handlers by method. */
export interface Step {
  /** The middleware's name; for a route its path. */
  readonly name: string;
  /** Null for middleware. */
  readonly route: Route | null;
}

/** A route of an app. */
export interface Route {
  readonly path: string;
  /** Lower case, in the order of their declaration, without those that only lead to 405. */
  readonly methods: readonly string[];
  /** Names of all handlers in order, each behind its method, or `all` for every method: `get panel`. */
  readonly handlers: readonly string[];
}

/** Every step of an app in order, with the routes of its nested routers in their place. */
export function listSteps(app: Express): readonly Step[] {
  return stepsIn(app.router);
}

/** Every route of an app. */
export function listRoutes(app: Express): readonly Route[] {
  return listSteps(app).flatMap(({ route }) => route ?? []);
}

function stepsIn({ stack }: IRouter): readonly Step[] {
  return stack.flatMap((layer): readonly Step[] => {
    const { name, route, handle } = layer;
    if (route === undefined) return isRouter(handle) ? stepsIn(handle) : [{ name, route: null }];
    const path = String(route.path);
    const methods = [...new Set(route.stack.flatMap(({ method }) => method ?? []))];
    const handlers = route.stack.map((step) => `${step.method ?? 'all'} ${step.name}`);
    return [{ name: path, route: { path, methods, handlers } }];
  });
}

function isRouter(handle: unknown): handle is IRouter {
  return typeof handle === 'function' && 'stack' in handle && Array.isArray(handle.stack);
}

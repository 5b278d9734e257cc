import { type RequestHandler, Router } from 'express';

/** Routes whose code is not needed to start. */
export interface DeferredRouter {
  /** Its first step loads the routes, unless `load` has been called before. */
  readonly router: Router;
  /** Loads the routes once. @throws if they cannot be loaded */
  load(): Promise<void>;
}

/** Creates a router for the routes that `create` loads. */
export function createDeferredRouter(create: () => Promise<RequestHandler>): DeferredRouter {
  const router = Router();
  let loading: Promise<void> | undefined;
  const load = () => {
    loading ??= create().then((routes) => void router.use(routes));
    return loading;
  };
  router.use(async function untilLoaded(_request, _response, next) {
    await load();
    next();
  });
  return { router, load };
}

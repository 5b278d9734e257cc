import type { RequestHandler } from 'express';
import type { AdministratorGuard } from '../sign-in/require-administrator.ts';
import type { AdminPage } from './admin-page.ts';

/** Serves the administration page. */
export function createAdmin(deps: {
  administratorGuard: AdministratorGuard;
  adminPage: AdminPage;
}): RequestHandler {
  return async function admin(request, response) {
    const administrator = await deps.administratorGuard.signInOrRequire(request, response, '/admin');
    if (administrator === null) return;
    const page = await deps.adminPage(request, administrator, null);
    response.set('Cache-Control', 'private, no-store').send(page);
  };
}

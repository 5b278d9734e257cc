import type { RequestHandler } from 'express';
import type { Views } from '../../rendering/views.ts';
import type { AdministratorGuard } from '../../sign-in/require-administrator.ts';
import type { MakeAdminFrame } from '../admin-frame.ts';

/** Serves the first page for administrators. */
export function createOverviewPage(deps: {
  administratorGuard: AdministratorGuard;
  adminFrame: MakeAdminFrame;
  views: Views;
}): RequestHandler {
  const { administratorGuard, adminFrame, views } = deps;

  return async function overviewPage(request, response) {
    const administrator = await administratorGuard.signInOrRequire(request, response, '/admin');
    if (administrator === null) return;
    const { frame, language } = await adminFrame(request, administrator, 'overview');
    response.send(views('admin-overview', language, frame));
  };
}

import type { Router } from 'express';
import { type Control, controlInputs } from './control.ts';

/**
 * Serves the controls over HTTP: `POST /_control/{name}` with the input as JSON. The response is the result or `{}`,
 * 404 for an unknown control, 400 with the reason for an invalid input.
 */
export function serveControl(router: Router, control: Control): void {
  router.post('/_control/:control', async (req, res) => {
    const name = Object.keys(controlInputs).find((candidate) => candidate === req.params.control) as
      | keyof Control
      | undefined;
    if (!name) return void res.status(404).json({ error: 'Unknown control' });
    try {
      const input = controlInputs[name].parse(req.body ?? {});
      const run = control[name] as (input: unknown) => unknown;
      res.json((await run(input)) ?? {});
    } catch (error) {
      res.status(400).json({ error: error instanceof Error ? error.message : 'Failed' });
    }
  });
}

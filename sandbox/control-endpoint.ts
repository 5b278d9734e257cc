import type { Router } from 'express';
import { type Control, controlInputs } from './control.ts';

/**
 * Serves the knobs over HTTP: `POST /_control/{name}` with the knob's input as JSON. The answer is the
 * knob's result or `{}`; an unknown knob is a 404, an input that makes no sense a 400 with the reason.
 */
export function serveControl(router: Router, control: Control): void {
  router.post('/_control/:control', async (req, res) => {
    const controlInput = Object.keys(controlInputs).find((name) => name === req.params.control) as
      | keyof Control
      | undefined;
    if (!controlInput) return void res.status(404).json({ error: 'No such knob' });
    try {
      const input = controlInputs[controlInput].parse(req.body ?? {});
      const turn = control[controlInput] as (input: unknown) => unknown;
      res.json((await turn(input)) ?? {});
    } catch (error) {
      res.status(400).json({ error: error instanceof Error ? error.message : 'Failed' });
    }
  });
}

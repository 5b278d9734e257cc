import { parentPort, workerData } from 'node:worker_threads';
import type { AssignmentProgramme } from '../licensing/assignment/assignment-programme.ts';
import { loadHighs } from './load-highs.ts';
import { solveProgramme } from './solve-programme.ts';

// The program of a thread: solves one programme and ends.
const programme: AssignmentProgramme = workerData;
parentPort?.postMessage(solveProgramme(await loadHighs(), programme));

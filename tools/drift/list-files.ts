import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The files below a folder whose names match, sorted; none if there is no such folder. */
export function listFiles(folder: string, pattern: RegExp): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && pattern.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** The project's folder. This file is in `src`, and its bundled code in `dist`. */
export const projectRoot = new URL('..', import.meta.url);

/** Characters of right-to-left scripts, and those that change the direction of a text. */
const changesDirection = /[\u0590-\u08FF\u200F\u202A-\u202E\u2066-\u2069\uFB1D-\uFDFF\uFE70-\uFEFC]/;
const directionControls = /[\u202A-\u202E\u2066-\u2069]/g;
const firstStrongIsolate = '\u2068';
const popIsolate = '\u2069';

/**
 * Isolates a name or another text of a user, so that its direction does not reverse the text around it (UAX 9). Removes
 * the controls with which it could end the isolation.
 */
export function isolateText(text: string): string {
  if (!changesDirection.test(text)) return text;
  return `${firstStrongIsolate}${text.replaceAll(directionControls, '')}${popIsolate}`;
}

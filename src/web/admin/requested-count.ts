/** A form changes fewer rows. */
const maxDigits = 3;

/** How many rows a form has just changed, as the address of its page says; 0 if it says nothing that is such a number. */
export function requestedCount(text: unknown): number {
  return typeof text === 'string' && /^\d+$/.test(text) && text.length <= maxDigits ? Number(text) : 0;
}

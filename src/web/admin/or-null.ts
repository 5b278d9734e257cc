import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';

/** What is read, or null while SuperOffice does not answer: the page has other things to show. */
export async function orNullIfUnavailable<T>(reading: Promise<T | null>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof SuperOfficeError) return null;
    throw error;
  }
}

/** Rows that are read at once for a file. */
const rowsPerRead = 1_000;

/** Reads a list a part at a time, when the reader asks for more. */
export async function* readInParts<Row>(
  read: (limit: number, offset: number) => Promise<readonly Row[]>,
): AsyncGenerator<Row> {
  for (let offset = 0, count = rowsPerRead; count === rowsPerRead; offset += count) {
    const part = await read(rowsPerRead, offset);
    count = part.length;
    yield* part;
  }
}

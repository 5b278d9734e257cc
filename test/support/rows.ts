import { Client } from 'pg';

/** Reads all rows of a table, with their columns as PostgreSQL stores them. */
export async function rowsIn(databaseUrl: string, table: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(
      `select * from ${client.escapeIdentifier(table)}`,
    );
    return rows;
  } finally {
    await client.end();
  }
}

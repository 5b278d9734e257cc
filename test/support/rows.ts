import { escapeIdentifier } from 'pg';
import { runQuery } from './database.ts';

/** Reads all rows of a table, with their columns as PostgreSQL stores them. */
export function rowsIn(databaseUrl: string, table: string): Promise<Record<string, unknown>[]> {
  return runQuery(databaseUrl, `select * from ${escapeIdentifier(table)}`);
}

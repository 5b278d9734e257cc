import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';

/** What the administrators' list of users shows, and what it tells of earlier days. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .alterTable('tenant_users')
    // Null: SuperOffice did not report it.
    .addColumn('can_log_in', 'boolean')
    .addColumn('retired', 'boolean', (column) => column.notNull().defaultTo(false))
    .addColumn('waiting_for_approval', 'boolean')
    .addColumn('login_reported', 'boolean', (column) => column.notNull().defaultTo(false))
    .addColumn('last_login_at', 'timestamptz')
    .addColumn('listed_since', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    // Null: since before the records of the user began.
    .addColumn('plan_since', 'timestamptz')
    // The name as search compares it and lists order it, whatever the locale of the database.
    .addColumn('folded_name', 'text', (column) => column.generatedAlwaysAs(foldName).stored())
    .execute();

  await db.schema
    .createTable('user_plan_periods')
    .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('context_identifier', 'text', tenantOwned)
    .addColumn('associate_id', 'integer', (column) => column.notNull())
    .addColumn('user_plan', 'text', (column) => column.notNull())
    .addColumn('began_at', 'timestamptz', (column) => column.notNull())
    .addColumn('ended_at', 'timestamptz')
    .execute();
  await db.schema
    .createIndex('user_plan_periods_by_user')
    .on('user_plan_periods')
    .columns(['context_identifier', 'associate_id', 'id'])
    .execute();
  // One current plan per user.
  await db.schema
    .createIndex('user_plan_periods_current')
    .unique()
    .on('user_plan_periods')
    .columns(['context_identifier', 'associate_id'])
    .where(sql.ref('ended_at'), 'is', null)
    .execute();
  await sql`create index user_plan_periods_ended on user_plan_periods (ended_at) where ended_at is not null`.execute(
    db,
  );

  await db.schema
    .createTable('seat_counts')
    .addColumn('context_identifier', 'text', tenantOwned)
    // A calendar day without a time zone: pg would convert a date column to a Date in the local time zone.
    .addColumn('day', 'text', (column) => column.notNull())
    .addColumn('module', 'text', (column) => column.notNull())
    .addColumn('purchased', 'integer')
    .addColumn('in_use', 'integer')
    .addPrimaryKeyConstraint('seat_counts_key', ['context_identifier', 'day', 'module'])
    .execute();
  await db.schema.createIndex('seat_counts_by_age').on('seat_counts').column('day').execute();
}

/** Deleting a tenant deletes its rows. */
function tenantOwned(column: ColumnDefinitionBuilder) {
  return column.notNull().references('tenants.context_identifier').onDelete('cascade');
}

const letters =
  'ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞàáâãäåçèéêëìíîïñòóôõöùúûüýÿĀāĂăĄąĆćĈĉĊċČčĎďĐĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĦĨĩĪīĬĭĮįİĲĴĵĶķĹĺĻļĽľĿŁŃńŅņŇňŊŌōŎŏŐőŒŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŦŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽžȘșȚțẞ';
const foldedLetters =
  'aaaaaaæceeeeiiiiðnoooooøuuuuyþaaaaaaceeeeiiiinooooouuuuyyaaaaaaccccccccddđeeeeeeeeeegggggggghhħiiiiiiiiiĳjjkkllllllŀłnnnnnnŋooooooœrrrrrrssssssssttttŧuuuuuuuuuuuuwwyyyzzzzzzssttß';
/** What joins the parts of a word, and accents that are characters of their own: removed. */
const removed = "-‑'’\u0300\u0301\u0302\u0303\u0308\u030a\u030c\u0327\u0328";

/** As `foldTypedWords` folds what is searched for; `lower` changes only ASCII in some databases. */
const foldName = sql<string>`
  replace(regexp_replace(regexp_replace(replace(
    translate(lower(name), ${sql.lit(letters + removed)}, ${sql.lit(foldedLetters)}),
    'ß', 'ss'), 'æ|ae|aa', 'a', 'g'), 'ø|œ|oe', 'o', 'g'), 'ue', 'u')`;

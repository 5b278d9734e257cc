import { z } from 'zod';
import { storableIdentifier } from '../../../storable-text.ts';
import type { Language } from '../../rendering/i18n.ts';
import { subjectTitle } from './access-request-groups.ts';

/** The outcomes of access requests. */
const outcomes = ['fulfilled', 'declined'] as const;

const filterSchema = z.object({
  outcome: z.enum(['', ...outcomes]).catch(''),
  /** `feature:{key}` or `plan:{key}`; empty for all. */
  subject: storableIdentifier.max(200).catch(''),
});

/** Which resolved access requests a URL shows. */
export type ResolvedFilter = Readonly<z.infer<typeof filterSchema>>;

/** Parses the query of the page; invalid values filter nothing. */
export function parseResolvedFilter(query: unknown): ResolvedFilter {
  return filterSchema.parse(query);
}

/** The parameters of a filter that are not empty. */
export function resolvedParameters({ outcome, subject }: ResolvedFilter): Record<string, string> {
  return { ...(outcome !== '' && { outcome }), ...(subject !== '' && { subject }) };
}

interface Option {
  readonly value: string;
  readonly text: string;
  readonly isChosen: boolean;
}

/** The form that filters the resolved access requests. */
export interface ResolvedFilterView {
  readonly outcomes: readonly Option[];
  readonly subjects: readonly Option[];
}

/** Describes the form; `subjects` are those of all resolved access requests. Null if there are none to choose from. */
export function resolvedFilterView(
  filter: ResolvedFilter,
  subjects: readonly string[],
  language: Language,
): ResolvedFilterView | null {
  if (subjects.length === 0) return null;
  const { t, locale } = language;
  const all = { value: '', text: t('admin.users.all') };
  const choose = (options: readonly Omit<Option, 'isChosen'>[], chosen: string) =>
    options.map((option) => ({ ...option, isChosen: option.value === chosen }));
  const named = [...new Set(filter.subject === '' ? subjects : [...subjects, filter.subject])]
    .map((value) => ({ value, text: subjectTitle(value, language) }))
    .sort((one, other) => one.text.localeCompare(other.text, locale));
  return {
    outcomes: choose(
      [all, ...outcomes.map((value) => ({ value, text: t(`admin.requestSheet.state.${value}`) }))],
      filter.outcome,
    ),
    subjects: choose([all, ...named], filter.subject),
  };
}

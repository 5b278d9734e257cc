import { getAddOnLabel } from '../../licensing/catalogue/add-ons.ts';
import { catalogue, getFeatureRows } from '../../licensing/catalogue/catalogue.ts';
import type { FeatureKey } from '../../licensing/catalogue/feature-keys.ts';
import { getRowLabel } from '../../licensing/catalogue/labels.ts';
import { hasWords, markWords, type TextPart } from '../../licensing/catalogue/mark-words.ts';
import { getNewerFeatureLabel } from '../../licensing/catalogue/newer-features.ts';
import { type SearchHit, searchCatalogue } from '../../licensing/catalogue/search-catalogue.ts';
import type { FeatureState, Reason } from '../../licensing/entitlements/entitlement.ts';
import { newerFeaturesUrl } from '../links.ts';
import type { Language } from '../rendering/i18n.ts';
import { isFeatureRequested } from './access-request-view.ts';
import { type FeatureRow, featureRow } from './feature-row.ts';
import type { EntitledPanelContext } from './panel-context.ts';
import { describeDecided } from './published-rows.ts';

/** What a search matched in a hit. */
interface FoundText {
  readonly label: readonly TextPart[];
  /** Where the hit belongs: its solutions and group, the add-ons or the newer features. */
  readonly place: readonly TextPart[];
  /** The synonym or the label in another language that matched; empty if label and place have all words. */
  readonly term: readonly TextPart[];
  /** The language of the term as a BCP 47 tag; empty if it is the user's, English or a name. */
  readonly termLanguage: string;
  /** The name of that language; empty with `termLanguage`. */
  readonly languageName: string;
  /** The page about a hit without a page of its own; empty for a feature. */
  readonly href: string;
}

/** A hit of the search, as the panel shows it. */
export interface SearchResultView {
  /** Its row; an add-on or a newer feature has the `feature` null. */
  readonly row: FeatureRow;
  /** Why it has its state; empty for a feature, which explains itself when it is opened. */
  readonly reason: string;
  readonly found: FoundText;
}

/** Finds features, add-ons and newer features by the words that the user typed, best first, with their states. */
export function searchFeatures(typed: string, context: EntitledPanelContext): SearchResultView[] {
  const { words, hits } = searchCatalogue(typed, context.language.code);
  return hits.flatMap((hit) => {
    const described = describeHit(hit, context);
    if (described === null) return [];
    const { row, reason, place, href } = described;
    const found = {
      label: markWords(row.label, words),
      place: markWords(place, words),
      term: hasWords(`${row.label} · ${place}`, words) ? [] : markWords(hit.term, words),
      ...termLanguage(hit, context.language),
      href,
    };
    return [{ row, reason, found }];
  });
}

function termLanguage(
  { languages }: SearchHit,
  { code, languageName }: Language,
): Pick<FoundText, 'termLanguage' | 'languageName'> {
  const [first] = languages;
  if (first === undefined || languages.includes(code)) return { termLanguage: '', languageName: '' };
  return { termLanguage: first, languageName: languageName(first) };
}

interface DescribedHit {
  readonly row: FeatureRow;
  readonly reason: string;
  readonly place: string;
  readonly href: string;
}

function describeHit({ subject }: SearchHit, context: EntitledPanelContext): DescribedHit | null {
  const { report, language } = context;
  const { t, code } = language;
  if (subject.kind === 'feature') return describeFeature(subject.key, context);
  if (subject.kind === 'add-on') {
    const decided = report.addOns.find(({ key }) => key === subject.key);
    return decided
      ? describePublished(subject.key, getAddOnLabel(subject.key, code), decided, t('panel.addOns'), context)
      : null;
  }
  const decided = report.newerFeatures.find(({ feature }) => feature.key === subject.key);
  if (decided === undefined) return null;
  const label = getNewerFeatureLabel(decided.feature, code);
  return describePublished(subject.key, label, decided, t('newerFeatures.title'), context);
}

function describeFeature(
  key: FeatureKey,
  { report, language, accessRequests }: EntitledPanelContext,
): DescribedHit | null {
  const decided = report.features.get(key);
  if (decided === undefined) return null;
  const rows = getFeatureRows(key);
  const solutions = [...new Set(rows.map(({ solution }) => language.t(`solution.${solution}`)))];
  const groups = catalogue
    .filter(({ id }) => rows.some(({ parent }) => parent === id))
    .map(({ id }) => getRowLabel(id, language.code));
  return {
    row: {
      ...featureRow(decided, [], isFeatureRequested(accessRequests, key), language),
      countedUnder: '',
    },
    reason: '',
    place: [...solutions, ...groups].join(' · '),
    href: '',
  };
}

function describePublished(
  id: string,
  label: string,
  decided: { readonly state: FeatureState; readonly reason: Reason },
  place: string,
  { url, language }: EntitledPanelContext,
): DescribedHit {
  const { reason, ...state } = describeDecided(decided, language);
  return {
    row: { id, feature: null, label, ...state, isRequested: false, countedUnder: '', children: [] },
    reason,
    place,
    href: `${newerFeaturesUrl(url)}#${id}`,
  };
}

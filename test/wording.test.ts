import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalogue } from '../src/licensing/catalogue/catalogue.ts';
import { getRowLabel } from '../src/licensing/catalogue/labels.ts';
import { type Language, languages } from '../src/licensing/catalogue/languages.ts';
import { readText } from './support/project-files.ts';

/** A text that users or buyers read. `key` is the key of a locale, or names the file or row that has it. */
interface PageText {
  readonly key: string;
  readonly text: string;
}

/** Words that are not used, with the word that is. */
interface DeniedWord {
  readonly words: RegExp;
  /** The word to use, or what to write instead. */
  readonly use: string;
  /** Keys of texts that may have the words, with the reason. */
  readonly except?: { readonly keys: RegExp; readonly because: string };
}

const flatten = (value: unknown, key: string): PageText[] =>
  typeof value === 'string'
    ? [{ key, text: value }]
    : Object.entries(z.looseObject({}).or(z.array(z.unknown())).parse(value)).flatMap(([name, inner]) =>
        flatten(inner, key === '' ? name : `${key}.${name}`),
      );

const localeTexts = (language: Language) => flatten(JSON.parse(readText(`locales/${language}.json`)), '');
const panelSchema = z.array(z.object({ tooltip: z.partialRecord(z.enum(languages), z.string()) }));
const tooltips = panelSchema.parse(JSON.parse(readText('manifest/web-panels.json')));

/** Everything in one language: pages, catalogue, App Store listing, user guide and tooltips in the CRM. */
function allTexts(language: Language): readonly PageText[] {
  return [
    ...localeTexts(language),
    ...flatten(JSON.parse(readText(`manifest/listing/${language}.json`)), 'listing').filter(
      ({ key }) => !/^listing\.(language|links|price|terms|categories|markets|appLanguages)/.test(key),
    ),
    ...readText(`manifest/docs/user-guide/${language}.md`)
      .split('\n')
      .map((text, index) => ({ key: `guide:${index + 1}`, text })),
    ...catalogue.map(({ id }) => ({ key: `label:${id}`, text: getRowLabel(id, language) })),
    ...tooltips.map(({ tooltip }) => ({ key: 'tooltip', text: tooltip[language] ?? '' })),
  ];
}

const tickets = {
  keys: /^(visibilityHint\.|limit\.metered|crm\.(dropsService|mayDropService|someDropService)|admin\.reclaim\.service|setup\.removeSure|label:)/,
  because: 'The text is about requests in SuperOffice Service.',
};
const switches = {
  keys: /^visibilityHint\.(ai-switched-on|stakeholders-preference)/,
  because: 'A setting is switched on, a feature is enabled.',
};

const deniedWords: Readonly<Record<Language, readonly DeniedWord[]>> = {
  en: [
    { words: /main menu/i, use: 'navigator' },
    { words: /\brequests?\b/i, use: 'wish, or what users asked for', except: tickets },
    { words: /\b(bought|buys?|buying)\b/i, use: 'purchase' },
    { words: /\blapsed?\b/i, use: 'expire' },
    { words: /\b(un)?told\b/i, use: 'reported' },
    { words: /\banew\b|\bby itself, where\b/i, use: 'again' },
    {
      words: /\b(rests?|stands?) on\b|does not add up|round in circles|of (its|their) own\b/i,
      use: 'plain words',
    },
    { words: /signing in in\b|is none that|can only be read\b/i, use: 'idiomatic English' },
  ],
  de: [
    { words: /hauptmenü/i, use: 'Navigator' },
    { words: /\bAnfragen?\b/, use: 'Wunsch', except: tickets },
    {
      words: /\bzustimm|\bzustimmung|\bzulassung|\bzugelassen\b|\blassen sie .* zu\b/i,
      use: 'genehmigen, Genehmigung',
    },
    { words: /\b(ge)?kauf(t|en)\b/i, use: 'erwerben' },
    { words: /\bin verwendung\b/i, use: 'belegt' },
    { words: /\b(ge)?klappt\b/i, use: 'gelingt, fehlgeschlagen' },
    { words: /\bdrücken sie\b/i, use: 'klicken Sie auf' },
    { words: /funktionsrecht/i, use: 'funktionelles Recht' },
    { words: /nur ansicht/i, use: 'Nur ansehen' },
    { words: /\bpanel\b/i, use: 'Planlens, Web-Bildschirm' },
    { words: /\baufgegeben/i, use: 'abbestellt' },
    { words: /\bunternehmen/i, use: 'Firma' },
    { words: /\beinschalte[tn]\b/i, use: 'aktivieren', except: switches },
  ],
  no: [
    { words: /hovedmeny/i, use: 'navigator' },
    { words: /\bspurte?\b/i, use: 'bedt om' },
    { words: /\bforespørs/i, use: 'ønske' },
    { words: /nettpanel/i, use: 'webpanel' },
    { words: /\bbedrift/i, use: 'firma' },
    { words: /funksjonsrettighet/i, use: 'funksjonell rettighet' },
    { words: /markedsføringsflyt/i, use: 'markedsflyt' },
    { words: /\bmerket (blant|\{\{)/i, use: 'markør' },
    { words: /\btrykke?r? på\b/i, use: 'klikk på' },
    { words: /\bslår? (på|.* på og av)\b/i, use: 'aktiverer', except: switches },
    { words: /i fred\b|går i ring/i, use: 'plain words' },
  ],
  sv: [
    { words: /huvudmeny/i, use: 'navigator' },
    { words: /\bfrågat|\bfrågade/i, use: 'bett om' },
    { words: /\bförfråg/i, use: 'önskemål' },
    { words: /rättighet/i, use: 'behörighet' },
    { words: /marknadsföringsflöde/i, use: 'marknadsflöde' },
    { words: /\bmärket\b/i, use: 'markör' },
    { words: /\b(ert|era|ni)\b/i, use: 'du, ditt' },
    { words: /lägge?s? upp|upplagd|lades upp/i, use: 'skapa, konfigurera' },
    { words: /\bgenast\b/i, use: 'direkt' },
    { words: /\btrycke?r? på\b|\btryck på\b/i, use: 'klicka på' },
    { words: /ladda(r|t|de)? ned\b/i, use: 'ladda ner' },
    { words: /\bslår? på\b/i, use: 'aktivera', except: switches },
    { words: /i fred\b|runt i cirklar/i, use: 'plain words' },
  ],
  da: [
    { words: /hovedmenu/i, use: 'navigator' },
    { words: /\bspurgte?\b/i, use: 'bedt om' },
    { words: /\bforespørg|\banmodning/i, use: 'ønske' },
    { words: /\blogon\b/i, use: 'pålogning' },
    { words: /\bhente[sr]?\b|\bhentede\b/i, use: 'downloade' },
    { words: /virksomhed|\bjeres\b/i, use: 'firma, dit' },
    { words: /funktionsrettighed/i, use: 'funktionel rettighed' },
    { words: /templat/i, use: 'skabelon' },
    { words: /\bmærket blandt\b/i, use: 'markør' },
    { words: /\btrykke?r? på\b|\btryk på\b/i, use: 'klik på' },
    { words: /\bslår? (til|.* til og fra)\b/i, use: 'aktivere', except: switches },
    { words: /\bpå ny\b|får lov at være|kører i ring/i, use: 'plain words' },
  ],
  nl: [
    { words: /hoofdmenu/i, use: 'navigator' },
    { words: /instellingen en beheer/i, use: 'Instellingen en onderhoud' },
    { words: /\b(haar|zij)\b/i, use: 'deze, de functie' },
    { words: /\bverzoek(en)?\b/i, use: 'aanvraag', except: tickets },
    {
      words: /\baanvra(ag|gen)\b/i,
      use: 'verzoek',
      except: {
        keys: /^(?!visibilityHint\.|crm\.|limit\.)/,
        because: 'Only these texts are about requests in SuperOffice Service.',
      },
    },
    { words: /gelicentieerd/i, use: 'heeft een licentie' },
    { words: /functierecht/i, use: 'functioneel recht' },
    { words: /marketingflow/i, use: 'marketingstroom' },
    { words: /\bdruk(t|ken)? (dan |opnieuw |nog .*)?op\b/i, use: 'klik op' },
    { words: /\b(is|zijn) weg\b|kringetjes|\bgedaan op\b/i, use: 'plain words' },
  ],
};

/** What is said of seats that nobody holds, of those that could be taken from their users, and of those that a what-if leaves. */
const seatWords: Readonly<
  Record<Language, { readonly free: RegExp; readonly reclaim: RegExp; readonly leftOver: RegExp }>
> = {
  en: { free: /\b(free|freed)\b/i, reclaim: /\breclaim/i, leftOver: /\bleft over\b/i },
  de: { free: /\bfrei(e|en)?\b/i, reclaim: /\b(zurück|rück)gew(inn|onn)/i, leftOver: /übrig(?! ist)/ },
  no: { free: /\bledige?\b/i, reclaim: /\bfrigjør/i, leftOver: /\btil overs\b/i },
  sv: { free: /\blediga?\b/i, reclaim: /\bfrigör/i, leftOver: /\bbli(r)? över\b/i },
  da: { free: /\bledige?\b/i, reclaim: /\bfrigør/i, leftOver: /\btil overs\b/i },
  nl: {
    free: /\bvrij(e|komen)?\b/i,
    reclaim: /\bterug( te )?(winnen|gewonnen)\b/i,
    leftOver: /\bblijven hier over\b/i,
  },
};

const marks: Readonly<Record<Language, readonly [string, string]>> = {
  en: ['“', '”'],
  de: ['„', '“'],
  no: ['«', '»'],
  sv: ['”', '”'],
  da: ['»', '«'],
  nl: ['‘', '’'],
};

/** Names that keep their capital after a colon. */
const names = /^(SuperOffice|Planlens|Settings|Inställningar|Instellingen|Sales|Upgrade)/;

/** The terms of docs/glossary.md with the word of each language. */
const glossary =
  readText('docs/glossary.md')
    .split('\n## Words on the pages\n')[1]
    ?.split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| Term'))
    .map((line) => line.slice(2, -2).split(' | ')) ?? [];

const findWrong = (texts: readonly PageText[], isWrong: (text: PageText) => boolean) =>
  texts.filter(isWrong).map(({ key, text }) => `${key}: ${text}`);

describe.each(languages)('wording in %s', (language) => {
  const texts = allTexts(language);

  it('uses none of the denied words', () => {
    const found = deniedWords[language].flatMap(({ words, use, except }) =>
      findWrong(
        texts,
        ({ key, text }) =>
          words.test(text.replace(/\{\{.*?\}\}/g, '{{}}')) && except?.keys.test(key) !== true,
      ).map((text) => `${text} (use: ${use})`),
    );
    expect(found).toEqual([]);
  });

  it('uses the word of the glossary for each term', () => {
    const all = texts.map(({ text }) => text.toLowerCase()).join('\n');
    const column = languages.indexOf(language) + 1;
    expect(glossary.length).toBeGreaterThan(30);
    expect(
      glossary.map((row) => row[column] ?? '').filter((word) => !all.includes(word.toLowerCase())),
    ).toEqual([]);
  });

  it('names free seats, those that could be reclaimed and those left over apart', () => {
    const { free, reclaim, leftOver } = seatWords[language];
    const texts = localeTexts(language);
    // Two texts of the list say that a seat is free once it has been reclaimed.
    const isOfReclaim = ({ key }: PageText) =>
      /^(admin\.reclaim\.(?!whatToDo|tell)|setup\.event\.reclaim-)/.test(key);
    const isOfWhatIf = ({ key }: PageText) => key.startsWith('admin.whatIf.');
    const wrong = findWrong(
      texts,
      (each) =>
        (free.test(each.text) && (isOfReclaim(each) || isOfWhatIf(each))) ||
        (reclaim.test(each.text) && !isOfReclaim(each)) ||
        (leftOver.test(each.text) && !isOfWhatIf(each)),
    );
    expect(wrong).toEqual([]);
    expect(texts.some(({ text }) => reclaim.test(text))).toBe(true);
    expect(texts.some(({ text }) => leftOver.test(text))).toBe(true);
  });

  it('quotes as the language does', () => {
    const [open, close] = marks[language];
    const others = [...'“”„«»‘"'].filter((mark) => mark !== open && mark !== close);
    const wrong = findWrong(localeTexts(language), ({ text }) => {
      const used = [...text].filter((character) => character === open || character === close);
      const isPaired = language === 'nl' || used.length % 2 === 0;
      return !isPaired || others.some((mark) => text.includes(mark)) || text.includes("'");
    });
    expect(wrong).toEqual([]);
  });

  it('introduces a name that follows the text with a colon', () => {
    const isIntroduction = /^evidence\.(module\.|functionRight|tier\.(premium|user|site|description))/;
    const wrong = findWrong(
      localeTexts(language),
      ({ key, text }) => isIntroduction.test(key) && !text.endsWith(':'),
    );
    expect(wrong).toEqual([]);
  });
});

describe('capitals after a colon', () => {
  it.each(['en', 'sv', 'nl'] as const)('are kept for names in %s', (language) => {
    const wrong = findWrong(localeTexts(language), ({ text }) =>
      [...text.matchAll(/: (\p{Lu}.*)/gu)].some(([, rest = '']) => !names.test(rest)),
    );
    expect(wrong).toEqual([]);
  });

  it.each(['de', 'no', 'da'] as const)('begin a sentence in %s', (language) => {
    const enumerations =
      /^(accessRequest\.fulfilled|admin\.(change\.|changesText|userDataText|diagnostic\.))/;
    const wrong = findWrong(
      localeTexts(language),
      ({ key, text }) => /: \p{Ll}/u.test(text) && !enumerations.test(key),
    );
    expect(wrong).toEqual([]);
  });
});

describe('dates', () => {
  it.each(['sv', 'da'] as const)('in a sentence have an article in %s', (language) => {
    const wrong = findWrong(localeTexts(language), ({ text }) => /(?<!den |: |, )\{\{date\}\}/.test(text));
    expect(wrong).toEqual([]);
  });
});
